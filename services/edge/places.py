"""What belongs to whom: read from the log, where it is known first, and remembered."""

from __future__ import annotations

from collections import OrderedDict
from typing import TypeVar

from msgspec import Struct

from libs.contracts import subjects
from libs.contracts.errors import NotFound, Unavailable
from libs.contracts.events import Requested
from libs.contracts.project import fold, own_events
from libs.eventlog.port import EventLog, RawRecord
from services.edge.database import Reader

REMEMBERED = 20_000
V = TypeVar("V")


class Place(Struct, frozen=True):
    """The project and the user that a run belongs to."""

    project_id: str
    run_id: str
    owner: str

    @property
    def path(self) -> str:
        """Owner path of the run on subjects."""
        return subjects.run(self.project_id, self.run_id)


class Places:
    """Finds projects and runs for the user they belong to; for anybody else they do not exist."""

    def __init__(self, log: EventLog, reader: Reader) -> None:
        self._log = log
        self._reader = reader
        self._owners: OrderedDict[str, str] = OrderedDict()
        self._runs: OrderedDict[str, Place] = OrderedDict()

    def hear(self, record: RawRecord) -> None:
        """Forget a project when it is deleted."""
        match record.subject.split("."):
            case [_, "project", project_id, "deleted"]:
                self.forget(project_id)
            case _:
                pass

    def forget(self, project_id: str) -> None:
        """The project is deleted: nobody's, whatever was being read about it."""
        _remember(self._owners, project_id, "")

    async def project(self, user_id: str, project_id: str) -> str:
        """``project_id``, if it is a project of this user.

        Raises:
            NotFound: it is not.
        """
        owner = self._owners.get(project_id) or await self._owner(project_id)
        if owner != user_id:
            raise NotFound("There is no such project.")
        return project_id

    async def _owner(self, project_id: str) -> str:
        try:
            own = own_events(project_id)
        except ValueError:
            return ""
        project = fold(record.recorded for record in await self._log.load(own))
        if project is None or project.deleted or self._owners.get(project_id) == "":
            return ""
        _remember(self._owners, project_id, project.owner)
        return project.owner

    async def run(self, user_id: str, run_id: str) -> Place:
        """Where the run is, if it is one of this user.

        Raises:
            NotFound: it is not.
        """
        place = self._runs.get(run_id) or await self._place(run_id)
        if place is None or place.owner != user_id:
            raise NotFound("There is no such run.")
        try:
            await self.project(user_id, place.project_id)
        except NotFound:
            raise NotFound("There is no such run.") from None
        return place

    async def _place(self, run_id: str) -> Place | None:
        try:
            subjects.token(run_id)
        except ValueError:
            return None
        place = await self._viewed(run_id) or await self._logged(run_id)
        if place:
            _remember(self._runs, run_id, place)
        return place

    async def _viewed(self, run_id: str) -> Place | None:
        try:
            row = await self._reader.one("find_place", id=run_id)
        except Unavailable:
            return None
        return Place(row["project_id"], run_id, row["owner"]) if row else None

    async def _logged(self, run_id: str) -> Place | None:
        """Newer than the views, or the views are away."""
        name = Requested.event_name()
        for record in await self._log.load(f"events.project.*.run.{run_id}.{name}"):
            event = record.recorded.event
            if isinstance(event, Requested):
                return Place(subjects.parse(record.subject).project_id, run_id, event.owner)
        return None


def _remember(memory: OrderedDict[str, V], key: str, value: V) -> None:
    memory[key] = value
    if len(memory) > REMEMBERED:
        memory.popitem(last=False)
