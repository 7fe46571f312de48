"""CHECK constraints: bounds, lengths, patterns and choices go to their column, comparisons become rules."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal, InvalidOperation

from msgspec.structs import replace
from sqlglot import Expr, exp

from libs.contracts.behaviour import Condition, Conditions, Operator, Requires, Value
from libs.contracts.fields import Field
from libs.offline.documents.notes import cut
from libs.offline.documents.sql_types import constant
from libs.offline.documents.tables import Check, Table

_SIGNS: dict[type[Expr], Operator] = {
    exp.EQ: "eq", exp.NEQ: "ne", exp.LT: "lt", exp.LTE: "le", exp.GT: "gt", exp.GTE: "ge",
}  # fmt: skip
_FLIPPED: dict[Operator, Operator] = {"lt": "gt", "le": "ge", "gt": "lt", "ge": "le"}
_OPPOSITE: dict[Operator, Operator] = {
    "eq": "ne", "ne": "eq", "lt": "ge", "le": "gt", "gt": "le", "ge": "lt", "is_set": "is_unset", "is_unset": "is_set",
}  # fmt: skip
_NUMBERS = frozenset({"integer", "decimal", "money"})
_MOMENTS = frozenset({"date", "datetime"})
_TEXTS = frozenset({"string", "text", "email", "url"})
_SCALES = {"integer": 0, "money": 2}
_MAX_PARTS = 12


def read_check(check: Expr, table: Table, dialect: str) -> None:
    """Take a check into the table's columns and rules; what is neither stays in words."""
    for part in _parts(check, exp.And):
        if not _bounded(_without_null(part), table) and not _enumerated(_without_null(part), table):
            table.checks.append(_rule(part, table, dialect))


def _parts(node: Expr, kind: type[exp.And | exp.Or]) -> list[Expr]:
    node = _bare(node)
    if not isinstance(node, kind):
        return [node]
    return [part for each in (node.left, node.right) for part in _parts(each, kind)]


def _bare(node: Expr) -> Expr:
    while isinstance(node, exp.Paren | exp.Cast):
        node = node.this
    return node


def _without_null(node: Expr) -> Expr:
    """Return ``x`` of ``column IS NULL OR x``: a check holds of NULL anyhow."""
    parts = _parts(node, exp.Or)
    rest = [part for part in parts if not _is_null(part)]
    empty = {column.name.lower() for part in parts if _is_null(part) for column in part.find_all(exp.Column)}
    about = {column.name.lower() for part in rest for column in part.find_all(exp.Column)}
    return rest[0] if len(rest) == 1 and empty == about else _bare(node)


def _is_null(node: Expr) -> bool:
    return _about_null(node) and not node.args.get("negate")


def _about_null(node: Expr) -> bool:
    return isinstance(node, exp.Is) and isinstance(node.expression, exp.Null)


def _is_given(node: Expr) -> bool:
    """Tell both spellings of ``IS NOT NULL``, which dialects parse apart."""
    return (_about_null(node) and bool(node.args.get("negate"))) or (
        isinstance(node, exp.Not) and _is_null(_bare(node.this))
    )


def _tested(node: Expr, table: Table) -> str:
    """Return the column that a test for NULL is about."""
    inner = _bare(node.this) if isinstance(node, exp.Not) else node
    return _column(inner.this, table)


def _column(node: Expr, table: Table) -> str:
    """Return the column that a node is, empty where it is anything else."""
    node = _bare(node)
    name = node.name.lower() if isinstance(node, exp.Column) else ""
    return name if name in table.columns else ""


def _compared(node: Expr, table: Table) -> tuple[Expr, Operator, str] | None:
    """Return a comparison with a constant as what is compared, the operator and the constant."""
    sign = _SIGNS.get(type(node))
    if sign is None or not isinstance(node, exp.Binary):
        return None
    for left, right, found in _both_ways(node, sign):
        text = _text(right)
        if text is not None:
            return _bare(left), found, text
    return None


def _both_ways(node: exp.Binary, sign: Operator) -> tuple[tuple[Expr, Expr, Operator], ...]:
    return ((node.left, node.right, sign), (node.right, node.left, _FLIPPED.get(sign, sign)))


