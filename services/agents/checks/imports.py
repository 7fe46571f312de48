"""Whether each import finds what it names: in the project, the standard library or a declared dependency."""

from __future__ import annotations

import difflib
import sys
from collections.abc import Iterator, Sequence

from services.agents.checks.distributions import NEEDS
from services.agents.checks.facts import Imported
from services.agents.checks.fault import Fault
from services.agents.checks.project import Project
from services.agents.checks.resolve import Missing, member

MAX_NAME, MAX_COMPARED = 60, 300  # characters and names that are compared: 2 ms at most
MAX_OFFERED = 12  # names shown to somebody who must choose another one


def check_imports(path: str, project: Project) -> Iterator[Fault]:
    """What is wrong with the imports of ``path``."""
    for imported in project.facts[path].imports:
        module = project.absolute(path, imported)
        if module is None:
            dots = "." * imported.level
            yield _fault(
                imported, f"'from {dots}{imported.module}' leaves the project; use an absolute import", "import"
            )
        elif project.has(module.partition(".")[0]):
            yield from _project_import(project, imported, module)
        elif project.declared is not None:
            yield from _outside_import(project, project.declared, imported, module)


def _project_import(project: Project, imported: Imported, module: str) -> Iterator[Fault]:
    if not project.has(module):
        known = [name for name in project.modules if name]
        yield _fault(imported, f"The project has no module '{module}'{suggest(module, known)}", "import")
    elif imported.name not in (None, "*"):
        found = member(project, module, imported.name or "")
        if isinstance(found, Missing):
            offer = suggest(imported.name or "", found.offered())
            yield _fault(imported, f"'{module}' has no name '{imported.name}'{offer}", "import-name")


def _outside_import(project: Project, declared: frozenset[str], imported: Imported, module: str) -> Iterator[Fault]:
    top = module.partition(".")[0]
    if top not in sys.stdlib_module_names and top not in declared:
        inside = [name for name in project.modules if name.endswith(f".{module}")]
        hint = f"; did you mean '{inside[0]}'?" if inside else "; declare its package or do without it"
        yield _fault(imported, f"No declared dependency offers '{top}'{hint}", "dependency")
    package, shown_by = NEEDS.get((module, imported.name or ""), ("", ()))
    if shown_by and declared.isdisjoint(shown_by):
        yield _fault(imported, f"'{imported.name}' needs the package '{package}'; declare it", "dependency")


def _fault(imported: Imported, message: str, rule: str) -> Fault:
    severity = "warning" if imported.optional else "error"
    return Fault(severity, message if message.endswith("?") else f"{message}.", imported.line, rule)


def suggest(name: str, offered: Sequence[str]) -> str:
    """The nearest of the names on offer, and some of the others."""
    if not offered:
        return ""
    near = difflib.get_close_matches(name[:MAX_NAME], [offer[:MAX_NAME] for offer in offered[:MAX_COMPARED]], n=1)
    shown = ", ".join(offer[:MAX_NAME] for offer in sorted(offered)[:MAX_OFFERED])
    return f"; did you mean '{near[0]}'? It offers: {shown}" if near else f"; it offers: {shown}"
