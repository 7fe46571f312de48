"""Values that tests may send for a field: its samples, and those that the charter's conditions turn on."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Any

from libs.blueprint import conditions, names, values
from libs.blueprint.enforce.parts import column
from libs.blueprint.literals import literal
from libs.blueprint.paths import Place, resolve
from libs.blueprint.reading import NOW
from libs.blueprint.view import EntityView
from libs.contracts.behaviour import (
    BlockedBy,
    Condition,
    Immutable,
    Ledger,
    Limit,
    NoOverlap,
    Requires,
    Rule,
    UniqueIn,
    Value,
)
from libs.contracts.fields import Field

MOST = 12
_ORDERED = frozenset({"integer", "decimal", "money", "date", "datetime"})
# Not to the hour where an offset may be: a test takes a moment, too.
_DAYS = (30, 60, 90, 1, 2, 3, 400, -1, -30, -400)
_MOMENTS = (30.5, 60.5, 90.5, 0.5, 1.5, 2.5, 400.5, -0.5, -1.5, -30.5)


@dataclass(frozen=True)
class Sample:
    """A value as this world keeps it, and its source in a body."""

    value: Any
    source: str


def sample(field: Field, value: Any) -> Sample:
    """Return a value with its source in JSON."""
    if value is None or field.type in ("json", "uuid", "boolean", "integer"):
        return Sample(value, literal(value))
    if isinstance(value, Decimal):
        return Sample(value, f'"{value:.{values.places(field)[1]}f}"')
    if isinstance(value, dt.date):
        return Sample(value, literal(value.isoformat().replace("+00:00", "Z")))
    return Sample(value, literal(str(value)))


def ahead(field: Field, days: float) -> Sample:
    """Return a moment or a date so many days from now, whenever the test runs."""
    moment = NOW + dt.timedelta(days=days)
    if field.type == "date":
        return Sample(moment.date(), f"day_ahead({days})")
    return Sample(moment, f"ahead({days})")


def from_now(field: Field) -> list[Sample]:
    """Return moments or dates before and after now."""
    return [ahead(field, days) for days in (_DAYS if field.type == "date" else _MOMENTS)]


def decoded(field: Field, value: Any) -> Any:
    """Return a sample in JSON as this world keeps it."""
    return values.parse(field, value) if field.type in _ORDERED and isinstance(value, str) else value


@lru_cache(maxsize=4096)
def domain(view: EntityView, field: Field) -> tuple[Sample, ...]:
    """Return values for a field, the plainest first; the clock's where the field is compared with it."""
    if (view.name, names.attribute(field.name)) in clocked(view):
        found = from_now(field)
    else:
        dates = [each for each in view.fields if each.type in ("date", "datetime")]
        plain = values.samples(field, dates.index(field) if field in dates else 0)
        found = [sample(field, decoded(field, each)) for each in plain]
        found = [_default(field), *found] if field.type == "boolean" and field.default else found
        found += [sample(field, each) for each in _turning(view, field)]
    found += [sample(field, None)] if not field.required else []
    known: dict[str, Sample] = {each.source: each for each in found}
    return tuple(known.values())[:MOST]


def _default(field: Field) -> Sample:
    return sample(field, values.parse(field, field.default or ""))


def _turning(view: EntityView, field: Field) -> Iterator[Any]:
    """Yield the values that conditions compare the field with, those just beside them, and the field's bounds."""
    if field.type == "enum":
        yield from field.choices
    if field.type == "boolean":
        yield from (True, False)
    found = [text for place, text in _compared(view) if place.holder is view and place.field == field]
    for text in dict.fromkeys(found):
        yield from (each for each in _near(field, values.parse(field, text)) if _fits(field, each))
    if field.type in ("integer", "decimal", "money"):
        low, high = values.bounds(field)
        extreme = [each for each in (low, high, type(low or 0)(0), type(low or 0)(1), 1000) if each is not None]
        yield from (_number(field, each) for each in extreme if values.allows(field, each))


def _number(field: Field, value: Any) -> Any:
    return int(value) if field.type == "integer" else Decimal(value)


def _near(field: Field, value: Any) -> list[Any]:
    if field.type == "integer":
        return [value, value + 1, value - 1]
    if field.type in ("decimal", "money"):
        step = Decimal(1).scaleb(-values.places(field)[1])
        return [value, value + step, value - step]
    if field.type in ("date", "datetime"):
        return [value, value + dt.timedelta(days=1), value - dt.timedelta(days=1)]
    return [value]


