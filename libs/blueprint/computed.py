"""Computed fields as SQL beside each row: lists sort and filter by them, and no list asks once for each row."""

from __future__ import annotations

from collections.abc import Iterator

from libs.blueprint import names, paths, queries
from libs.blueprint.paths import Place, resolve, to_one
from libs.blueprint.terms import DIGITS, Term, held, term_of
from libs.blueprint.view import EntityView
from libs.contracts.behaviour import Aggregate, Computed
from libs.contracts.fields import Field

NUMBERS = frozenset({"integer", "decimal", "money"})
SHOWN = {"integer": 0, "money": 2, "decimal": 6}


def field_of(each: Computed) -> Field:
    """Return a field of the same name and type, for schemas and lists."""
    return Field(each.name, each.type, required=False)


def annotation(view: EntityView, each: Computed) -> str:
    """Return the type of a computed field in Python."""
    kind = {"integer": "int", "decimal": "Decimal", "money": "Decimal", "date": "dt.date", "datetime": "dt.datetime"}
    found = kind.get(each.type, "str")
    return f"{found} | None" if paths.can_be_empty(view, each) else found


def _typed(term: Term, each: Computed) -> str:
    shown = SHOWN[each.type]
    if each.type == "integer" and not term.places and not term.divided:
        return term.source
    if term.places == shown and not term.divided and each.type != "integer":
        return f"sa.type_coerce({term.source}, Scaled({DIGITS}, {shown}))"
    return f"sa.type_coerce({term.source}, Rounded({DIGITS}, {term.places}, {shown}))"


def ordered(views: list[EntityView]) -> list[tuple[EntityView, Computed]]:
    """Return every computed field after those it is made of; raise ``ValueError`` where they go in circles."""
    waiting = [(view, each) for view in views for each in view.entity.computed]
    done: list[tuple[EntityView, Computed]] = []
    while waiting:
        known = {(view.name, each.name) for view, each in done}
        ready = [item for item in waiting if needs(*item) <= known]
        if not ready:
            raise ValueError(" and ".join(f"{view.name}.{each.name}" for view, each in waiting))
        done += ready
        waiting = [item for item in waiting if item not in ready]
    return done


def needs(view: EntityView, each: Computed) -> set[tuple[str, str]]:
    """Return entity and name of the computed fields that one is made of."""
    found = list(_reads(view, each))
    return {(place.holder.name, place.computed.name) for place in found if place.computed}


def _reads(view: EntityView, each: Computed) -> Iterator[Place]:
    if each.aggregate and each.aggregate.field:
        yield resolve(view.peers[each.aggregate.source], each.aggregate.field)
    if not each.aggregate:
        yield from paths.operands(view, each.expression)


def source(views: list[EntityView]) -> str:
    """Return the statements that map the computed fields of all entities."""
    return "\n".join(_statements(view, each) for view, each in ordered(views))


def _statements(view: EntityView, each: Computed) -> str:
    if each.aggregate:
        return _aggregate(view, each, each.aggregate)
    return _mapped(view, each, _typed(term_of(view, each), each))


def _mapped(view: EntityView, each: Computed, found: str) -> str:
    return f'add_mapped_attribute({view.cls}, "{each.name}", column_property({found}))'


def _aggregate(view: EntityView, each: Computed, aggregate: Aggregate) -> str:
    peer = view.peers[aggregate.source]
    link = to_one(peer, aggregate.relation)
    rows = f"{peer.snake}_rows" if peer is view else peer.cls
    head = f"{rows} = aliased({peer.cls})\n" if peer is view else ""
    name = f"{names.attribute(view.snake)}_{each.name}"
    where = [f"{rows}.{link.key} == {view.cls}.id"]
    where += [_renamed(text, peer.cls, rows) for text in queries.sql(peer, aggregate.where)]
    query = f"{name} = sa.select({_measured(view, each, aggregate, rows)}).where({', '.join(where)})\n"
    return head + query + _mapped(view, each, f"{name}.correlate_except({rows}).scalar_subquery()")


def _renamed(text: str, cls: str, rows: str) -> str:
    return text.replace(f"{cls}.", f"{rows}.") if rows != cls else text


def _measured(view: EntityView, each: Computed, aggregate: Aggregate, rows: str) -> str:
    if aggregate.function == "count" and not aggregate.field:
        return "sa.func.count()"
    place = resolve(view.peers[aggregate.source], aggregate.field)
    return measured(aggregate.function, f"{rows}.{place.attr}", place, each.type)


def measured(function: str, column: str, place: Place, type_: str) -> str:
    """Return the source of an aggregate over a column, of the type that it is shown as."""
    found = f"sa.func.{function}({column})"
    if function in ("count", "min", "max"):
        return found
    if function == "sum":
        total = f"sa.func.coalesce({found}, 0)"
        same = SHOWN.get(type_, 0) == held(place) and not (
            place.computed and term_of(place.holder, place.computed).divided
        )
        return total if same else f"sa.type_coerce({total}, Rounded({DIGITS}, {held(place)}, {SHOWN.get(type_, 6)}))"
    return f"sa.type_coerce({found}, Rounded({DIGITS}, {held(place)}, {SHOWN.get(type_, 6)}))"
