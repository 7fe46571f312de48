"""How wishes tell of states: "new ones are open", "once it is sent it is final", "status: open, in progress, done"."""

from __future__ import annotations

import re

from libs.offline.lexicon import grammar, words

_NAMED = r"(?:status(?:es)?|states?|stages?|phases?)"
# "Status: draft, sent, paid", "status of a job: ...", "status is one of ...", "status (open, closed)".
LISTED = re.compile(
    rf"(?:^|[ ,;(@$])(?i:{_NAMED})(?: of (?:an? |the |each |every )?@\w+)?"
    r"(?: (?:is|are|can be|may be) (?:one of|any of|either)?:?|:| \(|=| one of:?| values?:?| -) *"
    r"(?P<list>[^.;:()>]+)(?:$|[.;)])"
)
ITEM = re.compile(r"^(?:and |or |finally |then )*(?:an? |the )?([a-z][a-z_-]*(?: [a-z][a-z_-]*){0,3})$")
_STATE = (
    r"[%$]?(?P<{0}>(?:under |on |in |being |not |half |fully |checked |handed |picked |signed |partly"
    r" )?[a-z_-]{{3,}})"
)
_ONE = _STATE.format("one")
_END = (
    r"(?=$|[,.;:)]| (?:and|or|when|once|if|until|by|at|after|again|then|as soon as|first|initially|because|while"
    r"|for|on)\b)"
)
_MADE = (
    r"(?:created|entered|added|filed|recorded|registered|submitted|made|opened|received|placed|written"
    r" down|logged|new"
    r"|saved|booked|reported|raised|typed in|brought in|imported|requested)"
)
_AS = re.compile(
    r"(?:@(?P<thing>\w+)|\b(?:it|they)|^) ?(?:(?:always |each |every |all )*"
    rf"(?:\$?starts?|begins?|comes? in|arrives?|(?:is|are|gets?) (?:first )?[%$]?{_MADE})(?: out| off|"
    rf" life| there| life)*"
    rf"(?: by [^,;.]+?)? (?:as|in) (?:an? |the )?(?:state |status )?){_ONE}{_END}"
)
_FIRST = re.compile(
    r"(?:@(?P<thing>\w+)|\b(?:it|they)) (?:is|are|will be|shall be)(?: always)? "
    rf"(?:{_ONE} (?:at first|first|initially|to begin with|in the beginning)\b"
    rf"|(?:at first|first|initially) {_STATE.format('two')}{_END}"
    rf"|{_STATE.format('three')} (?:when|as soon as|once|as) (?:it|they|somebody|someone|we|a \w+)?"
    rf" ?(?:is|are|gets?|have|has)? ?%?{_MADE}\b)"
)
_NEW = re.compile(
    rf"\b(?:new|fresh|newly \w+) @(?P<thing>\w+) (?:is|are|gets?|starts?(?: out)? as) (?:an? )?{_ONE}{_END}"
)
_WHEN_MADE = re.compile(
    rf"^(?:when|once|after|as soon as) .*?\b(?:{_MADE}|(?:write|enter|create|file|add|record|make|log|save"
    rf"|type)s?\b[^,]*),?"
    rf" (?:it|they|the @\w+) (?:is|are|gets?|becomes?) {_ONE}{_END}"
)
THEN = re.compile(
    r"\b(?:then|afterwards|after that|after this|finally|later|next|in the end|at the end|eventually)(?: on)?,?"
    r"(?: (?:it|they|ones?|the @\w+)(?! (?:is|are) (?:not|never)))?(?: (?:is|are|becomes?|gets?|goes(?:"
    r" to| into)?|moves? (?:in)?to|turns?|being))*"
    rf" {_ONE}{_END}"
)
_AFTER = re.compile(
    r"(?:^|[,;] (?:and |but )?)(?:once|when|whenever|as soon as|if|after|while) [^,;]*?,? (?:it|they|the @\w+) "
    rf"(?:is|are|becomes?|gets?|goes (?:in)?to|counts as|turns) (?:then |automatically |immediately )?{_ONE}{_END}"
)
BECOMES = re.compile(
    r"@(?P<thing>\w+)(?: (?:then|automatically|immediately|later|finally))? (?:becomes?|turns(?:"
    r" into)?|goes into|is marked(?: as)?|"
    rf"are marked(?: as)?|is set to|are set to|changes? to) (?:an? |the )?{_ONE}{_END}"
)
# "Accepted findings are fixed, and fixed ones get rewarded", "inquiries and offered orders may lapse".
FROM = re.compile(
    r"(?:^|[,;:] |\b(?:and|or|only|but|an?|the|then|either) )[%$]?(?P<one>[a-z_]+(?:ed|en|wn|id|nt|ing)"
    r"|draft|open|new|pending|active|%\w+)"
    r" (?:@(?P<thing>\w+)|ones?)(?: can| may| could| must| should)?(?: also| only| later| still| then|"
    r" always| either)*"
    r"(?: be| get| are| is| gets|(?: go| goes| moves?| returns?| changes?)(?: back)? (?:to|into))(?:"
    r" then| finally| either| later| also)* [%$]?(?P<two>[a-z_]+(?:ed|en|wn|id|nt))(?:,? or"
    r" (?P<three>[a-z_]+(?:ed|en|wn|id|nt)))?"
    rf"(?!, (?:not|never)){_END}"
)
_UNTIL = re.compile(
    rf"@(?P<thing>\w+) (?:is|are|stays?|remains?) (?:an? )?{_ONE} until "
    r"(?:(?:they|it) (?:is|are|has been|have been) [%$]?(?P<two>[a-z_]+(?:ed|en|wn|id|nt))"
    r"|(?:an?|the|their|its) [@&]?\w+ (?P<verb>[a-z]+?)s (?:it|them)\b|they|it|somebody|someone|an? [@&]\w+)"
)
# "It may be offered", "a triager closes it as a duplicate", both in a life that is being told.
_MAYBE = re.compile(
    rf"(?:^|[,;] |\b(?:it|they) )(?:and |or )?(?:can|may|could)(?: then| also| later| still)* be"
    rf" [%$]?(?P<one>[a-z_]+(?:ed|en|wn|id)){_END}"
)
_CALLED = re.compile(rf"(?:^|[a-z] )(?:it|them) as (?:an? )?{_ONE}{_END}")
SELF = re.compile(
    r"[%$]?(?P<one>[a-z_]+(?:ed|en|wn)|%\w+) (?:@(?P<thing>\w+)|ones?) (?:can|may|could|might)(?: also|"
    r" still| only)? (?P<verb>[a-z]+)"
    r"(?=[.,;]|$| when| if| at| after)"
)
CAN_DO = re.compile(
    r"\b(?:can|may|could)(?: also| still| only)? (?P<verb>[a-z]+) (?:an?|the|any|all|only)"
    r" [%$]?(?P<one>[a-z_]+(?:ed|en|wn)|%\w+) @(?P<thing>\w+)"
)
_GETS = re.compile(rf"(?:^|, |\band )(?:then |later )?(?:gets?|becomes?) {_ONE}{_END}")
PASSING = (FROM, SELF, CAN_DO)
STORY = (THEN, _AFTER, _MAYBE, _CALLED, _GETS)
# "Claims are pending.", "quotes are drafted, then sent".
_BARE = re.compile(
    r"^(?:(?:an?|the|each|every|all) )?@(?P<thing>\w+) (?:is|are) "
    r"(?:(?P<one>new|open|draft|pending|planned|idle)(?=$|[.;])"
    r"|[%$]?(?P<two>[a-z_]+(?:ed|en|wn|nt))(?=,? (?:and )?then ))"
)
OPENING = (_AS, _FIRST, _NEW, _WHEN_MADE, _UNTIL, _BARE)
_CLOSED = grammar.DETERMINERS | grammar.PERSONAL | grammar.POSSESSIVE | grammar.PREPOSITIONS | grammar.MODALS
NOT_STATES = _CLOSED | words(
    """
    not never only also again still back possible allowed required needed necessary able available
    used kept shown stored saved deleted removed changed edited altered modified updated touched moved set
    created added entered listed notified informed sent charged asked told visible one two three there here
    sorted given made taken seen found put counted calculated computed printed limited called named part different same
    frozen final locked immutable reopened restarted resumed brought linked attached tied mandatory optional unique full
    enough too more less than longer up
    """
)  # fmt: skip
