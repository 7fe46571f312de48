"""What is checked: files, what they were written from, and who may write which of them again."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from libs.blueprint.probes import Probes, probes
from libs.contracts.artifacts import SourceFile
from libs.contracts.charter import Charter
from libs.contracts.run import Run
from services.sandbox.checking.blame import Blame

MAIN = "app/main.py"
APPLICATION = "app.main:app"


@dataclass(frozen=True)
class Project:
    """A project as it stands. ``written`` are the paths that a model wrote, and can write again."""

    files: Mapping[str, str]
    written: frozenset[str]
    charter: Charter

    @classmethod
    def of(cls, run: Run) -> Project:
        """The project of a run."""
        assert run.charter
        files = {file.path: file.content for file in run.files.values()}
        written = frozenset(file.path for file in run.files.values() if file.origin == "model")
        return cls(files, written, run.charter)

    @cached_property
    def probes(self) -> Probes:
        """What may be sent to it, by its charter."""
        return probes(self.charter)

    @cached_property
    def blame(self) -> Blame:
        """Which of its files is at fault."""
        return Blame(self.files, self.written, self.probes)

    @property
    def sources(self) -> list[SourceFile]:
        """Its files."""
        return [SourceFile(path, content) for path, content in self.files.items()]

    @property
    def tests(self) -> list[str]:
        """Its files of tests."""
        return sorted(path for path in self.files if re.fullmatch(r"tests/(.*/)?test_\w+\.py", path))

    @property
    def migrates(self) -> bool:
        """It has migrations."""
        return "alembic.ini" in self.files

    def rules_of(self, test: str) -> tuple[str, ...]:
        """The charter's rules that a test proves, by its name: ``test_r1_refuses_one_more``."""
        name = test.rsplit("::", maxsplit=1)[-1].lower()
        slugs = {rule.id: re.sub(r"\W+", "_", rule.id.lower()) for rule in self.charter.rules}
        return tuple(rule for rule, slug in slugs.items() if re.match(rf"test_(\w+_)?{re.escape(slug)}(_|\[|$)", name))
