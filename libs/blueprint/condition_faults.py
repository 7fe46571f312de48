"""What keeps a condition or a value of the charter from being printed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from libs.blueprint.conditions import offset
from libs.blueprint.paths import Place, UnknownPathError, resolve
from libs.blueprint.reading import typed
from libs.blueprint.view import EntityView
from libs.contracts.behaviour import Condition, Value
from libs.contracts.fields import Field, Relation

NUMBERS = frozenset({"integer", "decimal", "money"})
MOMENTS = frozenset({"date", "datetime"})
_TEXTS = frozenset({"string", "text", "email", "url"})
_ORDERED = frozenset({"lt", "le", "gt", "ge"})


@dataclass(frozen=True)
class Scope:
    """Where conditions stand: from which entity their paths start, and what else they may name."""

    view: EntityView
    inputs: dict[str, str] = field(default_factory=dict[str, str])
    optional: frozenset[str] = frozenset()
    user: bool = False
    computed: bool = False
    searched: bool = False


def scope_of(view: EntityView, inputs: Iterable[Field], references: Iterable[Relation] = ()) -> Scope:
    """Return the scope of an action or a report with its inputs."""
    asked = list(inputs)
    known = {each.name: each.type for each in asked} | {each.name: f"id of {each.target}" for each in references}
    optional = {each.name for each in asked if not each.required and each.default is None}
    return Scope(view, known, frozenset(optional | {r.name for r in references if not r.required}), True, True)


def condition_faults(where: str, scope: Scope, conditions: Iterable[Condition]) -> Iterator[str]:
    """Yield what is wrong with conditions, each with its place."""
    for number, each in enumerate(conditions):
        here = f"{where}[{number}]"
        place, fault = placed(scope.view, each.field)
        if place is None:
            yield f"{here}.field {fault}"
        else:
            yield from (f'{here} "{each.field}": {said}' for said in _condition(scope, each, place))


def placed(view: EntityView, path: str) -> tuple[Place | None, str]:
    """Return what a path names, or why it names nothing."""
    try:
        return resolve(view, path), ""
    except UnknownPathError as error:
        return None, str(error)


def _condition(scope: Scope, each: Condition, place: Place) -> Iterator[str]:
    if place.computed and not scope.computed:
        yield "a computed field is never written, so no rule can watch it; use the fields that it is computed from"
    elif each.operator in ("is_set", "is_unset"):
        yield from _presence(each, place)
    elif place.type == "json":
        yield "json can only be is_set or is_unset"
    elif each.operator == "in":
        yield from _choices(each, place)
    elif each.value is None:
        yield f'"{each.operator}" needs a value to compare with'
    else:
        yield from _comparison(scope, each, each.value, place)


def _presence(each: Condition, place: Place) -> Iterator[str]:
    if each.value is not None or each.choices:
        yield f'"{each.operator}" compares with nothing; leave value and choices out'
    if not place.nullable and not place.gaps:
        yield f'it is required, so that "{each.operator}" is always the same; set required=false'


def _choices(each: Condition, place: Place) -> Iterator[str]:
    if not each.choices or each.value is not None:
        yield '"in" compares with choices; name at least one, and no value'
    for choice in each.choices:
        yield from literal_fault(place, choice)


def _comparison(scope: Scope, each: Condition, value: Value, place: Place) -> Iterator[str]:
    if each.choices:
        yield f'"{each.operator}" compares with a value; leave the choices out'
    if each.operator in _ORDERED and place.type not in NUMBERS | MOMENTS:
        yield f'{place.type} has no order, so that "{each.operator}" says nothing; use eq, ne or in'
    if scope.searched and value.kind == "field" and any(link.to_self for link in place.way):
        yield "a row is compared with others of its own kind here, which no query says plainly; put the rule in words"
    yield from value_faults(scope, value, place)


def literal_fault(place: Place, text: str) -> Iterator[str]:
    """Yield why a text is no value of the place's type."""
    try:
        typed(place, text)
    except ValueError as error:
        yield f'"{text}" is no {place.type}: {error}'


def value_faults(scope: Scope, value: Value, place: Place) -> Iterator[str]:
    """Yield why a value cannot stand beside a place."""
    if value.kind == "literal":
        yield from literal_fault(place, value.text)
    elif value.kind in ("now", "today"):
        yield from _clock(value, place)
    elif value.kind == "user":
        yield from _user(scope, place)
    elif value.kind == "input":
        yield from _input(scope, value, place)
    else:
        other, fault = placed(scope.view, value.text)
        if other is None:
            yield f"value {fault}"
        elif family(other) != family(place):
            yield f'value "{value.text}" is {family(other)}, and this is {family(place)}; compare what is alike'
        elif other.computed and not scope.computed:
            yield f'value "{value.text}" is computed, so no rule can watch it; use the fields that it is computed from'


def _clock(value: Value, place: Place) -> Iterator[str]:
    if place.type not in MOMENTS:
        yield f"{value.kind} is a moment, and this is {place.type}; use a date or datetime"
    try:
        offset(value.text)
    except ValueError as error:
        yield f"value {error}"


def _user(scope: Scope, place: Place) -> Iterator[str]:
    if not scope.user:
        yield "a rule holds for everybody, so that it cannot name the user; use a permission with own_only"
    elif place.field is None or place.type not in _TEXTS | {"integer"}:
        yield "the user is an id or an e-mail address; compare with the user_id of an account, or with a text"


def _input(scope: Scope, value: Value, place: Place) -> Iterator[str]:
    kind = scope.inputs.get(value.text)
    if kind is None:
        named = ", ".join(scope.inputs) or "none"
        yield f'value "{value.text}" is no input here; declared are: {named}'
    elif kind != family(place) and _group(kind) != family(place):
        yield f'input "{value.text}" is {kind}, and this is {family(place)}; give them the same type'


def family(place: Place) -> str:
    """Return the kind of value that may be compared: numbers, texts, ids of one entity, or a type."""
    if place.link:
        return f"id of {place.link.target.name}"
    if place.field is None and place.computed is None:
        return f"id of {place.holder.name}"
    return _group(place.type)


def _group(kind: str) -> str:
    return "number" if kind in NUMBERS else "text" if kind in _TEXTS | {"enum"} else kind
