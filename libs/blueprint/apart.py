"""Rows of one test that differ in what is unique, by their number ``n``."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Collection, Iterator
from decimal import Decimal
from typing import Any

from libs.blueprint import indexes, names, values
from libs.blueprint.candidates import Sample, sample
from libs.blueprint.literals import literal
from libs.blueprint.moves import Body
from libs.blueprint.patterns import matches
from libs.blueprint.view import EntityView
from libs.contracts.fields import Field

_FIRST = 100  # seed rows have smaller numbers
_DAYS = 28
_DIGITS = 3


class Apart:
    """What each of many rows is given, so that none has what another one has; ``fixed`` attributes are left alone."""

    def __init__(self, view: EntityView, fixed: Collection[str]) -> None:
        self._fields = list(_varied(view, fixed))

    def __bool__(self) -> bool:
        """Tell whether anything is unique."""
        return bool(self._fields)

    def lasts(self, size: int) -> bool:
        """Tell whether there are values for so many rows."""
        try:
            return bool(self.at(size - 1)) or not self._fields
        except IndexError:
            return False

    def at(self, number: int) -> Body:
        """Return what row ``number`` is given; raise ``IndexError`` where there are not that many values."""
        return {names.attribute(each.name): sample(each, _value(each, number)) for each in self._fields}

    def each(self, size: int) -> Body:
        """Return what row ``n`` of ``size`` is given, its sources in terms of ``n``."""
        return {names.attribute(each.name): Sample(None, _source(each, size)) for each in self._fields}


def _varied(view: EntityView, fixed: Collection[str]) -> Iterator[Field]:
    """Yield a field of each set of columns that is unique."""
    fields = {each.name: each for each in view.creatable if names.attribute(each.name) not in fixed}
    done: set[str] = set()
    for members in indexes.unique(view):
        name = next((name for name in members if name in fields), "")
        if name and not done & {*members}:
            done.add(name)
            yield fields[name]


def _value(field: Field, number: int) -> Any:
    """Return value ``number`` of a field; raise ``IndexError``."""
    if field.type in _FORMS and field.pattern is None:
        value = _FORMS[field.type][0](field, number)
        if not values.allows(field, value) or (isinstance(value, str) and len(value) > values.longest(field)):
            raise IndexError(number)
        return value
    return _choices(field, number + 1)[number]


def _source(field: Field, size: int) -> str:
    if field.type in _FORMS and field.pattern is None:
        return _FORMS[field.type][1](field)
    found = _choices(field, size)
    return _counted(found) or f"({', '.join(literal(each) for each in found)})[n]"


def _counted(found: list[Any]) -> str:
    """Return the source of texts that are one number counted up; empty where they are not."""
    head = re.fullmatch(r"(.*?)(\d+)", str(found[0])) if found else None
    if head is None or re.search(r"[{}\"\\]", head[1]):
        return ""
    width = len(head[2])
    counted = [f"{head[1]}{number:0{width}}" for number in range(len(found))]
    return f'f"{head[1]}{{n:0{width}}}"' if counted == found else ""


def _choices(field: Field, size: int) -> list[Any]:
    if field.pattern is not None:
        return list(matches(field.pattern, values.shortest(field), values.longest(field), size))
    return [*field.choices] if field.type == "enum" else [True, False] if field.type == "boolean" else []


def _start(field: Field) -> int:
    low, high = values.bounds(field)
    above = _FIRST if low is None else max(_FIRST, int(low))
    return above if high is None or above + _FIRST <= high else int(high) - _FIRST if low is None else int(low)


def _width(field: Field) -> int:
    return max(_DIGITS, values.shortest(field))


def _number(field: Field) -> str:
    return f"{_start(field)} + n" if _start(field) else "n"


def _day(number: int) -> dt.date:
    return [dt.date(2031, 1, 1) + dt.timedelta(days=each) for each in range(_DAYS)][number]


def _text(field: Field, number: int) -> str:
    return f"{number:0{_width(field)}}"


_TEXT = _text, lambda field: f'f"{{n:0{_width(field)}}}"'
_AMOUNT = lambda field, number: Decimal(_start(field) + number), lambda field: f"str({_number(field)})"
# Of each type: the value of a number, and the source that makes it of ``n``.
_FORMS: dict[str, tuple[Callable[[Field, int], Any], Callable[[Field], str]]] = {
    "date": (lambda _, number: _day(number), lambda _: 'f"2031-01-{n + 1:02}"'),
    "datetime": (
        lambda _, number: dt.datetime.combine(_day(number), dt.time(9), dt.UTC),
        lambda _: 'f"2031-01-{n + 1:02}T09:00:00Z"',
    ),
    "decimal": _AMOUNT,
    "email": (lambda _, number: f"row{number}@example.com", lambda _: 'f"row{n}@example.com"'),
    "integer": (lambda field, number: _start(field) + number, _number),
    "money": _AMOUNT,
    "string": _TEXT,
    "text": _TEXT,
    "url": (lambda _, number: f"https://example.com/{number}", lambda _: 'f"https://example.com/{n}"'),
    "uuid": (
        lambda _, number: f"7c9e6679-7425-40de-944b-{number:012}",
        lambda _: 'f"7c9e6679-7425-40de-944b-{n:012}"',
    ),
}
