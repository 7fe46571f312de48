"""Conditions of the charter as Python source about a row, and as words."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable
from dataclasses import dataclass

from libs.blueprint import names, values
from libs.blueprint.literals import literal, quoted
from libs.blueprint.paths import Place, resolve
from libs.blueprint.view import EntityView
from libs.contracts.behaviour import Condition, Value
from libs.contracts.fields import Field

SIGNS = {"eq": "==", "ne": "!=", "lt": "<", "le": "<=", "gt": ">", "ge": ">="}
_ORDERING = frozenset({"lt", "le", "gt", "ge"})
_OFFSET = re.compile(r"\s*([+-]?)\s*(\d{1,6})\s*(minute|hour|day|week)s?\s*")
_SAID = {
    "eq": "is",
    "ne": "is not",
    "lt": "is below",
    "le": "is at most",
    "gt": "is above",
    "ge": "is at least",
    "is_set": "is set",
    "is_unset": "is not set",
}


@dataclass(frozen=True)
class Reader:
    """How the source at hand names the row (``row``), or what it was before a change (``before``)."""

    row: str = "row"
    before: bool = False
    inputs: str = "data"

    def own(self, attr: str) -> str:
        """Return the source of one of the row's own attributes."""
        return f"{self.row}[{quoted(attr)}]" if self.before else f"{self.row}.{attr}"

    def read(self, place: Place) -> tuple[list[str], str]:
        """Return what must hold for the path to lead anywhere, and the source of its value."""
        guards: list[str] = []
        source = self.row
        for number, link in enumerate(place.way):
            first = self.before and not number
            if not link.relation.required:
                guards.append(f"{self.own(link.key) if first else f'{source}.{link.attr}'} is not None")
            source = f"session.get_one({link.target.cls}, {self.own(link.key)})" if first else f"{source}.{link.attr}"
        return guards, f"{source}.{place.attr}" if place.way else self.own(place.attr)


ROW = Reader()
BEFORE = Reader("before", before=True)


def offset(text: str) -> dt.timedelta:
    """Return what an offset such as ``+24 hours`` stands for; raise ``ValueError``."""
    if not text.strip():
        return dt.timedelta()
    found = _OFFSET.fullmatch(text)
    if not found:
        raise ValueError(f'"{text}" is no offset; write e.g. "+24 hours" or "-7 days"')
    sign, number, unit = found.groups()
    return dt.timedelta(**{f"{unit}s": int(number)}) * (-1 if sign == "-" else 1)


def moment(value: Value, type_: str) -> str:
    """Return the source of now or today, as the type it is compared with."""
    delta = offset(value.text)
    if type_ == "date":
        days = delta.days if value.kind == "today" or delta.seconds == 0 else None
        if days is None:
            return f"(utc_now(){_shift(delta)}).date()"
        return f"today(){_shift(dt.timedelta(days=days))}"
    start = "utc_now()" if value.kind == "now" else "dt.datetime.combine(today(), dt.time(), dt.UTC)"
    return f"{start}{_shift(delta)}"


def _shift(delta: dt.timedelta) -> str:
    if not delta:
        return ""
    sign, size = ("-", -delta) if delta < dt.timedelta() else ("+", delta)
    amount = f"days={size.days}" if not size.seconds else f"minutes={int(size.total_seconds() // 60)}"
    if size.total_seconds() % 3600 == 0 and size.seconds:
        amount = f"hours={int(size.total_seconds() // 3600)}"
    return f" {sign} dt.timedelta({amount})"


def typed(place: Place, text: str) -> str:
    """Return the source of a literal as the type of the place it is compared with or set to."""
    if place.field:
        return literal(values.parse(place.field, text))
    number = Field("number", "integer" if place.type == "integer" else "decimal")
    return literal(values.parse(number, text))


def value_source(view: EntityView, value: Value, place: Place, reader: Reader) -> tuple[list[str], str, bool]:
    """Return guards, source, and whether it may be ``None``, of a value that belongs to a place; paths start at a row
    of ``view``.
    """
    if value.kind == "literal":
        return [], typed(place, value.text), False
    if value.kind in ("now", "today"):
        return [], moment(value, place.type), False
    if value.kind == "input":
        name = f"{value.text.removesuffix('_id')}_id" if place.link else names.attribute(value.text)
        return [], f"{reader.inputs}.{name}", False
    if value.kind == "user":
        # A text keeps who it was by their address, a number or a reference by their id.
        return [], "user.email" if place.type in values.TEXT_TYPES else "user.id", False
    other = resolve(view, value.text)
    guards, source = reader.read(other)
    return guards, source, other.nullable


