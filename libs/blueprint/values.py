"""What a field can hold: its default and bounds as values, and sample values for the printed tests."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any
from uuid import UUID

from libs.blueprint.names import words
from libs.blueprint.patterns import matches
from libs.contracts.fields import Field

TEXT_TYPES = frozenset({"string", "text", "email", "url"})
BOUNDED_TYPES = frozenset({"integer", "decimal", "money", "date", "datetime"})
STRING_LENGTH = 255
MAX_INT = 2**31 - 1
SAMPLES = 3
# 18 digits still fit a 64-bit integer, which SQLite keeps exactly.
FIXED_TYPES = frozenset({"money", "decimal"})
_DECIMAL_PLACES = 6
_FIXED_LENGTHS = {"email": 254, "text": 10_000, "url": 2083}
_NOW = {
    "date": {"today", "now", "date.today", "current_date"},
    "datetime": {"now", "utcnow", "datetime.now", "datetime.utcnow", "current_timestamp"},
    "uuid": {"auto", "uuid", "uuid4", "uuid.uuid4", "gen_random_uuid", "random"},
}
_FACTORIES = {"date": "today", "datetime": "utc_now", "uuid": "uuid4"}
_BOOLEANS = {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}
_FIRST_DAY = dt.date(2030, 1, 10)


def longest(field: Field) -> int:
    """Return the greatest length of a text field in characters."""
    usual = _FIXED_LENGTHS.get(field.type, STRING_LENGTH)
    return usual if field.max_length is None else field.max_length


def shortest(field: Field) -> int:
    """Return the least length: what the charter says, else 1 for a required string, which may not be empty."""
    if field.min_length is not None or field.pattern is not None:
        return field.min_length or 0
    return int(field.type == "string" and field.required and field.default is None)


def places(field: Field) -> tuple[int, int]:
    """Return how many digits a money or decimal field has in all, and how many of them after the point."""
    if field.type == "money":
        return 12, 2
    return 18, _DECIMAL_PLACES if field.scale is None else field.scale


def default_factory(field: Field) -> str:
    """Return the function that makes the default (``utc_now``), or nothing where the default is a value."""
    text = (field.default or "").strip().lower().removesuffix("()")
    return _FACTORIES[field.type] if text in _NOW.get(field.type, ()) else ""


def has_default(field: Field) -> bool:
    """Tell whether the field has a default; ``null`` on an optional field is none."""
    if field.default is None:
        return False
    return (
        field.required or field.type in ("string", "text") or field.default.strip().lower() not in ("null", "none", "")
    )


def parse(field: Field, text: str) -> Any:
    """Return the value that a default or bound stands for; raise ``ValueError`` where it is none."""
    return _PARSERS[field.type](field, text.strip()) if field.type in _PARSERS else _text(field, text)


def _text(field: Field, text: str) -> str:
    if field.type == "enum" and text not in field.choices:
        raise ValueError(f"it is none of the choices {', '.join(field.choices)}")
    if field.type in TEXT_TYPES and not shortest(field) <= len(text) <= longest(field):
        raise ValueError("its length is out of bounds")
    return text


def _integer(_: Field, text: str) -> int:
    value = int(text)
    if abs(value) > MAX_INT:
        raise ValueError(f"it is beyond {MAX_INT}")
    return value


def _decimal(field: Field, text: str) -> Decimal:
    try:
        value = Decimal(text)
    except ArithmeticError as error:
        raise ValueError("it is no number") from error
    digits, after = places(field)
    if not value.is_finite() or abs(value) >= Decimal(10) ** (digits - after):
        raise ValueError(f"it needs more than {digits - after} digits before the point")
    if value != round(value, after):
        raise ValueError(f"it has more than {after} decimal places")
    return value


def _boolean(_: Field, text: str) -> bool:
    if text.lower() not in _BOOLEANS:
        raise ValueError("it is neither true nor false")
    return _BOOLEANS[text.lower()]


def _datetime(_: Field, text: str) -> dt.datetime:
    value = dt.datetime.fromisoformat(text)
    return value.astimezone(dt.UTC) if value.tzinfo else value.replace(tzinfo=dt.UTC)


_PARSERS: dict[str, Callable[[Field, str], Any]] = {
    "integer": _integer,
    "decimal": _decimal,
    "money": _decimal,
    "boolean": _boolean,
    "date": lambda _, text: dt.date.fromisoformat(text),
    "datetime": _datetime,
    "uuid": lambda _, text: UUID(text),
    "json": lambda _, text: json.loads(text),
}


def bounds(field: Field) -> tuple[Any, Any]:
    """Return minimum and maximum as values, ``None`` where there is none."""
    return (
        None if field.minimum is None else parse(field, field.minimum),
        None if field.maximum is None else parse(field, field.maximum),
    )


def samples(field: Field, position: int = 0) -> list[Any]:
    """Return up to three different JSON values the field accepts; ``position`` orders the dates of one entity."""
    if field.type in TEXT_TYPES:
        return _texts(field)
    if field.type in FIXED_TYPES:
        return [f"{value:.{places(field)[1]}f}" for value in _within(field, _amounts(field))]
    if field.type == "integer":
        return _within(field, [10, 11, 12])
    if field.type in ("date", "datetime"):
        return _moments(field, position)
    if field.type == "enum":
        return list(field.choices[:SAMPLES])
    return _OTHERS[field.type]


_OTHERS: dict[str, list[Any]] = {
    "boolean": [True, False],
    "uuid": [f"7c9e6679-7425-40de-944b-e07fc1f9035{n}" for n in range(1, SAMPLES + 1)],
    "json": [{"note": f"note {n}"} for n in range(1, SAMPLES + 1)],
}


def _texts(field: Field) -> list[Any]:
    low, high = shortest(field), longest(field)
    if field.pattern is not None:
        return list(matches(field.pattern, low, high, SAMPLES))
    found = [_one_text(field, number, low, high) for number in range(1, SAMPLES + 1)]
    return [text for text in dict.fromkeys(found) if low <= len(text) <= high]


def _one_text(field: Field, number: int, low: int, high: int) -> str:
    if field.type == "email":
        return f"{'abc'[number - 1] * max(1, low - 12)}@example.com"
    if field.type == "url":
        return f"https://example.com/{number}".ljust(low, "0")
    text = f"{words(field.name).capitalize()} {number}"
    return text[-high:].rjust(low, "x") if high else ""


def _amounts(field: Field) -> list[Decimal]:
    return (
        [Decimal("19.99"), Decimal("24.50"), Decimal("5.00")]
        if field.type == "money"
        else [Decimal(12), Decimal("2.5") if places(field)[1] else Decimal(3), Decimal(7)]
    )


def _within(field: Field, wanted: list[Any]) -> list[Any]:
    """Keep the wanted numbers within the bounds, and fill up from the bounds themselves."""
    low, high = bounds(field)
    near = [bound + step for bound in (low, high) if bound is not None for step in (0, 1, 2, -1, -2)]
    fitting = [n for n in [*wanted, *near] if (low is None or n >= low) and (high is None or n <= high)]
    return list(dict.fromkeys(fitting))[:SAMPLES]


def _moments(field: Field, position: int) -> list[Any]:
    low, high = bounds(field)
    first = dt.datetime.combine(_FIRST_DAY, dt.time(9), dt.UTC) if field.type == "datetime" else _FIRST_DAY
    first += dt.timedelta(days=position)
    if (low is not None and first < low) or (high is not None and first > high):
        first = low if low is not None else high - dt.timedelta(days=SAMPLES)
    days = [first + dt.timedelta(days=step * 30) for step in range(SAMPLES)]
    fitting = [day for day in days if high is None or day <= high]
    return [day.isoformat().replace("+00:00", "Z") for day in fitting]


def allows(field: Field, value: Any) -> bool:
    """Tell whether a value keeps the field's bounds and pattern."""
    if field.pattern is not None:
        return re.search(field.pattern, value) is not None
    if field.type not in BOUNDED_TYPES:
        return True
    low, high = bounds(field)
    return (low is None or value >= low) and (high is None or value <= high)
