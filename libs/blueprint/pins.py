"""The packages of a generated project, each at the version it was written and tested with."""

from __future__ import annotations

import re

from libs.contracts.artifacts import Architecture

RUNTIME = {
    "alembic": "1.20.1",
    "anyio": "4.16.0",
    "fastapi": "0.165.0",
    "psycopg[binary]": "3.3.9",
    "pydantic": "2.14.3",
    "pydantic-settings": "2.16.3",
    "sqlalchemy": "2.1.9",
    "uvicorn": "0.54.0",
}
SIGN_IN = {"pwdlib[argon2]": "0.3.1", "pyjwt": "2.15.1", "python-multipart": "0.0.34"}
EMAIL = {"email-validator": "2.4.0"}
DEVELOPMENT = {
    "httpx2": "2.16.2",
    "mypy": "2.4.1",
    "pytest": "9.2.0",
    "pytest-cov": "7.1.0",
    "ruff": "0.17.6",
}
FUZZ = {"schemathesis": "4.32.5"}


def requirements(types: set[str], architecture: Architecture, *, signs_in: bool) -> dict[str, list[str]]:
    """Return the lines of both lists of packages: ours, then what the architecture adds to them."""
    pins = RUNTIME | (SIGN_IN if signs_in else {}) | (EMAIL if signs_in or "email" in types else {})
    ours = {plain_name(name) for name in (*pins, *DEVELOPMENT)}
    added = [f"{each.name}{each.version}" for each in architecture.dependencies if plain_name(each.name) not in ours]
    return {
        "requirements": [*(f"{name}=={pins[name]}" for name in sorted(pins)), *added],
        "development": [f"{name}=={version}" for name, version in sorted(DEVELOPMENT.items())],
        "fuzzing": [f"{name}=={version}" for name, version in sorted(FUZZ.items())],
    }


def plain_name(package: str) -> str:
    """Return a package's name as the index compares it, extras left out."""
    return re.sub(r"[-_.]+", "-", package.split("[", maxsplit=1)[0]).lower()
