"""Modules that import each other while they are being loaded."""

from __future__ import annotations

from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter

from services.agents.checks.fault import Fault, Said
from services.agents.checks.project import Project

MAX_CYCLES = 10


def check_cycles(project: Project) -> Iterator[Said]:
    """One warning for each cycle, at a file of it; each found cycle is cut before the next is looked for."""
    graph = {path: _loads(project, path) for path in sorted(project.facts)}
    for _ in range(MAX_CYCLES):
        cycle = _cycle(graph)
        if not cycle:
            return
        first = min(range(len(cycle) - 1), key=cycle.__getitem__)
        ring = [*cycle[first:-1], *cycle[: first + 1]]
        graph[ring[0]].pop(ring[1])
        names = " → ".join(project.module_name(path) for path in ring)
        line = _loads(project, ring[0]).get(ring[1], 0)
        yield ring[0], Fault("warning", f"These modules import each other when loaded: {names}.", line, "import-cycle")


def _cycle(graph: dict[str, dict[str, int]]) -> list[str]:
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        return list(reversed(error.args[1]))
    return []


def _loads(project: Project, path: str) -> dict[str, int]:
    loads: dict[str, int] = {}
    for imported in project.facts[path].imports:
        module = project.absolute(path, imported) if imported.runtime else None
        names = (f"{module}.{imported.name}", module) if module else ()
        target = next((project.modules[name] for name in names if name in project.modules), path)
        if target != path and target in project.facts:
            loads.setdefault(target, imported.line)
    return loads
