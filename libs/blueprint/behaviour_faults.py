"""What keeps rules, states, actions, computed fields and reports from being printed, contradictions included."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from libs.blueprint import computed, names, terms
from libs.blueprint.access import CRUD, signs_in
from libs.blueprint.condition_faults import (
    NUMBERS,
    Scope,
    condition_faults,
    placed,
    scope_of,
    value_faults,
)
from libs.blueprint.field_faults import field_faults
from libs.blueprint.paths import UnknownPathError, in_period, resolve, to_one
from libs.blueprint.rule_faults import rule_faults, state_faults
from libs.blueprint.seeds import solved
from libs.blueprint.view import EntityView
from libs.contracts.behaviour import Action, Aggregate, Computed, Effect, Report
from libs.contracts.charter import Charter
from libs.contracts.fields import Field


def behaviour_faults(charter: Charter, views: list[EntityView]) -> tuple[str, ...]:
    """Return every fault of what a charter says beyond its data; names and relations are known to be right."""
    found = [*_of_entities(views), *_of_rules(charter, views), *_of_reports(charter, views)]
    return tuple(found or _contradictions(views))


def _of_entities(views: list[EntityView]) -> Iterator[str]:
    for view in views:
        where = f"entities[{view.number}]"
        for number, each in enumerate(view.entity.computed):
            yield from _computed(f"{where}.computed[{number}]", view, each)
        if view.entity.states:
            yield from state_faults(f"{where}.states", view, view.entity.states)
        yield from _twice(f"{where}.actions", [each.name for each in view.entity.actions])
        for number, each in enumerate(view.entity.actions):
            yield from _action(f"{where}.actions[{number}]", view, each)
    try:
        computed.ordered(views)
    except UnknownPathError:
        return
    except ValueError as error:
        yield f"computed fields are made of each other: {error}; leave one of them out"


def _twice(where: str, named: list[str]) -> Iterator[str]:
    for number, name in enumerate(named):
        if name in named[:number]:
            yield f'{where}[{number}] "{name}" is used twice; rename one of them'


def _of_rules(charter: Charter, views: list[EntityView]) -> Iterator[str]:
    known = {view.name: view for view in views}
    for number, rule in enumerate(charter.rules):
        if rule.enforcement is None:
            continue
        view = known.get(rule.entity)
        if view is None:
            yield f"rules[{number}].entity is missing; name the entity that {rule.id} is about"
        else:
            yield from rule_faults(f"rules[{number}]", view, rule)


def _computed(where: str, view: EntityView, each: Computed) -> Iterator[str]:
    fault = names.name_fault(each.name)
    if fault:
        yield f'{where}.name "{each.name}" {fault}'
    taken = {name for name, _ in view.attributes()} | {"id"}
    same = [other.name for other in view.entity.computed].count(each.name)
    if each.name in taken or same > 1 or each.name in names.RESERVED_ATTRIBUTES:
        yield f'{where}.name "{each.name}" is taken; rename it'
    if bool(each.expression) == bool(each.aggregate):
        yield f"{where} needs either an expression or an aggregate"
    elif each.aggregate:
        yield from _aggregate(f"{where}.aggregate", view, each, each.aggregate)
    else:
        yield from _expression(f"{where}.expression", view, each)


def _expression(where: str, view: EntityView, each: Computed) -> Iterator[str]:
    if each.type not in NUMBERS:
        yield f"{where} computes a number, and the type is {each.type}; use integer, decimal or money"
    try:
        terms.parsed(each.expression)
        operands = list(computed.paths.operands(view, each.expression))
    except UnknownPathError as error:
        yield f"{where} {error}"
        return
    except ValueError as error:
        yield f'{where} "{each.expression}" cannot be computed: {error}'
        return
    for place in operands:
        if place.type not in NUMBERS or place.link or (place.field is None and place.computed is None):
            yield f'{where} "{place.attr}" is no number; compute with numbers only'


def _aggregate(where: str, view: EntityView, each: Computed, kept: Aggregate) -> Iterator[str]:
    source = view.peers.get(kept.source)
    if source is None:
        yield f'{where}.source "{kept.source}" is no entity; declared are: {", ".join(view.peers)}'
        return
    try:
        if to_one(source, kept.relation).target is not view:
            yield f'{where}.relation "{kept.relation}" does not point at {view.name}; name one that does'
    except UnknownPathError as error:
        yield f"{where}.relation {error}"
    yield from condition_faults(f"{where}.where", Scope(source, searched=True), kept.where)
    yield from _measured(where, source, kept.function, kept.field)
    place, _ = placed(source, kept.field) if kept.field else (None, "")
    numeric = kept.function in ("count", "sum", "avg") or (place is not None and place.type in NUMBERS)
    if numeric and each.type not in NUMBERS:
        yield f"{where} gives a number, and the type is {each.type}; use integer, decimal or money"
    elif place is not None and not numeric and place.type != each.type:
        yield f"{where} gives a {place.type}, and the type is {each.type}; use {place.type}"


def _measured(where: str, view: EntityView, function: str, path: str) -> Iterator[str]:
    if not path:
        if function != "count":
            yield f"{where}.field is missing; name the field of {view.name} to take the {function} of"
        return
    place, fault = placed(view, path)
    if place is None:
        yield f"{where}.field {fault}"
    elif function in ("sum", "avg") and (place.type not in NUMBERS or not (place.field or place.computed)):
        yield f'{where}.field "{path}" is no number, so that it has no {function}; name a number'
    elif place.type in ("json", "boolean") and function != "count":
        yield f'{where}.field "{path}" is {place.type}, which has no {function}; name another field'


def _inputs(where: str, found: Iterable[Field]) -> Iterator[str]:
    asked = list(found)
    yield from _twice(where, [each.name for each in asked])
    for number, each in enumerate(asked):
        fault = names.name_fault(each.name)
        if fault:
            yield f'{where}[{number}].name "{each.name}" {fault}'
        yield from (f'{where}[{number}] "{each.name}": {said}' for said in field_faults(each))


def _action(where: str, view: EntityView, action: Action) -> Iterator[str]:
    fault = names.name_fault(action.name)
    if fault or action.name in CRUD or action.name == "refer":
        yield f'{where}.name "{action.name}" {fault or "is taken; name it by another verb"}'
    if not action.effects and not action.logic:
        yield f"{where} does nothing; add effects, or say in logic what it does"
    yield from _inputs(f"{where}.inputs", action.inputs)
    for number, each in enumerate(action.references):
        if each.target not in view.peers or each.kind == "many_to_many":
            yield f'{where}.references[{number}] "{each.name}" leads to no one row; name an entity, many_to_one'
    scope = scope_of(view, action.inputs, action.references)
    yield from _signed_in(where, view, action.checks)
    yield from condition_faults(f"{where}.checks", scope, action.checks)
    for number, effect in enumerate(action.effects):
        yield from _effect(f"{where}.effects[{number}]", scope, effect)


def _signed_in(where: str, view: EntityView, conditions: Iterable[object]) -> Iterator[str]:
    asks = any(getattr(getattr(each, "value", None), "kind", "") == "user" for each in conditions)
    if asks and not signs_in(view.charter):
        yield f"{where} names the user, and nobody signs in; set sign_in=true"


def _effect(where: str, scope: Scope, effect: Effect) -> Iterator[str]:
    yield from _signed_in(where, scope.view, [effect, *effect.assignments])
    if effect.kind == "create":
        yield from _creation(where, scope, effect)
        return
    place, fault = placed(scope.view, effect.target)
    if place is None or place.computed or (place.field is None and place.link is None):
        yield f"{where}.target {fault or f'{effect.target!r} cannot be written; name a field or a relation'}"
        return
    if effect.value is None:
        if effect.kind != "set" or not place.nullable:
            yield f"{where}.value is missing; only a set of something optional may leave it out"
        return
    if effect.kind != "set" and (place.type not in NUMBERS or place.link):
        yield f'{where}.target "{effect.target}" is no number, so that it cannot {effect.kind}; use set'
    yield from (f"{where}.value: {said}" for said in value_faults(scope, effect.value, place))
    if _may_be_missing(scope, effect.value) and (effect.kind != "set" or not place.nullable):
        yield f'{where}.value "{effect.value.text}" may be missing, and "{effect.target}" is required; require it'


def _may_be_missing(scope: Scope, value: object) -> bool:
    kind, text = getattr(value, "kind", ""), getattr(value, "text", "")
    if kind == "input":
        return text in scope.optional
    place, _ = placed(scope.view, text) if kind == "field" else (None, "")
    return place is not None and bool(place.nullable or place.gaps)


def _creation(where: str, scope: Scope, effect: Effect) -> Iterator[str]:
    target = scope.view.peers.get(effect.target)
    if target is None:
        yield f'{where}.target "{effect.target}" is no entity; declared are: {", ".join(scope.view.peers)}'
        return
    given: set[str] = set()
    for number, each in enumerate(effect.assignments):
        place, fault = placed(target, each.field)
        if place is None or place.way or place.computed or (place.field is None and place.link is None):
            yield f"{where}.assignments[{number}].field {fault or f'{each.field!r} cannot be written; name a field'}"
            continue
        given.add(place.attr)
        yield from (f"{where}.assignments[{number}].value: {said}" for said in value_faults(scope, each.value, place))
        if _may_be_missing(scope, each.value) and not place.nullable:
            yield f'{where}.assignments[{number}].value may be missing, and "{each.field}" is required; require it'
    needed = [each.name for each in target.fields if each.required and each.default is None]
    needed = [name for name in needed if not (target.entity.states and target.entity.states.field == name)]
    needed += [link.relation.name for link in target.references if link.needed]
    missing = [name for name in needed if resolve(target, name).attr not in given]
    if missing:
        yield f"{where}.assignments leave out {', '.join(missing)}, which every {target.name} needs; assign them"
    if target.stamps.owner and not target.entity.account:
        yield f"{where} creates a {target.name}, which belongs to whoever creates it; create it in logic instead"


def _of_reports(charter: Charter, views: list[EntityView]) -> Iterator[str]:
    known = {view.name: view for view in views}
    yield from _twice("reports", [each.name for each in charter.reports])
    for number, report in enumerate(charter.reports):
        where = f"reports[{number}]"
        fault = names.name_fault(report.name)
        if fault:
            yield f'{where}.name "{report.name}" {fault}'
        view = known.get(report.entity)
        if view is None:
            yield f'{where}.entity "{report.entity}" is no entity; declared are: {", ".join(known)}'
        else:
            yield from _report(where, charter, view, report)


def _report(where: str, charter: Charter, view: EntityView, report: Report) -> Iterator[str]:
    roles = [*(role.name for role in charter.roles), "public", "user", "admin"]
    yield from (
        f'{where}.roles "{role}" is no role; name one of: {", ".join(roles)}'
        for role in report.roles
        if role not in roles
    )
    yield from _inputs(f"{where}.parameters", report.parameters)
    yield from _signed_in(where, view, report.where)
    yield from condition_faults(f"{where}.where", scope_of(view, report.parameters), report.where)
    if report.group_by and not report.measures:
        yield f"{where}.group_by groups rows for measures; name at least one measure, or leave it out"
    if report.measures and report.columns:
        yield f"{where}.columns are of single rows, and measures of groups; leave one of them out"
    for word, paths in (("columns", report.columns), ("group_by", report.group_by)):
        for number, path in enumerate(paths):
            place, fault = placed(view, in_period(view, path)[0] if word == "group_by" else path)
            if place is None:
                yield f"{where}.{word}[{number}] {fault}"
            elif place.type == "json" and word == "group_by":
                yield f'{where}.{word}[{number}] "{path}" is json, which cannot be grouped; name another field'
    yield from _measures(where, view, report)


def _measures(where: str, view: EntityView, report: Report) -> Iterator[str]:
    for number, each in enumerate(report.measures):
        here = f"{where}.measures[{number}]"
        fault = names.name_fault(each.name)
        if fault or each.name == "id":
            yield f'{here}.name "{each.name}" {fault or "is taken; rename it"}'
        yield from _measured(here, view, each.function, each.field)
    labels = [path.replace(".", "_") for path in report.group_by] + [each.name for each in report.measures]
    yield from _twice(f"{where}.measures", labels)
    shown = {*labels, *report.group_by, *(path.replace(".", "_") for path in report.columns)}
    place, fault = placed(view, report.order_by) if report.order_by else (None, "")
    if report.order_by and report.order_by not in shown and (place is None or report.measures):
        yield f"{where}.order_by {fault or f'{report.order_by!r} is no column of the report; name one'}"


def _contradictions(views: list[EntityView]) -> Iterator[str]:
    """Find entities of which no row can be created, because rules ask for what others forbid."""
    odd = solved(tuple(views)).contradictions
    for view in views:
        if odd.get(view.name):
            listed = ", ".join(sorted(odd[view.name], key=lambda each: int(each[1:])))
            said = "they contradict each other or the fields' bounds; change one"
            yield f"rules {listed} leave no {view.name} that could be created: {said}"
    if odd and not any(odd.values()):
        yield f"nothing lets a {next(iter(odd))} be created: what must be unique leaves no other row; let more differ"
