"""Actions of the charter: a function each that checks, does what it says, and asks the rules of all rows it touched."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from libs.blueprint import columns, conditions, custom, names, rulebook
from libs.blueprint.enforce.parts import branch, column, negated
from libs.blueprint.literals import prose, quoted
from libs.blueprint.paths import Place, resolve
from libs.blueprint.view import EntityView, Link
from libs.contracts.behaviour import Action, Effect
from libs.contracts.fields import Field

_TAKEN = frozenset({"action", "before", "data", "row", "session", "user", "sa", "dt"})


def module_names(view: EntityView) -> dict[str, str]:
    """Return what the entity's routes import for its actions: name to module."""
    schemas = [custom.action_schema(view, each) for each in view.entity.actions if custom.takes_data(each)]
    return dict.fromkeys(schemas, f"app.schemas.{view.module}") | {
        f"{view.snake}_actions": f"app.actions.{view.module} as {view.snake}_actions"
    }


def wants_user(view: EntityView, action: Action) -> bool:
    """Tell whether an action asks who is signed in."""
    values = [each.value for each in action.checks] + [each.value for each in action.effects]
    values += [each.value for effect in action.effects for each in effect.assignments]
    return any(value is not None and value.kind == "user" for value in values)


def references(view: EntityView, action: Action) -> list[Link]:
    """Return the rows that the body of an action refers to."""
    return [
        Link(base, f"{base}_id", relation, view, view.peers[relation.target])
        for relation in action.references
        for base in [relation.name.removesuffix("_id")]
    ]


def arguments(view: EntityView, action: Action) -> str:
    """Return the arguments with which the route calls the action's function."""
    data = ", data" if custom.takes_data(action) else ""
    return f"session, row{data}{', user' if wants_user(view, action) else ''}"


def summary(view: EntityView, action: Action) -> str:
    """Return one sentence on an action."""
    text = prose(action.summary) or f"{names.words(action.name).capitalize()} {names.article(view.label)}"
    return text if text[-1] in ".!?" else f"{text}."


def schema_lines(view: EntityView, action: Action) -> list[str]:
    """Return the fields of the schema of an action's body."""
    return [
        *(input_line(view, each) for each in action.inputs),
        *(columns.link_line(link, "Create") for link in references(view, action)),
    ]


def input_line(view: EntityView, field: Field) -> str:
    """Return an input or a report's parameter as a field of a schema."""
    if field.type != "enum":
        return columns.create_line(view, field)
    kind = f"Literal[{', '.join(map(quoted, field.choices))}]"
    name = names.attribute(field.name)
    alias = f"alias={quoted(field.name)}" if name != field.name else ""
    default = quoted(field.default) if field.default else "" if field.required else "None"
    kind = kind if field.required else f"{kind} | None"
    options = ", ".join(part for part in (default, alias) if part)
    return f"{name}: {kind} = Field({options})" if alias else f"{name}: {kind}{f' = {default}' if default else ''}"


def source(view: EntityView) -> str:
    """Return the functions of the entity's actions."""
    return "\n\n\n".join("\n".join(_function(view, each)) for each in view.entity.actions)


def _function(view: EntityView, action: Action) -> Iterator[str]:
    name = custom.action_name(view, action)
    data = f", data: {custom.action_schema(view, action)}" if custom.takes_data(action) else ""
    user = ", user: AuthUser" if wants_user(view, action) else ""
    yield f"def {name}(session: Session, row: {view.cls}{data}{user}) -> None:"
    yield f'    """{summary(view, action)}"""'
    yield from _checks(view, action)
    for each in rulebook.rules_of(view):
        if action.name in each.actions:
            yield f"    {view.snake}_rules.{each.name}(session, row)"
    yield from _done(view, action)


def _checks(view: EntityView, action: Action) -> Iterator[str]:
    stale = [place for path in conditions.paths_of(action.checks) if (place := resolve(view, path)).computed]
    for place in stale:
        yield f'    session.refresh({place_row(place)}, ["{place.attr}"])'
    for each in action.checks:
        parts = conditions.python(view, [each])
        if parts:
            yield branch([negated(parts)])
            yield f"        raise Conflict({quoted(refused(view, action, each))})"


def place_row(place: Place) -> str:
    """Return the source of the row that holds what a path names."""
    return ".".join(["row", *(link.attr for link in place.way)])


