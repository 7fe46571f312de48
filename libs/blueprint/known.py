"""Where each name that a printed file may use is imported from."""

from __future__ import annotations

from collections.abc import Iterable

from libs.blueprint import behaviour_known
from libs.blueprint.view import SCHEMAS, EntityView

_STANDARD = {
    "Annotated": "typing",
    "Any": "typing",
    "AsyncIterator": "collections.abc",
    "Callable": "collections.abc",
    "Decimal": "decimal",
    "Generic": "typing",
    "HTTPStatus": "http",
    "Iterator": "collections.abc",
    "Literal": "typing",
    "Mapping": "collections.abc",
    "NamedTuple": "typing",
    "Path": "pathlib",
    "Sequence": "collections.abc",
    "TYPE_CHECKING": "typing",
    "TypeVar": "typing",
    "UUID": "uuid",
    "asynccontextmanager": "contextlib",
    "cache": "functools",
    "cast": "typing",
    "contextmanager": "contextlib",
    "compare_digest": "hmac",
    "dataclass": "dataclasses",
    "dt": "datetime as dt",
    "get_args": "typing",
    "json": "json",
    "logging": "logging",
    "operator": "operator",
    "perf_counter": "time",
    "re": "re",
    "sha256": "hashlib",
    "token_urlsafe": "secrets",
    "uuid4": "uuid",
}
_DATABASE = {
    "Connection": "sqlalchemy.engine",
    "DeclarativeBase": "sqlalchemy.orm",
    "Engine": "sqlalchemy.engine",
    "IntegrityError": "sqlalchemy.exc",
    "Mapped": "sqlalchemy.orm",
    "QueryableAttribute": "sqlalchemy.orm",
    "Session": "sqlalchemy.orm",
    "StaticPool": "sqlalchemy.pool",
    "mapped_column": "sqlalchemy.orm",
    "relationship": "sqlalchemy.orm",
    "sa": "sqlalchemy as sa",
}
_WEB = {
    "APIRouter": "fastapi",
    "CORSMiddleware": "fastapi.middleware.cors",
    "Depends": "fastapi",
    "FastAPI": "fastapi",
    "HTTPException": "starlette.exceptions",
    "JSONResponse": "fastapi.responses",
    "OAuth2PasswordBearer": "fastapi.security",
    "OAuth2PasswordRequestForm": "fastapi.security",
    "Query": "fastapi",
    "Request": "fastapi",
    "RequestResponseEndpoint": "starlette.middleware.base",
    "RequestValidationError": "fastapi.exceptions",
    "RunVar": "anyio.lowlevel",
    "Semaphore": "anyio",
    "Response": "fastapi",
    "TestClient": "fastapi.testclient",
    "run_in_threadpool": "fastapi.concurrency",
}
_PYDANTIC = dict.fromkeys(
    (
        *("AfterValidator", "BaseModel", "ConfigDict", "EmailStr", "Field", "HttpUrl"),
        *("JsonValue", "SecretStr", "TypeAdapter"),
    ),
    "pydantic",
) | {
    "BaseSettings": "pydantic_settings",
    "SettingsConfigDict": "pydantic_settings",
    "to_jsonable_python": "pydantic_core",
}
_OTHERS = {
    "CommandError": "alembic.util",
    "Config": "alembic.config",
    "MigrationContext": "alembic.migration",
    "PasswordHash": "pwdlib",
    "ScriptDirectory": "alembic.script",
    "command": "alembic",
    "compare_metadata": "alembic.autogenerate",
    "context": "alembic",
    "jwt": "jwt",
    "op": "alembic",
    "pytest": "pytest",
}
# Ours: the module of each name, which no file imports from itself.
_OURS = {
    "app.access": ("Right",),
    "app.auth.dependencies": ("CurrentAdmin", "CurrentUser", "OptionalUser"),
    "app.auth.models": ("AuthSession", "AuthUser"),
    "app.auth.passwords": ("hash_password", "verify_password"),
    "app.auth.schemas": ("PasswordChange", "RefreshToken", "Registration", "Tokens", "User", "UserChange"),
    "app.auth": ("accounts", "tokens"),
    "app.columns": ("Scaled", "UtcDateTime", "today", "utc_now"),
    "app.database": ("Base", "SessionDep", "connect", "migrating"),
    "app.errors": (
        *("Conflict", "Forbidden", "InvalidReference", "NotFound", "PROBLEMS", "Unauthorized"),
        *("RuleBroken", "add_error_handlers"),
    ),
    "app.logging": ("log", "log_request", "set_up_logging"),
    "app.main": ("ALEMBIC", "create_app", "migrate", "migrations"),
    "app.pagination": ("Columns", "Links", "Page", "narrowed", "paginate", "searched"),
    "app.models.audit": ("AuditEntry",),
    "app.routes": ("router",),
    "app.schemas.base": (
        *("Input", "Int32", "ListQuery", "MAX_INT", "Money", "Output", "RowId", "RowIds", "Url"),
        *("UtcTime", "sorting", "unset"),
    ),
    "app.settings": ("Settings", "SettingsDep"),
    "app": ("access", "crud", "models"),
    "tests.access": ("GUARDED", "INPUTS", "MOVES", "OWNED_REFERENCES", "POLICY", "give"),
    "tests.conftest": ("AsUser", "SignedIn"),
    "tests.seed": ("BODIES", "Seed"),
}
_OUR_NAMES = {name: module for module, names in _OURS.items() for name in names}
_EVERYWHERE = _STANDARD | _DATABASE | _WEB | _PYDANTIC | _OTHERS | _OUR_NAMES


