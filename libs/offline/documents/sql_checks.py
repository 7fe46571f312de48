"""CHECK constraints: bounds, lengths, patterns and choices go to their column, comparisons become rules."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal, InvalidOperation

from msgspec.structs import replace
from sqlglot import Expr, exp

from libs.contracts.behaviour import Condition, Conditions, Operator, Requires
from libs.contracts.fields import Field
from libs.offline.documents.notes import cut
from libs.offline.documents.sql_conditions import (
    FLIPPED,
    SIGNS,
    among,
    bare,
    both_ways,
    column_of,
    conditions,
    is_given,
    is_null,
    opposite,
    parts_of,
    tested,
    text_of,
)
from libs.offline.documents.tables import Check, Table

_NUMBERS = frozenset({"integer", "decimal", "money"})
_MOMENTS = frozenset({"date", "datetime"})
_TEXTS = frozenset({"string", "text", "email", "url"})
_SCALES = {"integer": 0, "money": 2}
_MAX_PARTS = 12


def read_check(check: Expr, table: Table, dialect: str) -> None:
    """Take a check into the table's columns and rules; what is neither stays in words."""
    for part in parts_of(check, exp.And):
        if not _bounded(_without_null(part), table) and not _enumerated(_without_null(part), table):
            table.checks.append(_rule(part, table, dialect))


def _without_null(node: Expr) -> Expr:
    """Return ``x`` of ``column IS NULL OR x``: a check holds of NULL anyhow."""
    parts = parts_of(node, exp.Or)
    rest = [part for part in parts if not is_null(part)]
    empty = {column.name.lower() for part in parts if is_null(part) for column in part.find_all(exp.Column)}
    about = {column.name.lower() for part in rest for column in part.find_all(exp.Column)}
    return rest[0] if len(rest) == 1 and empty == about else bare(node)


def _compared(node: Expr, table: Table) -> tuple[Expr, Operator, str] | None:
    """Return a comparison with a constant as what is compared, the operator and the constant."""
    sign = SIGNS.get(type(node))
    if sign is None or not isinstance(node, exp.Binary):
        return None
    for left, right, found in both_ways(node, sign):
        text = text_of(right)
        if text is not None:
            return bare(left), found, text
    return None


def _bounded(node: Expr, table: Table) -> bool:
    """Take a comparison with a constant as a bound of its column, and say whether it was one."""
    if isinstance(node, exp.Between):
        low = exp.GTE(this=node.this, expression=node.args["low"])
        return _bounded(low, table) and _bounded(exp.LTE(this=node.this, expression=node.args["high"]), table)
    if isinstance(node, exp.RegexpLike):
        return _patterned(node, table)
    if is_given(node):
        return _change(tested(node, table), table, required=True)
    found = _compared(node, table)
    if found is None:
        return False
    left, sign, text = found
    if isinstance(left, exp.Length):
        return _measured(column_of(_trimmed(left.this), table), sign, text, table)
    return _limited(column_of(left, table), sign, text, table)


def _trimmed(node: Expr) -> Expr:
    node = bare(node)
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
    if sign not in FLIPPED:
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
    name, text = column_of(node.this, table), text_of(node.expression)
    if not name or text is None or table.columns[name].type not in _TEXTS:
        return False
    if table.columns[name].type in ("email", "url"):
        return True
    return _change(name, table, pattern=text)


def _enumerated(node: Expr, table: Table) -> bool:
    """Take ``column IN (…)`` and ``column = ANY (ARRAY[…])`` as the choices of the column."""
    name, values = among(node, table)
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


def _rule(node: Expr, table: Table, dialect: str) -> Check:
    """Return a check as a rule: ``a OR b`` requires the one where the others do not hold."""
    text = f"CHECK ({cut(node.sql(dialect), 300)})"
    parts = parts_of(node, exp.Or)
    for last in reversed(range(len(parts))):
        must = conditions(parts[last], table)
        when = [opposite(part, table) for index, part in enumerate(parts) if index != last]
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
