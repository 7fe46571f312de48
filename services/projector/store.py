"""The read models in PostgreSQL: what is loaded, and how a batch and its position are written as one."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any, TypeVar

import msgspec
from msgspec import Struct
from msgspec.structs import astuple

from libs.contracts.sandbox import Sandbox
from libs.runtime.postgres import Database
from libs.runtime.session import Session
from services.projector.intake import Fact, Intake
from services.projector.state import Changes, OpenRun, State
from services.projector.views import sandboxes
from services.projector.views.projects import Project
from services.projector.views.run_artifacts import Artifact
from services.projector.views.run_files import File
from services.projector.views.run_stages import Stage
from services.projector.views.runs import Run

LIVE = "views"
MOST_OPEN_RUNS = 2000  # kept in memory; a whole one is some 20 kB
S = TypeVar("S", bound=Struct)


class Checkpoint(Struct, frozen=True):
    """How far rows are (a stream sequence), which tables they stand in, and the code that shaped them."""

    position: int
    generation: str
    fingerprint: str


class Fenced(Exception):  # the outcome of a race, not a fault
    """Somebody else moved these views on, or put others in their place."""


class Store:
    """One generation of the read models, from a checkpoint on. Whoever else writes to it fences this one out."""

    def __init__(self, database: Database, checkpoint: Checkpoint) -> None:
        self._database = database
        self._generation = checkpoint.generation
        self._state = State()
        self.position = checkpoint.position

    async def apply(self, intake: Intake) -> None:
        """Take up a batch and advance to its position, both or neither.

        Raises:
            Fenced: somebody else did. Unstorable: PostgreSQL refuses a value. Unavailable: it is gone.
        """
        try:
            async with self._database.transaction() as session:
                await self._advance(session, intake.position)
                await self._load(session, intake.facts)
                changes = self._state.fold(intake.facts)
                changes.faults.extend(intake.faults)
                await write(session, changes)
        except BaseException:
            self._state = State()  # it may be ahead of the tables
            raise
        self.position = intake.position
        self._state.settle(MOST_OPEN_RUNS)

    async def _advance(self, session: Session, position: int) -> None:
        if not await session.run("advance", position=position, before=self.position, generation=self._generation):
            raise Fenced(f"somebody else moved the views on from {self.position}")

    async def _load(self, session: Session, facts: Sequence[Fact]) -> None:
        run_ids, project_ids = self._state.unknown(facts)
        if project_ids:
            known = {row.id: row for row in await _rows(session, Project, "load_projects", project_ids)}
            self._state.projects.update((key, known.get(key)) for key in project_ids)
        if sandbox_ids := self._state.unknown_sandboxes(facts):
            known = {row.id: row for row in await _rows(session, Sandbox, "load_sandboxes", sandbox_ids)}
            self._state.sandboxes.update((key, known.get(key)) for key in sandbox_ids)
        if run_ids:
            self._state.runs.update(await _open_runs(session, run_ids))


async def _open_runs(session: Session, ids: list[str]) -> dict[str, OpenRun]:
    found = {key: OpenRun() for key in ids}
    rows = await _rows(session, Run, "load_runs", ids)
    for row in rows:
        found[row.id].row = row
    if started := [row.id for row in rows if not row.over]:
        for stage in await _rows(session, Stage, "load_stages", started):
            found[stage.run_id].stages[stage.work_id] = stage
        for file in await session.all("load_versions", ids=started):
            found[file["run_id"]].versions[file["path"]] = file["version"]
    return found


async def _rows(session: Session, kind: type[S], query: str, ids: list[str]) -> list[S]:
    return [msgspec.json.decode(found["row"], type=kind) for found in await session.all(query, ids=ids)]


async def write(session: Session, changes: Changes) -> None:
    """Write the rows that a batch leaves."""
    if changes.deleted_projects:
        await session.run("delete_runs_of", ids=sorted(changes.deleted_projects))
        await session.run("delete_sandboxes_of", ids=sorted(changes.deleted_projects))
    await _write(session, "write_users", changes.users.values())
    await _write(session, "write_projects", changes.projects.values())
    await _write(session, "write_runs", changes.runs.values())
    await _add(session, "run_stages", Stage, changes.new_stages.values())
    await _write(session, "write_stages", changes.stages.values())
    await _add(session, "run_artifacts", Artifact, changes.artifacts)
    await _add(session, "run_files", File, changes.files)
    await _write(session, "write_sandboxes", [sandboxes.row(sandbox) for sandbox in changes.sandboxes.values()])
    await _write(session, "write_faults", changes.faults)


async def _add(session: Session, table: str, kind: type[Struct], rows: Collection[Struct]) -> None:
    if rows:
        await session.copy(table, kind.__struct_fields__, [astuple(row) for row in rows])


async def _write(session: Session, statement: str, rows: Any) -> None:
    if rows:
        await session.run(statement, rows=msgspec.json.encode(list(rows)))
