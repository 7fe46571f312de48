"""The printed files of rules, actions, computed fields and reports: which there are, and what they may name."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any, TypeGuard

from libs import syntax
from libs.blueprint import (
    access,
    actions,
    behaviour_tests,
    computed,
    custom,
    report_tests,
    reports,
    rule_tests,
    rulebook,
)
from libs.blueprint.behaviour_known import HELPERS
from libs.blueprint.seeds import solved
from libs.blueprint.solver import Seeds
from libs.blueprint.stories import RACERS, Test
from libs.blueprint.view import EntityView
from libs.contracts.behaviour import Action
from libs.contracts.charter import Charter

Sheet = tuple[str, str, str, dict[str, Any]]


def sheets(charter: Charter, views: list[EntityView]) -> Iterator[Sheet]:
    """Yield path, purpose, template and values of each file."""
    values = {"rule_sources": sources(views)}
    if any(f"{helper}(" in values["rule_sources"] for helper in HELPERS):
        yield "app/rules/__init__.py", "What the rules have in common", "behaviour/rules_init.py", values
    for view in views:
        yield from _entity(view)
    yield from _asked(charter, views)
    yield from tests(views)
    places = custom.places(charter)
    if places:
        yield "app/custom/__init__.py", "What is put in words only", "behaviour/custom_init.py", {}
    for place in places:
        extra = {"place": place, "view": place.views[0]}
        yield place.path, f"The place for: {place.text}"[:400], "behaviour/custom_place.py", extra


def tests(views: list[EntityView]) -> Iterator[Sheet]:
    """Yield the tests of rules, states, actions, reports and places for words."""
    seeds = solved(tuple(views))
    found = {view.name: rule_tests.tests_of(view, seeds) for view in views}
    sheets = [*_entity_tests(views, seeds, found), *_other_tests(views, seeds, found)]
    if sheets:
        lines = "\n".join(line for sheet in sheets for test in sheet[3]["tests"] for line in test.lines)
        yield "tests/checks.py", "What tests of rules share", "behaviour/checks.py", {"test_sources": lines}
    yield from sheets


def _entity_tests(views: list[EntityView], seeds: Seeds, found: dict[str, list[Test]]) -> Iterator[Sheet]:
    for view in views:
        plain = [test for test in found[view.name] if not test.race] + list(behaviour_tests.state_tests(view, seeds))
        if plain:
            heading = f"Rules of {view.labels}: what they let pass, and what they refuse."
            yield _tests(f"test_{view.plural}_rules", heading, plain, f"entity {view.name}")
        done = list(behaviour_tests.action_tests(view, seeds))
        if done:
            heading = f"Actions on {view.labels}: what they do, and what they refuse."
            yield _tests(f"test_{view.plural}_actions", heading, done, _actions(view))


def _other_tests(views: list[EntityView], seeds: Seeds, found: dict[str, list[Test]]) -> Iterator[Sheet]:
    races = [_raced(view, test) for view in views for test in found[view.name] if test.race]
    if races:
        heading = "Requests at the same moment: one of many wins."
        yield _tests("test_races", heading, races, "", races=True)
    asked = list(report_tests.report_tests(seeds, views))
    if asked:
        yield _tests("test_reports", "Reports: the figures are right.", asked, _reports(views[0].charter))
    places = list(behaviour_tests.place_tests(seeds, views))
    if places:
        yield _tests("test_custom", "The places for rules and actions in words are called.", places, "what is in words")


def _actions(view: EntityView) -> str:
    return f"entity {view.name}, its actions {', '.join(each.name for each in view.entity.actions)}"


def _reports(charter: Charter) -> str:
    return f"report{'s' if len(charter.reports) > 1 else ''} {', '.join(each.name for each in charter.reports)}"


def _tests(module: str, heading: str, found: list[Test], origin: str, *, races: bool = False) -> Sheet:
    values = {"heading": heading, "tests": [_tidy(test) for test in found], "races": races, "origin": origin}
    return f"tests/{module}.py", heading, "behaviour/test_module.py", values


def _raced(view: EntityView, test: Test) -> Test:
    many = test.race.startswith("[")
    bodies = "bodies" if many else f"[body] * {RACERS}"
    call = f'assert race(client, "{view.path}", {bodies}) == [(201, ""), *[(409, "{test.rule}")] * {RACERS - 1}]'
    return Test(f"{test.name}_{view.snake}", (*test.lines, f"{'bodies' if many else 'body'} = {test.race}", call))


def _tidy(test: Test) -> Test:
    """Leave out names that are given to rows and not used."""
    read = {node.id for node in ast.walk(syntax.parse("\n".join(test.lines))) if _is_read(node)}
    lines = ((line.split(" = ", maxsplit=1)[0], line) for line in test.lines)
    made = (line if name in read else re.sub(rf"^{re.escape(name)} = (?=created\()", "", line) for name, line in lines)
    return replace(test, lines=tuple(made))


def _is_read(node: ast.AST) -> TypeGuard[ast.Name]:
    return isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)


def _fixtures(test: Test) -> str:
    text = "\n".join(test.lines)
    found = ["client: TestClient", "seed: Seed" if "seed." in text else ""]
    found.append("monkeypatch: pytest.MonkeyPatch" if "monkeypatch." in text else "")
    return ", ".join(each for each in found if each)


def _entity(view: EntityView) -> Iterator[Sheet]:
    if rulebook.hooks(view):
        ids = ", ".join(each.rule.id for each in rulebook.rules_of(view))
        values = {"view": view, "source": rulebook.source(view), "rule_ids": ids}
        yield f"app/rules/{view.module}.py", f"Rules of {view.labels}", "behaviour/rules_entity.py", values
    if view.entity.actions:
        values = {"view": view, "source": actions.source(view), "origin": _actions(view)}
        yield f"app/actions/{view.module}.py", f"Actions on {view.labels}", "behaviour/actions_entity.py", values


def _asked(charter: Charter, views: list[EntityView]) -> Iterator[Sheet]:
    if any(view.entity.computed for view in views):
        origin = "computed fields of " + ", ".join(view.name for view in views if view.entity.computed)
        values = {"source": computed.source(views), "origin": origin}
        yield "app/models/computed.py", "Computed fields", "behaviour/computed.py", values
    if charter.reports:
        values = {"source": reports.source(views, charter.reports), "origin": _reports(charter)}
        yield "app/routes/reports.py", "Reports", "behaviour/report_routes.py", values
        values = {"source": reports.schemas(views, charter.reports), "origin": _reports(charter)}
        yield "app/schemas/reports.py", "What reports ask for and answer", "behaviour/report_schemas.py", values


def sources(views: list[EntityView]) -> str:
    """Return the sources of all rules and actions, which tell what they need."""
    return "\n".join([rulebook.source(view) for view in views] + [actions.source(view) for view in views])


def uses(views: list[EntityView]) -> dict[str, bool]:
    """Return what the rest of the project has to offer to rules and actions."""
    asked = [computed.source(views), reports.source(views, views[0].charter.reports)] if views else []
    text = "\n".join([sources(views), *asked])
    return {
        "uses_conflict": "Conflict(" in text,
        "uses_snapshots": "snapshot(" in text or any(rulebook.hooks(view).updated for view in views),
        "uses_now": "utc_now()" in text,
        "uses_periods": "period(" in text,
        "uses_rounding": "Rounded(" in text,
        "uses_scaled": "Scaled(" in text or "Rounded(" in text,
        "uses_today": "today()" in text,
    }


def _data(action: Action, view: EntityView) -> str:
    return f", data: {custom.action_schema(view, action)}" if custom.takes_data(action) else ""


def _user(action: Action, view: EntityView) -> str:
    """Return the parameter for whoever is signed in, which an action may need though nobody has to sign in."""
    return access.user_parameter(view, action.name)


def types(views: list[EntityView]) -> set[str]:
    """Return the types of fields that actions and reports ask for, and that are computed."""
    found = {each.type for view in views for action in view.entity.actions for each in action.inputs}
    found |= {each.type for report in (views[0].charter.reports if views else ()) for each in report.parameters}
    return found | {each.type for view in views for each in view.entity.computed}


def report_rights(views: list[EntityView]) -> list[tuple[str, access.Right]]:
    """Return who may ask for the reports of named roles, by the word that printed routes use."""
    return list(reports.rights(views[0]).items()) if views else []


def computed_lines(view: EntityView) -> list[str]:
    """Return the computed fields of the schema that answers."""
    return [f"{each.name}: {computed.annotation(view, each)}" for each in view.entity.computed]


FILTERS: dict[str, Callable[..., Any]] = {
    "action_arguments": lambda action, view: actions.arguments(view, action),
    "action_data": _data,
    "action_name": lambda action, view: custom.action_name(view, action),
    "action_references": lambda action, view: actions.references(view, action),
    "action_schema": lambda action, view: custom.action_schema(view, action),
    "action_schema_lines": lambda action, view: actions.schema_lines(view, action),
    "action_summary": lambda action, view: actions.summary(view, action),
    "action_user": _user,
    "test_fixtures": _fixtures,
    "computed_type": lambda each, view: computed.annotation(view, each),
}
