"""From the names of a document to those of the house: PascalCase in the singular, snake_case in the plural."""

from __future__ import annotations

import re
from collections.abc import Collection

from libs.offline.words import pascal, plain, plural_key, singular_key

# What the blueprint prints names of, in characters.
MAX_NAME = 36
# What pydantic keeps for itself.
_PROTECTED = ("model_dump", "model_validate")
_PREFIX = re.compile(r"^(?:tbl|t|tb)_(?=.)")


def key(text: str) -> str:
    """Return a name as snake_case, empty when no letter or digit of the Latin alphabet is in it."""
    spaced = re.sub(r"([A-Z]+)([A-Z][a-z])", r"\1_\2", plain(text[:200]))
    spaced = re.sub(r"([a-z0-9])([A-Z])", r"\1_\2", spaced)
    name = re.sub(r"[^a-z0-9]+", "_", spaced.lower()).strip("_")
    if name[:1].isdigit():
        name = f"n{name}"
    return name if len(name) <= MAX_NAME else name[: MAX_NAME + 1].rpartition("_")[0] or name[:MAX_NAME]


def column_name(text: str) -> str:
    """Return the snake_case name of a column, ``value`` when nothing usable is in it."""
    name = key(text)
    return name.removeprefix("model_") if name.startswith(_PROTECTED) else name or "value"


def entity_name(text: str) -> str:
    """Return the PascalCase singular of a table's name, ``Record`` when nothing usable is in it."""
    return pascal(singular_key(table_key(text))) or "Record"


def table_key(text: str) -> str:
    """Return a table's name as snake_case without a prefix that only says that it is one."""
    return _PREFIX.sub("", key(text))


def plural_name(entity: str) -> str:
    """Return the snake_case plural of an entity's name."""
    name = plural_key(key(entity))
    return name if len(name) <= MAX_NAME else f"{key(entity)[: MAX_NAME - 1]}s"


def relation_name(column: str, targets: tuple[str, ...] = ()) -> str:
    """Return what a reference is called after its column: ``author`` for ``author_id``, ``authorId``, ``author_isbn``.

    ``targets`` are the columns it names in the other table.
    """
    name = column_name(column)
    for ending in ("_id", *(f"_{key(target)}" for target in targets), "_uuid", "_fk", "_ref"):
        if name.endswith(ending) and len(name) > len(ending):
            return name.removesuffix(ending)
    return name.removeprefix("id_") if name.startswith("id_") and len(name) > 3 else name


def alike(one: Collection[str], other: Collection[str]) -> bool:
    """Say whether two objects that have these names in them are of one kind, as an assignee and a user are.

    They have an id, the same names, and more than the name or title that all sorts of things have.
    """
    names = {name.lower() for name in one}
    telling = names - {"id", "_id", "uuid", "name", "title", "url", "description"}
    return bool(telling) and names == {name.lower() for name in other} and bool(names & {"id", "_id", "uuid"})
