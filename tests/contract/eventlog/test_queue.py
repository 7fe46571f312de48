from __future__ import annotations

import asyncio
import time

import pytest

from libs.contracts.errors import NotFound
from libs.eventlog.port import HandBack, Park
from libs.testing.waiting import until
from tests.contract.eventlog.samples import order
from tests.contract.eventlog.workshops import DELAYS


class Worker:
    """Notes what it is given, and does with each order what ``act`` says for its attempt (from 1)."""

    def __init__(self, act=lambda _attempt: None) -> None:
        self.taken: list[str] = []
        self.at: list[float] = []
        self._act = act

    async def __call__(self, order) -> None:
        self.taken.append(order.work.path)
        self.at.append(time.monotonic())
        self._act(self.taken.count(order.work.path))

    def gaps(self) -> list[float]:
        return [later - earlier for earlier, later in zip(self.at, self.at[1:], strict=False)]


def fail(error: Exception, times: int = 1000):
    def act(attempt: int) -> None:
        if attempt <= times:
            raise error

    return act


async def quiet(workshop, worker: Worker) -> None:
    """Wait until an order that was put last is done, so that nothing that was put before is still to come."""
    await workshop.queue.put(order("last"))
    await until(lambda: "last" in worker.taken)


async def parked(workshop, count: int = 1):
    async def enough():
        found = await workshop.queue.parked()
        return found if len(found) >= count else None

    return await until(enough)


async def test_each_order_has_one_taker_and_two_copies_share_the_work(workshop):
    first, second = Worker(), Worker()
    slow = asyncio.Event()

    async def one(order) -> None:
        await first(order)
        slow.set()
        await asyncio.sleep(0.01)

    async def other(order) -> None:
        await second(order)
        await asyncio.sleep(0.01)

    async with workshop.working(one), workshop.working(other):
        for n in range(40):
            await workshop.queue.put(order(str(n)))
        await until(lambda: len(first.taken) + len(second.taken) >= 40)
        assert sorted(first.taken + second.taken, key=int) == [str(n) for n in range(40)]
        assert first.taken
        assert second.taken


async def test_the_same_order_id_twice_is_done_once(workshop):
    worker = Worker()
    async with workshop.working(worker):
        for _ in range(3):
            await workshop.queue.put(order("a"))
        await until(lambda: worker.taken)
        await workshop.queue.put(order("a"))
        await quiet(workshop, worker)
    assert worker.taken == ["a", "last"]


async def test_what_is_done_does_not_come_again_to_a_later_copy(workshop):
    first, second = Worker(), Worker()
    await workshop.queue.put(order("a"))
    async with workshop.working(first):
        await until(lambda: first.taken)
    async with workshop.working(second):
        await quiet(workshop, second)
    assert second.taken == ["last"]


async def test_a_failing_order_comes_again_after_growing_delays_and_then_is_parked_with_its_reason(workshop):
    worker = Worker(fail(ValueError("no such column")))
    async with workshop.working(worker):
        await workshop.queue.put(order("a"))
        [kept] = await parked(workshop)
    assert len(worker.taken) == len(DELAYS) + 1
    for gap, delay in zip(worker.gaps(), DELAYS, strict=True):
        assert delay * 0.9 <= gap
    assert kept.reason == "ValueError: no such column"
    assert kept.work_id == order("a").envelope.id
    assert (kept.subject, kept.correlationid) == ("parked.implementer.write_file", "story")
    assert kept.type == "interius.work.implementer.write_file.v1"
    assert kept.parked_at


async def test_an_order_that_fails_once_is_done_the_second_time_and_holds_up_nobody(workshop):
    worker = Worker()

    async def first_time_fails(order) -> None:
        await worker(order)
        if order.work.path == "a" and worker.taken.count("a") == 1:
            raise ValueError

    async with workshop.working(first_time_fails):
        await workshop.queue.put(order("a"))
        await workshop.queue.put(order("b"))
        await until(lambda: worker.taken.count("a") == 2)
        await quiet(workshop, worker)
    assert worker.taken == ["a", "b", "a", "last"]
    assert await workshop.queue.parked() == []


async def test_handing_back_is_not_failing(workshop):
    """However often an order was handed back, it has all its attempts left."""
    handed_back = 8

    def act(attempt: int) -> None:
        if attempt <= handed_back:
            raise HandBack(0.01)
        raise ValueError("broken")

    worker = Worker(act)
    async with workshop.working(worker):
        await workshop.queue.put(order("a"))
        await parked(workshop)
    assert len(worker.taken) == handed_back + len(DELAYS) + 1


async def test_what_is_handed_back_comes_again_after_its_delay(workshop):
    worker = Worker(fail(HandBack(0.3), times=1))
    async with workshop.working(worker):
        await workshop.queue.put(order("a"))
        await until(lambda: len(worker.taken) == 2)
    assert 0.28 <= worker.gaps()[0] < 2
    assert await workshop.queue.parked() == []


async def test_work_that_cannot_succeed_is_parked_at_once(workshop):
    worker = Worker(fail(Park("there is no run r1")))
    async with workshop.working(worker):
        await workshop.queue.put(order("a"))
        [kept] = await parked(workshop)
        assert worker.taken == ["a"]
    assert kept.reason == "there is no run r1"


async def test_parked_work_is_listed_oldest_first_and_replayed_one_by_one(workshop):
    broken = True
    worker = Worker()

    async def work(order) -> None:
        if broken:
            raise Park("the model is misconfigured: größer €")
        await worker(order)

    async with workshop.working(work):
        for item in ("a", "b", "c"):
            await workshop.queue.put(order(item))
        kept = await parked(workshop, 3)
        assert [entry.work_id for entry in kept] == [order(item).envelope.id for item in ("a", "b", "c")]
        assert {entry.reason for entry in kept} == {"the model is misconfigured: größer €"}
        broken = False
        await workshop.queue.replay(kept[1].seq)
        await until(lambda: worker.taken)
        assert worker.taken == ["b"]
        left = await workshop.queue.parked()
        assert [entry.seq for entry in left] == [kept[0].seq, kept[2].seq]


async def test_work_may_be_replayed_again_and_again_and_has_all_its_attempts_each_time(workshop):
    worker = Worker(fail(ValueError("still broken")))
    seqs: list[int] = []
    async with workshop.working(worker):
        await workshop.queue.put(order("a"))
        for times in (1, 2, 3):
            [kept] = await parked(workshop)
            assert len(worker.taken) == times * (len(DELAYS) + 1)
            assert kept.work_id == order("a").envelope.id
            seqs.append(kept.seq)
            await workshop.queue.replay(kept.seq)
            assert await workshop.queue.parked() == []
    assert len(set(seqs)) == 3


async def test_replaying_what_is_not_parked_says_so(workshop):
    with pytest.raises(NotFound, match=r"(?i)nothing is parked under 7"):
        await workshop.queue.replay(7)