def _text(node: Expr) -> str | None:
    try:
        return constant(_bare(node))
    except LookupError:
        return None


def _bounded(node: Expr, table: Table) -> bool:
    """Take a comparison with a constant as a bound of its column, and say whether it was one."""
    if isinstance(node, exp.Between):
        low = exp.GTE(this=node.this, expression=node.args["low"])
        return _bounded(low, table) and _bounded(exp.LTE(this=node.this, expression=node.args["high"]), table)
    if isinstance(node, exp.RegexpLike):
        return _patterned(node, table)
    if _is_given(node):
        return _change(_tested(node, table), table, required=True)
    found = _compared(node, table)
    if found is None:
        return False
    left, sign, text = found
    if isinstance(left, exp.Length):
        return _measured(_column(_trimmed(left.this), table), sign, text, table)
    return _limited(_column(left, table), sign, text, table)


def _trimmed(node: Expr) -> Expr:
    node = _bare(node)
    return node.this if isinstance(node, exp.Trim) else node


def _change(name: str, table: Table, **changes: object) -> bool:
    if name:
        table.columns[name] = replace(table.columns[name], **changes)
    return bool(name)


def _limited(name: str, sign: Operator, text: str, table: Table) -> bool:
    column = table.columns.get(name)
    if column is None or column.type not in _NUMBERS | _MOMENTS:
        return _filled(column, name, sign, text, table)
    bound = _bound(column, sign, text)
    if not bound:
        return False
    ends = {"lt": "maximum", "le": "maximum", "gt": "minimum", "ge": "minimum"}
    if sign == "eq":
        return False
    return _change(name, table, **{ends[sign]: bound})


def _filled(column: Field | None, name: str, sign: Operator, text: str, table: Table) -> bool:
    """Take ``name <> ''`` as a least length."""
    return bool(column and column.type in ("string", "text") and sign == "ne" and not text) and _change(
        name, table, min_length=1
    )


def _bound(column: Field, sign: Operator, text: str) -> str:
    """Return the inclusive bound of a comparison, empty where there is none."""
    if sign not in _FLIPPED:
        return ""
    if column.type in _MOMENTS:
        return text if sign in ("le", "ge") and re.match(r"\d{4}-\d\d-\d\d", text) else ""
    try:
        number = Decimal(text)
    except InvalidOperation:
        return ""
    if not number.is_finite() or abs(number) > Decimal(10) ** 18:
        return ""
    scale = _SCALES.get(column.type, 6 if column.scale is None else column.scale)
    step = {"lt": -1, "gt": 1}.get(sign, 0) * Decimal(1).scaleb(-scale)
    return format(number + step, "f") if step else text


def _measured(name: str, sign: Operator, text: str, table: Table) -> bool:
    if not name or not text.isdigit() or len(text) > 9 or table.columns[name].type not in _TEXTS:
        return False
    count = int(text)
    changes = {
        "ge": {"min_length": count}, "gt": {"min_length": count + 1}, "le": {"max_length": count},
        "lt": {"max_length": count - 1}, "eq": {"min_length": count, "max_length": count},
        "ne": {"min_length": 1} if count == 0 else {},
    }[sign]  # fmt: skip
    return bool(changes) and _change(name, table, **changes)


def _patterned(node: Expr, table: Table) -> bool:
    name, text = _column(node.this, table), _text(node.expression)
    if not name or text is None or table.columns[name].type not in _TEXTS:
        return False
    if table.columns[name].type in ("email", "url"):
        return True
    return _change(name, table, pattern=text)


def _enumerated(node: Expr, table: Table) -> bool:
    """Take ``column IN (…)`` and ``column = ANY (ARRAY[…])`` as the choices of the column."""
    name, values = _among(node, table)
    if not name or not values:
        return False
    column = table.columns[name]
    if column.type == "integer":
        numbers = sorted(int(each) for each in values if re.fullmatch(r"-?\d{1,9}", each))
        run = len(numbers) == len(values) and numbers == list(range(numbers[0], numbers[0] + len(numbers)))
        return run and _change(name, table, minimum=str(numbers[0]), maximum=str(numbers[-1]))
    if column.type not in ("string", "text", "enum"):
        return False
    return _change(name, table, type="enum", choices=tuple(values), min_length=None, max_length=None, pattern=None)