def _only(text: str) -> dict[str, str]:
    return {name: _EVERYWHERE[name] for name in text.split()}


_IN_TESTS = _only("Any Callable TestClient pytest")
# Files in which the charter's own words are names may use these names only, which no charter takes.
_NARROW = {
    "app/access.py": _only("AuthUser Forbidden Unauthorized dataclass sa"),
    "app/model.py": _only(
        "Annotated Any Base Decimal Literal Mapped Scaled TYPE_CHECKING UUID UtcDateTime dt get_args mapped_column"
        " relationship sa today utc_now uuid4"
    ),
    "app/schema.py": _only(
        "Annotated Any ConfigDict Decimal EmailStr Field Input Int32 JsonValue ListQuery Literal MAX_INT Money Output"
        " RowId RowIds UUID Url UtcTime dt cast sorting today unset utc_now uuid4"
    ),
    "app/route.py": _only(
        "APIRouter Annotated AuthUser Columns CurrentUser Links OptionalUser PROBLEMS Page Query RowId SessionDep"
        " access crud narrowed paginate sa searched"
    ),
    "tests/access.py": _only("Any AuthUser Callable FastAPI Seed Session dataclass")
    | dict.fromkeys(("ahead", "day_ahead"), "tests.seed"),
    "tests/seed.py": _IN_TESTS | {"dt": "datetime as dt"},
    "tests/test_access.py": _only(
        "Any AsUser FastAPI GUARDED INPUTS MOVES OWNED_REFERENCES POLICY Seed SignedIn TestClient give pytest"
    )
    | {"Response": "httpx2"},
    "tests/test_audit.py": _EVERYWHERE | dict.fromkeys(("ahead", "day_ahead"), "tests.seed"),
    "tests/test_auth.py": _EVERYWHERE | {"Response": "httpx2"},
    "tests/test_entity.py": _IN_TESTS | _only("Seed") | dict.fromkeys(("ahead", "day_ahead"), "tests.seed"),
}
_OF_ENTITIES = frozenset({"app/access.py", "app/route.py", "tests/access.py"})


def names_for(template: str, views: Iterable[EntityView], own: EntityView | None) -> dict[str, str]:
    """Return name → module for the names that a file of a template may use; ``own`` is the entity it is about."""
    if template.startswith("behaviour/"):
        return behaviour_known.names_for(template, views, own)
    found = dict(_NARROW.get(template, _EVERYWHERE))
    if template in _OF_ENTITIES:
        found |= {view.cls: "app.models" for view in views}
    if template == "app/route.py" and own is not None:
        found |= {
            f"{view.name}{kind}": "app.schemas" for view in views for kind in SCHEMAS
        } | behaviour_known.route_names(own)
    if template == "app/schema.py" and own is not None:
        found |= dict.fromkeys(own.aliases, f"app.models.{own.module}")
    return found
