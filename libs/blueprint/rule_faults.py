"""What keeps a rule or an entity's states from being printed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from libs.blueprint.condition_faults import MOMENTS, NUMBERS, Scope, condition_faults, literal_fault, placed
from libs.blueprint.paths import PERIODS, Place, UnknownPathError, in_period, resolve, to_one
from libs.blueprint.view import EntityView, Link
from libs.contracts.behaviour import (
    BlockedBy,
    Immutable,
    Ledger,
    Limit,
    NoOverlap,
    Requires,
    Rule,
    States,
    UniqueIn,
)


def rule_faults(where: str, view: EntityView, rule: Rule) -> Iterator[str]:  # noqa: C901  # one case for each kind
    """Yield what is wrong with a compiled rule of an entity."""
    here, searched = f"{where}.enforcement", Scope(view, searched=True)
    match rule.enforcement:
        case Limit() as kept:
            yield from _limit(here, view, kept)
            yield from condition_faults(f"{here}.where", searched, kept.where)
        case NoOverlap() as kept:
            yield from _no_overlap(here, view, kept)
            yield from condition_faults(f"{here}.where", searched, kept.where)
        case UniqueIn() as kept:
            yield from _columns(f"{here}.fields", view, kept.fields)
            yield from condition_faults(f"{here}.where", searched, kept.where)
        case Requires() as kept:
            yield from condition_faults(f"{here}.must", Scope(view), kept.must)
            yield from condition_faults(f"{here}.when", Scope(view), kept.when)
        case Immutable() as kept:
            yield from _columns(f"{here}.fields", view, kept.fields)
            yield from condition_faults(f"{here}.when", Scope(view), kept.when)
        case BlockedBy() as kept:
            yield from _blocked_by(here, view, kept)
        case Ledger() as kept:
            yield from _ledger(here, view, kept)
        case None:
            return


def _own(view: EntityView, name: str) -> tuple[Place | None, str]:
    place, fault = placed(view, name)
    if place and (place.way or place.computed or (place.field is None and place.link is None)):
        return None, f'"{name}" is no field or relation of {view.name} itself; name one'
    return place, fault


def _columns(where: str, view: EntityView, named: Iterable[str]) -> Iterator[str]:
    for number, name in enumerate(named):
        place, fault = _own(view, name)
        if place is None:
            yield f"{where}[{number}] {fault}"
        elif place.type == "json":
            yield f'{where}[{number}] "{name}" is json, which cannot be compared; name another field'


def _limit(where: str, view: EntityView, kept: Limit) -> Iterator[str]:
    yield from _columns(f"{where}.per", view, [kept.per] if kept.per else [])
    yield from _scope(f"{where}.scope", view, kept)
    summed: Place | None = Place(view, ())
    if kept.function == "sum":
        summed, fault = _own(view, kept.field)
        if summed is None or summed.type not in NUMBERS or summed.link:
            yield f"{where}.field {fault or f'{kept.field!r} is no number; name the number that is added up'}"
            return
    elif kept.field:
        yield f"{where}.field belongs to a sum; leave it out or use function sum"
    if kept.maximum.kind == "literal" and summed:
        yield from (f"{where}.maximum {fault}" for fault in literal_fault(summed, kept.maximum.text))
    elif kept.maximum.kind == "field":
        place, fault = placed(view, kept.maximum.text)
        if place is None or place.type not in NUMBERS or place.computed:
            yield f"{where}.maximum {fault or 'is no stored number; name a number field'}"
    else:
        yield f'{where}.maximum cannot be "{kept.maximum.kind}"; write a number or name a number field'


def _scope(where: str, view: EntityView, kept: Limit) -> Iterator[str]:
    heads = [in_period(view, name) for name in kept.scope]
    yield from _columns(where, view, [head for head, _ in heads])
    for name, (head, size) in zip(kept.scope, heads, strict=True):
        if size and (size != PERIODS["day"] or resolve(view, head).type != "datetime"):
            yield f'{where} "{name}" is no day of a datetime; write it so, or name a date itself'


def _no_overlap(where: str, view: EntityView, kept: NoOverlap) -> Iterator[str]:
    kinds: set[str] = set()
    for word, name in (("start", kept.start), ("end", kept.end)):
        place, fault = _own(view, name)
        if place is None or place.type not in MOMENTS:
            yield f"{where}.{word} {fault or f'{name!r} is no date or datetime; name one'}"
        else:
            kinds.add(place.type)
    if len(kinds) > 1 or kept.start == kept.end:
        yield f"{where} needs a start and an end, two fields of the same type"
    yield from _columns(f"{where}.scope", view, kept.scope)


def _blocked_by(where: str, view: EntityView, kept: BlockedBy) -> Iterator[str]:
    source = view.peers.get(kept.source)
    known = ["update", "delete", *(action.name for action in view.entity.actions)]
    for number, name in enumerate(kept.actions):
        if name not in known:
            yield f'{where}.actions[{number}] "{name}" cannot be blocked; there are: {", ".join(known)}'
    if source is None:
        yield f'{where}.source "{kept.source}" is no entity; declared are: {", ".join(view.peers)}'
        return
    link, fault = _link(source, kept.relation)
    if link is None or link.target is not view:
        yield f"{where}.relation {fault or f'{kept.relation!r} does not point at {view.name}; name one that does'}"
    yield from condition_faults(f"{where}.where", Scope(source, searched=True), kept.where)


def _link(view: EntityView, name: str) -> tuple[Link | None, str]:
    try:
        return to_one(view, name), ""
    except UnknownPathError as error:
        return None, str(error)


def _ledger(where: str, view: EntityView, kept: Ledger) -> Iterator[str]:
    link, fault = _link(view, kept.relation)
    if link is None or not link.relation.required:
        yield f"{where}.relation {fault or f'{kept.relation!r} may be missing; set required=true'}"
        return
    amount, balance = _own(view, kept.amount), _own(link.target, kept.balance)
    for word, (place, said) in (("amount", amount), ("balance", balance)):
        if place is None or place.type not in NUMBERS or place.nullable or place.link:
            yield f"{where}.{word} {said or 'is no required number; name one'}"
    if amount[0] and balance[0]:
        if amount[0].type != balance[0].type:
            yield f"{where} moves a {balance[0].type} by a {amount[0].type}; give both the same type"
        yield from (f"{where}.minimum {said}" for said in literal_fault(balance[0], kept.minimum))
    yield from _direction(where, view, kept)


def _direction(where: str, view: EntityView, kept: Ledger) -> Iterator[str]:
    if not kept.direction:
        if kept.decreases:
            yield f"{where}.decreases name choices of a direction; name the direction, or leave them out"
        return
    place, said = _own(view, kept.direction)
    if place is None or place.field is None or place.type != "enum" or place.nullable:
        yield f"{where}.direction {said or f'{kept.direction!r} is no required enum; name one'}"
        return
    if not kept.decreases:
        yield f"{where}.decreases are missing; name the choices of {kept.direction} that take away"
    for choice in kept.decreases:
        yield from (f"{where}.decreases {fault}" for fault in literal_fault(place, choice))


def state_faults(where: str, view: EntityView, kinds: States) -> Iterator[str]:
    """Yield what is wrong with an entity's states."""
    place, said = _own(view, kinds.field)
    if place is None or place.field is None or place.type != "enum":
        yield f"{where}.field {said or f'{kinds.field!r} is no enum; name the enum that holds the state'}"
        return
    field = place.field
    if not field.required:
        yield f'{where}.field "{kinds.field}" may be empty; set required=true'
    if field.default is not None and field.default != kinds.initial:
        yield f'{where}.initial "{kinds.initial}" is not the default "{field.default}" of {field.name}; change one'
    named = [("initial", kinds.initial)]
    for number, each in enumerate(kinds.transitions):
        named += [(f"transitions[{number}].source", each.source), (f"transitions[{number}].target", each.target)]
        if each.source == each.target:
            yield f'{where}.transitions[{number}] leads from "{each.source}" to itself; leave it out'
    for word, state in named:
        if state not in field.choices:
            yield f'{where}.{word} "{state}" is no choice of {field.name}; choices are: {", ".join(field.choices)}'
