"""All files of a project as modules that import each other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from libs.contracts.artifacts import SourceFile
from services.agents.checks.facts import Facts, Imported
from services.agents.checks.fault import is_test


class Project:
    """Files by path, modules by dotted name, and the facts of each module that could be read."""

    def __init__(
        self, files: Sequence[SourceFile], facts: Mapping[str, Facts], declared: frozenset[str] | None
    ) -> None:
        self.files = {file.path: file for file in files}
        self.facts = facts
        self.declared = declared
        self.stored = frozenset(name for fact in facts.values() for name in fact.stored)
        self._from_src = "src/__init__.py" not in self.files
        self.modules = {self.module_name(path): path for path in self.files if path.endswith(".py")}
        self.packages = {parent for name in self.modules for parent in _parents(name)}

    def module_name(self, path: str) -> str:
        """``src/app/main.py`` is ``app.main``, ``app/__init__.py`` is ``app``."""
        parts = path.removesuffix(".py").split("/")
        if parts[0] == "src" and self._from_src and len(parts) > 1:
            parts = parts[1:]
        return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)

    def has(self, module: str) -> bool:
        """There is a module or package of that name in the project."""
        return module in self.modules or module in self.packages

    def absolute(self, path: str, imported: Imported) -> str | None:
        """The full name of the module that ``imported`` in ``path`` names; None above the project's root."""
        if not imported.level:
            return self._beside(path, imported.module)
        package = self.module_name(path).split(".")
        ups = imported.level - (path.rpartition("/")[2] == "__init__.py")
        if ups >= len(package) or package == [""]:
            return None
        base = package[: len(package) - ups]
        return ".".join([*base, imported.module] if imported.module else base)

    def _beside(self, path: str, module: str) -> str:
        # pytest puts a test's folder on the import path where that folder is no package.
        folder = path.rpartition("/")[0]
        if self.has(module.partition(".")[0]) or not is_test(path) or f"{folder}/__init__.py" in self.files:
            return module
        neighbour = f"{self.module_name(folder + '/x.py').removesuffix('.x')}.{module}"
        return neighbour if self.has(neighbour) else module


def _parents(name: str) -> list[str]:
    parts = name.split(".")
    return [".".join(parts[:count]) for count in range(1, len(parts))]
