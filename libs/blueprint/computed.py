"""Computed fields as SQL beside each row: lists sort and filter by them, and no list asks once for each row.

SQLite keeps decimals as whole numbers of their last place, so the places of each step of an expression are known here:
a product has those of both factors, a sum needs the same on both sides.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from libs.blueprint import names, paths, queries, values
from libs.blueprint.paths import Place, resolve, to_one
from libs.blueprint.view import EntityView
from libs.contracts.behaviour import Aggregate, Computed
from libs.contracts.fields import Field

NUMBERS = frozenset({"integer", "decimal", "money"})
SHOWN = {"integer": 0, "money": 2, "decimal": 6}
_DIGITS = 18
_SIGNS: dict[type[ast.operator], str] = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/"}


@dataclass(frozen=True)
class Term:
    """A part of an expression: its source, SQLite's places, and whether it must be put in brackets."""

    source: str
    places: int = 0
    loose: bool = False
    divided: bool = False


def parsed(expression: str) -> ast.expr:
    """Return the tree of an expression; raise ``ValueError`` where it is no plain arithmetic."""
    try:
        tree = ast.parse(expression.strip(), mode="eval").body
    except SyntaxError as error:
        raise ValueError("it cannot be read") from error
    for node in ast.walk(tree):
        known = isinstance(node, ast.BinOp | ast.UnaryOp | ast.Name | ast.Attribute | ast.Constant)
        helper = isinstance(node, ast.operator | ast.unaryop | ast.expr_context)
        if not known and not helper:
            raise ValueError("it holds more than paths, numbers, + - * / and brackets")
        if isinstance(node, ast.BinOp) and type(node.op) not in _SIGNS:
            raise ValueError("it holds an operator other than + - * /")
        if isinstance(node, ast.UnaryOp) and not isinstance(node.op, ast.USub):
            raise ValueError("it holds an operator other than + - * /")  # noqa: TRY004  # what is wrong is the text
        if isinstance(node, ast.Constant) and (isinstance(node.value, bool) or not isinstance(node.value, int | float)):
            raise ValueError("it holds something else than numbers")  # noqa: TRY004  # what is wrong is the text
    return tree


def field_of(each: Computed) -> Field:
    """Return a field of the same name and type, for schemas and lists."""
    return Field(each.name, each.type, required=False)


def annotation(view: EntityView, each: Computed) -> str:
    """Return the type of a computed field in Python."""
    kind = {"integer": "int", "decimal": "Decimal", "money": "Decimal", "date": "dt.date", "datetime": "dt.datetime"}
    found = kind.get(each.type, "str")
    return f"{found} | None" if paths.can_be_empty(view, each) else found


def held(place: Place) -> int:
    """Return SQLite's places of what a path leads to."""
    if place.computed:
        return _term(place.holder, place.computed).places
    return values.places(place.field)[1] if place.field and place.field.type in ("decimal", "money") else 0


def _term(view: EntityView, each: Computed) -> Term:
    if each.aggregate:
        return Term("", _aggregate_places(view, each.aggregate))
    return _rendered(view, parsed(each.expression))


def _aggregate_places(view: EntityView, aggregate: Aggregate) -> int:
    if aggregate.function == "count":
        return 0
    return held(resolve(view.peers[aggregate.source], aggregate.field))


def _rendered(view: EntityView, node: ast.expr) -> Term:
    if isinstance(node, ast.Constant):
        return _number(str(node.value))
    if isinstance(node, ast.UnaryOp):
        term = _rendered(view, node.operand)
        return Term(f"-{_bracketed(term)}", term.places, divided=term.divided)
    if isinstance(node, ast.BinOp):
        return _combined(type(node.op), _rendered(view, node.left), _rendered(view, node.right))
    place = resolve(view, ast.unparse(node))
    source = queries.subquery(place) if place.way else f"{view.cls}.{place.attr}"
    return Term(source, held(place))


def _number(text: str) -> Term:
    places = len(text.split(".")[1]) if "." in text else 0
    return Term(
        f'sa.literal(Decimal("{text}"), Scaled({_DIGITS}, {places}))' if places else f"sa.literal({text})", places
    )


def _combined(operator: type[ast.operator], left: Term, right: Term) -> Term:
    divided = left.divided or right.divided
    if operator is ast.Mult:
        source = f"{_bracketed(left)} * {_bracketed(right)}"
        return Term(source, left.places + right.places, divided=divided)
    if operator is ast.Div:
        source = f"sa.cast({left.source}, sa.Float) / sa.func.nullif({right.source}, 0)"
        return Term(source, left.places - right.places, divided=True)
    places = max(left.places, right.places)
    second = _raised(right, places)
    tail = _bracketed(second) if operator is ast.Sub else second.source
    return Term(f"{_raised(left, places).source} {_SIGNS[operator]} {tail}", places, loose=True, divided=divided)


def _bracketed(term: Term) -> str:
    return f"({term.source})" if term.loose else term.source


def _raised(term: Term, places: int) -> Term:
    """Give a term as many places as its neighbour: one, with these places, times the term."""
    if term.places == places:
        return term
    return Term(f"{_bracketed(term)} * sa.literal(Decimal(1), Scaled({_DIGITS}, {places - term.places}))", places)


def _typed(term: Term, each: Computed) -> str:
    shown = SHOWN[each.type]
    if each.type == "integer" and not term.places and not term.divided:
        return term.source
    if term.places == shown and not term.divided and each.type != "integer":
        return f"sa.type_coerce({term.source}, Scaled({_DIGITS}, {shown}))"
    return f"sa.type_coerce({term.source}, Rounded({_DIGITS}, {term.places}, {shown}))"


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
    return _mapped(view, each, _typed(_term(view, each), each))


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
            place.computed and _term(place.holder, place.computed).divided
        )
        return total if same else f"sa.type_coerce({total}, Rounded({_DIGITS}, {held(place)}, {SHOWN.get(type_, 6)}))"
    return f"sa.type_coerce({found}, Rounded({_DIGITS}, {held(place)}, {SHOWN.get(type_, 6)}))"
