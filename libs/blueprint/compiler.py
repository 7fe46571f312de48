"""Charter and architecture to the files of a FastAPI project."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from libs.blueprint import columns, known, rulebook
from libs.blueprint.examples import example
from libs.blueprint.faults import check_charter
from libs.blueprint.filters import FILTERS
from libs.blueprint.formatting import within_width
from libs.blueprint.former import Former
from libs.blueprint.indexes import table_arguments
from libs.blueprint.listing import listed
from libs.blueprint.origins import with_origin
from libs.blueprint.project import Project
from libs.blueprint.proofs import list_proof
from libs.blueprint.revision import migration_sheets
from libs.blueprint.sheets import Sheet, fixed_sheets
from libs.blueprint.source import MARKER, with_imports
from libs.blueprint.view import EntityView
from libs.contracts.artifacts import Architecture, PlannedFile, SourceFile
from libs.contracts.charter import Charter


class BlueprintError(ValueError):
    """The charter cannot be printed; the message names the first fault's place and what to do."""


def compile_project(
    charter: Charter, architecture: Architecture, former: Former | None = None
) -> tuple[SourceFile, ...]:
    """Print every file that charter and architecture determine, sorted by path; raise ``BlueprintError``.

    With a ``former`` version, its migrations stay as they are, and one more leads from its tables to those of now.
    """
    project = _checked(charter, architecture, former)
    replaced = {module.path for module in architecture.modules}
    files = {sheet.path: _printed(project, sheet) for sheet in _sheets(project) if sheet.path not in replaced}
    kept = {file.path: file.content for file in project.migrations}
    return tuple(SourceFile(path, text) for path, text in sorted((within_width(files) | kept).items()))


def plan_files(charter: Charter, architecture: Architecture, former: Former | None = None) -> tuple[PlannedFile, ...]:
    """List the printed files and those asked of a model, sorted by path; raise ``BlueprintError``."""
    project = _checked(charter, architecture, former)
    planned = {sheet.path: PlannedFile(sheet.path, sheet.purpose, "blueprint") for sheet in _sheets(project)}
    planned |= {file.path: PlannedFile(file.path, "A former migration", "blueprint") for file in project.migrations}
    planned |= {module.path: PlannedFile(module.path, module.purpose, "model") for module in architecture.modules}
    return tuple(planned[path] for path in sorted(planned))


def _checked(charter: Charter, architecture: Architecture, former: Former | None) -> Project:
    faults = list(check_charter(charter, architecture))
    if faults:
        more = f" ({len(faults) - 1} more)" if len(faults) > 1 else ""
        raise BlueprintError(f"{faults[0]}{more}")
    return Project(charter, architecture, former)


def _sheets(project: Project) -> Iterator[Sheet]:
    if not project.views:
        return
    yield from fixed_sheets(project)
    yield from migration_sheets(project)
    for view in project.views:
        yield from _entity_sheets(project, view)
    for path, purpose, template, values in project.behaviour:
        yield Sheet(path, purpose, template, project.values | values)


def _entity_sheets(project: Project, view: EntityView) -> Iterator[Sheet]:
    checks = [
        f'sa.CheckConstraint({source}, name="{name}")' for each in view.fields for name, source in columns.checks(each)
    ]
    values = project.values | {
        "view": view,
        "seed": project.seeds[view.number],
        "proof": list_proof(view),
        "arguments": [*checks, *table_arguments(view)],
        "columns": listed(view),
        "hooks": rulebook.hooks(view),
        "example": example(view),
    }
    yield Sheet(f"app/models/{view.module}.py", f"Table of {view.labels}", "app/model.py", values)
    yield Sheet(f"app/schemas/{view.module}.py", f"Bodies and answers of {view.labels}", "app/schema.py", values)
    yield Sheet(f"app/routes/{view.routes}.py", f"Endpoints of {view.labels}", "app/route.py", values)
    yield Sheet(f"tests/test_{view.routes}.py", f"Tests of {view.labels}", "tests/test_entity.py", values)


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
    text = with_origin(text, sheet, project.charter)
    if MARKER in text:
        return with_imports(text, known.names_for(sheet.template, project.views, sheet.values.get("view")))
    return text
