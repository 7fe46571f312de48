"""Turns of phrase and their plainer form, each a pattern and what it becomes."""

from __future__ import annotations

import re
from typing import Final

from libs.offline.words import plural, singular


def _turn(*parts: str) -> re.Pattern[str]:
    return re.compile("".join(parts), re.IGNORECASE)


_STAMPS = "created|updated|published|deleted|started|ended|closed|opened|sent|finished|completed|expires|due"
_SEASON = "mornings?|evenings?|afternoons?|nights?|summer|winter|spring|autumn|weekends?|\\w+days?"
_BUILDING = "building|making|creating|developing|planning|designing|writing|looking for"
_IT = r"(?:it|they|he|she|the \w+)"
# In this order; each replaces every place it fits.
TURNS: Final[tuple[tuple[re.Pattern[str], str], ...]] = (
    # "In the morning customers come": the time of day is no part of the customers.
    (_turn(rf"^(?:in|on|at|during|every) (?:the )?(?:{_SEASON}),? "), ""),
    (
        _turn(r"^as (?:an?|the) ([\w -]{2,40}?),? ", r"i (?:want|need|can|wish|would like|should)(?: to)?(?: can)? "),
        r"\1 can ",
    ),
    (_turn(rf"\b(?:i|we)(?:'m| am|'re| are) (?:{_BUILDING})\b"), "i want"),
    (_turn(r"\b(?:in|on|at) which\b"), "where"),
    (
        _turn(
            rf"\bwhether (?:or not )?{_IT} (?:is|are|was|were|has been|have been|can be) ",
            r"(?:already |still )?(\w+)",
        ),
        r"\1 (boolean)",
    ),
    (_turn(r"\bwho (?:wrote|made|created|authored) (?:it|them)\b"), "author"),
    (
        _turn(
            r"\b(?:which|what) (\w+) (?:it|they|he|she) (?:is|are|was|has|have|belongs?)",
            r"(?: (?:on|in|to|at|of|from))?\b",
        ),
        r"\1",
    ),
    (_turn(rf"\bthe (year|date|day|time) {_IT} (?:was|were|is|are) \w+"), r"the \1"),
    (_turn(rf"\b({_STAMPS}) (at|on)(?: (?:timestamp|datetime|date))?(?=[,.;)]|$| and\b)"), r"\1_\2"),
)
_NESTED = _turn(r"^(\w+) (?:can|may) be nested\b")
_OWNER_ONLY = _turn(
    r"\bonly (?:the|its|their|an?) (?:owner|creator|author)s?",
    r"(?: of (?:an?|the|each|every|their)? ?([\w-]+(?: [\w-]+)?))? ",
    r"(?:can|may) ([\w, ]+?) (?:it|them|(?:the|that|a|an|their) ([\w-]+))(?=[.,;]|$)",
)


def plainer(sentence: str) -> str:
    """Return a sentence with its turns of phrase put plainly."""
    for shape, plain in TURNS:
        sentence = shape.sub(plain, sentence)
    sentence = _NESTED.sub(lambda found: f"{found[1]} can have a parent {singular(found[1].lower())}", sentence)
    return _OWNER_ONLY.sub(_own, sentence)


def _own(found: re.Match[str]) -> str:
    """Read "only the owner of a board can delete it" as "users can delete only their own boards"."""
    thing = found[1] or found[3]
    if not thing:
        return found[0]
    head, _, last = thing.lower().rpartition(" ")
    return f"users can {found[2]} only their own {head} {plural(last)}".replace("  ", " ")
