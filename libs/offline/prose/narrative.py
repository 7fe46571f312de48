"""Moves that a story tells: "once the customer agrees it becomes accepted; after that it is cut, then assembled"."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from libs.offline.lexicon import verbs, words
from libs.offline.words import human, plural

# States after which nothing is told to happen any more.
ENDS = words("won closed done completed finished paid cancelled rejected")
PLAIN_DEEDS = words(
    "edited changed deleted removed viewed updated used seen added created read modified assigned found done shown"
    " made given taken filtered sorted searched touched moved set booked borrowed lent rented sold bought ordered"
    " placed modified altered put sent kept stored the at more less up"
)
Move = tuple[str, str]
_GROUP = re.compile(r"%\w+(?:(?:,? (?:or|and)(?: an?)? |, |/)%\w+)+(?! ?->)")
_CUT = re.compile(
    r"\s*[;:]\s*|(?<!when)(?<!once)(?<!while)(?<!if)(?<!after)(?<!until)(?<!before)(?<!as long as)(?<!as"
    r" soon as)(?<!that)(?<!unless)"
    r"\s(?=(?:it|they|the @\w+) (?:is|are|becomes?|gets?) (?:\w+ )?%)|,\s*(?:and |but |or"
    r" )?|\s+(?:and|but)\s+(?=then\b|once\b|when\b|after|finally\b|later\b|in the end\b|it\b|they\b"
    r"|%[\w|]+ (?:ones?|@)|back\b|comes?\b|goes\b|eventually\b|nothing\b|at"
    r" any\b)|\s+(?=(?:while|when|once|as soon as|as long as|until|unless|after|before|if) )"
)
_COND = re.compile(r"^(?:and |but )?(?:while|when|once|as soon as|as long as|if|after|whenever|where|provided)\b")
_UNTIL = re.compile(r"^(?:until|before)\b")
_ONWARD = re.compile(
    r"\b(?:then|afterwards|after that|after this|finally|later|next|in the end|at the end|eventually|from"
    r" there|becomes?|turns?)\b"
)
_INITIAL = re.compile(r"\b(?:first|initially|at first|to begin with|starts?|begins?|new @|comes? in|newly)\b")
_NOT = re.compile(r"(?<![%@$&])\b(?:not|never|cannot|nobody|no longer|nothing|must|only one|at most|needs?|required)\b")
_INTO = re.compile(r"\b(?:is|are|be|becomes?|gets?|goes|go|moves?|turns?|as|to|into|on|come|comes|been|back)\b[^%]*$")
_OF_THESE = re.compile(r"^ ?(?:@\w+|ones?\b|\$\w+)")
_FREE = re.compile(r"\b(?:at|from|in) any (?:\w+ )?\$?(?:point|time|moment|stage|state|status|step)\b")
_BACK = re.compile(r"\b(?:comes?|goes|go|returns?|moves?|be put|put) back(?: again)?(?: from (?:there|that|it))?$")
_CALLED = re.compile(r"(?:it|them) as (?:an? )?$")
_SUBJECT = re.compile(
    r"(?:^|[,;.] |\buntil |\bor )(?:and )?(?:(?:an?|the|each|every|any|only|%\w+) )*(?:[@&]?\w+)(?: [@&]?\w+)? $"
)
_MODAL = r"(?P<modal>\b(?:can|may|could|will) (?:also |still |only |then )?)?"
_BEHIND_DEED = (
    r"(?= (?:at|if|when|once|after|(?:(?:an?|the|any|all|only) )?[@%]|it\b|them\b|or [a-z]+ (?:it|them)\b)"
    r"|[.,;]|$)"
)
# Questions, and lists of what there is.
_NO_STORY = re.compile(
    r"^(?:how|show|list|give|count|number|reports?|statistics)\b|(?:status|state|stage|phase)e?s?(?:"
    r" \w+){0,3}:(?!.*->)"
)
_NOT_YET = re.compile(
    r"(?:\b(?:or|be) %?|%)(\w+(?:ed|en|wn|id|nt)) (?:as long as|while|if|until|before|unless) (?:it|they)"
    r" (?:is|are|was|were|has|have)(?: not)?(?: yet)?(?: been)?(?: yet)? %(\w+)"
)
_WHILE = re.compile(
    r"\b(?:can|may|could) (?:only |also |still )?be %?(\w+(?:ed|en|wn|id)) (?:only )?(?:while|if|when|as"
    r" long as|once)"
    r" (?:it|they|the @\w+) (?:is|are)(?: still| only| already)? %([\w|]+)"
)
_DONE_TO = re.compile(
    r"\bbe %(\w+) (?:an?|the|any|all|only|those)? ?@\w+,? (?:that|which|while|as long as|if|when|once)(?:"
    r" it| they)? (?:is|are)(?: still| only)? %([\w|]+)"
    r"|\bbe %(\w+) (?:an?|the|any|all|only) %([\w|]+) (?:@\w+|ones?)"
)


@dataclass(slots=True)
class Story:
    """The states reached last, of each thing of which a life is told."""

    current: dict[str, tuple[str, ...]] = field(default_factory=lambda: {})

    def moves(self, marked: str, entity: str, known: Sequence[str]) -> list[Move]:
        """Return the moves that a sentence tells beyond those between two states of one part of it."""
        if not known or _NO_STORY.search(marked):
            return []
        text = _GROUP.sub(_together, re.sub(r" or can be %", " or %", filled(marked, known)))
        out = [*_active(text)]
        if "->" in marked or self.current.get(entity):
            out += _while_not(text, known)
        if "->" not in marked:
            line = _Line(tuple(known), self.current.get(entity, ()))
            for clause in _CUT.split(text):
                out += line.read(clause.strip(" .")) if clause and clause.strip() else []
            self.current[entity] = line.current
        return [(one, two) for one, two in dict.fromkeys(out) if one != two]


@dataclass(slots=True)
class _Line:
    """What is known in the middle of a sentence: the states reached, and those that a condition names."""

    known: tuple[str, ...]
    current: tuple[str, ...]
    given: tuple[str, ...] = ()
    event: bool = False
    goal: str = ""
    pair: tuple[tuple[str, ...], tuple[str, ...]] = ((), ())

    def read(self, clause: str) -> list[Move]:
        """Return the moves that one part of a sentence tells."""
        groups = list(re.finditer(r"%([\w|]+)", clause))
        states = tuple(groups[-1][1].split("|")) if groups else ()
        if not set(states) <= set(self.known):
            return []
        if _COND.match(clause):
            return self._condition(clause, states)
        if not groups:
            return [(two, one) for one in self.pair[0] for two in self.pair[1]] if _BACK.search(clause) else []
        if len(groups) == 1 and not _UNTIL.match(clause):
            return self._one(clause, groups[0], states)
        if len(groups) > 1:
            self.pair = (tuple(groups[0][1].split("|")), states)
            self.given, self.event = (), False
        self.current = states
        return []

    def _condition(self, clause: str, states: tuple[str, ...]) -> list[Move]:
        """Note where the move behind a condition starts, or the one before it."""
        self.event = True
        if not states or _NOT.search(clause):
            return []
        self.given = states
        return [(one, self.goal) for one in states if self.goal]

    def _one(self, clause: str, found: re.Match[str], states: tuple[str, ...]) -> list[Move]:
        made = self._single(clause, found)
        denied = bool(_NOT.search(clause))
        self.goal = states[0] if re.search(r"\b(?:can|may|could)\b", clause) and not made and not denied else ""
        reached = _INTO.search(clause[: found.start()]) and not _OF_THESE.match(clause[found.end() :])
        if made or (reached and not denied):
            self.given, self.event, self.current = (), False, states
        return made

    def _single(self, clause: str, found: re.Match[str]) -> list[Move]:
        """Return the moves to the one state that a part of a sentence names."""
        goals, front = found[1].split("|"), clause[: found.start()]
        if _NOT.search(clause) or _OF_THESE.match(clause[found.end() :]):
            return []
        if _FREE.search(clause):
            return [(one, two) for one in self.known for two in goals if one not in {*goals, *ENDS}]
        onward = bool(_ONWARD.search(clause))
        if not _INTO.search(front) and not _ONWARD.search(front):
            return []
        if self.given:
            return [(one, two) for one in self.given for two in goals]
        done_to = re.match(r" (?:it|them)\b", clause[found.end() :])
        if _INITIAL.search(clause) or not (onward or self.event or done_to or _CALLED.search(front)):
            return []
        return [(one, two) for one in self.current for two in goals if not set(goals) & set(self.current)]


def _while_not(text: str, known: Sequence[str]) -> list[Move]:
    """Read "cancelled as long as it has not been carried out": from all states before that one."""
    return [
        (one, found[1])
        for found in _NOT_YET.finditer(text)
        for one in (known[: known.index(found[2])] if found[2] in known else ())
        if one != found[1] and found[1] not in PLAIN_DEEDS
    ]


def _active(text: str) -> list[Move]:
    """Read "%cancelled @Move that are %requested", the deed before being marked as the state it leads to."""
    told = [(one, found[1]) for found in _WHILE.finditer(text) for one in found[2].split("|")]
    return [pair for pair in told if pair[1] not in PLAIN_DEEDS] + [
        (one, found[1] or found[3]) for found in _DONE_TO.finditer(text) for one in (found[2] or found[4]).split("|")
    ]


def _together(found: re.Match[str]) -> str:
    """Make one mark of states that are alternatives, or that rows in any of them share: "open and paid orders"."""
    shared = re.match(r" (?:@|ones?\b|can\b|may\b)", found.string[found.end() :])
    either = re.search(r"\bor\b" if not shared else r"\b(?:or|and)\b", found[0])
    return "%" + "|".join(re.findall(r"%(\w+)", found[0])) if either or "/" in found[0] else found[0]


def filled(marked: str, known: Sequence[str]) -> str:
    """Mark the states of a thing wherever they stand, also as a noun for the rows in them."""
    for value in sorted(known, key=len, reverse=True):
        names = {human(value), value, plural(human(value)), human(value).replace(" ", "-")}
        shape = "|".join(sorted(map(re.escape, names), key=len, reverse=True))
        marked = re.sub(rf"(?<![%@&\w|])\$?(?:{shape})(?![\w-])(?! by\b(?! (?:the|an?|our|@|&)))", f"%{value}", marked)
    for value in known:
        if shape := "|".join(_forms(value)):
            # "It can break" and "somebody cancels a job" tell of the state that is reached.
            deed = rf"{_MODAL}(?<![@$%&\w])(?:{shape}){_BEHIND_DEED}"
            marked = re.sub(deed, lambda found, to=value: _as_reached(found, to), marked)
    return marked


def _as_reached(found: re.Match[str], value: str) -> str:
    """Return a deed as the state it leads to, where it is what somebody does."""
    does = found["modal"] or _SUBJECT.search(found.string[: found.start()])
    return f"can be %{value}" if does else found[0]


def _forms(value: str) -> list[str]:
    """Return how the verb of a state is written of somebody: "lapse" and "lapses" of lapsed."""
    regular = {value[:-1], value[:-2]} if value.endswith("ed") and len(value) > 4 else set[str]()
    bases = {verbs.lemma(value), *regular} - {"", value}
    return sorted({form for base in bases for form in (base, f"{base}s", f"{base}es", f"{base.removesuffix('y')}ies")})
