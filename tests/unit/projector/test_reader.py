"""A reader ends when it is told to, and what it was reading ahead with it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from libs.eventlog.memory import MemoryLog
from libs.eventlog.port import RawRecord
from services.projector import reader as module
from services.projector.reader import reading
from tests.run_facts import story


class Stubborn(MemoryLog):
    """A log whose tail loses the first cancellation."""

    async def tail(self, subject_filter: str, after: int) -> AsyncIterator[list[RawRecord]]:
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            await asyncio.Event().wait()
        yield []


async def test_a_cancellation_that_is_lost_on_the_way_is_repeated(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(module, "AGAIN", 0.01)
    async with asyncio.timeout(60), reading(Stubborn(), 0) as reader:
        with pytest.raises(TimeoutError):
            await reader.next(0.01)


async def test_a_wait_that_ran_out_loses_nothing():
    log = MemoryLog()
    async with reading(log, 0) as reader:
        with pytest.raises(TimeoutError):
            await reader.next(0.01)
        for one in story("p", "r")[:3]:
            await log.append(one.subject, one.event, one.envelope)
        found: list[int] = []
        while len(found) < 3:
            found += [fact.seq for fact in (await reader.next(5)).facts]
    assert found == [1, 2, 3]


async def test_who_is_cancelled_while_reading_is_cancelled():
    async def read() -> None:
        async with reading(MemoryLog(), 0) as reader:
            await reader.next()

    task = asyncio.create_task(read())
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asyncio.wait_for(task, 60)
