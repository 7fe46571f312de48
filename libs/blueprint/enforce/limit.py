"""``Limit``: at most so many rows, or so much in all, for each row that they share."""

from __future__ import annotations

from libs.blueprint import conditions
from libs.blueprint.enforce import parts
from libs.blueprint.enforce.parts import Compiled, Remote
from libs.blueprint.paths import PERIODS, Place, in_period, resolve
from libs.blueprint.view import EntityView
from libs.contracts.behaviour import Limit, Rule


def compiled(view: EntityView, rule: Rule, limit: Limit) -> Compiled:
    """Return the rule's function and its calls."""
    shared = [parts.column(view, name) for name in (limit.per, *limit.scope) if name and not _is_day(view, name)]
    call = f"{parts.function_name(rule)}(session, row)"
    paths = [*conditions.paths_of(limit.where), *([limit.per] if limit.per else [])]
    paths += [in_period(view, name)[0] for name in limit.scope]
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
    days = [parts.column(view, in_period(view, name)[0]) for name in limit.scope if _is_day(view, name)]
    tests = [f"row.{place.attr} is not None" for place in (*shared, *days) if place.nullable]
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
            *(f"{pad}{day.attr}_day = {_midnight(day)}" for day in days),
            f"{pad}taken = {_taken(view, limit, shared, days)}",
            f"{pad}if taken > {maximum}:",
            parts.refusal(rule, indent + 4),
        ]
    )


def _is_day(view: EntityView, name: str) -> bool:
    return in_period(view, name)[1] == PERIODS["day"]


def _midnight(day: Place) -> str:
    return f"row.{day.attr}.replace(hour=0, minute=0, second=0, microsecond=0)"


def _same_day(view: EntityView, day: Place) -> list[str]:
    column = f"{view.cls}.{day.attr}"
    return [f"{column} >= {day.attr}_day", f"{column} < {day.attr}_day + dt.timedelta(days=1)"]


def _taken(view: EntityView, limit: Limit, shared: list[Place], days: list[Place]) -> str:
    alike = [*parts.same(view, shared), *(line for day in days for line in _same_day(view, day))]
    found = [*alike, *parts.criteria(view, limit.where)]
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
