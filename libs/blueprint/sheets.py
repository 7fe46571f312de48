"""The files of a project that are printed once, and when each is."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from libs.blueprint.project import Project


@dataclass(frozen=True)
class Sheet:
    """One file to print: where, what for, from which template with which extra values."""

    path: str
    purpose: str
    template: str
    values: dict[str, Any] = field(default_factory=dict[str, Any])


def fixed_sheets(project: Project) -> list[Sheet]:
    """Return the files that stand for no single entity."""
    return [
        Sheet(path, purpose, template, project.values)
        for path, purpose, template, *needs in _FIXED
        if all(project.values[need] for need in needs)
    ]


_FIXED: tuple[tuple[str, ...], ...] = (
    (".dockerignore", "What stays out of the image", "dockerignore"),
    (".github/workflows/ci.yml", "Checks for every change", "ci.yml"),
    (".gitignore", "What stays out of the repository", "gitignore"),
    ("Dockerfile", "Container image", "Dockerfile"),
    ("README.md", "How to run it, data, endpoints, rules", "README.md"),
    ("alembic.ini", "Settings of the migrations", "alembic.ini"),
    ("compose.yml", "The application with PostgreSQL", "compose.yml"),
    ("migrations/env.py", "How migrations are run", "migrations/env.py"),
    ("migrations/script.py.mako", "Form of a new migration", "migrations/script.py.mako"),
    ("pyproject.toml", "Project metadata and tools", "pyproject.toml"),
    ("requirements.txt", "Pinned packages", "requirements.txt"),
    ("requirements-dev.txt", "Pinned packages for tests and checks", "requirements-dev.txt"),
    ("requirements-fuzz.txt", "Pinned packages for fuzzing", "requirements-fuzz.txt"),
    ("app/__init__.py", "The application package", "app/init.py"),
    ("app/access.py", "Who may do what on which rows", "app/access.py", "signs_in"),
    ("app/audit.py", "The audit log", "app/audit.py", "audited"),
    ("app/auth/__init__.py", "The package of signing in", "app/auth/init.py", "signs_in"),
    ("app/auth/accounts.py", "Users: made, found, let in", "app/auth/accounts.py", "signs_in"),
    ("app/auth/dependencies.py", "Who asks", "app/auth/dependencies.py", "signs_in"),
    ("app/auth/models.py", "Tables of users and sessions", "app/auth/models.py", "signs_in"),
    ("app/auth/passwords.py", "Passwords", "app/auth/passwords.py", "signs_in"),
    ("app/auth/routes.py", "Endpoints of signing in", "app/auth/routes.py", "signs_in"),
    ("app/auth/schemas.py", "Bodies and answers of signing in", "app/auth/schemas.py", "signs_in"),
    ("app/auth/tokens.py", "Access and refresh tokens", "app/auth/tokens.py", "signs_in"),
    ("app/columns.py", "Column types that mean the same on every database", "app/columns.py", "uses_columns"),
    ("app/crud.py", "What the routes have in common", "app/crud.py"),
    ("app/database.py", "Engine, base of the tables, session", "app/database.py"),
    ("app/errors.py", "Errors and how they are answered", "app/errors.py"),
    ("app/logging.py", "Logs", "app/logging.py"),
    ("app/main.py", "The application", "app/main.py"),
    ("app/models/__init__.py", "All tables", "app/models.py"),
    ("app/models/audit.py", "The table of the audit log", "app/audit_model.py", "audited"),
    ("app/pagination.py", "Lists: filtered, sorted, in pages", "app/pagination.py"),
    ("app/routes/__init__.py", "All routes", "app/routes.py"),
    ("app/schemas/__init__.py", "All schemas", "app/schemas.py"),
    ("app/schemas/base.py", "What the schemas have in common", "app/schema_base.py"),
    ("app/settings.py", "Settings", "app/settings.py"),
    ("tests/__init__.py", "The test package", "tests/init.py"),
    ("tests/access.py", "Who may do what, and whose rows are whose, for the tests", "tests/access.py", "signs_in"),
    ("tests/conftest.py", "Fixtures", "tests/conftest.py"),
    ("tests/seed.py", "Valid bodies for the tests", "tests/seed.py"),
    ("tests/test_access.py", "Tests of each role on each endpoint", "tests/test_access.py", "signs_in"),
    ("tests/test_app.py", "Tests of the application as a whole", "tests/test_app.py"),
    ("tests/test_audit.py", "Tests of the audit log", "tests/test_audit.py", "audited"),
    ("tests/test_auth.py", "Tests of signing in", "tests/test_auth.py", "signs_in"),
    ("tests/test_migrations.py", "Tests of the migrations", "tests/test_migrations.py"),
)
