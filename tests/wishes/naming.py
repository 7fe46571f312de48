"""When two names mean the same: singular or plural, ``due_on`` or ``due_date``, American or British."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache

from pluralizer import Pluralizer

from tests.wishes.pieces import snake

_BRITISH = {
    "color": "colour",
    "license": "licence",
    "center": "centre",
    "organizer": "organiser",
    "artifact": "artefact",
    "enrollment": "enrolment",
    "favorite": "favourite",
    "catalog": "catalogue",
    "program": "programme",
}
_TIMES = {"on", "at", "date", "time", "datetime"}
_plural = Pluralizer()


@cache
def canon(name: str) -> str:
    """The form that all spellings of a name share."""
    words = [_BRITISH.get(word, word) for word in re.split(r"[^a-z0-9]+", snake(name).lower()) if word]
    words = words[2:] if words[:2] == ["number", "of"] and len(words) > 2 else words
    words = words[:-1] if words[-1:] == ["count"] and len(words) > 1 else words
    words = words[1:] if words[:1] in (["is"], ["has"]) and len(words) > 1 else words
    while len(words) > 1 and words[-1] in _TIMES:
        words.pop()
    return "_".join([*words[:-1], _plural.singular(words[-1])]) if words else ""


def same(name: str, names: Iterable[str], owner: str = "") -> bool:
    """Whether ``name`` is one of ``names``; ``book_title`` of a book is its title."""
    wanted = {canon(each) for each in names}
    return canon(name) in wanted or canon(name).removeprefix(f"{canon(owner)}_") in wanted


_SMALL = """
    a an and any are as at be been but by can cannot do does for from has have he her his if in is it its may more most
    must never no nobody not of on one only or our over per shall should than that the their them there they this to
    until up we when which who will with without you
"""


def words(text: str) -> set[str]:
    """The words of a sentence that carry its meaning."""
    found = re.findall(r"[a-z0-9]+", text.lower())
    return {_stem(word) for word in found if word not in _SMALL.split()}


def _stem(word: str) -> str:
    return re.sub(r"(ing|ed|s)$", "", _plural.singular(word)) if len(word) > 4 else word


def alike(one: str, other: str) -> bool:
    """Whether two sentences say the same rule: half of the shorter one's words are in the other."""
    first, second = words(one), words(other)
    return 2 * len(first & second) >= min(len(first), len(second)) > 0
