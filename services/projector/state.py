"""The rows of what is still going on, and what a batch of facts makes of them. No I/O."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from libs.contracts import events as e
from libs.contracts.sandbox import Sandbox
from libs.contracts.subjects import EventAddress
from services.projector.intake import Fact, Fault
from services.projector.views import projects, run_artifacts, run_files, run_stages, runs, sandboxes, users
from services.projector.views.projects import Project
from services.projector.views.run_artifacts import Artifact
from services.projector.views.run_files import File
from services.projector.views.run_stages import Stage
from services.projector.views.runs import Run
from services.projector.views.users import User


@dataclass
class OpenRun:
    """A run with what its next facts depend on; ``row`` is ``None`` before it was requested."""

    row: Run | None = None
    stages: dict[str, Stage] = field(default_factory=dict[str, Stage])
    versions: dict[str, int] = field(default_factory=dict[str, int])  # of each path


@dataclass
class Changes:
    """Rows as a batch leaves them; a key that changed twice is written once."""

    users: dict[str, User] = field(default_factory=dict[str, User])
    projects: dict[str, Project] = field(default_factory=dict[str, Project])
    runs: dict[str, Run] = field(default_factory=dict[str, Run])
    new_stages: dict[tuple[str, str], Stage] = field(default_factory=dict[tuple[str, str], Stage])
    stages: dict[tuple[str, str], Stage] = field(default_factory=dict[tuple[str, str], Stage])  # that had a row before
    artifacts: list[Artifact] = field(default_factory=list[Artifact])
    files: list[File] = field(default_factory=list[File])
    sandboxes: dict[str, Sandbox] = field(default_factory=dict[str, Sandbox])
    faults: list[Fault] = field(default_factory=list[Fault])
    deleted_projects: set[str] = field(default_factory=set[str])

    def forget(self, run_ids: Iterable[str]) -> None:
        """Drop whatever was to be written about runs that are gone."""
        gone = set(run_ids)
        self.runs = {key: row for key, row in self.runs.items() if key not in gone}
        self.new_stages = {key: row for key, row in self.new_stages.items() if key[0] not in gone}
        self.stages = {key: row for key, row in self.stages.items() if key[0] not in gone}
        self.artifacts = [row for row in self.artifacts if row.run_id not in gone]
        self.files = [row for row in self.files if row.run_id not in gone]


class State:
    """Runs and projects that are known; whoever folds has seen to it that those a fact is about are."""

    def __init__(self) -> None:
        self.runs: dict[str, OpenRun] = {}
        self.projects: dict[str, Project | None] = {}
        self.sandboxes: dict[str, Sandbox | None] = {}

    def unknown_sandboxes(self, batch: Iterable[Fact]) -> list[str]:
        """Ids of the sandboxes that ``batch`` is about and that must be loaded first."""
        return sorted({fact.address.sandbox_id for fact in batch if fact.address.sandbox_id} - self.sandboxes.keys())

    def unknown(self, batch: Iterable[Fact]) -> tuple[list[str], list[str]]:
        """Ids of the runs and of the projects that ``batch`` is about and that must be loaded first."""
        addresses = [fact.address for fact in batch]
        run_ids = {a.run_id for a in addresses if a.run_id} - self.runs.keys()
        project_ids = {a.project_id for a in addresses if a.project_id} - self.projects.keys()
        return sorted(run_ids), sorted(project_ids)

    def fold(self, batch: Iterable[Fact]) -> Changes:
        """Take up facts, in order; the answer is what must be written."""
        changes = Changes()
        for fact in batch:
            address = fact.address
            if address.run_id:
                self._run(address, fact, changes)
            elif address.sandbox_id:
                self._sandbox(address, fact, changes)
            elif address.project_id:
                self._project(address.project_id, fact, changes)
            elif row := users.ROWS.get(type(fact.event)):  # pyright: ignore[reportArgumentType]  # Event subtype
                changes.users[address.user_id] = row(address.user_id, fact, fact.event)  # pyright: ignore[reportArgumentType]
        return changes

    def _project(self, project_id: str, fact: Fact, changes: Changes) -> None:
        change = projects.ROWS.get(type(fact.event))
        if change is None:
            return
        row = self.projects[project_id] = change(self.projects[project_id], project_id, fact, fact.event)
        if row:
            changes.projects[project_id] = row
        if row and row.deleted:
            changes.deleted_projects.add(project_id)
            self._drop_runs(project_id, changes)

    def _drop_runs(self, project_id: str, changes: Changes) -> None:
        gone = [key for key, run in self.runs.items() if run.row and run.row.project_id == project_id]
        self.runs.update((key, OpenRun()) for key in gone)
        changes.forget(gone)
        for key, sandbox in self.sandboxes.items():
            if sandbox and sandbox.project_id == project_id:
                self.sandboxes[key] = None
                changes.sandboxes.pop(key, None)

    def _sandbox(self, address: EventAddress, fact: Fact, changes: Changes) -> None:
        project, known = self.projects[address.project_id], self.sandboxes[address.sandbox_id]
        if project and project.deleted:
            return
        if sandbox := sandboxes.changed(known, fact):
            self.sandboxes[address.sandbox_id] = changes.sandboxes[address.sandbox_id] = sandbox

    def _run(self, address: EventAddress, fact: Fact, changes: Changes) -> None:
        run, event = self.runs[address.run_id], fact.event
        if isinstance(event, e.Requested):
            project = self.projects[address.project_id]
            if run.row is None and not (project and project.deleted):
                run.row = runs.requested(address.project_id, address.run_id, fact, event)
                changes.runs[address.run_id] = run.row
        elif run.row is not None and runs.counts(run.row, event):
            self._details(run, address.run_id, fact, changes)
            runs.evolve(run.row, fact, files_written=len(run.versions))
            changes.runs[address.run_id] = run.row
            if artifact := run_artifacts.row(address.run_id, run.row.pass_number, fact):
                changes.artifacts.append(artifact)

    def _details(self, run: OpenRun, run_id: str, fact: Fact, changes: Changes) -> None:
        event = fact.event
        if order := run_stages.order_of(fact):
            _stage(run, (run_id, order), fact, changes)
        if isinstance(event, e.FileWritten):
            version = run.versions[event.path] = run.versions.get(event.path, 0) + 1
            changes.files.append(run_files.ROWS[e.FileWritten](run_id, version, fact, event))

    def settle(self, most: int) -> None:
        """Forget runs that are over, and everything once more than ``most`` runs are open."""
        if len(self.runs) > most:
            self.runs.clear()
            self.projects.clear()
        for key in [key for key, sandbox in self.sandboxes.items() if sandbox is None or not sandbox.lives]:
            del self.sandboxes[key]
        for key in [key for key, run in self.runs.items() if run.row is None or run.row.over]:
            del self.runs[key]


def _stage(run: OpenRun, key: tuple[str, str], fact: Fact, changes: Changes) -> None:
    run_id, order = key
    known = run.stages.get(order)
    row = run_stages.evolve(known, run_id, fact)
    if known is None and row:
        run.stages[order] = changes.new_stages[key] = row
    elif known and key not in changes.new_stages:
        changes.stages[key] = known
