"""A rebuild gives the rows that are there, beside them, and takes their place unnoticed."""

from __future__ import annotations

import asyncio
import contextlib

import pytest

from libs.contracts import events as e
from libs.contracts import subjects
from libs.eventlog.connection import Connection
from libs.eventlog.jetstream import JetStreamLog
from libs.runtime.postgres import Database
from services.projector.intake import take
from services.projector.projector import Halted, Projector
from services.projector.rebuild import LOCK, Busy
from services.projector.schema import deployed
from services.projector.store import Fenced, Store
from tests.component.projector.conftest import append, dump, reached, rebuilt, rows, running, until
from tests.run_facts import fact, story

ENDINGS = (None, e.Failed("stage_failed", "no", "try again", "review"), e.Cancelled("u1", "changed my mind"))


def stories(count: int, files: int = 4):
    return [story(f"p{i % 3}", f"r{i}", files, ENDINGS[i % len(ENDINGS)]) for i in range(count)]


async def test_a_rebuild_gives_the_rows_that_following_gave(
    events: JetStreamLog, views: Database, projector: Projector
):
    gone = [fact(subjects.project("p1"), e.Created("x", "u"), 1), fact(subjects.project("p1"), e.Deleted(), 2)]
    async with running(projector):
        await append(events, *stories(6))
        await until(views, await append(events, gone))
        live = await dump(views)
        assert len(live["runs"]) == 4
        assert await rebuilt(projector, views) == live


async def test_readers_never_see_fewer_rows_while_views_are_rebuilt(
    events: JetStreamLog, views: Database, projector: Projector
):
    async with running(projector):
        await until(views, await append(events, *stories(20)))
        seen: list[tuple[int, int]] = []

        async def read() -> None:
            while True:
                (row,) = await rows(views, "select (select count(*) from runs) runs, (select position from checkpoint)")
                seen.append((row["runs"], row["position"]))

        reader = asyncio.create_task(read())
        for _ in range(3):
            await projector.rebuild()
        reader.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await reader
    assert len(seen) > 20
    assert {runs for runs, _ in seen} == {20}
    assert seen == sorted(seen)


async def test_views_follow_the_log_during_and_after_a_rebuild(
    events: JetStreamLog, views: Database, projector: Projector
):
    async with running(projector):
        await until(views, await append(events, *stories(4)))
        told = asyncio.create_task(append(events, *[story("q", f"late{i}") for i in range(4)]))
        await projector.rebuild()
        position = await told
        await until(views, position)
        live = await dump(views)
        assert len(live["runs"]) == 8
        assert await rebuilt(projector, views) == live


async def test_views_of_other_code_are_rebuilt_at_the_start(
    events: JetStreamLog, views: Database, projector: Projector
):
    async with running(projector):
        await until(views, await append(events, *stories(2)))
    live = await dump(views)
    async with views.transaction() as session:
        await session.execute("update checkpoint set fingerprint = 'older'; delete from runs")
    async with running(Projector(events, views)):
        await until(views, await append(events, [fact(subjects.user("u"), e.Registered("a@b.example"), 1)]))
    assert (await dump(views))["runs"] == live["runs"]


async def test_a_projector_stops_when_newer_code_has_taken_over(
    events: JetStreamLog, views: Database, projector: Projector
):
    await append(events, *stories(1))
    task = asyncio.create_task(projector.run())
    await until(views, await events.head())
    async with views.transaction() as session:
        await session.execute("update checkpoint set fingerprint = 'newer', generation = 'newer'")
    await append(events, story("p", "next"))
    with pytest.raises(Halted, match="other code"):
        await asyncio.wait_for(task, 60)


async def test_a_projector_stops_when_the_log_is_not_the_one_its_views_are_of(
    events: JetStreamLog, views: Database, projector: Projector
):
    async with running(projector):
        position = await append(events, *stories(1))
        await until(views, position)
    async with views.transaction() as session:
        await session.execute(f"update checkpoint set position = {position + 1}")
    with pytest.raises(Halted, match="rebuild"):
        await asyncio.wait_for(projector.run(), 60)
    await projector.rebuild()
    assert await reached(views) == position


async def test_a_rebuild_ends_where_the_newest_records_were_purged(
    connection: Connection, events: JetStreamLog, views: Database, projector: Projector
):
    kept = await append(events, *stories(1))
    await append(events, story("purged", "r"))
    await connection.client.jetstream().purge_stream("EVENTS", subject="events.project.purged.>")
    await projector.rebuild()
    assert await reached(views) == kept


async def test_one_rebuild_at_a_time(views: Database, projector: Projector):
    async with views.exclusive(LOCK):
        with pytest.raises(Busy):
            await projector.rebuild()
    await projector.rebuild()


async def test_who_writes_from_an_old_position_is_fenced_out_and_writes_nothing(
    events: JetStreamLog, views: Database, projector: Projector
):
    await projector.rebuild()
    checkpoint = await deployed(views)
    assert checkpoint
    await append(events, *stories(1))
    records = await events.load("events.>")
    first, second = Store(views, checkpoint), Store(views, checkpoint)
    await first.apply(take(records[:5]))
    before = await dump(views)
    with pytest.raises(Fenced):
        await second.apply(take(records[:5]))
    await projector.rebuild()
    with pytest.raises(Fenced):
        await first.apply(take(records[5:]))
    assert (await dump(views))["run_stages"] != before["run_stages"]