def python(view: EntityView, conditions: Iterable[Condition], reader: Reader = ROW) -> list[str]:
    """Return the parts, to be joined by ``and``, that tell whether the conditions hold of a row."""
    parts = [part for each in conditions for part in _parts(view, each, reader)]
    return list(dict.fromkeys(parts))


def _parts(view: EntityView, each: Condition, reader: Reader) -> list[str]:
    place = resolve(view, each.field)
    guards, source = reader.read(place)
    if each.operator == "is_set":
        return guards + ([f"{source} is not None"] if place.nullable else [])
    if each.operator == "is_unset":
        return _either(guards, f"{source} is None" if place.nullable else "")
    if each.operator == "in":
        return [*guards, membership(source, place, each.choices)]
    return _compared(view, each, place, reader)


def membership(source: str, place: Place, choices: tuple[str, ...]) -> str:
    """Return the source that tells whether a value is one of the choices."""
    listed = [typed(place, choice) for choice in choices]
    return f"{source} == {listed[0]}" if len(listed) == 1 else f"{source} in {{{', '.join(listed)}}}"


def _compared(view: EntityView, each: Condition, place: Place, reader: Reader) -> list[str]:
    guards, source = reader.read(place)
    value = each.value or Value()
    more, other, optional = value_source(view, value, place, reader)
    if place.type == "boolean" and value.kind == "literal":
        return _boolean(each, place, reader)
    if each.operator in _ORDERING:
        guards += [f"{source} is not None"] if place.nullable else []
        guards += [*more, *([f"{other} is not None"] if optional else [])]
        return [*guards, f"{source} {SIGNS[each.operator]} {other}"]
    comparison = f"{source} {SIGNS[each.operator]} {other}"
    if each.operator == "ne":
        return _either([*guards, *more], comparison)
    return [*guards, *more, comparison]


def _boolean(each: Condition, place: Place, reader: Reader) -> list[str]:
    guards, source = reader.read(place)
    wanted = (typed(place, each.value.text if each.value else "true") == "True") == (each.operator == "eq")
    if each.operator == "ne" and (place.nullable or guards):
        return _either(guards, f"{source} is not {not wanted}")
    if place.nullable:
        return [*guards, f"{source} is {wanted}"]
    return [*guards, source if wanted else f"not {source}"]


def _either(guards: list[str], part: str) -> list[str]:
    """Turn guards around: what is missing on the way makes the part true."""
    missing = [guard.replace(" is not None", " is None") for guard in guards]
    options = [*missing, *([part] if part else [])]
    if not options:
        return ["False"]
    return options if len(options) == 1 else [f"({' or '.join(options)})"]


def said(view: EntityView, each: Condition) -> str:
    """Return a condition in words: ``returned on is not set``."""
    place = resolve(view, each.field)
    if each.operator in ("is_set", "is_unset"):
        return f"{place.label} {_SAID[each.operator]}"
    if each.operator == "in":
        return f"{place.label} is one of {', '.join(each.choices)}"
    return f"{place.label} {_SAID[each.operator]} {said_value(view, each.value or Value())}"


def said_value(view: EntityView, value: Value) -> str:
    """Return a value in words."""
    if value.kind == "literal":
        return value.text or "empty"
    if value.kind == "field":
        return f"the {resolve(view, value.text).label}"
    if value.kind == "input":
        return f"the {names.words(value.text)} given"
    shift = value.text.strip().replace("+", "plus ").replace("-", "minus ")
    base = "the user's own" if value.kind == "user" else value.kind
    return f"{base} {shift}".rstrip()


def moves_with_time(conditions: Iterable[Condition]) -> bool:
    """Tell whether a condition is about now or today."""
    return any(each.value is not None and each.value.kind in ("now", "today") for each in conditions)


def paths_of(conditions: Iterable[Condition]) -> list[str]:
    """Return each path that the conditions name, in order, once."""
    found: list[str] = []
    for each in conditions:
        found.append(each.field)
        if each.value is not None and each.value.kind == "field":
            found.append(each.value.text)
    return list(dict.fromkeys(found))