def _among(node: Expr, table: Table) -> tuple[str, list[str]]:
    listed: list[Expr] = []
    if isinstance(node, exp.In):
        listed = node.expressions
    elif isinstance(node, exp.EQ) and isinstance(node.expression, exp.Any):
        inner = _bare(node.expression.this)
        listed = inner.expressions if isinstance(inner, exp.Array) else []
    values = [_text(each) for each in listed]
    complete = [value for value in values if value is not None]
    return (_column(node.this, table), complete) if values and len(complete) == len(values) else ("", [])


def _rule(node: Expr, table: Table, dialect: str) -> Check:
    """Return a check as a rule: ``a OR b`` requires the one where the others do not hold."""
    text = f"CHECK ({cut(node.sql(dialect), 300)})"
    parts = _parts(node, exp.Or)
    for last in reversed(range(len(parts))):
        must = conditions(parts[last], table)
        when = [_opposite(part, table) for index, part in enumerate(parts) if index != last]
        if must and all(when):
            held = tuple(each for conditions in when if conditions for each in conditions)
            held += tuple(each for each in _given(must, table) if each not in held)
            if len(must) <= _MAX_PARTS and len(held) <= _MAX_PARTS:
                return Check(text, Requires(must, held))
    return Check(text)


def _given(must: Conditions, table: Table) -> Iterator[Condition]:
    """Yield what has to be given for a comparison to bind, as one with NULL never does."""
    for each in must:
        if each.operator not in ("is_set", "is_unset"):
            names = [each.field, *([each.value.text] if each.value and each.value.kind == "field" else [])]
            yield from (Condition(name, "is_set") for name in names if not table.columns[name].required)


def conditions(node: Expr, table: Table) -> Conditions:
    """Return what a node says as conditions that all hold, none where it says something else."""
    node = _bare(node)
    if isinstance(node, exp.And):
        left, right = conditions(node.left, table), conditions(node.right, table)
        return (*left, *right) if left and right else ()
    if _is_null(node) or _is_given(node):
        name = _tested(node, table)
        return (Condition(name, "is_unset" if _is_null(node) else "is_set"),) if name else ()
    if isinstance(node, exp.Not):
        return _opposite(node.this, table)
    name, values = _among(node, table)
    if name and len(values) <= 40 and all(0 < len(value) <= 80 for value in values):
        return (Condition(name, "in", choices=tuple(values)),)
    return _comparison(node, table)


def _comparison(node: Expr, table: Table) -> Conditions:
    name = _column(node, table)
    if name and table.columns[name].type == "boolean":
        return (Condition(name, "eq", Value("literal", "true")),)
    sign = _SIGNS.get(type(node))
    if sign is None or not isinstance(node, exp.Binary):
        return ()
    for left, right, found in _both_ways(node, sign):
        name, value = _column(left, table), _value(right, table)
        if name and value:
            return (Condition(name, found, value),)
    return ()


def _value(node: Expr, table: Table) -> Value | None:
    node = _bare(node)
    name, text = _column(node, table), _text(node)
    if name:
        return Value("field", name)
    if isinstance(node, exp.CurrentDate):
        return Value("today")
    if isinstance(node, exp.CurrentTimestamp):
        return Value("now")
    return Value("literal", text) if text is not None and len(text) <= 400 else None


def _opposite(node: Expr, table: Table) -> Conditions:
    node = _bare(node)
    if isinstance(node, exp.Not) and not _is_given(node):
        return conditions(node.this, table)
    if isinstance(node, exp.Or):
        left, right = _opposite(node.left, table), _opposite(node.right, table)
        return (*left, *right) if left and right else ()
    found = conditions(node, table)
    if len(found) != 1 or found[0].operator not in _OPPOSITE:
        return ()
    return (replace(found[0], operator=_OPPOSITE[found[0].operator]),)
