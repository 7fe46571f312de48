from __future__ import annotations

import asyncio
import time

import pytest

from libs.eventlog.port import LogUnavailable
from libs.testing.waiting import until
from tests.contract.eventlog.samples import envelope, order
from tests.contract.eventlog.test_queue import parked
from tests.contract.eventlog.workshops import JetStreamWorkshop

SUBJECT = "work.implementer.write_file"


@pytest.fixture
def workshop(nats, connection) -> JetStreamWorkshop:
    return JetStreamWorkshop(nats.url, connection)


@pytest.mark.parametrize(
    ("data", "headers"),
    [
        (b"\xff\xfe not json", envelope(tag="interius.work.implementer.write_file.v1").to_headers()),
        (
            b'{"project_id":"p","run_id":"r","extra":1}',
            envelope(tag="interius.work.implementer.write_file.v1").to_headers(),
        ),
        (b"{}", envelope(tag="interius.work.implementer.unheard_of.v1").to_headers()),
        (b"", None),
    ],
    ids=["not JSON", "another shape", "unknown type", "no envelope"],
)
async def test_a_message_nobody_can_read_is_parked_as_it_came_and_holds_up_nobody(workshop, data, headers):
    taken: list[str] = []

    async def work(order) -> None:
        taken.append(order.work.path)

    async with workshop.working(work):
        await workshop.connection.client.jetstream().publish(SUBJECT, data, headers=headers)
        await workshop.queue.put(order("good"))
        [kept] = await parked(workshop)
        await until(lambda: taken)
        assert taken == ["good"]
        assert kept.reason.startswith("not an order: ")
        message = await workshop.connection.client.jetstream().get_msg("PARKED", kept.seq, direct=True)
        assert (message.data or b"") == data
        await workshop.queue.replay(kept.seq)
        [again] = await _parked_after(workshop, kept.seq)
        assert again.reason == kept.reason


async def _parked_after(workshop, seq: int):
    async def later():
        return [entry for entry in await workshop.queue.parked() if entry.seq > seq]

    return await until(later)


async def test_a_long_job_is_kept_by_its_worker_while_another_is_idle(workshop):
    await workshop.shorten_ack_wait(1)
    taken: list[str] = []
    done = asyncio.Event()

    async def work(order) -> None:
        taken.append(order.work.path)
        await asyncio.sleep(3.2)
        done.set()

    async with workshop.working(work, copies=2):
        await workshop.queue.put(order("a"))
        await asyncio.wait_for(done.wait(), 60)
    assert taken == ["a"]


async def test_the_work_of_a_worker_that_died_comes_to_another(workshop):
    await workshop.shorten_ack_wait(1)
    taken = asyncio.Event()

    async def take_and_die(connection_url: str) -> None:
        from libs.eventlog.connection import Connection

        connection = await Connection.open(connection_url, "dying")
        subscription = await connection.client.jetstream().pull_subscribe_bind("impatient", "WORK")
        assert await subscription.fetch(1, timeout=5)
        await connection.close()

    async def work(_order) -> None:
        taken.set()

    await workshop.queue.put(order("a"))
    await take_and_die(workshop.url)
    async with workshop.working(work):
        await asyncio.wait_for(taken.wait(), 60)


async def test_stopping_lets_work_in_progress_finish_and_takes_no_more(workshop):
    started, finished = list[str](), list[str]()

    async def work(order) -> None:
        started.append(order.work.path)
        await asyncio.sleep(0.5)
        finished.append(order.work.path)

    for item in ("a", "b", "c", "d"):
        await workshop.queue.put(order(item))
    async with workshop.working(work, concurrency=2):
        await until(lambda: len(started) == 2)
    assert sorted(finished) == sorted(started)
    assert len(started) == 2
    info = await workshop.connection.client.jetstream().consumer_info("WORK", "implementer")
    assert (info.num_pending, info.num_ack_pending) == (2, 0)


async def test_work_that_outlasts_the_stop_is_handed_back_to_another_at_once(workshop):
    started = asyncio.Event()
    again: list[float] = []

    async def endless(_order) -> None:
        started.set()
        await asyncio.Event().wait()

    async def work(_order) -> None:
        again.append(time.monotonic())

    await workshop.queue.put(order("a"))
    async with workshop.working(endless, shutdown_seconds=0.2):
        await asyncio.wait_for(started.wait(), 60)
    stopped = time.monotonic()
    async with workshop.working(work):
        await until(lambda: again)
    assert again[0] - stopped < 5, "the time in which the first worker owned it was waited for"


async def test_what_a_service_works_with_is_closed_only_after_its_work(workshop):
    from libs.runtime.platform import Platform
    from libs.runtime.service import Service, running
    from libs.runtime.settings import RuntimeSettings

    story: list[str] = []
    started = asyncio.Event()

    async def work(_order) -> None:
        started.set()
        await asyncio.sleep(0.3)
        story.append("worked")

    async def close() -> None:
        story.append("closed")

    service = Service("implementer", routes=(workshop.route(work, 1),), on_stop=(close,))
    platform = Platform(RuntimeSettings(nats_url=workshop.url), workshop.connection)
    async with running(platform, service):
        await workshop.queue.put(order("a"))
        await asyncio.wait_for(started.wait(), 60)
    assert story == ["worked", "closed"]


async def test_an_outage_does_not_use_up_the_attempts_of_an_order(workshop, monkeypatch):
    monkeypatch.setattr("libs.runtime.delivery.INFRASTRUCTURE_DELAY", 0.01)
    attempts: list[int] = []

    async def work(_order) -> None:
        attempts.append(len(attempts))
        if len(attempts) < 8:
            raise LogUnavailable("away")

    async with workshop.working(work):
        await workshop.queue.put(order("a"))
        await until(lambda: len(attempts) == 8)
    assert await workshop.queue.parked() == []
