"""Conditions of SQL as those of a charter."""

from __future__ import annotations

from msgspec.structs import replace
from sqlglot import Expr, exp

from libs.contracts.behaviour import Condition, Conditions, Operator, Value
from libs.offline.documents.sql_types import constant
from libs.offline.documents.tables import Table

SIGNS: dict[type[Expr], Operator] = {
    exp.EQ: "eq", exp.NEQ: "ne", exp.LT: "lt", exp.LTE: "le", exp.GT: "gt", exp.GTE: "ge",
}  # fmt: skip
FLIPPED: dict[Operator, Operator] = {"lt": "gt", "le": "ge", "gt": "lt", "ge": "le"}
_OPPOSITE: dict[Operator, Operator] = {
    "eq": "ne", "ne": "eq", "lt": "ge", "le": "gt", "gt": "le", "ge": "lt", "is_set": "is_unset", "is_unset": "is_set",
}  # fmt: skip


def parts_of(node: Expr, kind: type[exp.And | exp.Or]) -> list[Expr]:
    node = bare(node)
    if not isinstance(node, kind):
        return [node]
    return [part for each in (node.left, node.right) for part in parts_of(each, kind)]


def bare(node: Expr) -> Expr:
    while isinstance(node, exp.Paren | exp.Cast):
        node = node.this
    return node


def is_null(node: Expr) -> bool:
    return _about_null(node) and not node.args.get("negate")


def _about_null(node: Expr) -> bool:
    return isinstance(node, exp.Is) and isinstance(node.expression, exp.Null)


def is_given(node: Expr) -> bool:
    """Tell both spellings of ``IS NOT NULL``, which dialects parse apart."""
    return (_about_null(node) and bool(node.args.get("negate"))) or (
        isinstance(node, exp.Not) and is_null(bare(node.this))
    )


def tested(node: Expr, table: Table) -> str:
    """Return the column that a test for NULL is about."""
    inner = bare(node.this) if isinstance(node, exp.Not) else node
    return column_of(inner.this, table)


def column_of(node: Expr, table: Table) -> str:
    """Return the column that a node is, empty where it is anything else."""
    node = bare(node)
    name = node.name.lower() if isinstance(node, exp.Column) else ""
    return name if name in table.columns else ""


def both_ways(node: exp.Binary, sign: Operator) -> tuple[tuple[Expr, Expr, Operator], ...]:
    return ((node.left, node.right, sign), (node.right, node.left, FLIPPED.get(sign, sign)))


def text_of(node: Expr) -> str | None:
    try:
        return constant(bare(node))
    except LookupError:
        return None


def among(node: Expr, table: Table) -> tuple[str, list[str]]:
    listed: list[Expr] = []
    if isinstance(node, exp.In):
        listed = node.expressions
    elif isinstance(node, exp.EQ) and isinstance(node.expression, exp.Any):
        inner = bare(node.expression.this)
        listed = inner.expressions if isinstance(inner, exp.Array) else []
    values = [text_of(each) for each in listed]
    complete = [value for value in values if value is not None]
    return (column_of(node.this, table), complete) if values and len(complete) == len(values) else ("", [])


def conditions(node: Expr, table: Table) -> Conditions:
    """Return what a node says as conditions that all hold, none where it says something else."""
    node = bare(node)
    if isinstance(node, exp.And):
        left, right = conditions(node.left, table), conditions(node.right, table)
        return (*left, *right) if left and right else ()
    if is_null(node) or is_given(node):
        name = tested(node, table)
        return (Condition(name, "is_unset" if is_null(node) else "is_set"),) if name else ()
    if isinstance(node, exp.Not):
        return opposite(node.this, table)
    name, values = among(node, table)
    if name and len(values) <= 40 and all(0 < len(value) <= 80 for value in values):
        return (Condition(name, "in", choices=tuple(values)),)
    return _comparison(node, table)


def _comparison(node: Expr, table: Table) -> Conditions:
    name = column_of(node, table)
    if name and table.columns[name].type == "boolean":
        return (Condition(name, "eq", Value("literal", "true")),)
    sign = SIGNS.get(type(node))
    if sign is None or not isinstance(node, exp.Binary):
        return ()
    for left, right, found in both_ways(node, sign):
        name, value = column_of(left, table), _value(right, table)
        if name and value:
            return (Condition(name, found, value),)
    return ()


def _value(node: Expr, table: Table) -> Value | None:
    node = bare(node)
    name, text = column_of(node, table), text_of(node)
    if name:
        return Value("field", name)
    if isinstance(node, exp.CurrentDate):
        return Value("today")
    if isinstance(node, exp.CurrentTimestamp):
        return Value("now")
    return Value("literal", text) if text is not None and len(text) <= 400 else None


def opposite(node: Expr, table: Table) -> Conditions:
    node = bare(node)
    if isinstance(node, exp.Not) and not is_given(node):
        return conditions(node.this, table)
    if isinstance(node, exp.Or):
        left, right = opposite(node.left, table), opposite(node.right, table)
        return (*left, *right) if left and right else ()
    found = conditions(node, table)
    if len(found) != 1 or found[0].operator not in _OPPOSITE:
        return ()
    return (replace(found[0], operator=_OPPOSITE[found[0].operator]),)
