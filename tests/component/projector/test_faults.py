"""Whatever dies, at whatever moment: every fact is in the views exactly once."""

from __future__ import annotations

import asyncio
import os
import random
import sys
from asyncio.subprocess import DEVNULL, Process
from collections.abc import Awaitable, Callable

import pytest

from deploy.local.nats import NatsServer
from deploy.local.postgres import Postgres
from libs.contracts.errors import Unavailable
from libs.eventlog.connection import Connection
from libs.eventlog.jetstream import JetStreamLog
from libs.eventlog.memory import MemoryLog
from libs.runtime.postgres import Database
from libs.testing import waiting
from services.projector.projection import OutOfOrder
from services.projector.projector import Projector
from tests.component.projector.conftest import TABLES, append, dump, reached, rebuilt, running, until
from tests.component.projector.test_rebuild import stories


async def in_peril(events: JetStreamLog, views: Database, peril: Callable[[], Awaitable[None]]) -> None:
    """Append stories while ``peril`` happens again and again, then wait for the views."""
    appending = asyncio.create_task(append(events, *stories(12)))
    while not appending.done():
        await asyncio.sleep(random.uniform(0.01, 0.15))  # the moment is what is tried out here
        await peril()
    await until(views, await appending)


async def test_nothing_is_lost_or_twice_when_the_projector_is_cancelled_at_any_moment(
    events: JetStreamLog, views: Database, projector: Projector
):
    task = asyncio.create_task(projector.run())

    async def again() -> None:
        nonlocal task
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        task = asyncio.create_task(Projector(events, views).run())

    await in_peril(events, views, again)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    live = await dump(views)
    assert len(live["runs"]) == 12
    assert await rebuilt(projector, views) == live


class Deaf(JetStreamLog):
    """A log that loses a cancellation to an answer, as the NATS client may."""

    asked: asyncio.Event

    async def head(self) -> int:
        self.asked.set()
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            return await super().head()


async def test_a_cancellation_that_the_log_loses_still_ends_the_projector(connection: Connection, views: Database):
    events = Deaf(connection.client)
    events.asked = asyncio.Event()
    task = asyncio.create_task(Projector(events, views).run())
    await asyncio.wait_for(events.asked.wait(), 60)
    task.cancel()
    await asyncio.wait({task}, timeout=20)
    assert task.cancelled()


async def start_process(nats: NatsServer, dsn: str) -> Process:
    environment = os.environ | {"NATS_URL": nats.url, "DATABASE_URL": dsn, "LOG_LEVEL": "ERROR"}
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", "services.projector", env=environment, stdout=DEVNULL, stderr=DEVNULL
    )


async def test_nothing_is_lost_or_twice_when_the_process_is_killed(
    nats: NatsServer, dsn: str, events: JetStreamLog, views: Database, projector: Projector
):
    for number in range(4):
        process = await start_process(nats, dsn)
        before = max(await reached(views), 0)
        telling = asyncio.create_task(append(events, *[s for i, s in enumerate(stories(16)) if i % 4 == number]))
        await until(views, before + random.randrange(1, 40))
        process.kill()
        await process.wait()
        await telling
    async with running(projector):
        await until(views, await events.head())
    live = await dump(views)
    assert len(live["runs"]) == 16
    assert await rebuilt(projector, views) == live


async def test_two_projectors_at_once_do_no_harm(events: JetStreamLog, views: Database, projector: Projector):
    async with running(projector, Projector(events, views), Projector(events, views)):
        await until(views, await append(events, *stories(9)))
        live = await dump(views)
    assert len(live["runs"]) == 9
    assert await rebuilt(projector, views) == live


async def test_views_go_on_when_postgres_is_killed_and_comes_back(
    postgres: Postgres, events: JetStreamLog, views: Database, projector: Projector
):
    async def kill() -> None:
        postgres.kill()
        postgres.start()
        await until(views, min(await reached(views) + 1, await events.head()))

    async with running(projector):
        await until(views, await append(events, stories(1)[0]))
        await in_peril(events, views, kill)
    live = await dump(views)
    assert len(live["runs"]) == 12
    assert await rebuilt(projector, views) == live


