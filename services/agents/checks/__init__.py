"""Deterministic checks of generated code. Nothing of it is executed, and no text can break or stall them."""

from __future__ import annotations

import asyncio
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import islice

from libs.contracts.artifacts import Architecture, Issue, SourceFile
from services.agents.checks.calls import check_calls
from services.agents.checks.cycles import check_cycles
from services.agents.checks.distributions import declared_imports
from services.agents.checks.exports import check_exports
from services.agents.checks.facts import Facts
from services.agents.checks.fault import MAX_ISSUES_OF_FILE, RANK, Fault, Said, guarded, guarded_project, issue
from services.agents.checks.imports import check_imports
from services.agents.checks.inspection import inspect
from services.agents.checks.paths import MAX_FILES, check_file, check_project
from services.agents.checks.project import Project
from services.agents.checks.ruff import check_style

MAX_ISSUES = 200
_TURN = threading.Lock()
DEADLINE = 20.0  # seconds for one project; eight small files take about 0.05
TOO_SLOW = Fault(
    "error", f"The project takes longer than {DEADLINE:.0f} s to check; make its files smaller.", 0, "size"
)


async def check_code(files: Sequence[SourceFile], architecture: Architecture) -> tuple[Issue, ...]:
    """Every fault found, errors first; at most 200 in all and 40 of one file."""
    said = await asyncio.to_thread(_in_turn, files, architecture)
    return _bounded({issue(path, fault) for path, fault in said})


def _in_turn(files: Sequence[SourceFile], architecture: Architecture) -> list[Said]:
    # Bandit and ruff's finder load on first use, which two threads at once break; and the work is Python's anyway.
    with _TURN:
        return list(_check(files, architecture))


def _check(files: Sequence[SourceFile], architecture: Architecture) -> Iterator[Said]:
    said, sound = _named(files)
    yield from said
    facts: dict[str, Facts] = {}
    end = time.monotonic() + DEADLINE
    yield from _each_alone(list(sound.values()), facts, end)
    # Ruff reads only what the parser could: depth that the parser refuses would overflow ruff's stack.
    yield from guarded_project(lambda: check_style([sound[path] for path in facts]), name="ruff")
    declared = declared_imports(sound.values(), architecture.dependencies)
    yield from _together(Project(list(sound.values()), facts, declared), architecture, end)


def _named(files: Sequence[SourceFile]) -> tuple[list[Said], dict[str, SourceFile]]:
    said = list(guarded_project(lambda: check_project(files), name="paths"))
    sound: dict[str, SourceFile] = {}
    for file in files[:MAX_FILES]:
        faults = guarded(file.path, lambda file=file: check_file(file), name="paths")
        said += ((file.path, fault) for fault in faults)
        if not faults:
            sound.setdefault(file.path, file)
    return said, sound


def _each_alone(files: Sequence[SourceFile], facts: dict[str, Facts], end: float) -> Iterator[Said]:
    for file in files:
        if time.monotonic() > end:
            yield file.path, TOO_SLOW
            continue
        inspection = inspect(file)
        yield from ((file.path, fault) for fault in inspection.faults)
        if inspection.facts:
            facts[file.path] = inspection.facts


def _together(project: Project, architecture: Architecture, end: float) -> Iterator[Said]:
    checks: list[tuple[str, str, Callable[[], Iterator[Fault]]]] = []
    for path in project.facts:
        checks.append(("imports", path, partial(check_imports, path, project)))
        checks.append(("calls", path, partial(check_calls, path, project)))
    checks += [("exports", module.path, partial(check_exports, module, project)) for module in architecture.modules]
    for name, path, check in checks:
        enough = partial(_some, check)
        faults = guarded(path, enough, name=name) if time.monotonic() < end else (TOO_SLOW,)
        yield from ((path, fault) for fault in faults)
    yield from guarded_project(lambda: check_cycles(project), name="cycles")


def _some(check: Callable[[], Iterator[Fault]]) -> Iterator[Fault]:
    return islice(check(), MAX_ISSUES_OF_FILE)


def _bounded(issues: set[Issue]) -> tuple[Issue, ...]:
    kept: list[Issue] = []
    count: Counter[str] = Counter()
    for item in sorted(issues, key=lambda i: (RANK[i.severity], i.path, i.line, i.rule, i.message)):
        count[item.path] += 1
        if count[item.path] <= MAX_ISSUES_OF_FILE and len(kept) < MAX_ISSUES:
            kept.append(item)
    return tuple(kept)
