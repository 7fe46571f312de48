"""What the values of a JSON sample tell of a column."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any
from uuid import UUID

from libs.contracts.fields import Field, FieldType
from libs.offline.documents.names import key
from libs.offline.documents.types import by_name
from libs.offline.fields import kind as named

_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[A-Za-z]{2,}")
_URL = re.compile(r"https?://[^\s]+")
_NUMBER = re.compile(r"-?\d{1,12}\.\d{2}")
_DATE = re.compile(r"\d{4}-\d\d-\d\d")
_MOMENT = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d.*")
_MAX_INT = 2**31 - 1
_LONG = 200  # characters; a value above is prose, not a name


def column(name: str, values: list[Any], complete: bool) -> Field:
    """Return the column that has these values; without ``complete`` some rows lack it."""
    given = [value for value in values if value is not None]
    found = _type(name, given)
    return Field(name, found, required=complete and len(given) == len(values))


def _type(name: str, values: list[Any]) -> FieldType:
    kinds = {type(value) for value in values}
    if not values:
        return _guess(name)
    if kinds == {bool}:
        return "boolean"
    if kinds <= {int, float}:
        return _number(name, values, kinds)
    if kinds == {str}:
        return _text(name, values)
    return "json"


def _guess(name: str) -> FieldType:
    """Take the word of a name whose values are all null."""
    found = named(key(name), key(name).rpartition("_")[2])
    return found if found != "enum" else "string"


def _number(name: str, values: list[Any], kinds: set[type]) -> FieldType:
    plain = key(name)
    if plain and named(plain, plain.rpartition("_")[2]) == "money":
        return "money"
    whole = kinds == {int} and all(abs(value) <= _MAX_INT for value in values)
    return "integer" if whole else "decimal"


def _text(name: str, values: list[str]) -> FieldType:
    tests: tuple[tuple[FieldType, Any], ...] = (
        ("uuid", _is_uuid), ("datetime", _is_moment), ("date", _is_date),
        ("email", _EMAIL.fullmatch), ("url", _URL.fullmatch),
    )  # fmt: skip
    for found, test in tests:
        if all(test(value) for value in values):
            return found
    if any(len(value) > _LONG or "\n" in value for value in values):
        return "text"
    plain = key(name)
    if named(plain, plain.rpartition("_")[2]) == "money" and all(_NUMBER.fullmatch(value) for value in values):
        return "money"
    finer = by_name(name, "string")
    long = named(plain, plain.rpartition("_")[2]) == "text"
    return "text" if long else "string" if finer in ("email", "url", "uuid") else finer


def _is_uuid(value: str) -> bool:
    try:
        return len(value) == 36 and str(UUID(value)) == value.lower()
    except ValueError:
        return False


def _is_date(value: str) -> bool:
    return bool(_DATE.fullmatch(value)) and _parses(dt.date.fromisoformat, value)


def _is_moment(value: str) -> bool:
    return bool(_MOMENT.fullmatch(value)) and _parses(dt.datetime.fromisoformat, value)


def _parses(parse: Any, value: str) -> bool:
    try:
        parse(value)
    except ValueError:
        return False
    return True
