"""Values as the Python source that a formatter would leave as it is."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from decimal import Decimal
from textwrap import wrap
from typing import Any
from uuid import UUID

_PIECE = 100  # characters of a text that stand on one line


def literal(value: Any) -> str:
    """Return the source of a value: text, number, date, UUID, or lists and mappings of them."""
    if isinstance(value, str):
        return quoted(value)
    if isinstance(value, Decimal):
        whole = value == value.to_integral_value()
        return f"Decimal({int(value)})" if whole else f'Decimal("{value}")'
    if isinstance(value, UUID):
        return f'UUID("{value}")'
    if isinstance(value, dt.date):
        return _moment(value)
    return _container(value)


def _container(value: Any) -> str:
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{literal(k)}: {literal(v)}" for k, v in value.items()) + "}"  # pyright: ignore[reportUnknownVariableType]  # JSON
    if isinstance(value, Sequence):
        return "[" + ", ".join(literal(item) for item in value) + "]"  # pyright: ignore[reportUnknownVariableType]  # JSON
    return repr(value)


def _moment(value: dt.date) -> str:
    if not isinstance(value, dt.datetime):
        return f"dt.date({value.year}, {value.month}, {value.day})"
    parts = [value.year, value.month, value.day, value.hour, value.minute, value.second]
    return f"dt.datetime({', '.join(map(str, parts))}, tzinfo=dt.UTC)"


def quoted(text: str) -> str:
    """Quote as ruff does: with the quotes the text holds fewer of; raw where there are backslashes."""
    if "\\" in text and text.isprintable() and not text.endswith("\\") and '"' not in text:
        return f'r"{text}"'
    quote = "'" if text.count('"') > text.count("'") else '"'
    return quote + "".join(_escaped(char, quote) for char in text) + quote


def paragraph(text: str) -> str:
    """Quote text of any length, in several pieces where it is longer than a line."""
    pieces = wrap(text, _PIECE, drop_whitespace=False, break_long_words=False, break_on_hyphens=False)
    several = "".join(f"    {quoted(piece)}\n" for piece in pieces)
    return f"(\n{several})" if pieces[1:] else quoted(text)


def _escaped(char: str, quote: str) -> str:
    if char in (quote, "\\"):
        return "\\" + char
    return char if char.isprintable() else char.encode("unicode_escape").decode()


def prose(text: str) -> str:
    """Make text safe inside a docstring: one line, no backslash, no double quote, nothing invisible."""
    shown = "".join(char if char.isprintable() else " " for char in text)
    return " ".join(shown.replace("\\", "/").replace('"', "'").split())
