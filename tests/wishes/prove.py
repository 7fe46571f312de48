"""Show that a printed project works: what its owner would try first, each step on its own."""

from __future__ import annotations

import re
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx

from libs.blueprint import compile_project
from libs.contracts.charter import Charter
from libs.offline import draft_architecture
from libs.testing.generated import python_with, run, served
from services.sandbox.environments import INSIDE


def printed(charter: Charter, folder: Path) -> Path:
    """Print the project of a charter into ``folder``, as the stack does it without a model."""
    for file in compile_project(charter, draft_architecture(charter)):
        target = folder / file.path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(file.content, encoding="utf-8")
    return folder


def prove(project: Path) -> None:
    """Install, migrate, import, lint, type-check, run its own tests, start: each must pass the first time."""
    python = python_with(packages(project))
    for step in STEPS:
        step(project, python)


def packages(project: Path) -> str:
    """All its requirement files as one list, so that projects with the same packages share one installation."""
    texts = [path.read_text() for path in sorted(project.glob("requirements*.txt"))]
    lines = [line for text in texts for line in text.splitlines() if line and not line.startswith(("-r", "#"))]
    return "\n".join(dict.fromkeys(lines)) + "\n"


def migrated(project: Path, python: Path) -> None:
    """From an empty database to the tables of the models, with no difference left."""
    if (project / "alembic.ini").exists():
        run([python, "-m", "alembic", "upgrade", "head"], project)
        run([python, "-m", "alembic", "check"], project)


def imported(project: Path, python: Path) -> None:
    """The application can be imported with warnings as errors."""
    run([python, "-W", "error", "-c", "import app.main"], project)


def linted(project: Path, python: Path) -> None:
    """Formatted and free of lint in the project's own settings, by the ruff that it pins."""
    ruff = python if (python.parent / "ruff").exists() else sys.executable
    run([ruff, "-m", "ruff", "format", "--check", "--no-cache"], project)
    run([ruff, "-m", "ruff", "check", "--no-cache"], project)


def typed(project: Path, python: Path) -> None:
    """Free of type errors, where the project promises it."""
    settings = _tools(project).get("mypy")
    if settings is not None:
        places = [] if "files" in settings else ["app"]
        # No cache is shared: all projects have modules of the same names, and were taken for each other.
        run([python, "-m", "mypy", "--strict", "--cache-dir", project / ".mypy_cache", *places], project)


def tested(project: Path, python: Path, *, covered: bool = True) -> None:
    """Its own tests pass, all of them, and cover as much of it as it promises; not measured, they share a loop."""
    coverage = ["--cov=app"] if covered and "coverage" in _tools(project) else []
    how = coverage if covered else ["-p", "interius_client"]
    said = run([python, "-m", "pytest", "-q", "-p", "no:cacheprovider", *how], project, {"PYTHONPATH": str(INSIDE)})
    assert re.search(r"^\d+ passed in", said, re.MULTILINE), said


def started(project: Path, python: Path) -> None:
    """It starts, is healthy and describes itself."""
    with served(project, python) as address:
        assert httpx.get(f"{address}/health").json() == {"status": "ok"}
        assert httpx.get(f"{address}/openapi.json").json()["paths"]


def _tools(project: Path) -> dict[str, Any]:
    return tomllib.loads((project / "pyproject.toml").read_text())["tool"]


STEPS: tuple[Callable[[Path, Path], None], ...] = (migrated, imported, linted, typed, tested, started)
