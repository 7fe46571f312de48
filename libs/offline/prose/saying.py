"""What sentences about things are put together from when they are said again in plainer words."""

from __future__ import annotations

import re

from libs.offline.lexicon.nouns import PEOPLE, STAFF
from libs.offline.words import article, singular

Found = re.Match[str]
# A determiner before one thing.
A = r"(?:an?|the|one|each|every|some|their|its)"


def an(word: str) -> str:
    """Return a word in the singular with its article."""
    return article(singular(word.lower()))


def of(child: str, *parents: str) -> list[str]:
    """Return the sentences that say to what a thing belongs."""
    return [f"Each {singular(child.lower())} belongs to {an(parent)}" for parent in parents if parent]


def person(word: str) -> bool:
    """Say whether a word names somebody who does things."""
    single = singular(word.lower())
    return single in PEOPLE | STAFF or single.endswith(("er", "or"))
