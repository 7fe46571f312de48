"""Kill -9 of anything at random moments: every run ends, no fact is lost or there twice, views equal the log."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from deploy.local.servers import Servers
from libs.client.api import Interius
from libs.contracts import events as e
from libs.contracts import subjects
from libs.contracts.codec import Recorded
from libs.eventlog.connection import Connection
from libs.eventlog.jetstream import JetStreamLog
from libs.runtime.postgres import Database
from libs.testing.stack import StackProcess, ended, stack_process
from libs.testing.waiting import until
from services.projector.projector import Projector
from services.projector.schema import SQL
from services.projector.store import LIVE
from tests.component.projector.conftest import dump, reached, rebuilt, running

RUNS = 20
WISH = "A library API with members, books and loans. A book has a title and an ISBN."
QUICK = {"RETRY_DELAYS": "[0.2, 0.5, 1, 2]"}

pytestmark = pytest.mark.timeout(300)


async def start_runs(client: Interius, count: int, pause: Callable[[], float]) -> list[str]:
    project = await client.create_project("Kill me")
    ids = []
    for number in range(count):
        run = await client.start_run(project.id, f"{WISH} It is number {number}.")
        ids.append(run.id)
        await asyncio.sleep(pause())
    return ids


async def audit(data: Path, run_ids: list[str]) -> None:
    """Read the log itself, and rebuild the views beside what stands."""
    servers = Servers(data)
    servers.start()
    connection = await Connection.open(servers.nats.url, "audit")
    database = await Database.open(servers.environment(0)["DATABASE_URL"], SQL, schema=LIVE)
    try:
        log = JetStreamLog(connection.client)
        check_log([record.recorded for record in await log.load("events.>")], run_ids)
        projector, head = Projector(log, database), await log.head()
        async with running(projector):
            await until(lambda: _passed(database, head))
        before = await dump(database)
        assert len(before["runs"]) == len(run_ids)
        assert await rebuilt(projector, database) == before
    finally:
        await database.close()
        await connection.close()
        servers.stop()


async def _passed(database: Database, head: int) -> bool:
    return await reached(database) >= head


def check_log(log: list[Recorded], run_ids: list[str]) -> None:
    assert max(Counter(record.envelope.id for record in log).values()) == 1
    ends = Counter(subjects.parse(r.subject).run_id for r in log if isinstance(r.event, e.TERMINAL))
    assert ends == dict.fromkeys(run_ids, 1)


async def hit(stack: StackProcess, target: str) -> None:
    """Kill one thing; the stack itself brings its servers back, and we bring the stack back."""
    if target == "interius":
        stack.kill()
        await stack.start()
    else:
        stack.server(target).kill()


@pytest.mark.parametrize("target", ["interius", "nats-server", "postgres"])
async def test_killed_at_random_moments_every_run_ends_and_nothing_is_lost_or_twice(
    target: str, tmp_path: Path
) -> None:
    seed = random.randrange(1_000_000)
    print(f"seed {seed}")  # noqa: T201  # shown when the test fails
    chance = random.Random(seed)
    data = tmp_path / "data"
    async with stack_process(data, **QUICK) as stack, stack.client() as client:
        ids = await start_runs(client, RUNS // 2, lambda: 0.0)
        for _ in range(3):
            await asyncio.sleep(chance.uniform(0.05, 1.0))
            await hit(stack, target)
            await stack.ready()
            ids += await start_runs(client, 2, lambda: chance.uniform(0, 0.2))
        ids += await start_runs(client, RUNS - len(ids), lambda: 0.0)
        runs = [await ended(client, run_id, limit=120) for run_id in ids]
        assert [run.failure for run in runs if run.status != "completed"] == []
    await audit(data, ids)
