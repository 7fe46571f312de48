"""Verbs the reader knows, and what each says about the things around it."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from libs.offline.lexicon import words

HAVE: Final = words(
    "have contain include comprise hold store carry feature capture require specify know own consist keep record"
)
BELONG: Final = words("belong refer reference relate link connect attach live stay sit fall point")
SYSTEM: Final = words(
    """
    want need build create make design develop generate write help let allow enable support manage track handle
    organize organise store keep record maintain plan run give code implement program set produce provide administer
    monitor save remember collect cover prepare
    """
)
CREATE: Final = words(
    """ report
    create add register publish post submit upload enter open make place insert write schedule invite log file leave
    send start request propose import produce author issue set offer list
    """
)
READ: Final = words("read see view browse search access look find check inspect show display download export")
UPDATE: Final = words(
    """
    update edit change modify approve reject assign close archive cancel mark move rename confirm complete moderate
    adjust reschedule process refund resolve accept decline verify correct reopen hide pin lock unlock set
    """
)
DELETE: Final = words("delete remove drop erase")
ALL: Final = words("manage administer maintain control handle organize organise")
JOIN: Final = words(
    """
    enroll enrol join attend follow like favorite favourite bookmark participate subscribe sign take teach visit
    play sponsor watch star perform appear speak signup
    """
)
INSIDE: Final = words(" come work study live reside play train stay happen occur serve sit")
# A deed that leaves a record: what that record is called when the wish does not name it.
RECORD: Final = {
    "borrow": "loan",
    "lend": "loan",
    "checkout": "loan",
    "rent": "rental",
    "hire": "rental",
    "book": "booking",
    "reserve": "reservation",
    "review": "review",
    "rate": "rating",
    "comment": "comment",
    "vote": "vote",
    "apply": "application",
    "donate": "donation",
    "bid": "bid",
}
# Deeds that make one of the things named after them, if the wish keeps it.
RECORD_ALSO: Final = {
    "borrow": ("loan", "borrowing", "checkout"),
    "lend": ("loan",),
    "checkout": ("loan", "checkout", "order"),
    "rent": ("rental", "booking", "lease"),
    "hire": ("rental", "booking", "hire"),
    "book": ("booking", "reservation", "appointment", "ticket"),
    "reserve": ("reservation", "booking"),
    "buy": ("order", "purchase", "sale"),
    "purchase": ("order", "purchase"),
    "order": ("order", "purchase"),
    "sell": ("sale", "order"),
    "enroll": ("enrollment", "enrolment", "registration"),
    "enrol": ("enrollment", "enrolment", "registration"),
    "attend": ("attendance", "registration", "booking"),
    "register": ("registration",),
    "join": ("membership",),
    "subscribe": ("subscription",),
    "follow": ("follow", "subscription"),
    "like": ("like",),
    "rate": ("rating", "review"),
    "review": ("review",),
    "favorite": ("favorite",),
    "pay": ("payment",),
    "apply": ("application",),
    "donate": ("donation",),
}
MISC: Final = words(
    """
    ship deliver return pay buy sell order exceed overlap receive get use go come leave help work think like love
    consist depend happen end begin expire earn cost hold serve cook eat train learn report filter sort count
    compute calculate sum group notify remind email alert call tell ask answer wait pick choose select decide
    explain mention forget understand believe guess hope suppose feel say talk grow lose miss break fix repair
    install replace test prevent avoid limit restrict block ban charge bill invoice track sort allow become remain
    reach equal match contact meet hand bring drive fly travel teach grade score award win beat play treat diagnose
    prescribe admit discharge transfer withdraw deposit spend tag label categorize categorise classify total locate
    base own try keep live appear seem cover save switch turn print scan sync load clean support expect trust bother
    start stop finish reply respond share split merge duplicate copy export import
    """
)
# Deeds no noun is spelled like, so that any noun after them is what is done to.
DEEDS: Final = words(
    """
    approve reject edit delete create add remove modify cancel confirm assign manage write upload submit publish
    moderate maintain organize invite browse lend reserve attend follow buy sell pay close see view prepare serve
    deliver
    """
)
VERBS: Final = (
    HAVE
    | BELONG
    | SYSTEM
    | CREATE
    | READ
    | UPDATE
    | DELETE
    | ALL
    | JOIN
    | MISC
    | INSIDE
    | frozenset(RECORD)
    | frozenset(RECORD_ALSO)
)
IRREGULAR: Final = {
    "has": "have", "had": "have", "having": "have", "lent": "lend", "sold": "sell", "paid": "pay", "written": "write",
    "wrote": "write", "taken": "take", "took": "take", "made": "make", "held": "hold", "kept": "keep", "left": "leave",
    "given": "give", "sent": "send", "bought": "buy", "built": "build", "chosen": "choose", "driven": "drive",
    "met": "meet", "seen": "see", "saw": "see", "known": "know", "taught": "teach", "lost": "lose", "won": "win",
    "spent": "spend", "begun": "begin", "broken": "break", "brought": "bring", "found": "find", "gone": "go",
    "went": "go", "got": "get", "grown": "grow", "told": "tell", "said": "say", "thought": "think", "put": "put",
    "led": "lead", "shown": "show", "eaten": "eat", "flown": "fly", "felt": "feel", "read": "read", "set": "set",
    "fell": "fall", "withdrawn": "withdraw", "understood": "understand", "lets": "let", "run": "run",
    "goes": "go", "dying": "die", "hidden": "hide", "frozen": "freeze", "worn": "wear", "drawn": "draw",
}  # fmt: skip


@lru_cache(maxsize=20_000)
def lemma(word: str) -> str:
    """Return the base form of a verb the reader knows, empty for any other word."""
    if word in VERBS:
        return word
    if word in IRREGULAR:
        return IRREGULAR[word]
    return next((base for base in _bases(word) if base in VERBS), "")


def _bases(word: str) -> tuple[str, ...]:
    for ending, length in (("ies", 3), ("ied", 3), ("es", 2), ("ed", 2), ("ing", 3), ("s", 1)):
        if word.endswith(ending) and len(word) > length + 1:
            stem = word[:-length]
            undoubled = stem[:-1] if len(stem) > 2 and stem[-1] == stem[-2] else stem
            return (
                (f"{stem}y", stem, f"{stem}e", undoubled)
                if ending[0] == "i"
                else (stem, f"{stem}e", undoubled, word[:-1])
            )
    return ()


def is_past(word: str) -> bool:
    """Say whether a word may be the past participle of a verb."""
    return bool(lemma(word)) and (word.endswith("ed") or (word in IRREGULAR and word not in {"has", "goes", "lets"}))


def is_gerund(word: str) -> bool:
    """Say whether a word is the -ing form of a verb the reader knows."""
    return word.endswith("ing") and bool(lemma(word)) and lemma(word) != word


@lru_cache(maxsize=20_000)
def root(word: str) -> str:
    """Return what all forms of a verb share, known to the reader or not: "submitted", "submits", "check_in"."""
    word, mark, rest = word.partition("_")
    base = IRREGULAR.get(word, word)
    for ending in ("ies", "ied", "ing", "ed", "es", "s", "e"):
        if base.endswith(ending) and len(base) > len(ending) + 2:
            base = base[: -len(ending)] + ("y" if ending[0] == "i" and ending != "ing" else "")
            break
    base = base.removesuffix("e") if len(base) > 3 else base
    base = base[:-1] if len(base) > 3 and base[-1] == base[-2] else base
    return f"{base}{mark}{rest}"
