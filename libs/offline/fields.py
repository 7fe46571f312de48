"""A column from the words said about it: name, type, bounds, choices."""

from __future__ import annotations

import re
from decimal import Decimal

from msgspec.structs import replace

from libs.contracts.fields import Field, FieldType
from libs.offline.items import Item
from libs.offline.lexicon import attributes, words
from libs.offline.lexicon.nouns import PEOPLE
from libs.offline.words import field_name, singular, snake

_BY_TAIL: tuple[tuple[FieldType, frozenset[str]], ...] = (
    ("email", attributes.EMAIL), ("uuid", attributes.UUID), ("money", attributes.MONEY),
    ("integer", attributes.INTEGER), ("decimal", attributes.DECIMAL), ("date", attributes.DATE),
    ("datetime", attributes.DATETIME), ("boolean", attributes.BOOLEAN), ("text", attributes.TEXT),
    ("url", attributes.URL), ("json", attributes.JSON),
)  # fmt: skip
_NUMERIC = frozenset({"integer", "decimal", "money"})
_BOUNDED = {"integer": re.compile(r"-?\d{1,15}"), "decimal": re.compile(r"-?\d{1,15}(\.\d{1,6})?")}
_SIGNED = words(
    "balance profit latitude longitude temperature level position rank altitude elevation score rating value"
)
# Given as whole numbers where they are said to go from one whole number to another.
_WHOLE = frozenset({"value", "score", "points", "grade", "mark"})
_IS = ("is_", "has_", "can_", "was_")
_AT = re.compile(r"(^|_)(at|time|timestamp|datetime)$")
_ON = re.compile(r"(^|_)(on|date|day|birthday|dob|deadline|expiry)$|^(date|day)_of_")
# The longest text a string column takes unless the wish says otherwise, in characters.
STRING_LENGTH = 200


def column(item: Item, owner: str = "") -> Field | None:
    """Return the column an item describes, named without the owner's own name; nothing when no name is left."""
    words = _without_owner([word.replace("-", "_") for word in item.phrase.words], owner)
    name = field_name("_".join(words))
    if not name:
        return None
    if item.phrase.plural and not item.phrase.counted and name in {"notes", "comments"}:
        name = "notes"
    guessed = typed(name, counted=item.phrase.counted)
    if guessed.maximum and owner.rpartition("_")[2] in PEOPLE:
        guessed = replace(guessed, minimum="0", maximum=None)
    return constrained(guessed, item)


def _without_owner(words: list[str], owner: str) -> list[str]:
    parts = owner.split("_")
    if owner and len(words) > len(parts) and [*words[: len(parts) - 1], singular(words[len(parts) - 1])] == parts:
        rest = words[len(parts) :]
        return words if rest[-1] in {"number", "id", "code"} and len(rest) == 1 else rest
    return words


def typed(name: str, counted: bool = False) -> Field:
    """Return a column of the type its name suggests."""
    tail = name.rpartition("_")[2]
    if counted:
        return Field(name, "integer", minimum="0")
    if tail in {"rating", "stars"}:
        return Field(name, "integer", minimum="1", maximum="5")
    if tail in attributes.ENUM:
        return _choosing(name, attributes.ENUM[tail])
    field = Field(name, kind(name, tail), required=not optional(name))
    return _shaped(field, tail)


def optional(name: str) -> bool:
    """Say whether people usually leave a column of this name empty."""
    return name in attributes.OPTIONAL or name.rpartition("_")[2] in {"notes", "description", "bio"}


def kind(name: str, tail: str) -> FieldType:
    """Return the type that a column's name suggests, ``string`` when it suggests none."""
    measured = re.match(r"(\w+_)?(?P<head>[a-z]+)_(?:per|of)_", name)
    if measured and measured["head"] in attributes.MONEY | {"year"}:
        return "integer" if measured["head"] == "year" else "money"
    if tail == "rate" and name.startswith(("hour", "day", "daily", "night", "week", "month")):
        return "money"
    if name.startswith(_IS):
        return "boolean"
    if _AT.search(name) or _ON.search(name):
        return "datetime" if _AT.search(name) else "date"
    if name == "full_name" or (tail in {"name", "number", "code", "id"} and "_" in name):
        return "string"
    for found, names in _BY_TAIL:
        if tail in names:
            return found
    return "string"


def _shaped(field: Field, tail: str) -> Field:
    unique = tail in attributes.UNIQUE or field.name in attributes.UNIQUE_NAMES
    if field.type in _NUMERIC and not _signed(field.name, tail):
        return replace(field, minimum="0", default="0" if tail in {"stock", "inventory"} else None)
    if field.type == "string":
        return replace(field, max_length=STRING_LENGTH, unique=unique)
    if field.type == "boolean":
        return replace(field, default="true" if tail in {"active", "available", "enabled"} else "false")
    return replace(field, unique=unique)


