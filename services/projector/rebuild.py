"""Views from nothing, filled beside the live ones and put in their place while nobody notices."""

from __future__ import annotations

import contextlib

import structlog

from libs.contracts.errors import Unavailable
from libs.eventlog.port import EventLog
from libs.runtime.postgres import Database
from libs.runtime.session import Session
from services.projector.projection import Counters, Projection
from services.projector.schema import create
from services.projector.store import LIVE, Store

NEXT, OLD = "views_next", "views_old"
LOCK = 7_402_117  # any number, the same in every copy: one shapes schemas at a time

log = structlog.get_logger(__name__)


class Busy(Unavailable):
    """Another copy of the projector makes or rebuilds the views; wait for it."""


async def rebuild(events: EventLog, database: Database, counters: Counters) -> int:
    """Rebuild the views from the log and switch to them; returns their position.

    Readers see the old rows until the switch and the new ones from then on. The live projector goes on meanwhile.

    Raises:
        Busy: a rebuild is running already. Unavailable: log or database is gone; the live views are as they were.
    """
    async with database.exclusive(LOCK) as held:
        if not held:
            raise Busy("The views are being rebuilt already. Wait until that is done.")
        await database.execute(f"drop schema if exists {NEXT} cascade; drop schema if exists {OLD} cascade")
        beside = await database.beside(NEXT)
        try:
            projection = Projection(Store(beside, await create(beside, NEXT)), counters)
            await projection.catch_up(events, await events.head())
            await _switch(events, database, projection)
        finally:
            await beside.close()
        with contextlib.suppress(Unavailable):  # a reader still holds it; the next rebuild drops it
            await database.execute(f"drop schema if exists {OLD} cascade")
    log.info("views_rebuilt", position=projection.position)
    return projection.position


async def _switch(events: EventLog, database: Database, projection: Projection) -> None:
    async with database.transaction() as session:
        if await session.value("has_schema", schema=LIVE):
            await _retire(events, session, projection)
        await session.execute(f"alter schema {NEXT} rename to {LIVE}")
        await session.value("announce", position=projection.position)


async def _retire(events: EventLog, session: Session, projection: Projection) -> None:
    # From here to the commit the live projector waits for the row of its checkpoint, and then finds itself fenced out:
    # what it wrote last is caught up, and position never goes backwards for readers.
    live = await session.value("retire")
    await projection.catch_up(events, live or 0)
    await session.execute(f"alter schema {LIVE} rename to {OLD}")
