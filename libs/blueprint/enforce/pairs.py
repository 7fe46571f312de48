"""``NoOverlap`` and ``UniqueIn``: what no two rows may have in common."""

from __future__ import annotations

from libs.blueprint import conditions
from libs.blueprint.enforce import parts
from libs.blueprint.enforce.parts import Compiled, Remote
from libs.blueprint.paths import Place
from libs.blueprint.view import EntityView
from libs.contracts.behaviour import Conditions, NoOverlap, Rule, UniqueIn


def no_overlap(view: EntityView, rule: Rule, kept: NoOverlap) -> Compiled:
    """Return the function that looks for a row of the same scope at the same time."""
    shared = [parts.column(view, name) for name in kept.scope]
    start, end = parts.column(view, kept.start), parts.column(view, kept.end)
    tests = [f"row.{start.attr} is not None"] if start.nullable else []
    # A row without an end goes on for ever.
    before_end = f"{view.cls}.{start.attr} < row.{end.attr}"
    after_start = f"{view.cls}.{end.attr} > row.{start.attr}"
    if end.nullable:
        before_end = f"sa.true() if row.{end.attr} is None else {before_end}"
        after_start = f"sa.or_({view.cls}.{end.attr}.is_(None), {after_start})"
    names = [kept.start, kept.end, *kept.scope]
    return _pair(view, rule, (names, shared, kept.where), tests, [before_end, after_start])


def unique_in(view: EntityView, rule: Rule, kept: UniqueIn) -> Compiled:
    """Return the function that looks for a row with the same values."""
    shared = [parts.column(view, name) for name in kept.fields]
    return _pair(view, rule, (list(kept.fields), shared, kept.where), [], [])


def _pair(
    view: EntityView,
    rule: Rule,
    scope: tuple[list[str], list[Place], Conditions],
    tests: list[str],
    found: list[str],
) -> Compiled:
    names, shared, where = scope
    call = f"{parts.function_name(rule)}(session, row)"
    watched, remotes = parts.dependencies(view, [*names, *conditions.paths_of(where)])
    tests = [*(f"row.{place.attr} is not None" for place in shared if place.nullable), *tests]
    tests = list(dict.fromkeys([*tests, *conditions.python(view, where)]))
    found = [f"{view.cls}.id != row.id", *parts.same(view, shared), *found, *parts.criteria(view, where)]
    return Compiled(
        view=view,
        rule=rule,
        source=_source(view, rule, shared, tests, found),
        created=(call,),
        updated=(call,),
        watched=watched,
        remotes=tuple(Remote(each.view, each.attrs, each.way, where) for each in remotes),
    )


def _source(view: EntityView, rule: Rule, shared: list[Place], tests: list[str], found: list[str]) -> str:
    indent = 8 if tests else 4
    pad = " " * indent
    locked = list(parts.locks(view, [place.link for place in shared if place.link][:1]))
    return "\n".join(
        [
            f"def {parts.function_name(rule)}(session: Session, row: {view.cls}) -> None:",
            parts.about(rule),
            *([parts.branch(tests)] if tests else []),
            *(f"{pad}{line}" for line in locked or [f'lock_rule(session, "{rule.id}")']),
            f"{pad}others = count({', '.join(['session', view.cls, *found])})",
            f"{pad}if others:",
            parts.refusal(rule, indent + 4),
        ]
    )
