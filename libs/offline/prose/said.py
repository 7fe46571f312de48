"""A marked sentence taken apart: what is said, under which conditions, and whether it is denied or only so."""

from __future__ import annotations

import re
from dataclasses import dataclass

from libs.offline.lexicon import verbs, words
from libs.offline.prose.rows import Rows, rows
from libs.offline.prose.world import World

_MARKS = (
    r"as long as|so long as|as soon as|once|when(?:ever)?|if|after|until|till|unless|while|before|provided(?: that)?"
    r"|in case|given that"
)
_LEADING = re.compile(rf"^(?:and |but |so |then |also )*(only )?({_MARKS}) ([^,;]+?)(?:, (?:then )?| then )(.+)$")
_UNPUNCTUATED = re.compile(
    rf"^(?:and |but )*(only )?({_MARKS}) (.+?) (?=(?:the|an?|its|their|no|nothing|nobody|it|they|you|we|only) )(.+)$"
)
_TRAILING = re.compile(rf"[ ,]+(?:and |but )?(only |even |also )?\b({_MARKS}) ")
_REASON = re.compile(r"[ ,]+(?:because|since|so that|otherwise|in order that|as otherwise|please)\b.*$")
_DENIED = re.compile(
    r"(?<![%$@&-])\b(?:cannot|never|no longer|nobody|no one|nothing|neither|not (?:be )?(?:possible|allowed|permitted)"
    r"|(?:is|are|be|must|should|will|may|do|does|can) not|not be|forbidden|prohibited|prevent\w*|blocked|refused?"
    r"|refuses"
    r"|impossible|disallowed|not any more|no (?:new |more |further |other )?[@$&%]?\w+)\b"
)
_ONLY = re.compile(r"(?<![%$@&-])\b(?:only|just|exclusively)\b")
_UNTIL = words("until till unless before")


@dataclass(frozen=True, slots=True)
class Said:
    """``main`` is the sentence without its conditions, each of which is a word such as "once" and what follows it."""

    whole: str
    main: str
    conditions: tuple[tuple[str, str], ...] = ()
    only: bool = False

    @property
    def denied(self) -> bool:
        """Whether the main clause says that something may not be."""
        return bool(_DENIED.search(self.main))

    def when(self) -> list[str]:
        """Return the conditions that hold where the main clause does."""
        return [text for word, text in self.conditions if word not in _UNTIL]

    def till(self) -> list[str]:
        """Return the conditions that end what the main clause says."""
        return [text for word, text in self.conditions if word in _UNTIL]


def take(marked: str) -> Said:
    """Take a marked sentence apart."""
    whole = _REASON.sub("", marked.strip(" ."))
    conditions: list[tuple[str, str]] = []
    only = False
    main = whole
    found = _LEADING.match(main) or _UNPUNCTUATED.match(main)
    if found:
        conditions.append((found[2], found[3].strip(" ,")))
        main, only = found[4], bool(found[1])
    pieces = _TRAILING.split(main)
    for kind, word, text in zip(pieces[1::3], pieces[2::3], pieces[3::3], strict=True):
        conditions.append((word, text.strip(" ,")))
        only = only or (kind or "").strip() == "only"
    main = pieces[0].strip(" ,")
    return Said(whole, main, tuple(conditions), only or bool(_ONLY.search(main)))


@dataclass(frozen=True, slots=True)
class Verb:
    """A verb of a clause with the rows it is done on."""

    lemma: str
    start: int
    end: int
    passive: bool
    objects: tuple[Rows, ...]


def verb(said: Said, shape: re.Pattern[str], world: World) -> Verb | None:
    """Return the first verb of the main clause that a shape finds, and what it is done on."""
    found = shape.search(said.main)
    if found is None:
        return None
    before = said.main[: found.start()]
    passive = bool(
        re.search(
            r"\b(?:be|been|being|is|are|gets?|get|never|cannot|and|or|can|not)(?: \w+ly| %?\w+ed,?| and| or|,)*$",
            before,
        )
    ) and bool(re.search(r"(?:ed|en|t|un|ged|ne)$", found[0]))
    named = rows(said.main, world)
    front = [one for one in named if one.end <= found.start()]
    back = [one for one in named if one.start >= found.end()]
    chosen = (front or back) if passive else (back or front)
    return Verb(verbs.lemma(found[0]), found.start(), found.end(), passive, tuple(chosen))