def _fits(field: Field, value: Any) -> bool:
    if field.type in values.TEXT_TYPES and not values.shortest(field) <= len(value) <= values.longest(field):
        return False
    return values.allows(field, value)


def all_conditions(view: EntityView) -> Iterator[tuple[EntityView, Condition]]:
    """Yield every condition of the charter with the entity it starts from."""
    for peer in view.peers.values():
        for action in peer.entity.actions:
            yield from ((peer, each) for each in action.checks)
        for each in peer.entity.computed:
            if each.aggregate:
                yield from ((view.peers[each.aggregate.source], found) for found in each.aggregate.where)
    for rule in view.charter.rules:
        if rule.enforcement is not None:
            yield from conditions_of(view.peers[rule.entity], rule)
    for report in view.charter.reports:
        yield from ((view.peers[report.entity], each) for each in report.where)


def conditions_of(view: EntityView, rule: Rule) -> Iterator[tuple[EntityView, Condition]]:  # noqa: C901  # a case a kind
    """Yield the conditions of a rule with the entity they start from, what it compares otherwise among them."""
    match rule.enforcement:
        case Requires() as kept:
            yield from ((view, each) for each in (*kept.when, *kept.must))
        case Limit() as kept:
            yield from ((view, each) for each in kept.where)
            if kept.function == "sum":
                yield view, Condition(kept.field, "le", kept.maximum)
            elif kept.maximum.kind == "field":
                yield view, Condition(kept.maximum.text, "ge", Value("literal", "1"))
        case NoOverlap() as kept:
            yield from ((view, each) for each in kept.where)
            yield view, Condition(kept.end, "gt", Value("field", kept.start))
        case BlockedBy() as kept:
            yield from ((view.peers[kept.source], each) for each in kept.where)
        case UniqueIn() as kept:
            yield from ((view, each) for each in kept.where)
        case Immutable() as kept:
            yield from ((view, each) for each in kept.when)
        case Ledger() | None:
            return


def _compared(view: EntityView) -> Iterator[tuple[Place, str]]:
    for start, each in all_conditions(view):
        place = resolve(start, each.field)
        if each.value is not None and each.value.kind == "literal":
            yield place, each.value.text
        yield from ((place, choice) for choice in each.choices)


@lru_cache(maxsize=512)
def clocked(view: EntityView) -> frozenset[tuple[str, str]]:
    """Return entity and attribute of the fields that are compared with the clock, directly or over another field."""
    found: set[tuple[str, str]] = set()
    while True:
        more = {pair for start, each in all_conditions(view) for pair in _clock_pairs(start, each, found)}
        if more <= found:
            return frozenset(found)
        found |= more


def _clock_pairs(start: EntityView, each: Condition, known: Iterable[tuple[str, str]]) -> set[tuple[str, str]]:
    place = resolve(start, each.field)
    here = (place.holder.name, place.attr)
    if place.type not in ("date", "datetime") or place.computed or each.value is None:
        return set()
    if each.value.kind in ("now", "today"):
        return {here}
    if each.value.kind != "field":
        return set()
    other = resolve(start, each.value.text)
    pair = {here, (other.holder.name, other.attr)}
    return pair if pair & set(known) else set()


@lru_cache(maxsize=512)
def opened(view: EntityView) -> frozenset[str]:
    """Return the optional attributes that are empty in a plain row, because something is told by their being set."""
    asked = {
        resolve(start, each.field).attr
        for start, each in all_conditions(view)
        if each.operator in ("is_set", "is_unset") and resolve(start, each.field).holder is view
    }
    done = {
        resolve(view, effect.target).attr
        for action in view.entity.actions
        for effect in action.effects
        if effect.kind == "set" and "." not in effect.target
    }
    return frozenset(names.attribute(each.name) for each in view.fields if not each.required) & (asked | done)


def watched(view: EntityView, wanted: Iterable[Condition]) -> list[str]:
    """Return the row's own attributes that conditions look at, each once."""
    found = [path for path in conditions.paths_of(wanted) if "." not in path]
    return list(dict.fromkeys(column(view, path).attr for path in found))
