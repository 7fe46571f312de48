"""Spelling: singular and plural, and names that are safe in Python, SQL and URLs."""

from __future__ import annotations

import keyword
import re
import unicodedata
from functools import lru_cache

from pluralizer import Pluralizer

from libs.offline.lexicon import words

_INFLECT = Pluralizer()
# Words that the library's rules bend wrongly: they end in s in the singular, or are the same in both.
_AS_THEY_ARE = words(
    "canvas cas chassis data diabetes gas goods gps https lens media pos premises series sms species staff stock"
)
_FIXED_PLURAL = {
    "species": "species",
    "series": "series",
    "staff": "staff",
    "media": "media",
    "data": "data",
    "lens": "lenses",
    "chassis": "chassis",
}
# Field names that would hide something of the generated class or are not a column's to take.
_FIELD_RESERVED = {
    "id": "code",
    "metadata": "extra_data",
    "registry": "registry_name",
    "model_config": "configuration",
    "query": "query_text",
    "copy": "copy_text",
    "json": "json_data",
    "dict": "dict_data",
    "schema": "schema_name",
    "validate": "validation",
    "construct": "construction",
    "self": "itself",
}


# The longest names of entities and columns, in characters: printed code puts "_id", "parent_" and the like around them.
MAX_ENTITY, MAX_COLUMN = 26, 30
_UNDIRECTED = re.compile(r"[^a-z0-9]+")


@lru_cache(maxsize=20_000)
def singular(word: str) -> str:
    """Return the singular of an English noun given in lower case."""
    if word in _AS_THEY_ARE or len(word) < 3 or word.endswith(("ss", "us", "is")):
        return word
    return "lens" if word == "lenses" else str(_INFLECT.singular(word))


@lru_cache(maxsize=20_000)
def plural(word: str) -> str:
    """Return the plural of an English noun given in lower case."""
    if word in _FIXED_PLURAL:
        return _FIXED_PLURAL[word]
    return str(_INFLECT.plural(word))


def is_plural(word: str) -> bool:
    """Say whether a lower case noun stands in the plural."""
    return singular(word) != word


def plain(text: str) -> str:
    """Return text with accents taken off and everything outside ASCII dropped."""
    swapped = text.replace("ß", "ss").replace("æ", "ae").replace("ø", "o").replace("ł", "l")
    return unicodedata.normalize("NFKD", swapped).encode("ascii", "ignore").decode()


@lru_cache(maxsize=20_000)
def snake(text: str, limit: int = 80) -> str:
    """Return text as snake_case of at most ``limit`` characters, empty when no letter or digit is in it.

    What is too long loses whole words at its end where that leaves any.
    """
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", plain(text))
    name = _UNDIRECTED.sub("_", spaced.lower()).strip("_")
    if len(name) <= limit:
        return name
    return name[: limit + 1].rpartition("_")[0] or name[:limit]


def pascal(key: str) -> str:
    """Return a snake_case key as PascalCase."""
    return "".join(part[:1].upper() + part[1:] for part in key.split("_"))


def human(key: str) -> str:
    """Return a snake_case or PascalCase name as words in lower case."""
    return snake(key).replace("_", " ")


def plural_key(key: str) -> str:
    """Return a snake_case key with its last word in the plural."""
    head, _, tail = key.rpartition("_")
    return f"{head}_{plural(tail)}" if head else plural(tail)


def singular_key(key: str) -> str:
    """Return a snake_case key with its last word in the singular."""
    head, _, tail = key.rpartition("_")
    return f"{head}_{singular(tail)}" if head else singular(tail)


def field_name(text: str) -> str:
    """Return a safe column name for text, empty when nothing usable is in it."""
    name = snake(text, MAX_COLUMN)
    if name and name[0].isdigit():
        name = f"n{name}"
    name = _FIELD_RESERVED.get(name, name)
    return f"{name}_name" if keyword.iskeyword(name) or (keyword.issoftkeyword(name) and name != "type") else name


def article(noun: str) -> str:
    """Return a noun with its indefinite article."""
    sounds_open = noun[:1] in "aeio" or (noun.startswith("u") and not noun.startswith(("user", "uni", "use", "uti")))
    return f"{'an' if sounds_open else 'a'} {noun}"


def series(items: list[str]) -> str:
    """Return items as an English list: ``a, b and c``."""
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} and {items[-1]}" if items else ""
