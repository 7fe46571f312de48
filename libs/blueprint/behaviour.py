"""The printed files of rules, actions, computed fields and reports: which there are, and what they may name."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import Any

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
from libs.blueprint.seeds import preparations, solved
from libs.blueprint.solver import Seeds
from libs.blueprint.stories import Test
from libs.blueprint.view import EntityView
from libs.contracts.behaviour import Action
from libs.contracts.charter import Charter

Sheet = tuple[str, str, str, dict[str, Any]]
HELPERS = ("changes", "count", "lock_rule", "locked", "total")
_COMMON = {
    "Any": "typing",
    "Base": "app.database",
    "Conflict": "app.errors",
    "Decimal": "decimal",
    "Mapping": "collections.abc",
    "RuleBroken": "app.errors",
    "Session": "sqlalchemy.orm",
    "TypeVar": "typing",
    "UUID": "uuid",
    "dt": "datetime as dt",
    "sa": "sqlalchemy as sa",
    "snapshot": "app.crud",
    "today": "app.columns",
    "utc_now": "app.columns",
}


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
            yield _tests(f"test_{view.plural}_rules", heading, plain)
        done = list(behaviour_tests.action_tests(view, seeds))
        if done:
            yield _tests(
                f"test_{view.plural}_actions", f"Actions on {view.labels}: what they do, and what they refuse.", done
            )


def _other_tests(views: list[EntityView], seeds: Seeds, found: dict[str, list[Test]]) -> Iterator[Sheet]:
    races = [_raced(view, test) for view in views for test in found[view.name] if test.race]
    if races:
        yield _tests("test_races", "Requests at the same moment: one of many wins.", races, races=True)
    asked = list(report_tests.report_tests(seeds, views))
    if asked:
        yield _tests("test_reports", "Reports: the figures are right.", asked)
    places = list(behaviour_tests.place_tests(seeds, views))
    if places:
        yield _tests("test_custom", "The places for rules and actions in words are called.", places)


def _tests(module: str, heading: str, found: list[Test], *, races: bool = False) -> Sheet:
    values = {"heading": heading, "tests": [_tidy(test) for test in found], "races": races}
    return f"tests/{module}.py", heading, "behaviour/test_module.py", values


def _raced(view: EntityView, test: Test) -> Test:
    call = f'assert race(client, "{view.path}", [body] * 8) == [(201, ""), *[(409, "{test.rule}")] * 7]'
    return Test(f"{test.name}_{view.snake}", (*test.lines, f"body = {test.race}", call))


def _tidy(test: Test) -> Test:
    """Leave out names that are given to rows and not used."""
    lines = list(test.lines)
    for number, line in enumerate(lines):
        name = line.split(" = ", maxsplit=1)[0]
        used = any(re.search(rf"\b{re.escape(name)}\b", other) for other in lines[number + 1 :])
        if line.startswith(f"{name} = created(") and not used:
            lines[number] = line.removeprefix(f"{name} = ")
    return replace(test, lines=tuple(lines))


def _fixtures(test: Test) -> str:
    text = "\n".join(test.lines)
    found = ["client: TestClient", "seed: Seed" if "seed." in text else ""]
    found.append("monkeypatch: pytest.MonkeyPatch" if "monkeypatch." in text else "")
    return ", ".join(each for each in found if each)


def _test_names(own: Iterable[EntityView]) -> dict[str, str]:
    listed = list(own)
    places = {place.name: "app.custom" for view in listed[:1] for place in custom.places(view.charter)}
    return (
        places
        | dict.fromkeys((each.name for each in preparations(listed)), "tests.seed")
        | {
            "Any": "typing",
            "Barrier": "threading",
            "FastAPI": "fastapi",
            "Iterator": "collections.abc",
            "Path": "pathlib",
            "Seed": "tests.seed",
            "TestClient": "fastapi.testclient",
            "ThreadPoolExecutor": "concurrent.futures",
            "accepted": "tests.checks",
            "ahead": "tests.seed",
            "broken": "tests.checks",
            "connect": "app.database",
            "created": "tests.checks",
            "day_ahead": "tests.seed",
            "models": "app",
            "os": "os",
            "pytest": "pytest",
            "refused": "tests.checks",
        }
    )


def _entity(view: EntityView) -> Iterator[Sheet]:
    if rulebook.hooks(view):
        ids = ", ".join(each.rule.id for each in rulebook.rules_of(view))
        values = {"view": view, "source": rulebook.source(view), "rule_ids": ids}
        yield f"app/rules/{view.module}.py", f"Rules of {view.labels}", "behaviour/rules_entity.py", values
    if view.entity.actions:
        values = {"view": view, "source": actions.source(view)}
        yield f"app/actions/{view.module}.py", f"Actions on {view.labels}", "behaviour/actions_entity.py", values


def _asked(charter: Charter, views: list[EntityView]) -> Iterator[Sheet]:
    if any(view.entity.computed for view in views):
        values = {"source": computed.source(views)}
        yield "app/models/computed.py", "Computed fields", "behaviour/computed.py", values
    if charter.reports:
        values = {"source": reports.source(views, charter.reports)}
        yield "app/routes/reports.py", "Reports", "behaviour/report_routes.py", values
        values = {"source": reports.schemas(views, charter.reports)}
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
        "uses_rounding": "Rounded(" in text,
        "uses_scaled": "Scaled(" in text or "Rounded(" in text,
        "uses_today": "today()" in text,
    }


def names_for(template: str, views: Iterable[EntityView], own: EntityView | None) -> dict[str, str]:
    """Return name to module for what a file of one of these templates may use."""
    if not template.startswith("behaviour/"):
        return {}
    listed = list(views)
    if template in ("behaviour/checks.py", "behaviour/test_module.py"):
        known = _test_names(listed)
        return {name: known[name] for name in ("Any", "TestClient")} if template.endswith("checks.py") else known
    if template in _ASKED:
        return _asked_names(template, listed)
    found = _COMMON | dict.fromkeys(HELPERS, "app.rules")
    for view in listed:
        found |= {view.cls: "app.models"} | rulebook.imports(view)
        found |= {custom.action_schema(view, each): f"app.schemas.{view.module}" for each in view.entity.actions}
    if own is not None:
        found |= {place.name: "app.custom" for place in custom.places(own.charter)}
    if template == "behaviour/rules_init.py":
        return {name: module for name, module in found.items() if module != "app.rules"}
    if template == "behaviour/rules_entity.py" and own is not None:
        found.pop(f"{own.snake}_rules")
    return found | {"AuthUser": "app.auth.models"}


_ASKED = frozenset(f"behaviour/{name}.py" for name in ("computed", "report_routes", "report_schemas"))
_COLUMNS = {"Rounded": "app.columns", "Scaled": "app.columns", "today": "app.columns", "utc_now": "app.columns"}


def _asked_names(template: str, views: list[EntityView]) -> dict[str, str]:
    found = _COMMON | _COLUMNS | dict.fromkeys(("add_mapped_attribute", "aliased", "column_property"), "sqlalchemy.orm")
    if template == "behaviour/computed.py":
        return found | {view.cls: f"app.models.{view.module}" for view in views}
    schemas = [
        name
        for each in views[0].charter.reports
        for name in (reports.row_schema(each), reports.parameters_schema(each))
    ]
    if template == "behaviour/report_routes.py":
        return (
            found | _ROUTES | {view.cls: "app.models" for view in views} | dict.fromkeys(schemas, "app.schemas.reports")
        )
    return found | _SCHEMAS


_ROUTES = {
    "APIRouter": "fastapi",
    "Annotated": "typing",
    "CurrentUser": "app.auth.dependencies",
    "PROBLEMS": "app.errors",
    "Query": "fastapi",
    "SessionDep": "app.database",
    "access": "app",
}
_SCHEMAS = (
    dict.fromkeys(("EmailStr", "Field", "JsonValue"), "pydantic")
    | dict.fromkeys(("Annotated", "Literal"), "typing")
    | dict.fromkeys(("Input", "Int32", "MAX_INT", "Money", "Output", "RowId", "Url", "UtcTime"), "app.schemas.base")
    | {"uuid4": "uuid"}
)


def route_names(view: EntityView) -> dict[str, str]:
    """Return what the entity's routes import for rules and actions: name to module."""
    found = rulebook.imports(view) if rulebook.hooks(view) else {}
    return found | (actions.module_names(view) if view.entity.actions else {})


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
