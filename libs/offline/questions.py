"""What is asked when there is no system in the text, and what is noted when part of it was not understood."""

from __future__ import annotations

import re

from libs.offline.facts import Facts
from libs.offline.lexicon import words
from libs.offline.lexicon.catalog import FIELDS
from libs.offline.lexicon.nouns import PEOPLE, THINGS
from libs.offline.rephrase import SIGN_IN
from libs.offline.text import clean
from libs.offline.words import singular

_ASKING = words("must should shall can cannot only never need needs want report notify unique")
_EXAMPLE = 'For example: "A library API with members, books and loans; a book has a title and an ISBN."'


def ask_back(wish: str, facts: Facts) -> tuple[str, ...]:
    """Return one to three questions that would turn the wish into something to build."""
    name = " ".join(facts.title)
    if facts.asked or name:
        about = f" the {name} system" if name else " the system"
        return (
            f"Which things should{about} keep, and what belongs to each of them? {_EXAMPLE}",
            "Who uses it, and is anybody allowed more than the others?",
        )
    text = " ".join(clean(wish).split())
    opening = f'I found no system to build in "{text[:80]}".' if text else "The wish is empty."
    return (
        f"{opening} What should the backend keep track of? {_EXAMPLE}",
        "Who will use it, and what should they be able to do?",
        *(("I read English only. Could you say it in English?",) if _foreign(text) else ()),
    )


def _foreign(text: str) -> bool:
    letters = [sign for sign in text if sign.isalpha()]
    return bool(letters) and sum(sign.isascii() for sign in letters) < len(letters) * 0.98


def note_unread(sentences: list[str]) -> list[str]:
    """Return a line for each sentence that nothing was made of though it may say something of the system."""
    return [
        f'Not used, as I could not read it as part of the system: "{_short(text)}"'
        for text in sentences
        if _telling(text)
    ]


def _telling(text: str) -> bool:
    """Leave out greetings and asides: what names nothing a system keeps and asks for nothing."""
    if SIGN_IN.search(text):
        return False
    low = re.findall(r"[a-z]+", text.lower())
    named = any(singular(word) in THINGS or singular(word) in PEOPLE or singular(word) in FIELDS for word in low)
    return named or bool(_ASKING.intersection(low))


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= 200 else f"{line[:197]}..."