def refused(view: EntityView, action: Action, each: conditions.Condition) -> str:
    """Say which check an action failed."""
    return f"{names.words(action.name).capitalize()} is possible only while {conditions.said(view, each)}."


def _done(view: EntityView, action: Action) -> Iterator[str]:
    place = custom.action_place(view, action)
    own = any(_own(each) for each in action.effects)
    asks = (own or place is not None) and rulebook.hooks(view).updated
    if asks:
        yield "    before = snapshot(row)"
    for way, effects in groupby(action.effects, lambda each: _way(view, each)):
        yield from _group(view, action, way, list(effects))
    if place:
        yield f"    {place.name}.apply(session, row{', data' if custom.takes_data(action) else ''})"
    if asks:
        who = f', "{custom.action_name(view, action)}"' if rulebook.asks_who(view) else ""
        if place or _own(action.effects[-1]):
            yield "    session.flush()"
        yield f"    {view.snake}_rules.updated(session, row, before{who})"


def _own(effect: Effect) -> bool:
    return effect.kind != "create" and "." not in effect.target


def _way(view: EntityView, effect: Effect) -> tuple[str, tuple[Link, ...]]:
    if effect.kind == "create":
        return "create", ()
    return "change", resolve(view, effect.target).way


def _group(view: EntityView, action: Action, way: tuple[str, tuple[Link, ...]], effects: list[Effect]) -> Iterator[str]:
    kind, links = way
    if kind == "create":
        for number, effect in enumerate(effects):
            yield from _create(view, action, effect, number)
    elif not links:
        for effect in effects:
            yield f"    {_change(view, effect, 'row')}"
    else:
        yield from _elsewhere(view, action, links, effects)


def _change(view: EntityView, effect: Effect, row: str) -> str:
    place = resolve(view, effect.target)
    target = f"{row}.{place.attr}"
    if effect.value is None:
        return f"{target} = None"
    value = _value(view, effect.value, place)
    if effect.kind == "set":
        return f"{target} = {value}"
    sign = "+" if effect.kind == "increase" else "-"
    return f"{target} = ({target} or 0) {sign} {value}" if place.nullable else f"{target} {sign}= {value}"


def _value(view: EntityView, value: conditions.Value, place: Place) -> str:
    guards, found, _ = conditions.value_source(view, value, place, conditions.ROW)
    return f"{found} if {' and '.join(guards)} else None" if guards else found


def _elsewhere(view: EntityView, action: Action, links: tuple[Link, ...], effects: list[Effect]) -> Iterator[str]:
    """Change another row, locked, and ask its rules."""
    target, last = links[-1].target, links[-1]
    key = ".".join(["row", *(link.attr for link in links[:-1]), last.key])
    gaps = [
        f"{'.'.join(['row', *(each.attr for each in links[:n]), link.key])} is not None"
        for n, link in enumerate(links)
        if not link.relation.required
    ]
    pad = "        " if gaps else "    "
    name = f"{last.attr}_" if last.attr in _TAKEN else last.attr
    if gaps:
        yield branch(gaps)
    yield f"{pad}{name} = locked(session, {target.cls}, {key})"
    asks = rulebook.hooks(target).updated
    if asks:
        yield f"{pad}{name}_before = snapshot({name})"
    for effect in effects:
        yield f"{pad}{_change(view, effect, name)}"
    if asks:
        who = f', "{custom.action_name(view, action)}"' if rulebook.asks_who(target) else ""
        yield f"{pad}session.flush()"
        yield f"{pad}{target.snake}_rules.updated(session, {name}, {name}_before{who})"


def _create(view: EntityView, action: Action, effect: Effect, number: int) -> Iterator[str]:
    target = view.peers[effect.target]
    name = f"new_{target.snake}{number + 1 if number else ''}"
    values = [
        f"{place.attr}={_value(view, each.value, place)}"
        for each in effect.assignments
        for place in [column(target, each.field)]
    ]
    if not rulebook.hooks(target).created:
        yield f"    session.add({target.cls}({', '.join(values)}))"
        return
    yield f"    {name} = {target.cls}({', '.join(values)})"
    yield f"    session.add({name})"
    yield "    session.flush()"
    yield f"    {target.snake}_rules.created(session, {name})"
