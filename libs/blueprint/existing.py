"""What becomes of the values that rows have already, when the charter changes: kept, written anew, or made up."""

from __future__ import annotations

from decimal import Decimal

from libs.blueprint import values
from libs.blueprint.literals import literal
from libs.blueprint.tables import Column
from libs.contracts.fields import Field

_NUMBERS = frozenset({"integer", *values.FIXED_TYPES})
_TEXT = frozenset({*values.TEXT_TYPES, "enum"})
_NOW = {"today": "dt.datetime.now(dt.UTC).date()", "utc_now": "dt.datetime.now(dt.UTC)", "uuid4": "uuid4()"}
_EMPTY = {
    "boolean": "False",
    "date": _NOW["today"],
    "datetime": _NOW["utc_now"],
    "json": "{}",
    "uuid": _NOW["uuid4"],
}
# A user whom rows without an owner belong to: without a password that fits, and locked.
_NOBODY = {"email": '"nobody@example.com"', "password_hash": '""', "role": '"user"', "active": "False"}
# Of a unique field, whose values must differ: each row makes its own of its id, ``key``.
_OF_ID = {
    "date": "dt.date(2000, 1, 1) + dt.timedelta(days=key)",
    "datetime": "dt.datetime(2000, 1, 1, tzinfo=dt.UTC) + dt.timedelta(seconds=key)",
    "email": 'f"{key}@example.com"',
    "json": '{"id": key}',
    "string": "str(key)",
    "text": "str(key)",
    "url": 'f"https://example.com/{key}"',
    "uuid": "uuid4()",
}
# From ``value`` in one type to its like in another; between texts nothing is to be done.
_AS_TEXT = {
    "boolean": "str(value).lower()",
    "date": "value.isoformat()",
    "datetime": "value.isoformat()",
    "decimal": "str(value)",
    "integer": "str(value)",
    "json": "json.dumps(value)",
    "money": "str(value)",
    "uuid": "str(value)",
}
_OF_TEXT = {
    "boolean": 'value.strip().lower() in ("true", "yes", "1")',
    "date": "dt.date.fromisoformat(value)",
    "datetime": "dt.datetime.fromisoformat(value)",
    "decimal": "Decimal(value)",
    "integer": "int(value)",
    "json": "value",
    "money": "Decimal(value)",
    "uuid": "UUID(value)",
}
_BETWEEN = {
    ("boolean", "integer"): "int(value)",
    ("boolean", "json"): "value",
    ("date", "datetime"): "dt.datetime.combine(value, dt.time(), dt.UTC)",
    ("datetime", "date"): "value.date()",
    ("decimal", "decimal"): "value",
    ("decimal", "integer"): "round(value)",
    ("decimal", "money"): "value",
    ("integer", "boolean"): "bool(value)",
    ("integer", "decimal"): "Decimal(value)",
    ("integer", "json"): "value",
    ("integer", "money"): "Decimal(value)",
    ("money", "decimal"): "value",
    ("money", "integer"): "round(value)",
}


def in_place(old: Column, new: Column) -> bool:
    """Tell whether a column keeps its values as they are stored: of the same type, or text of another length."""
    return old.storage == new.storage or (_kind(old) in _TEXT and _kind(new) in _TEXT)


def _kind(column: Column) -> str:
    return column.field.type if column.field else ""


def rewriting(old: Column, new: Column) -> str:
    """Return the source that makes a new value of the old ``value``; empty where the one says nothing of the other."""
    before, after = _kind(old), _kind(new)
    if before in _TEXT:
        return _OF_TEXT.get(after, "")
    return _AS_TEXT.get(before, "") if after in _TEXT else _BETWEEN.get((before, after), "")


def made_up(column: Column) -> str:
    """Return the source of a value for rows that have none: the field's default, or one that says next to nothing."""
    field = column.field
    if field is None:
        return _NOBODY.get(column.name, _NOW["utc_now"])  # else it says when a row was made or changed
    if values.has_default(field):
        return _NOW.get(values.default_factory(field)) or literal(values.parse(field, field.default or ""))
    return _EMPTY.get(field.type) or literal(_least(field))


def of_id(column: Column) -> str:
    """Return the source that makes a value of a row's id, ``key``, where values must differ; empty for a choice."""
    field = column.field
    if field is None or field.type not in _NUMBERS:
        return _OF_ID.get(_kind(column), "")
    low, high = values.bounds(field)
    number = f"key + {low - 1}" if low is not None else f"{high + 1} - key" if high is not None else "key"
    return number if field.type == "integer" else f"Decimal({number})"


def _least(field: Field) -> object:
    if field.type == "enum":
        return field.choices[0]
    if field.type in _TEXT:
        return ""
    zero = 0 if field.type == "integer" else Decimal(0)
    low, high = values.bounds(field)
    return max(low, zero) if low is not None else min(high, zero) if high is not None else zero
