"""Rebuild of the views against a bare batch insert of the same rows, in the same run."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import asyncpg

from libs.eventlog.connection import Connection
from libs.eventlog.jetstream import JetStreamLog
from libs.runtime.postgres import Database
from libs.testing.nats import fresh_streams, nats_server
from libs.testing.postgres import fresh_database, postgres_server
from services.projector.projector import Projector
from services.projector.schema import SQL
from services.projector.store import LIVE
from tests.bench.measure import Figure
from tests.run_facts import Fact, story

RUNS = 400
ROUNDS = 5  # of each, in turn; the best counts, since the machine may be busy with other things
AT_ONCE = 500  # appends in flight
BATCH = 1000  # rows in one bare insert
TABLES = ("projects", "users", "runs", "run_stages", "run_artifacts", "run_files")


async def bench() -> list[Figure]:
    """Facts a second of a rebuild, and the bare time for all its rows against the time of the rebuild."""
    with nats_server() as nats, postgres_server() as postgres:
        async with fresh_streams(nats.url) as connection, fresh_database(postgres) as dsn:
            facts = [fact for run in range(RUNS) for fact in story(f"p{run % 20}", f"run{run}")]
            await _append(connection, facts)
            await _project(connection, dsn, len(facts))
            database = await _open(dsn)
            rebuilds, bares, rows = list[float](), list[float](), 0
            for _ in range(ROUNDS):
                rebuilds.append(await _timed(Projector(JetStreamLog(connection.client), database).rebuild))
                rows, seconds = await _bare(dsn)
                bares.append(seconds)
            await database.close()
            rebuild_seconds, bare_seconds = min(rebuilds), min(bares)
            bare = f"bare insert {rows / bare_seconds:,.0f} rows/s"
            latency = await _live_latency(connection, dsn)
            return [
                Figure("projector rebuild", len(facts) / rebuild_seconds, "facts/s", 8000, at_most=False),
                Figure(
                    "rebuild, against a bare insert", bare_seconds / rebuild_seconds, "×", 0.5, at_most=False, bare=bare
                ),
                Figure("fact appended to row visible, p50", latency["live_p50_ms"], "ms", 20),
            ]


async def _timed(work: Callable[[], Awaitable[object]]) -> float:
    start = time.perf_counter()
    await work()
    return time.perf_counter() - start


async def _append(connection: Connection, facts: Sequence[Fact]) -> None:
    events = JetStreamLog(connection.client)
    for start in range(0, len(facts), AT_ONCE):
        await asyncio.gather(*(events.append(f.subject, f.event, f.envelope) for f in facts[start : start + AT_ONCE]))


async def _open(dsn: str) -> Database:
    return await Database.open(dsn, SQL, schema=LIVE, durable=False)


async def _project(connection: Connection, dsn: str, position: int) -> None:
    database = await _open(dsn)
    task = asyncio.create_task(Projector(JetStreamLog(connection.client), database).run())
    async for _ in database.listen("projected"):
        if await database.value("has_schema", schema=LIVE) and await database.value("checkpoint") >= position:
            break
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    await database.close()


async def _bare(dsn: str) -> tuple[int, float]:
    """Every row of the views into tables of the same shape, by ``executemany`` in transactions of ``BATCH`` rows."""
    database: Any = await asyncpg.connect(dsn, server_settings={"synchronous_commit": "off"})
    total, seconds = 0, 0.0
    for table in TABLES:
        await database.execute(f"drop table if exists bare_{table}")
        await database.execute(f"create table bare_{table} (like views.{table} including all)")
        rows = [tuple(row) for row in await database.fetch(f"select * from views.{table}")]
        marks = ", ".join(f"${i + 1}" for i in range(len(rows[0]))) if rows else ""
        start = time.perf_counter()
        for first in range(0, len(rows), BATCH):
            async with database.transaction():
                await database.executemany(f"insert into bare_{table} values ({marks})", rows[first : first + BATCH])
        seconds += time.perf_counter() - start
        total += len(rows)
    await database.close()
    return total, seconds


async def _live_latency(connection: Connection, dsn: str) -> dict[str, float]:
    """Milliseconds from a confirmed append to readers being told that its row is there."""
    database, events = await _open(dsn), JetStreamLog(connection.client)
    task = asyncio.create_task(Projector(events, database).run())
    notices = database.listen("projected")
    await anext(notices)
    delays: list[float] = []
    for one in story("p-live", "live-run", files=100)[:100]:
        seq, start = await events.append(one.subject, one.event, one.envelope), time.perf_counter()
        while int(await anext(notices) or 0) < seq:
            pass
        delays.append((time.perf_counter() - start) * 1000)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    await database.close()
    delays.sort()
    return {"live_p50_ms": round(delays[len(delays) // 2], 2), "live_p99_ms": round(delays[-2], 2)}


if __name__ == "__main__":
    for figure in asyncio.run(bench()):
        print(figure.line())
