"""What the routes are handed: questions to services, the views, and the streams."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import msgspec
import structlog

from libs.contracts import events as e
from libs.contracts import subjects
from libs.contracts.asks import Ask, Receipt
from libs.contracts.errors import NotFound, Unavailable
from libs.contracts.project import fold, own_events
from libs.contracts.sandbox import Sandbox
from libs.runtime.platform import Platform
from libs.runtime.service import Service
from services.edge.auth import User
from services.edge.database import Progress, Reader
from services.edge.hub import Hub
from services.edge.logs import Logs
from services.edge.models import Project, RunView
from services.edge.places import Place, Places
from services.edge.proxy.sandboxes import Sandboxes
from services.edge.stream import Patience
from services.edge.views import project_of, project_view, run_of, run_view, stage_view

log = structlog.get_logger(__name__)


@dataclass
class House:
    """Everything behind the door. ``verify_runs`` holds where a wish does not say.

    ``services`` are those of this process, for ``/ready``.
    """

    platform: Platform
    reader: Reader
    progress: Progress
    places: Places
    sandboxes: Sandboxes
    hub: Hub
    patience: Patience
    verify_runs: bool
    logs: Logs
    domain: str
    services: Sequence[Service] = field(default_factory=list[Service])

    async def command(self, ask: Ask) -> bool:
        """Have a service do something; gives whether the views tell of it already."""
        receipt = await self.platform.ask(ask, Receipt)
        return await self.progress.reached(receipt.seq)

    async def run(self, place: Place) -> RunView:
        """A run with its stages, as the views have it.

        Raises:
            NotFound: they do not tell of it. Unavailable: they are away.
        """
        row = await self.reader.one("find_run", id=place.run_id)
        if row is None:
            raise NotFound("There is no such run.")
        stages = await self.reader.all("list_stages", id=place.run_id)
        return msgspec.structs.replace(run_view(row), stages=tuple(stage_view(stage) for stage in stages))

    async def run_after(self, ask: Ask, place: Place) -> RunView:
        """Do it, then the run as it stands afterwards."""
        if await self.command(ask):
            try:
                return await self.run(place)
            except (NotFound, Unavailable):
                log.info("read_from_log", run=place.run_id)
        return await self.logged_run(place)

    async def logged_run(self, place: Place) -> RunView:
        """A run as the log has it, which is ahead of the views."""
        run = await self.platform.runs.load(place.project_id, place.run_id)
        if run is None:
            raise NotFound("There is no such run.")
        records = await self.platform.log.load(subjects.events_of(place.path), after=run.seq - 1)
        newest = records[0].recorded
        ending = newest.event if isinstance(newest.event, e.TERMINAL) else None
        return run_of(place, run, ending, newest.envelope.time)

    async def sandbox_after(self, ask: Ask, sandbox_id: str) -> Sandbox:
        """Do it, then the sandbox as it stands afterwards."""
        await self.command(ask)
        sandbox = await self.sandboxes.reload(sandbox_id)
        if sandbox is None:
            raise NotFound("There is no such sandbox.")
        return sandbox

    async def project_after(self, ask: Ask, project_id: str) -> Project:
        """Do it, then the project as it stands afterwards."""
        if await self.command(ask):
            try:
                row = await self.reader.one("find_project", id=project_id)
                if row is not None:
                    return project_view(row)
            except Unavailable:
                log.info("read_from_log", project=project_id)
        return await self.logged_project(project_id)

    async def logged_project(self, project_id: str) -> Project:
        """A project as the log has it."""
        records = await self.platform.log.load(own_events(project_id))
        project = fold(record.recorded for record in records)
        if project is None or project.deleted:
            raise NotFound("There is no such project.")
        return project_of(project_id, project)


@dataclass(frozen=True)
class Visit:
    """A signed-in user, and the house as they may see it."""

    house: House
    user: User

    async def project(self, project_id: str) -> str:
        """``project_id``, if it is theirs; see ``Places.project``."""
        return await self.house.places.project(self.user.id, project_id)

    async def run(self, run_id: str) -> Place:
        """Where a run of theirs is; see ``Places.run``."""
        return await self.house.places.run(self.user.id, run_id)

    async def sandbox(self, sandbox_id: str) -> Sandbox:
        """A sandbox of theirs.

        Raises:
            NotFound: it is not, or its project is gone.
        """
        sandbox = await self.house.sandboxes.owned(self.user.id, sandbox_id)
        try:
            await self.project(sandbox.project_id)
        except NotFound:
            raise NotFound("There is no such sandbox.") from None
        return sandbox
