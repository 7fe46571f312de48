"""``Requires``, ``Immutable`` and ``BlockedBy``: what one row must be, must stay, or must wait for."""

from __future__ import annotations

from libs.blueprint import conditions
from libs.blueprint.enforce import parts
from libs.blueprint.enforce.parts import Compiled, Remote
from libs.blueprint.literals import quoted
from libs.blueprint.paths import to_one
from libs.blueprint.view import EntityView
from libs.contracts.behaviour import BlockedBy, Immutable, Requires, Rule


def requires(view: EntityView, rule: Rule, kept: Requires) -> Compiled:
    """Return the function that refuses a row of which ``when`` holds and ``must`` does not."""
    when, must = conditions.python(view, kept.when), conditions.python(view, kept.must)
    both = [*kept.when, *kept.must]
    watched, remotes = parts.dependencies(view, conditions.paths_of(both))
    lines = parts.unless(when, must)
    head = f"def {parts.function_name(rule)}(row: {view.cls}) -> None:"
    call = f"{parts.function_name(rule)}(row)"
    # What is measured against the clock is true when it is written, and need not stay so.
    timeless = not conditions.moves_with_time(both)
    return Compiled(
        view=view,
        rule=rule,
        source="\n".join([head, parts.about(rule), lines, parts.refusal(rule, 8)]),
        created=(call,),
        updated=(call,),
        watched=watched,
        remotes=tuple(Remote(each.view, each.attrs, each.way, kept.when) for each in remotes if timeless),
    )


def immutable(view: EntityView, rule: Rule, kept: Immutable) -> Compiled:
    """Return the functions that refuse a change, and for the row as a whole its deletion."""
    name = parts.function_name(rule)
    was, now = conditions.python(view, kept.when, conditions.BEFORE), conditions.python(view, kept.when)
    typed = {"session": "Session"} if any("session." in part for part in was) else {}
    typed |= ({"before": "dict[str, Any]"} if was else {}) | {"changed": "set[str]"}
    fixed = [parts.column(view, each).attr for each in kept.fields]
    source = _function(rule, name, typed, [*was, _touched(view, kept, fixed)])
    if _leaves(view, kept):
        source = source.replace('"""\n', f'"""\n{_leaves(view, kept)}\n', 1)
    call = f"{name}({', '.join(typed)})"
    if kept.fields:
        return Compiled(view, rule, source, updated=(call,), watched=frozenset(fixed))
    stays = _function(rule, f"{name}_on_delete", {"row": view.cls} if now else {}, now)
    return Compiled(
        view=view,
        rule=rule,
        source=f"{source}\n\n\n{stays}",
        updated=(call,),
        watched=frozenset(own_attributes(view)),
        deleted=(f"{name}_on_delete({'row' if now else ''})",),
    )


def _function(rule: Rule, name: str, typed: dict[str, str], tests: list[str]) -> str:
    arguments = ", ".join(f"{each}: {kind}" for each, kind in typed.items())
    refused = [parts.branch(tests), parts.refusal(rule, 8)] if tests else [parts.refusal(rule, 4)]
    return "\n".join([f"def {name}({arguments}) -> None:", parts.about(rule), *refused])


def _touched(view: EntityView, kept: Immutable, fixed: list[str]) -> str:
    if fixed:
        return f"changed & {{{', '.join(map(quoted, fixed))}}}"
    states = view.entity.states
    if states is None or states.field not in conditions.paths_of(kept.when):
        return "changed"
    return "fixed"


def _leaves(view: EntityView, kept: Immutable) -> str:
    """Return the line that leaves a transition to the states, together with what the action that makes it sets."""
    states = view.entity.states
    if kept.fields or states is None or states.field not in conditions.paths_of(kept.when):
        return ""
    state, stamp = parts.column(view, states.field).attr, ["updated_at"] if view.entity.timestamps else []
    moved = ", ".join(map(quoted, sorted({state, *stamp, *parts.set_with_state(view)})))
    return f"    fixed = changed - {{{moved}}} if {quoted(state)} in changed else changed"


def own_attributes(view: EntityView) -> list[str]:
    """Name the attributes of a row that its owner writes: fields and references."""
    return [
        *(parts.column(view, field.name).attr for field in view.fields),
        *(link.key for link in view.references),
    ]


def blocked_by(view: EntityView, rule: Rule, kept: BlockedBy) -> Compiled:
    """Return the function that refuses while rows of the source point at this one."""
    source = view.peers[kept.source]
    link = to_one(source, kept.relation)
    found = [f"{source.cls}.{link.key} == row.id", *parts.criteria(source, kept.where)]
    call = f"{parts.function_name(rule)}(session, row)"
    updates, deletes = "update" in kept.actions, "delete" in kept.actions
    head = f"def {parts.function_name(rule)}(session: Session, row: {view.cls}) -> None:"
    lines = [f"    if count({', '.join(['session', source.cls, *found])}):", parts.refusal(rule, 8)]
    return Compiled(
        view=view,
        rule=rule,
        source="\n".join([head, parts.about(rule), *lines]),
        updated=(call,) if updates else (),
        watched=frozenset(own_attributes(view)) if updates else frozenset(),
        deleted=(call,) if deletes else (),
        actions=tuple(name for name in kept.actions if name not in ("create", "read", "update", "delete")),
    )
