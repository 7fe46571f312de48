"""Systems of which a word or two is enough: what a library or a shop keeps when the wish does not say."""

from __future__ import annotations

import re

from libs.offline.draft import Draft
from libs.offline.lexicon.domains import DOMAINS
from libs.offline.lexicon.nouns import PLACES
from libs.offline.words import human, plural_key, series, singular

_HOUSE = re.compile(
    rf"\b(?:my|our|a|the|an)(?: (?:small|little|big|local|new|old|tiny))* ((?:[a-z]+ )?)({'|'.join(sorted(PLACES))})\b"
)
# A wish longer than this that named nothing is prose about something else, in words.
_MAX_WORDS = 40


def house(text: str) -> tuple[str, ...]:
    """Return the house a long wish speaks of ("our bicycle workshop") as a name for its system."""
    found = _HOUSE.search(text[:2000].lower()) if len(text.split()) > _MAX_WORDS else None
    return tuple(word for word in (found[1].strip(), found[2]) if word) if found else ()


def fill_from_domain(draft: Draft, text: str, asked: bool) -> bool:
    """Add the entities of the domain that a short wish names; says whether one was found."""
    words = re.findall(r"[a-z][a-z-]*", text.lower())
    if len(words) > _MAX_WORDS or not (asked or len(words) <= 6):
        return False
    said = {singular(word) for word in words} | set(words)
    entities = next((keys for names, keys in DOMAINS if set(names.split()) <= said), "")
    for key in entities.split():
        draft.entity(key)
    if entities:
        things = series([human(plural_key(key)) for key in entities.split()])
        draft.assume(f"The wish does not say what to keep; I assumed {things}, as such systems usually do.")
    return bool(entities)
