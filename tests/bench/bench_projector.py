"""Rebuild of the views against a bare batch insert of the same rows, in the same run."""

from __future__ import annotations

import asyncio
import itertools
import math
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import asyncpg
import nats
import uvloop

from libs.eventlog.connection import Connection
from libs.eventlog.jetstream import JetStreamLog
from libs.runtime.main import keep_loaded
from libs.runtime.postgres import Database
from libs.testing.nats import fresh_streams, nats_server
from libs.testing.postgres import fresh_database, postgres_server
from services.projector.projector import Projector
from services.projector.reader import MOST_FACTS
from services.projector.schema import SQL
from services.projector.store import LIVE
from tests.bench.measure import Figure, median
from tests.run_facts import story

Row = tuple[Any, ...]
Batch = dict[str, list[Row]]  # rows of each table
Write = Callable[[Any, str, Sequence[Row]], Awaitable[None]]

RUNS = 1600
ROUNDS = 5  # of each, in turn; the best counts, since the machine may be busy with other things
AT_ONCE = 500  # appends in flight
TABLES = {"runs": "last_seq", "run_stages": "seq", "run_artifacts": "seq", "run_files": "seq"}  # all that stories fill


async def bench() -> list[Figure]:
    """Facts a second of a rebuild, and the bare time for all its rows against the time of the rebuild."""
    with nats_server() as server, postgres_server() as postgres:
        async with fresh_streams(server.url) as connection, fresh_database(postgres) as dsn:
            count = await _append(connection)
            await _project(connection, dsn, count)
            best = await _measured(connection, dsn, count)
            latency = await _live_latency(connection, dsn)
    insert = f"bare insert {best.rows / best.insert:,.0f} rows/s (by COPY {best.rows / best.copy:,.0f})"
    return [
        Figure(
            "projector rebuild",
            count / best.rebuild,
            "facts/s",
            8000,
            at_most=False,
            bare=f"nats-py alone reads {count / best.read:,.0f} facts/s",
        ),
        Figure("rebuild, against a bare insert", best.insert / best.rebuild, "×", 0.5, at_most=False, bare=insert),
        Figure("fact appended to row visible, p50", latency, "ms", 20),
    ]


@dataclass
class Best:
    """Least seconds of each, over all rounds; ``rows`` that were written."""

    rebuild: float = math.inf
    read: float = math.inf
    insert: float = math.inf
    copy: float = math.inf
    rows: int = 0


async def _measured(connection: Connection, dsn: str, count: int) -> Best:
    database, best, url = await _open(dsn), Best(), connection.client.connected_url.geturl()
    batches = await _rows(dsn)
    best.rows = sum(len(rows) for batch in batches for rows in batch.values())
    keep_loaded()  # as every service does
    for _ in range(ROUNDS):
        best.rebuild = min(best.rebuild, await _timed(Projector(JetStreamLog(connection.client), database).rebuild))
        best.insert = min(best.insert, await _bare(dsn, batches, _insert))
        best.copy = min(best.copy, await _bare(dsn, batches, _copy))
        best.read = min(best.read, await _timed(partial(_read, url, count)))
    await database.close()
    return best


async def _timed(work: Callable[[], Awaitable[object]]) -> float:
    start = time.perf_counter()
    await work()
    return time.perf_counter() - start


async def _append(connection: Connection) -> int:
    events, count = JetStreamLog(connection.client), 0
    facts = (fact for run in range(RUNS) for fact in story(f"p{run % 20}", f"run{run}"))
    while some := list(itertools.islice(facts, AT_ONCE)):
        await asyncio.gather(*(events.append(fact.subject, fact.event, fact.envelope) for fact in some))
        count += len(some)
    return count


async def _read(url: str, count: int) -> None:
    """The whole log by nats-py, which does nothing with it."""
    client, left, done = await nats.connect(url), itertools.count(count - 1, -1), asyncio.Event()

    async def received(_message: object) -> None:
        if not next(left):
            done.set()

    await client.jetstream().subscribe("events.>", cb=received, ordered_consumer=True)
    await done.wait()
    await client.close()


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


async def _rows(dsn: str) -> list[Batch]:
    """The rows of the views in the batches that a rebuild writes them in: by the fact that they tell of."""
    database: Any = await asyncpg.connect(dsn)
    batches: dict[int, Batch] = {}
    for table, seq in TABLES.items():
        for row in await database.fetch(f"select * from {LIVE}.{table} order by {seq}"):
            batches.setdefault((row[seq] - 1) // MOST_FACTS, {}).setdefault(table, []).append(tuple(row))
    await database.close()
    return [batches[number] for number in sorted(batches)]


async def _bare(dsn: str, batches: Sequence[Batch], write: Write) -> float:
    """Seconds for every row of the views into empty tables of their own, in the same batches and transactions."""
    settings = {"synchronous_commit": "off", "search_path": "bare"}
    database: Any = await asyncpg.connect(dsn, server_settings=settings)
    await database.execute("drop schema if exists bare cascade; create schema bare")
    await database.execute((SQL / "tables.sql").read_text())
    start = time.perf_counter()
    for batch in batches:
        async with database.transaction():
            for table, rows in batch.items():
                await write(database, table, rows)
    seconds = time.perf_counter() - start
    await database.close()
    return seconds


async def _insert(database: Any, table: str, rows: Sequence[Row]) -> None:
    marks = ", ".join(f"${number}" for number in range(1, len(rows[0]) + 1))
    await database.executemany(f"insert into {table} values ({marks})", rows)


async def _copy(database: Any, table: str, rows: Sequence[Row]) -> None:
    """The fastest way in, for new rows only: COPY knows no ``on conflict``."""
    await database.copy_records_to_table(table, records=rows, schema_name="bare")


async def _live_latency(connection: Connection, dsn: str) -> float:
    """Median milliseconds from a confirmed append to readers being told that its row is there."""
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
    return median(delays)


if __name__ == "__main__":
    for figure in uvloop.run(bench()):
        print(figure.line())
