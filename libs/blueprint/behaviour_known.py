"""What the printed files of rules, actions, computed fields and reports may name, and where from."""

from __future__ import annotations

from collections.abc import Iterable

from libs.blueprint import actions, custom, reports, rulebook
from libs.blueprint.seeds import preparations
from libs.blueprint.view import EntityView

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
