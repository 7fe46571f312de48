"""Which import names a declared dependency offers. PyPI keeps no such map; this one has the usual exceptions."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

from libs.contracts.artifacts import Dependency, SourceFile
from services.agents.checks.parse import read_toml

REQUIREMENT = re.compile(r"\s*([A-Za-z0-9][A-Za-z0-9._-]*)\s*(?:\[([^\]]*)\])?")
# Where the import name is not the distribution's name, and what comes along with it and is commonly imported.
OFFERS: dict[str, tuple[str, ...]] = {
    "aiosqlite": ("aiosqlite",),
    "alembic": ("alembic", "sqlalchemy", "mako"),
    "argon2-cffi": ("argon2",),
    "attrs": ("attr", "attrs"),
    "beautifulsoup4": ("bs4",),
    "confluent-kafka": ("confluent_kafka",),
    "email-validator": ("email_validator", "dns"),
    "fastapi": ("fastapi", "starlette", "pydantic", "pydantic_core", "anyio", "typing_extensions", "annotated_types"),
    "fastapi-mail": ("fastapi_mail", "aiosmtplib"),
    "fastapi-users": ("fastapi_users", "fastapi_users_db_sqlalchemy"),
    "google-cloud-storage": ("google",),
    "grpcio": ("grpc",),
    "httpx": ("httpx", "httpcore", "anyio", "certifi"),
    "jinja2": ("jinja2", "markupsafe"),
    "opencv-python": ("cv2",),
    "passlib": ("passlib",),
    "pillow": ("PIL",),
    "protobuf": ("google",),
    "psycopg2-binary": ("psycopg2",),
    "pwdlib": ("pwdlib",),
    "pycryptodome": ("Crypto",),
    "pydantic": ("pydantic", "pydantic_core", "typing_extensions", "annotated_types"),
    "pydantic-settings": ("pydantic_settings", "pydantic", "pydantic_core", "dotenv"),
    "pyjwt": ("jwt",),
    "pymysql": ("pymysql",),
    "pytest": ("pytest", "_pytest", "pluggy"),
    "pytest-asyncio": ("pytest_asyncio", "pytest"),
    "python-dateutil": ("dateutil",),
    "python-dotenv": ("dotenv",),
    "python-jose": ("jose",),
    "python-magic": ("magic",),
    "python-multipart": ("multipart", "python_multipart"),
    "python-slugify": ("slugify",),
    "pyyaml": ("yaml",),
    "requests": ("requests", "urllib3", "certifi"),
    "scikit-learn": ("sklearn",),
    "sentry-sdk": ("sentry_sdk",),
    "setuptools": ("setuptools", "pkg_resources"),
    "sqlalchemy": ("sqlalchemy", "typing_extensions"),
    "sqlmodel": ("sqlmodel", "sqlalchemy", "pydantic", "pydantic_core"),
    "starlette": ("starlette", "anyio"),
    "uvicorn": ("uvicorn", "click", "h11"),
}
EXTRAS: dict[tuple[str, str], tuple[str, ...]] = {
    ("fastapi", "standard"): ("uvicorn", "httpx", "jinja2", "multipart", "python_multipart", "email_validator"),
    ("fastapi", "all"): ("uvicorn", "httpx", "jinja2", "multipart", "python_multipart", "email_validator", "yaml"),
    ("passlib", "bcrypt"): ("bcrypt",),
    ("passlib", "argon2"): ("argon2",),
    ("pwdlib", "argon2"): ("argon2",),
    ("pwdlib", "bcrypt"): ("bcrypt",),
    ("pydantic", "email"): ("email_validator",),
    ("pyjwt", "crypto"): ("cryptography",),
    ("python-jose", "cryptography"): ("cryptography",),
    ("sqlalchemy", "asyncio"): ("greenlet",),
    ("uvicorn", "standard"): ("uvloop", "httptools", "websockets", "watchfiles", "dotenv", "yaml"),
}
# Names that work only when another package is installed, which their own package does not bring: the package to declare
# and the import names that show it is there.
_MULTIPART = ("python-multipart", ("python_multipart",))
_CLIENT = ("httpx", ("httpx", "httpx2"))  # newer releases of Starlette use httpx2
NEEDS: dict[tuple[str, str], tuple[str, tuple[str, ...]]] = {
    ("fastapi", "Form"): _MULTIPART,
    ("fastapi", "File"): _MULTIPART,
    ("fastapi.security", "OAuth2PasswordRequestForm"): _MULTIPART,
    ("fastapi.testclient", "TestClient"): _CLIENT,
    ("starlette.testclient", "TestClient"): _CLIENT,
    ("pydantic", "EmailStr"): ("email-validator", ("email_validator",)),
    ("fastapi.templating", "Jinja2Templates"): ("jinja2", ("jinja2",)),
}


def declared_imports(files: Iterable[SourceFile], dependencies: Iterable[Dependency]) -> frozenset[str] | None:
    """Every top-level import name that the declared dependencies offer; None when a declaration cannot be read."""
    try:
        requirements = _requirements(files, dependencies)
    except (ValueError, RecursionError):
        return None  # the parse check says so
    return frozenset(offer for requirement in requirements for offer in _offers(requirement))


def _requirements(files: Iterable[SourceFile], dependencies: Iterable[Dependency]) -> list[str]:
    requirements = [dependency.name for dependency in dependencies]
    for file in files:
        name = file.path.rpartition("/")[2]
        if name.startswith("requirements") and name.endswith((".txt", ".in")):
            requirements += [line for line in file.content.splitlines() if not line.lstrip().startswith(("#", "-"))]
        elif name == "pyproject.toml":
            requirements += _pyproject(file.content)
    return requirements


def _offers(requirement: str) -> Iterator[str]:
    match = REQUIREMENT.match(requirement)
    if match is None:
        return
    name = re.sub(r"[-_.]+", "-", match[1]).lower()
    yield from OFFERS.get(name, ())
    if name not in OFFERS:
        # Unknown ones: better to believe a declared package offers it than to blame a good import.
        yield from (name.replace("-", "_"), match[1], *re.split(r"[-]", name))
    for extra in (match[2] or "").split(","):
        yield from EXTRAS.get((name, extra.strip().lower()), ())


def _pyproject(content: str) -> list[str]:
    document: Any = read_toml(content)
    project = _table(document, "project")
    groups = [*_table(project, "optional-dependencies").values(), *_table(document, "dependency-groups").values()]
    poetry = _table(_table(document, "tool"), "poetry")
    listed = [project.get("dependencies"), *groups]
    return [
        *(item for items in listed if isinstance(items, list) for item in items if isinstance(item, str)),
        *_table(poetry, "dependencies"),
        *_table(_table(_table(poetry, "group"), "dev"), "dependencies"),
    ]


def _table(document: dict[str, Any], key: str) -> dict[str, Any]:
    found = document.get(key)
    return found if isinstance(found, dict) else {}
