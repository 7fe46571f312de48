"""The projector: makes the views where there are none, rebuilds them where they are of other code, then follows."""

from __future__ import annotations

import asyncio

import structlog
from prometheus_client import CollectorRegistry

from libs.contracts.errors import Unavailable
from libs.eventlog.port import EventLog
from libs.runtime import tracing
from libs.runtime.postgres import Database
from services.projector.projection import Counters, Projection
from services.projector.reader import reading
from services.projector.rebuild import LOCK, Busy, rebuild
from services.projector.schema import create, deployed, fingerprint
from services.projector.store import LIVE, Checkpoint, Fenced, Store

PAUSE = 0.25  # seconds before the next try
LOOK_SECONDS = 2.0  # without a fact, after which the views are looked at

log = structlog.get_logger(__name__)


class Halted(Exception):
    """The projector does not go on by itself; the message says what to do."""


class Projector:
    """``run`` keeps the views at the head of the log. Copies of it do no harm: one at a time gets on."""

    def __init__(self, events: EventLog, database: Database, registry: CollectorRegistry | None = None) -> None:
        self._events = events
        self._database = database
        self._counters = Counters(registry or CollectorRegistry())
        self._fault = "the views are being prepared"
        self._followed = False

    async def run(self) -> None:
        """Project for ever; waits for log and database when they are away.

        Raises:
            Halted: the log is another one, or newer code has taken over. OutOfOrder: the log went backwards.
        """
        while True:
            try:
                await self._follow(await self._prepare())
            except Fenced as fenced:
                log.info("fenced", reason=str(fenced))
            except Unavailable as error:
                self._fault = str(error)
                log.warning("projector_waits", reason=str(error))
            await asyncio.sleep(PAUSE)

    async def ready(self) -> str:
        """Empty when the views follow the log, else what they wait for."""
        return self._fault

    async def rebuild(self) -> int:
        """Rebuild the views beside the live ones and switch; see ``rebuild.rebuild``."""
        return await rebuild(self._events, self._database, self._counters)

    async def _prepare(self) -> Checkpoint:
        found = await deployed(self._database) or await self._make()
        if found.fingerprint != fingerprint():
            if self._followed:
                raise Halted("Views of other code have taken the place of ours. Upgrade this projector, or stop it.")
            self._fault = "the views are being rebuilt"
            log.info("views_are_of_other_code", position=found.position)
            await self.rebuild()
            return await self._prepare()
        head = await self._events.head()
        if found.position > head:
            raise Halted(
                f"The views are at {found.position} but the log ends at {head}: it was replaced or cut. "
                "If that is meant, run `python -m services.projector rebuild`."
            )
        return found

    async def _make(self) -> Checkpoint:
        async with self._database.exclusive(LOCK) as held:
            if not held:
                raise Busy("Another projector makes the views.")
            return await deployed(self._database) or await create(self._database, LIVE)

    async def _follow(self, checkpoint: Checkpoint) -> None:
        projection = Projection(Store(self._database, checkpoint), self._counters)
        log.info("following", position=projection.position)
        self._fault, self._followed = "", True
        async with reading(self._events, projection.position) as reader:
            while not _cancelled():
                try:
                    intake = await reader.next(LOOK_SECONDS)
                except TimeoutError:
                    await self._check(projection.position)
                    continue
                with tracing.batch("projector", (record.headers for record in intake.records)):
                    await projection.take(intake)
                self._counters.position.set(projection.position)
        raise asyncio.CancelledError

    async def _check(self, position: int) -> None:
        # A crash of PostgreSQL takes back its newest commits, and in a quiet log no next fact would show that.
        found = await deployed(self._database)
        if found is None or found.position != position:
            raise Fenced(f"the views are no longer at {position}")


def _cancelled() -> bool:
    # asyncio.wait_for of Python 3.11, which the NATS client waits with, may lose a cancellation to an answer that
    # arrives at the same moment; we would then follow for ever.
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0
