"""Rows in memory, read as the printed code reads them: paths, conditions, computed fields."""

from __future__ import annotations

import ast
import datetime as dt
import operator
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from libs.blueprint import conditions, terms
from libs.blueprint.paths import Place, resolve, to_one
from libs.blueprint.values import TEXT_TYPES, parse
from libs.blueprint.view import EntityView
from libs.contracts.behaviour import Aggregate, Computed, Condition, Value
from libs.contracts.fields import Field

USER_ID, USER_EMAIL = 1, "user@example.com"  # of whoever is signed in
NOW = dt.datetime(2031, 6, 15, 12, tzinfo=dt.UTC)
_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "lt": operator.lt,
    "le": operator.le,
    "gt": operator.gt,
    "ge": operator.ge,
}
_MATH: dict[type, Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
}

Row = dict[str, Any]


class RefusedError(Exception):
    """The change is refused; ``reasons`` are rules' ids, or what else stands in its way."""

    def __init__(self, *reasons: str) -> None:
        super().__init__(", ".join(reasons))
        self.reasons = set(reasons)


@dataclass
class Rows:
    """Rows by entity and id."""

    views: list[EntityView]
    rows: dict[str, dict[int, Row]] = field(default_factory=dict[str, dict[int, Row]])

    def copied(self) -> dict[str, dict[int, Row]]:
        """Return a copy of all rows."""
        return {name: {row_id: dict(row) for row_id, row in rows.items()} for name, rows in self.rows.items()}

    def of(self, view: EntityView) -> dict[int, Row]:
        """Return the rows of an entity."""
        return self.rows.setdefault(view.name, {})

    def read(self, row: Row, place: Place) -> Any:
        """Return what a path leads to from a row; nothing where the way is broken."""
        here: Row | None = row
        for link in place.way:
            key = here[link.key] if here else None
            here = None if key is None else self.of(link.target)[key]
        if here is None:
            return None
        return self.compute(place.holder, here, place.computed) if place.computed else here.get(place.attr)

    def compute(self, view: EntityView, row: Row, each: Computed) -> Any:
        """Return the value of a computed field."""
        if each.aggregate:
            return self._aggregated(view, row, each.aggregate)
        return self._math(view, row, terms.parsed(each.expression))

    def _math(self, view: EntityView, row: Row, node: ast.expr) -> Any:
        if isinstance(node, ast.Constant):
            return Decimal(str(node.value))
        if isinstance(node, ast.UnaryOp):
            value = self._math(view, row, node.operand)
            return None if value is None else -value
        if isinstance(node, ast.BinOp):
            left, right = self._math(view, row, node.left), self._math(view, row, node.right)
            empty = left is None or right is None or (isinstance(node.op, ast.Div) and not right)
            return None if empty else _MATH[type(node.op)](left, right)
        found = self.read(row, resolve(view, ast.unparse(node)))
        return None if found is None else Decimal(found)

    def _aggregated(self, view: EntityView, row: Row, each: Aggregate) -> Any:
        peer = view.peers[each.source]
        key = to_one(peer, each.relation).key
        found = [other for other in self.of(peer).values() if other[key] == row["id"]]
        found = [other for other in found if self.hold(peer, other, each.where)]
        if each.function == "count" and not each.field:
            return len(found)
        place = resolve(peer, each.field)
        return aggregate(each.function, [self.read(other, place) for other in found])

    def hold(self, view: EntityView, row: Row, wanted: Iterable[Condition], given: Row | None = None) -> bool:
        """Tell whether the conditions hold of a row."""
        return all(self._holds(view, row, each, given or {}) for each in wanted)

    def _holds(self, view: EntityView, row: Row, each: Condition, given: Row) -> bool:
        place = resolve(view, each.field)
        found = self.read(row, place)
        if each.operator in ("is_set", "is_unset"):
            return (found is not None) == (each.operator == "is_set")
        if each.operator == "in":
            return found in [typed(place, choice) for choice in each.choices]
        other = self.value(view, row, each.value or Value(), place, given)
        if each.operator in ("eq", "ne"):
            return (found == other) == (each.operator == "eq")
        return found is not None and other is not None and _COMPARE[each.operator](found, other)

    def value(self, view: EntityView, row: Row, value: Value, place: Place, given: Row) -> Any:
        """Return a value of the charter beside a row, as the type of the place it belongs to."""
        if value.kind == "literal":
            return typed(place, value.text)
        if value.kind in ("now", "today"):
            return moment(value, place.type)
        if value.kind == "input":
            return given.get(value.text)
        if value.kind == "user":
            return USER_EMAIL if place.type in TEXT_TYPES else USER_ID
        return self.read(row, resolve(view, value.text))


def aggregate(function: str, found: list[Any]) -> Any:
    """Return an aggregate of values, those left out that are missing."""
    known = [each for each in found if each is not None]
    if function == "count":
        return len(known)
    if function == "sum":
        return sum(known)
    if not known:
        return None
    return sum(known) / Decimal(len(known)) if function == "avg" else min(known) if function == "min" else max(known)


def typed(place: Place, text: str) -> Any:
    """Return a literal as the type of the place it stands beside."""
    return parse(place.field or Field("number", "integer" if place.type == "integer" else "decimal"), text)


def moment(value: Value, type_: str) -> Any:
    """Return now or today in this world."""
    base = NOW if value.kind == "now" else NOW.replace(hour=0)
    found = base + conditions.offset(value.text)
    return found.date() if type_ == "date" else found


def default_of(field_: Field) -> Any:
    """Return the default of a field in this world."""
    text = (field_.default or "").lower().removesuffix("()")
    if field_.type == "datetime" and "now" in text:
        return NOW
    if field_.type == "date" and text in ("today", "now"):
        return NOW.date()
    return None if field_.type == "uuid" else parse(field_, field_.default or "")