async def test_commits_that_a_crash_took_back_are_made_again_although_nothing_new_comes(
    events: JetStreamLog, views: Database, projector: Projector
):
    async with running(projector):
        position = await append(events, *stories(3))
        await until(views, position)
        live = await dump(views)
        async with views.transaction() as session:
            await session.execute(f"truncate {', '.join(TABLES)}; update checkpoint set position = 0")
        await until(views, position)
    assert await dump(views) == live


async def test_views_come_back_when_their_database_is_made_anew(
    postgres: Postgres, dsn: str, events: JetStreamLog, views: Database, projector: Projector
):
    name, admin = dsn.rsplit("/", 1)[1], await Database.open(postgres.dsn, connections=1)
    async with running(projector):
        await until(views, await append(events, stories(1)[0]))
        await admin.execute(f'drop database "{name}" with (force)')
        await waiting.until(projector.ready)
        await admin.execute(f'create database "{name}"')
        await until(views, await events.head())
    await admin.close()
    assert len((await dump(views))["runs"]) == 1


async def test_views_go_on_when_nats_is_killed_and_comes_back(
    nats: NatsServer, events: JetStreamLog, views: Database, projector: Projector
):
    async with running(projector):
        for batch in range(3):
            told = [story for i, story in enumerate(stories(9)) if i % 3 == batch]
            position = await append(events, *told)
            nats.kill()
            nats.start()
            await until(views, position)
    live = await dump(views)
    assert len(live["runs"]) == 9
    assert await rebuilt(projector, views) == live


async def test_a_database_that_stays_away_is_an_error_after_a_while_and_readiness_says_so(
    postgres: Postgres, events: JetStreamLog, views: Database, projector: Projector, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("libs.runtime.postgres.WAIT_SECONDS", 0.2)
    async with running(projector):
        await until(views, await append(events, stories(1)[0]))
        assert await projector.ready() == ""
        postgres.kill()
        try:
            with pytest.raises(Unavailable, match="does not answer"):
                await asyncio.wait_for(views.value("checkpoint"), 60)
            await append(events, stories(2)[1])
            async with asyncio.timeout(60):
                while not await projector.ready():  # noqa: ASYNC110  # readiness is asked for, it does not call
                    await asyncio.sleep(0.01)
        finally:
            postgres.start()
        await until(views, await events.head())
        assert await projector.ready() == ""


async def test_a_log_that_goes_backwards_stops_the_projector(
    events: JetStreamLog, views: Database, monkeypatch: pytest.MonkeyPatch
):
    await append(events, stories(1)[0])
    records = await events.load("events.>")
    backwards = MemoryLog()

    async def tail(_filter: str, _after: int):
        yield records[3:5]
        yield records[4:6]

    monkeypatch.setattr(backwards, "tail", tail)
    with pytest.raises(OutOfOrder):
        await asyncio.wait_for(Projector(backwards, views).run(), 60)
    assert await reached(views) == records[4].seq


async def test_a_batch_that_fails_half_way_leaves_neither_rows_nor_position(
    events: JetStreamLog, views: Database, projector: Projector, monkeypatch: pytest.MonkeyPatch
):
    async def broken(*_: object) -> None:
        raise RuntimeError("in the middle of a transaction")

    async with running(projector):
        await until(views, await append(events, stories(1)[0][:5]))
    before = await dump(views)
    with monkeypatch.context() as patched:
        patched.setattr("services.projector.store._write", broken)
        await append(events, stories(1)[0][5:])
        with pytest.raises(RuntimeError):
            await asyncio.wait_for(projector.run(), 60)
    assert await dump(views) == before
    async with running(projector):
        await until(views, await events.head())
    live = await dump(views)
    assert await rebuilt(projector, views) == live
