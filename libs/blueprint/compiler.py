"""Charter and architecture to the files of a FastAPI project."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from libs.blueprint import columns, known, rulebook
from libs.blueprint.faults import check_charter
from libs.blueprint.filters import FILTERS
from libs.blueprint.project import Project
from libs.blueprint.source import MARKER, with_imports, within_width
from libs.contracts.artifacts import Architecture, PlannedFile, SourceFile
from libs.contracts.charter import Charter


class BlueprintError(ValueError):
    """The charter cannot be printed; the message names the first fault's place and what to do."""


@dataclass(frozen=True)
class Sheet:
    """One file to print: where, what for, from which template with which extra values."""

    path: str
    purpose: str
    template: str
    values: dict[str, Any]


def compile_project(charter: Charter, architecture: Architecture) -> tuple[SourceFile, ...]:
    """Print every file that charter and architecture determine, sorted by path; raise ``BlueprintError``."""
    project = _checked(charter, architecture)
    replaced = {module.path for module in architecture.modules}
    files = [
        SourceFile(sheet.path, _printed(project, sheet)) for sheet in _sheets(project) if sheet.path not in replaced
    ]
    return tuple(sorted(files, key=lambda file: file.path))


def plan_files(charter: Charter, architecture: Architecture) -> tuple[PlannedFile, ...]:
    """List the printed files and those asked of a model, sorted by path; raise ``BlueprintError``."""
    project = _checked(charter, architecture)
    planned = {sheet.path: PlannedFile(sheet.path, sheet.purpose, "blueprint") for sheet in _sheets(project)}
    planned |= {module.path: PlannedFile(module.path, module.purpose, "model") for module in architecture.modules}
    return tuple(planned[path] for path in sorted(planned))


def _checked(charter: Charter, architecture: Architecture) -> Project:
    faults = list(check_charter(charter, architecture))
    if faults:
        more = f" ({len(faults) - 1} more)" if len(faults) > 1 else ""
        raise BlueprintError(f"{faults[0]}{more}")
    return Project(charter, architecture)


def _sheets(project: Project) -> Iterator[Sheet]:
    if not project.views:
        return
    yield from _fixed_sheets(project)
    for view in project.views:
        yield from _entity_sheets(project, view.number)


def _fixed_sheets(project: Project) -> Iterator[Sheet]:
    for path, purpose, template in _FIXED:
        if project.wants(path):
            yield Sheet(path, purpose, template, project.values)


def _entity_sheets(project: Project, number: int) -> Iterator[Sheet]:
    view, seed = project.views[number], project.seeds[number]
    checks = [check for field in view.fields for check in columns.checks(field)]
    extra = {"view": view, "seed": seed, "checks": checks, "hooked": view.name in project.hooked}
    extra["hooks"] = rulebook.hooks(view)
    values = project.values | extra
    yield Sheet(f"app/models/{view.module}.py", f"Table of {view.labels}", "app/model.py", values)
    yield Sheet(f"app/schemas/{view.module}.py", f"Bodies and answers of {view.labels}", "app/schema.py", values)
    yield Sheet(f"app/routes/{view.routes}.py", f"Endpoints of {view.labels}", "app/route.py", values)
    yield Sheet(f"tests/test_{view.routes}.py", f"Tests of {view.labels}", "tests/test_entity.py", values)


_FIXED = (
    (".gitignore", "What stays out of the repository", "gitignore"),
    ("Dockerfile", "Container image", "Dockerfile"),
    ("README.md", "How to run it, data, endpoints, rules", "README.md"),
    ("pyproject.toml", "Project metadata and tools", "pyproject.toml"),
    ("requirements.txt", "Pinned packages", "requirements.txt"),
    ("app/__init__.py", "The application package", "app/init.py"),
    ("app/columns.py", "Column types that mean the same on every database", "app/columns.py"),
    ("app/crud.py", "What the routes have in common", "app/crud.py"),
    ("app/database.py", "Engine, base of the tables, session", "app/database.py"),
    ("app/errors.py", "Errors and how they are answered", "app/errors.py"),
    ("app/main.py", "The application", "app/main.py"),
    ("app/models/__init__.py", "All tables", "app/models.py"),
    ("app/pagination.py", "Lists in pages", "app/pagination.py"),
    ("app/routes/__init__.py", "All routes", "app/routes.py"),
    ("app/rules.py", "Business rules", "app/rules.py"),
    ("app/schemas/__init__.py", "All schemas", "app/schemas.py"),
    ("app/schemas/base.py", "What the schemas have in common", "app/schema_base.py"),
    ("app/settings.py", "Settings", "app/settings.py"),
    ("tests/__init__.py", "The test package", "tests/init.py"),
    ("tests/conftest.py", "Fixtures", "tests/conftest.py"),
    ("tests/seed.py", "Valid bodies for the tests", "tests/seed.py"),
    ("tests/test_app.py", "Tests of the application as a whole", "tests/test_app.py"),
)


@cache
def _templates() -> Environment:
    """Load templates without markup escaping: what they print is Python, TOML and Markdown."""
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,  # noqa: S701  # no HTML is printed
    )
    environment.filters.update(FILTERS)
    return environment


def _printed(project: Project, sheet: Sheet) -> str:
    text = _templates().get_template(f"{sheet.template}.jinja").render(sheet.values)
    if not sheet.path.endswith(".py"):
        return text
    if MARKER in text:
        text = with_imports(text, known.names_for(sheet.template, project.views, sheet.values.get("view")))
    return within_width(text)
