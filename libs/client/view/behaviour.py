"""What a charter says beyond its data, as lines to read: rules, states, actions, reports."""

from __future__ import annotations

from collections.abc import Iterator

from libs.contracts.behaviour import Action, Computed, Condition, Effect, Report, Rule, Value
from libs.contracts.charter import Charter, Entity

Lines = list[str]
_SIGNS = {
    "eq": "=",
    "ne": "≠",
    "lt": "<",
    "le": "≤",
    "gt": ">",
    "ge": "≥",
    "is_set": "is set",
    "is_unset": "is not set",
}
_MOVES = {"set": "=", "increase": "+", "decrease": "-"}


def behaviour_lines(charter: Charter) -> list[tuple[str, Lines]]:
    """Each part with its lines, empty ones included; compiled rules stand apart from those in words."""
    compiled = [rule for rule in charter.rules if rule.enforcement]
    words = [rule for rule in charter.rules if not rule.enforcement]
    return [
        ("Rules, compiled", [_compiled(rule) for rule in compiled]),
        ("Rules in words, for judgement", [f"{rule.id} {rule.text}" for rule in words]),
        ("States", [_states(entity) for entity in charter.entities if entity.states]),
        ("Actions", [_action(entity, action) for entity in charter.entities for action in entity.actions]),
        ("Reports", [_report(report) for report in charter.reports]),
    ]


def computed_made(computed: Computed) -> str:
    """``quantity * price``, or ``count of Loan where returned_on is not set``."""
    made = computed.aggregate
    if made is None:
        return computed.expression
    of = f" of {made.field}" if made.field else ""
    return f"{made.function}{of} of {made.source}{_where(made.where)}"


def _compiled(rule: Rule) -> str:
    kind = type(rule.enforcement).__struct_config__.tag if rule.enforcement else ""
    return f"{rule.id} {rule.text} ({str(kind).replace('_', ' ')} on {rule.entity})"


def _states(entity: Entity) -> str:
    assert entity.states
    moves = ", ".join(f"{one.source} → {one.target}" for one in entity.states.transitions)
    return f"{entity.name}.{entity.states.field} starts at {entity.states.initial}: {moves}"


def _action(entity: Entity, action: Action) -> str:
    inputs = ", ".join(one.name for one in (*action.inputs, *action.references))
    done = "; ".join(filter(None, (*map(_effect, action.effects), action.logic and f"in words: {action.logic}")))
    return f"{action.name} {entity.name}({inputs}){_where(action.checks, 'if')}{f': {done}' if done else ''}"


def _effect(effect: Effect) -> str:
    if effect.kind == "create":
        return f"a new {effect.target}"
    return f"{effect.target} {_MOVES[effect.kind]} {_value(effect.value) if effect.value else 'nothing'}"


def _report(report: Report) -> str:
    measures = ", ".join(f"{one.function}{f' of {one.field}' if one.field else ''}" for one in report.measures)
    groups = f" by {', '.join(report.group_by)}" if report.group_by else ""
    what = f"{measures} of {report.entity}{groups}" if measures else f"rows of {report.entity}"
    return f"{report.name}: {what}{_where(report.where)}"


def _where(conditions: tuple[Condition, ...], word: str = "where") -> str:
    return f" {word} {' and '.join(_conditions(conditions))}" if conditions else ""


def _conditions(conditions: tuple[Condition, ...]) -> Iterator[str]:
    for one in conditions:
        if one.operator == "in":
            yield f"{one.field} is one of {', '.join(one.choices)}"
        else:
            yield f"{one.field} {_SIGNS[one.operator]} {_value(one.value) if one.value else ''}".rstrip()


def _value(value: Value) -> str:
    if value.kind in ("now", "today"):
        return f"{value.kind}{f' {value.text}' if value.text else ''}"
    return "whoever is signed in" if value.kind == "user" else value.text
