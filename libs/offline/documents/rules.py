"""The checks of a document as rules: its column names become those of the house, and a sentence says each."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec.structs import replace

from libs.contracts.behaviour import Condition, Conditions, Enforcement, NoOverlap, Requires, Rule, UniqueIn, Value
from libs.contracts.fields import Field
from libs.offline.documents.notes import cut
from libs.offline.documents.tables import Check
from libs.offline.words import article, human, series

_WORDS = {
    "eq": "is", "ne": "is not", "lt": "is below", "le": "is at most", "gt": "is above", "ge": "is at least",
    "in": "is one of", "is_set": "is given", "is_unset": "is not given",
}  # fmt: skip
_MOMENTS = {"lt": "is before", "le": "is not after", "gt": "is after", "ge": "is not before"}


def rule(number: int, check: Check, entity: str, names: Mapping[str, Field | None]) -> Rule:
    """Return a check as rule ``R<number>``; in words alone where it speaks of a column that is not kept.

    ``names`` are the columns of the document with the field that each became, ``None`` where it stands for a relation.
    """
    try:
        compiled = _renamed(check.enforcement, {column: name for column, (name, _) in _pairs(names).items()})
    except KeyError:
        compiled = None
    types = dict(_pairs(names).values())
    text = _sentence(compiled, entity, types) if compiled else f"{entity}: {check.text}"
    return Rule(f"R{number}", cut(text, 400), entity, compiled)


def _pairs(names: Mapping[str, Field | None]) -> dict[str, tuple[str, str]]:
    return {column: (field.name, field.type) for column, field in names.items() if field is not None}


def _renamed(found: Enforcement | None, names: Mapping[str, str]) -> Enforcement | None:
    if isinstance(found, Requires):
        return Requires(_all(found.must, names), _all(found.when, names))
    if isinstance(found, UniqueIn):
        return UniqueIn(tuple(names[each] for each in found.fields), _all(found.where, names))
    if isinstance(found, NoOverlap):
        scope = tuple(names[each] for each in found.scope)
        return NoOverlap(names[found.start], names[found.end], scope, _all(found.where, names))
    return None


def _all(conditions: Conditions, names: Mapping[str, str]) -> Conditions:
    return tuple(replace(each, field=names[each.field], value=_value(each.value, names)) for each in conditions)


def _value(value: Value | None, names: Mapping[str, str]) -> Value | None:
    return Value("field", names[value.text]) if value and value.kind == "field" else value


def _sentence(found: Enforcement, entity: str, types: Mapping[str, str]) -> str:
    if isinstance(found, UniqueIn):
        return f"No two {human(entity)} rows have the same {_listed(found.fields)}{_while(found.where, types)}."
    if isinstance(found, NoOverlap):
        scope = f" with the same {_listed(found.scope)}" if found.scope else ""
        held = _while(found.where, types)
        return f"Two {human(entity)} rows{scope} never overlap from {human(found.start)} to {human(found.end)}{held}."
    if isinstance(found, Requires):
        when = f" when its {_said(found.when, types)}" if found.when else ""
        return f"{article(human(entity)).capitalize()} is valid only if its {_said(found.must, types)}{when}."
    return f"{article(human(entity)).capitalize()} keeps a rule of its own."


def _while(conditions: Conditions, types: Mapping[str, str]) -> str:
    return f" while its {_said(conditions, types)}" if conditions else ""


def _listed(names: tuple[str, ...]) -> str:
    return series([human(name) for name in names])


def _said(conditions: Conditions, types: Mapping[str, str]) -> str:
    return series([_one(each, types) for each in conditions])


def _one(condition: Condition, types: Mapping[str, str]) -> str:
    words = _MOMENTS if types.get(condition.field) in {"date", "datetime"} else _WORDS
    verb = words.get(condition.operator) or _WORDS[condition.operator]
    value = condition.value
    said = human(value.text) if value and value.kind == "field" else (value.text or value.kind) if value else ""
    return " ".join(filter(None, (human(condition.field), verb, said or ", ".join(condition.choices))))
