"""Closed classes of English words, and the groups of words read as one."""

from __future__ import annotations

from typing import Final

from libs.offline.lexicon import words

DETERMINERS: Final = words("a an the each every this that these those either neither both another such")
QUANTIFIERS: Final = words("many several multiple numerous some various few all any more other most lots")
PERSONAL: Final = words(" what how why i we you he she they it them him us me everyone everybody someone nobody anyone")
POSSESSIVE: Final = words("its their his her our my your whose")
PREPOSITIONS: Final = words(
    """
    out of in on at by for with from under per against between through via into within about without over below
    above during among across toward towards like including onto upon off inside outside regarding concerning behind
    beside around near despite as than
    """
)
CONJUNCTIONS: Final = words("and or & plus nor")
MODALS: Final = words("can could may might must should shall will would cannot cant do does did")
NEGATIONS: Final = words("not never no none")
AUXILIARIES: Final = words("is are was were be been being am gets")
RELATIVES: Final = words("which that who whom")
SUBORDINATORS: Final = words(
    """
    when whenever if unless until till while because since where wherever before after once whereas though although
    but so then
    """
)
ADVERBS: Final = words(
    """
    also only just then too very really quite always often sometimes usually basically actually maybe perhaps please
    again already currently automatically soon here there later still even well exactly together separately
    optionally instead somehow ideally obviously however therefore additionally furthermore moreover finally first
    secondly firstly lastly mostly mainly probably possibly simply easily quickly directly once twice yet too else
    otherwise online overall
    """
)
ADJECTIVES: Final = words(
    """
    small big large little simple basic complete full new old good nice great modern fast easy quick different same
    own local single main due first last second total maximum minimum max min unit current short long middle public
    private external internal unique optional required mandatory nullable positive negative available active
    inactive open closed own important relevant specific certain own personal basic proper tiny huge whole valid
    invalid ready empty original final primary secondary secure robust scalable full-stack restful rest upcoming
    recent late early respective individual preferred emergency estimated actual scheduled average default next
    previous free real hourly daily weekly monthly yearly annual non-negative nonnegative multi-user multiuser
    digital mobile medical dental human following own related associated possible several corresponding lightweight
    minimal serious proper straightforward common average non-empty busy overdue unpaid paid pending archived
    cancelled completed low high medium
    """
)
NUMBER_WORDS: Final = {
    word: value
    for value, word in enumerate(
        [
            "zero",
            "one",
            "two",
            "three",
            "four",
            "five",
            "six",
            "seven",
            "eight",
            "nine",
            "ten",
            "eleven",
            "twelve",
            "thirteen",
            "fourteen",
            "fifteen",
        ]
    )
} | {"twenty": 20, "thirty": 30, "fifty": 50, "hundred": 100, "thousand": 1000, "dozen": 12, "half": 0}

# Groups of words that act as one. What is left is matched on word borders, longest first, in lower case.
GROUPS: Final = {
    "as well as": "and",
    "along with": "and",
    "together with": "and",
    "and/or": "and",
    "one or more": "many",
    "one or many": "many",
    "zero or more": "many",
    "any number of": "many",
    "an unlimited number of": "many",
    "a lot of": "many",
    "lots of": "many",
    "a couple of": "many",
    "a bunch of": "many",
    "a list of": "many",
    "lists of": "many",
    "a set of": "many",
    "a collection of": "many",
    "a variety of": "many",
    "a range of": "many",
    "different kinds of": "many",
    "different types of": "many",
    "different": "many",
    "a kind of": "a",
    "some kind of": "a",
    "some sort of": "a",
    "has to": "must",
    "have to": "must",
    "needs to": "must",
    "need to": "must",
    "ought to": "should",
    "should be able to": "can",
    "must be able to": "can",
    "can be able to": "can",
    "need to be able to": "can",
    "needs to be able to": "can",
    "will be able to": "can",
    "shall be able to": "can",
    "to be able to": "to",
    "be able to": "can",
    "are able to": "can",
    "is able to": "can",
    "is allowed to": "can",
    "are allowed to": "can",
    "can also": "can",
    "have the ability to": "can",
    "is not allowed to": "cannot",
    "are not allowed to": "cannot",
    "can not": "cannot",
    "may not": "cannot",
    "can't": "cannot",
    "must not": "cannot",
    "mustn't": "cannot",
    "don't": "never",
    "doesn't": "never",
    "won't": "never",
    "isn't": "is not",
    "aren't": "are not",
    "shouldn't": "cannot",
    "i'd like": "i want",
    "i would like": "i want",
    "we would like": "we want",
    "we'd like": "we want",
    "keep track of": "track",
    "keeps track of": "tracks",
    "keeping track of": "tracking",
    "take care of": "manage",
    "in order to": "to",
    "in addition to": "and",
    "in addition,": "also",
    "so that": "so",
    "such as": "including",
    "e.g.": "including",
    "for example": "including",
    "i.e.": "which",
    "etc.": "",
    "etc": "",
    "and so on": "",
    "and so forth": "",
    "log in": "login",
    "logs in": "login",
    "sign in": "login",
    "sign up": "signup",
    "sign-up": "signup",
    "check out": "checkout",
    "checks out": "checkout",
    "at most": "at-most",
    "at least": "at-least",
    "no more than": "at-most",
    "not more than": "at-most",
    "more than": "more-than",
    "less than": "less-than",
    "fewer than": "less-than",
    "greater than": "more-than",
    "up to": "up-to",
    "a maximum of": "at-most",
    "maximum of": "at-most",
    "a minimum of": "at-least",
    "email address": "email",
    "email addresses": "emails",
    "e-mail address": "email",
    "register for": "enroll in",
    "registers for": "enrolls in",
    "sign up for": "enroll in",
    "signs up for": "enrolls in",
    "apply to": "apply for",
    "number in stock": "stock",
    "quantity in stock": "stock",
    "amount in stock": "stock",
    "units in stock": "stock",
    "help desk": "helpdesk",
    "e-mail": "email",
    "e-mails": "emails",
    "phone number": "phone",
    "telephone number": "phone",
    "whether or not": "whether",
    "each other": "others",
    "as long as": "while",
    "per cent": "percent",
    "true or false": "boolean",
    "yes or no": "boolean",
    "yes/no": "boolean",
    "true/false": "boolean",
}
