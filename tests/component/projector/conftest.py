"""A projector on real servers, and what its tests ask of it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import pytest

from libs.eventlog.connection import Connection
from libs.eventlog.jetstream import JetStreamLog
from libs.runtime.postgres import Database
from services.projector.projector import Projector
from services.projector.schema import SQL
from services.projector.store import LIVE
from tests.run_facts import Fact

TABLES = {
    "users": "id",
    "projects": "id",
    "runs": "id",
    "run_stages": "run_id, work_id",
    "run_artifacts": "run_id, seq",
    "run_files": "run_id, path, version",
    "sandboxes": "id",
    "faults": "seq",
}
LIMIT = 60.0  # seconds for anything to come true


@pytest.fixture
async def views(dsn: str) -> AsyncIterator[Database]:
    database = await Database.open(dsn, SQL, schema=LIVE, durable=False)
    yield database
    await database.close()


@pytest.fixture
def events(connection: Connection) -> JetStreamLog:
    return JetStreamLog(connection.client)


@pytest.fixture
def projector(events: JetStreamLog, views: Database) -> Projector:
    return Projector(events, views)


@asynccontextmanager
async def running(*projectors: Projector) -> AsyncIterator[None]:
    tasks = [asyncio.create_task(projector.run()) for projector in projectors]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        for ended in await asyncio.gather(*tasks, return_exceptions=True):
            assert isinstance(ended, asyncio.CancelledError), ended


async def append(events: JetStreamLog, *stories: Sequence[Fact]) -> int:
    """Append stories beside each other, each in its own order; gives the newest sequence."""

    async def tell(story: Sequence[Fact]) -> int:
        return [await events.append(fact.subject, fact.event, fact.envelope) for fact in story][-1]

    return max(await asyncio.gather(*map(tell, stories)))


async def until(views: Database, position: int) -> None:
    """Wait until the views are there."""
    async with asyncio.timeout(LIMIT):
        async for _ in views.listen("projected"):
            if await reached(views) >= position:
                return


async def reached(views: Database) -> int:
    if not await views.value("has_schema", schema=LIVE):
        return -1
    return int(await views.value("checkpoint"))


async def dump(views: Database) -> dict[str, list[dict[str, Any]]]:
    """Every row of every view."""
    return {table: await rows(views, f"select * from {table} order by {key}") for table, key in TABLES.items()}


async def rows(views: Database, query: str) -> list[dict[str, Any]]:
    async with views.transaction() as session:
        return [dict(row) for row in await session._connection.fetch(query)]


async def rebuilt(projector: Projector, views: Database) -> dict[str, list[dict[str, Any]]]:
    """The views as a rebuild from the log makes them."""
    await projector.rebuild()
    return await dump(views)
