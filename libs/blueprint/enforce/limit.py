"""``Limit``: at most so many rows, or so much in all, for each row that they share."""

from __future__ import annotations

from libs.blueprint import conditions
from libs.blueprint.enforce import parts
from libs.blueprint.enforce.parts import Compiled, Remote
from libs.blueprint.paths import Place, resolve
from libs.blueprint.view import EntityView
from libs.contracts.behaviour import Limit, Rule


def compiled(view: EntityView, rule: Rule, limit: Limit) -> Compiled:
    """Return the rule's function and its calls."""
    shared = [parts.column(view, limit.per)] if limit.per else []
    call = f"{parts.function_name(rule)}(session, row)"
    paths = [*conditions.paths_of(limit.where), *([limit.per] if limit.per else [])]
    paths += [limit.field] if limit.function == "sum" else []
    paths += [limit.maximum.text] if limit.maximum.kind == "field" else []
    watched, remotes = parts.dependencies(view, paths)
    return Compiled(
        view=view,
        rule=rule,
        source=_source(view, rule, limit, shared),
        created=(call,),
        updated=(call,) if watched else (),
        watched=watched,
        remotes=tuple(_remote(each, limit, shared) for each in remotes),
    )


def _remote(remote: Remote, limit: Limit, shared: list[Place]) -> Remote:
    """Check one row of a group where only the maximum, which all of them share, is read there."""
    alone = len(shared) == 1 and shared[0].link is remote.way[0] and limit.maximum.kind == "field"
    others = {path.split(".", maxsplit=1)[0] for path in conditions.paths_of(limit.where) if "." in path}
    once = alone and not others & {remote.way[0].relation.name, remote.way[0].attr, remote.way[0].key}
    return Remote(remote.view, remote.attrs, remote.way, limit.where, once)


def _source(view: EntityView, rule: Rule, limit: Limit, shared: list[Place]) -> str:
    maximum, guards, links = _maximum(view, limit)
    tests = [f"row.{place.attr} is not None" for place in shared if place.nullable]
    tests = list(dict.fromkeys([*tests, *conditions.python(view, limit.where), *guards]))
    indent = 8 if tests else 4
    pad = " " * indent
    locked = list(parts.locks(view, [*(place.link for place in shared if place.link), *links]))
    held = locked or [f'lock_rule(session, "{rule.id}")']
    return "\n".join(
        [
            f"def {parts.function_name(rule)}(session: Session, row: {view.cls}) -> None:",
            parts.about(rule),
            *([parts.branch(tests)] if tests else []),
            *(f"{pad}{line}" for line in held),
            f"{pad}taken = {_taken(view, limit, shared)}",
            f"{pad}if taken > {maximum}:",
            parts.refusal(rule, indent + 4),
        ]
    )


def _taken(view: EntityView, limit: Limit, shared: list[Place]) -> str:
    found = [*parts.same(view, shared), *parts.criteria(view, limit.where)]
    if limit.function == "count":
        return f"count({', '.join(['session', view.cls, *found])})"
    return f"total({', '.join(['session', f'{view.cls}.{parts.column(view, limit.field).attr}', *found])})"


def _maximum(view: EntityView, limit: Limit) -> tuple[str, list[str], list[parts.Link]]:
    """Return the maximum's source, what must hold for there to be one, and the rows to lock for it."""
    if limit.maximum.kind != "field":
        counted = Place(view, ()) if limit.function == "count" else parts.column(view, limit.field)
        return conditions.typed(counted, limit.maximum.text), [], []
    place = resolve(view, limit.maximum.text)
    guards, source = conditions.ROW.read(place)
    return source, [*guards, *([f"{source} is not None"] if place.nullable else [])], list(place.way[:1])
