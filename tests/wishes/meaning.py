"""What rules, conditions and reports mean, in a form in which two ways to write the same are equal."""

from __future__ import annotations

from collections.abc import Callable, Hashable

from libs.contracts.behaviour import (
    BlockedBy,
    Condition,
    Immutable,
    Ledger,
    Limit,
    NoOverlap,
    Report,
    Requires,
    Rule,
    UniqueIn,
    Value,
)
from tests.wishes.align import Aligned
from tests.wishes.naming import canon

Meaning = tuple[Hashable, ...]
Paths = Callable[[str], str]
_SIDE = {"gt": "above", "ge": "above", "lt": "below", "le": "below", "in": "eq"}
_FLIPPED = {"above": "below", "below": "above"}


def of_rule(rule: Rule, aligned: Aligned) -> Meaning | None:
    """Kind, entity and key parts of a rule; ``None`` of a rule in words."""
    if rule.enforcement is None:
        return None

    def path(text: str) -> str:
        return aligned.path(rule.entity, text)

    kind, *parts = _KINDS[type(rule.enforcement)](rule.enforcement, path, aligned)
    return (kind, aligned.entity(rule.entity), *parts)


def _value(value: Value | None, path: Paths) -> str:
    if value is None:
        return ""
    return path(value.text) if value.kind == "field" else f"{value.kind} {canon(value.text) or value.text}"


def _condition(condition: Condition, path: Paths) -> Meaning:
    left, side = path(condition.field), _SIDE.get(condition.operator, condition.operator)
    if condition.value and condition.value.kind == "field":
        right = path(condition.value.text)
        return (left, side, right) if left < right else (right, _FLIPPED.get(side, side), left)
    if condition.value and condition.value.kind == "literal":
        return (left, side, canon(condition.value.text) or condition.value.text)
    return (left, side, condition.value.kind if condition.value else "")


def _must(conditions: tuple[Condition, ...], path: Paths) -> frozenset[Meaning]:
    return frozenset(_condition(each, path) for each in conditions)


def _fields(conditions: tuple[Condition, ...], path: Paths) -> frozenset[str]:
    return frozenset(path(each.field) for each in conditions)


def _limit(rule: Limit, path: Paths, _: Aligned) -> Meaning:
    if rule.function == "count" and rule.per and not rule.scope and rule.maximum == Value("literal", "1"):
        return ("unique_in", frozenset([path(rule.per)]), bool(rule.where))
    over = path(rule.field) if rule.field else ""
    per = (
        frozenset(path(name) for name in (rule.per, *rule.scope) if name) if rule.scope else rule.per and path(rule.per)
    )
    return ("limit", per, rule.function, over, _value(rule.maximum, path))


def _no_overlap(rule: NoOverlap, path: Paths, _: Aligned) -> Meaning:
    return ("no_overlap", path(rule.start), path(rule.end), frozenset(map(path, rule.scope)), bool(rule.where))


def _unique_in(rule: UniqueIn, path: Paths, _: Aligned) -> Meaning:
    return ("unique_in", frozenset(map(path, rule.fields)), bool(rule.where))


def _requires(rule: Requires, path: Paths, _: Aligned) -> Meaning:
    return ("requires", _must(rule.must, path), _fields(rule.when, path))


def _immutable(rule: Immutable, path: Paths, _: Aligned) -> Meaning:
    return ("immutable", _must(rule.when, path), bool(rule.fields))


def _blocked_by(rule: BlockedBy, _: Paths, aligned: Aligned) -> Meaning:
    return ("blocked_by", aligned.entity(rule.source), frozenset(map(canon, rule.actions)), bool(rule.where))


def _ledger(rule: Ledger, path: Paths, _: Aligned) -> Meaning:
    return ("ledger", path(f"{rule.relation}.{rule.balance}"), path(rule.amount), rule.minimum)


_KINDS: dict[type, Callable[..., Meaning]] = {
    Limit: _limit,
    NoOverlap: _no_overlap,
    UniqueIn: _unique_in,
    Requires: _requires,
    Immutable: _immutable,
    BlockedBy: _blocked_by,
    Ledger: _ledger,
}


def of_report(report: Report, aligned: Aligned) -> Meaning:
    """What a report is over: entity, groups, measures, and the fields that it is filtered by."""

    def path(text: str) -> str:
        return aligned.path(report.entity, text)

    groups = frozenset(_thing(path(each)) for each in report.group_by)
    measures = frozenset((each.function, _measured(each.field, path)) for each in report.measures)
    return (aligned.entity(report.entity), groups, measures, _fields(report.where, path))


def _measured(field: str, path: Paths) -> str:
    return "" if field in ("", "id") else path(field)


def _thing(path: str) -> str:
    """What rows are grouped by: the thing itself, whichever of its fields names it."""
    parts = path.split(".")
    return parts[-2] if len(parts) > 1 else parts[0]
