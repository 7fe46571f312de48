"""What an earlier version of a project leaves behind for the next one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from libs.contracts.artifacts import SourceFile
from libs.contracts.charter import Charter

FOLDER = "migrations/versions/"


@dataclass(frozen=True)
class Former:
    """An earlier version of a project: its charter, and its migrations, which databases may have run already."""

    charter: Charter
    migrations: tuple[SourceFile, ...]

    @classmethod
    def of(cls, charter: Charter, files: Mapping[str, str]) -> Former:
        """Return what counts of a project's texts by path."""
        found = sorted(path for path in files if path.startswith(FOLDER) and path.endswith(".py"))
        return cls(charter, tuple(SourceFile(path, files[path]) for path in found))
