"""Arithmetic over columns as SQL.

SQLite keeps decimals as whole numbers of their last place, so the places of each step of an expression are known here:
a product has those of both factors, a sum needs the same on both sides, and so does a comparison.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass

from libs import syntax
from libs.blueprint import values
from libs.blueprint.paths import Place, resolve
from libs.blueprint.view import EntityView
from libs.contracts.behaviour import Aggregate, Computed

DIGITS = 18
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
        tree = syntax.parse_expression(expression.strip())
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


def held(place: Place) -> int:
    """Return SQLite's places of what a path leads to."""
    if place.computed:
        return term_of(place.holder, place.computed).places
    return values.places(place.field)[1] if place.field and place.field.type in ("decimal", "money") else 0


def term_of(view: EntityView, each: Computed) -> Term:
    """Return what a computed field is made of."""
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
    source = subquery(place) if place.way else f"{view.cls}.{place.attr}"
    return Term(source, held(place))


def _number(text: str) -> Term:
    places = len(text.split(".")[1]) if "." in text else 0
    return Term(
        f'sa.literal(Decimal("{text}"), Scaled({DIGITS}, {places}))' if places else f"sa.literal({text})", places
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
    return Term(f"{_bracketed(term)} * sa.literal(Decimal(1), Scaled({DIGITS}, {places - term.places}))", places)


def subquery(place: Place) -> str:
    """Return the source of a select of what a path leads to, beside each row it starts from."""
    joins = [f"{link.target.cls}.id == {link.source.cls}.{link.key}" for link in place.way]
    # A query that joins the same tables, as a report does, must not take those of the subquery for its own.
    own = ", ".join(dict.fromkeys(link.target.cls for link in place.way))
    chosen = f"sa.select({place.holder.cls}.{place.attr}).where({', '.join(joins)})"
    return f"{chosen}.correlate_except({own}).scalar_subquery()"


def aligned(left: str, place: Place, right: str, other: Place) -> tuple[str, str]:
    """Return the sources of two values so that they can be compared, whatever places each is kept with."""
    first, second = Term(left, held(place)), Term(right, held(other))
    places = max(first.places, second.places)
    raised = _raised(first, places).source
    return raised if raised == left else f"({raised})", _raised(second, places).source
