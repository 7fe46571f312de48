"""Where each name that a printed file may use is imported from."""

from __future__ import annotations

from collections.abc import Iterable

from libs.blueprint import rulebook
from libs.blueprint.view import SCHEMAS, EntityView

_TYPES = {
    "Annotated": "typing",
    "Any": "typing",
    "Decimal": "decimal",
    "Iterator": "collections.abc",
    "Literal": "typing",
    "TypeVar": "typing",
    "UUID": "uuid",
    "dt": "datetime as dt",
    "uuid4": "uuid",
}
_DATABASE = {
    "Base": "app.database",
    "Engine": "sqlalchemy.engine",
    "Mapped": "sqlalchemy.orm",
    "Session": "sqlalchemy.orm",
    "SessionDep": "app.database",
    "connect": "app.database",
    "mapped_column": "sqlalchemy.orm",
    "relationship": "sqlalchemy.orm",
    "sa": "sqlalchemy as sa",
}
_COLUMNS = {"Scaled": "app.columns", "UtcDateTime": "app.columns", "today": "app.columns", "utc_now": "app.columns"}
_PYDANTIC = {
    "AfterValidator": "pydantic",
    "BaseModel": "pydantic",
    "ConfigDict": "pydantic",
    "EmailStr": "pydantic",
    "Field": "pydantic",
    "HttpUrl": "pydantic",
    "JsonValue": "pydantic",
    "TypeAdapter": "pydantic",
}
_SCHEMA_BASE = dict.fromkeys(
    ("FixedPoint", "Input", "Int32", "MAX_INT", "Money", "Output", "RowId", "RowIds", "Url", "UtcTime", "unset"),
    "app.schemas.base",
)
_TESTS = {
    "Callable": "collections.abc",
    "FastAPI": "fastapi",
    "Iterator": "collections.abc",
    "Path": "pathlib",
    "StaticPool": "sqlalchemy.pool",
    "TestClient": "fastapi.testclient",
    "create_app": "app.main",
    "connect": "app.database",
    "pytest": "pytest",
    "Any": "typing",
}
_BY_TEMPLATE: dict[str, dict[str, str]] = {
    "app/settings.py": {"BaseSettings": "pydantic_settings", "SettingsConfigDict": "pydantic_settings"},
    "app/database.py": _TYPES
    | {name: _DATABASE[name] for name in ("Engine", "Mapped", "Session", "mapped_column", "sa")}
    | {"Connection": "sqlalchemy.engine"}
    | {"DeclarativeBase": "sqlalchemy.orm", "Depends": "fastapi", "Request": "fastapi"},
    "app/columns.py": _TYPES | {"sa": "sqlalchemy as sa"},
    "app/errors.py": _TYPES
    | {
        "BaseModel": "pydantic",
        "FastAPI": "fastapi",
        "HTTPException": "starlette.exceptions",
        "HTTPStatus": "http",
        "IntegrityError": "sqlalchemy.exc",
        "JSONResponse": "fastapi.responses",
        "Request": "fastapi",
        "RequestValidationError": "fastapi.exceptions",
        "re": "re",
    },
    "app/pagination.py": _TYPES | _DATABASE | _PYDANTIC | {"Generic": "typing", "Query": "fastapi"},
    "app/crud.py": _TYPES | _DATABASE | {"InvalidReference": "app.errors", "NotFound": "app.errors"},
    "app/main.py": _DATABASE
    | {
        "AsyncIterator": "collections.abc",
        "FastAPI": "fastapi",
        "Settings": "app.settings",
        "add_error_handlers": "app.errors",
        "asynccontextmanager": "contextlib",
        "models": "app",
        "router": "app.routes",
    },
    "app/model.py": _TYPES | _DATABASE | _COLUMNS | {"TYPE_CHECKING": "typing", "get_args": "typing"},
    "app/schema_base.py": _TYPES | _PYDANTIC,
    "app/schema.py": _TYPES | _PYDANTIC | _COLUMNS | _SCHEMA_BASE,
    "app/route.py": {
        "APIRouter": "fastapi",
        "PROBLEMS": "app.errors",
        "Page": "app.pagination",
        "PageQuery": "app.pagination",
        "RowId": "app.schemas.base",
        "SessionDep": "app.database",
        "crud": "app",
        "paginate": "app.pagination",
        "rules": "app",
        "sa": "sqlalchemy as sa",
    },
    "app/rules.py": {"Session": "sqlalchemy.orm"},
    "tests/conftest.py": _TESTS | {"Seed": "tests.seed"},
    "tests/seed.py": _TESTS,
    "tests/test_entity.py": _TESTS | {"Seed": "tests.seed"},
    "tests/test_app.py": _TESTS | {"BODIES": "tests.seed"},
}


def names_for(template: str, views: Iterable[EntityView], own: EntityView | None) -> dict[str, str]:
    """Return name → module for the names that a file of a template may use; ``own`` is the entity it is about."""
    found = dict(_BY_TEMPLATE[template])
    if template in ("app/route.py", "app/rules.py"):
        for view in views:
            found |= {view.cls: "app.models"}
            found |= {f"{view.name}{kind}": "app.schemas" for kind in SCHEMAS}
    if template == "app/route.py" and own is not None:
        found |= rulebook.imports(own)
    if template == "app/schema.py" and own is not None:
        found |= dict.fromkeys(own.aliases, f"app.models.{own.module}")
    return found