def _signed(name: str, tail: str) -> bool:
    return tail in _SIGNED and not name.startswith(("reorder", "stock"))


def _choosing(name: str, choices: tuple[str, ...]) -> Field:
    default = "medium" if "medium" in choices else choices[0]
    return Field(name, "enum", choices=choices, default=default)


def constrained(field: Field, item: Item) -> Field:
    """Return a column with the flags, type, choices and bounds of an item applied."""
    if item.choices:
        field = choosing(field, item.choices)
    elif item.type and not (item.type == "text" and field.type == "text"):
        field = retyped(field, item.type)
    field = _flagged(field, item.flags)
    if any(item.bounds):
        field = bounded(field, item.bounds)
    if item.length and field.type in {"string", "text"}:
        field = replace(field, max_length=max(1, min(item.length, 10_000)))
    return _defaulted(_shape(field, item), item.default)


def _shape(field: Field, item: Item) -> Field:
    if item.scale is not None and field.type == "decimal":
        field = replace(field, scale=min(item.scale, 12))
    if item.shortest and field.type in {"string", "text"}:
        field = replace(field, min_length=min(item.shortest, field.max_length or item.shortest))
    return replace(field, pattern=item.pattern) if item.pattern and field.type == "string" else field


def choosing(field: Field, choices: tuple[str, ...]) -> Field:
    """Return the column as an enum of these values, the first of them its default."""
    values = tuple(dict.fromkeys(value for value in (snake(choice, 40) for choice in choices) if value))[:40]
    if len(values) < 2:
        return field
    return Field(field.name, "enum", field.description, required=field.required, choices=values, default=values[0])


def retyped(field: Field, wanted: str) -> Field:
    """Return the column with another type, and only the bounds that fit it."""
    if wanted in {"enum", field.type}:
        return field
    kinds: dict[str, FieldType] = {name: name for name in ("string", "text", "integer", "decimal", "money", "boolean")}
    kinds |= {name: name for name in ("date", "datetime", "uuid", "email", "url", "json")}
    plain = Field(field.name, kinds[wanted], field.description, required=field.required, unique=field.unique)
    if plain.type == "boolean":
        return replace(plain, default="false", unique=False)
    if plain.type == "string":
        return replace(plain, max_length=STRING_LENGTH)
    zero = plain.type in {"integer", "money"} and not _signed(field.name, field.name.rpartition("_")[2])
    return replace(plain, minimum="0") if zero else plain


def _flagged(field: Field, flags: frozenset[str]) -> Field:
    if "unique" in flags and field.type not in {"boolean", "json", "enum"}:
        field = replace(field, unique=True)
    if "required" in flags:
        field = replace(field, required=True)
    if "optional" in flags:
        field = replace(field, required=False)
    if "indexed" in flags:
        field = replace(field, indexed=True)
    if flags & {"positive", "nonnegative", "level"}:
        field = _above_zero(field, "positive" in flags)
    return field


def _above_zero(field: Field, strictly: bool) -> Field:
    if field.type not in _NUMERIC:
        field = retyped(field, "integer")
    least = {"integer": "1", "money": "0.01"}.get(field.type, "0") if strictly else "0"
    return replace(field, minimum=least)


def bounded(field: Field, bounds: tuple[str, str]) -> Field:
    """Return the column with bounds; a string of digits becomes a number first."""
    if field.type not in _NUMERIC:
        if field.type not in {"string", "enum"}:
            return field
        field = retyped(field, "decimal" if any("." in bound for bound in bounds) else "integer")
    broken = any("." in bound for bound in bounds)
    if field.type == "integer" and broken:
        field = retyped(field, "decimal")
    if field.type == "decimal" and all(bounds) and not broken and field.name in _WHOLE:
        field = retyped(field, "integer")
    shape = _BOUNDED["integer" if field.type == "integer" else "decimal"]
    low, high = (_inclusive(bound, field.type, shape) for bound in bounds)
    if low is not None and high is not None and float(low) > float(high):
        return field
    return replace(field, minimum=low or field.minimum, maximum=high or field.maximum)


def _inclusive(bound: str, kind: FieldType, shape: re.Pattern[str]) -> str | None:
    """Return a bound as an inclusive one: more than 0 is at least 1, or at least a cent."""
    number = bound.strip("<>")
    if not shape.fullmatch(number):
        return None
    step = {"integer": Decimal(1), "money": Decimal("0.01")}.get(kind, Decimal(0))
    if bound[0] == number[0]:
        return number
    return str(Decimal(number) + step if bound[0] == ">" else Decimal(number) - step)


def _defaulted(field: Field, default: str) -> Field:
    fits = default in field.choices if field.type == "enum" else False
    fits = fits or (field.type == "boolean" and default in {"true", "false"})
    fits = fits or (field.type == "integer" and default.isdigit())
    return replace(field, default=default) if default and fits else field
