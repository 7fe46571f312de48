"""A stack of which a part breaks ends with words; one that only lacks something for a moment goes on."""

from __future__ import annotations

import asyncio
import subprocess
import sys

import pytest

from deploy.local import processes
from deploy.local.nats import StartError
from deploy.local.processes import Fleet
from deploy.local.stack import while_whole
from libs.testing.waiting import until


async def fail(error: Exception) -> None:
    raise error


@pytest.mark.parametrize(
    ("error", "words"), [(RuntimeError("no way on"), "broke: no way on"), (TimeoutError(), "broke: TimeoutError")]
)
async def test_the_body_ends_with_the_name_of_the_part_and_why(error: Exception, words: str) -> None:
    with pytest.raises(StartError, match=f"the service edge {words}"):
        async with while_whole([asyncio.create_task(fail(error), name="edge")]):
            await asyncio.Event().wait()


async def test_the_first_cause_in_a_group_is_told() -> None:
    group = ExceptionGroup("", [ExceptionGroup("", [ValueError("deep")]), ValueError("other")])
    with pytest.raises(StartError, match="broke: deep"):
        async with while_whole([asyncio.create_task(fail(group), name="edge")]):
            await asyncio.Event().wait()


async def test_whoever_ends_the_body_is_not_told_of_a_part() -> None:
    async def body() -> None:
        async with while_whole([asyncio.create_task(asyncio.Event().wait())]):  # pyright: ignore[reportArgumentType]
            await asyncio.Event().wait()

    task = asyncio.create_task(body())
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_two_parts_that_break_at_once_are_one_end() -> None:
    with pytest.raises(StartError, match="the service one broke: first"):
        async with while_whole(
            [asyncio.create_task(fail(ValueError(text)), name=name) for name, text in (("one", "first"), ("two", "x"))]
        ):
            await asyncio.Event().wait()


async def test_whoever_ends_the_body_as_a_part_breaks_is_obeyed() -> None:
    part = asyncio.create_task(fail(ValueError()))

    async def body() -> None:
        async with while_whole([part]):
            part.add_done_callback(lambda _: task.cancel())  # next after the one that has seen it break
            await asyncio.Event().wait()

    task = asyncio.create_task(body())
    await asyncio.wait({task})
    assert task.cancelled()


async def test_a_part_that_ends_after_the_body_breaks_nothing() -> None:
    leave = asyncio.Event()
    part = asyncio.create_task(leave.wait())
    async with while_whole([part]):  # pyright: ignore[reportArgumentType]
        pass
    leave.set()
    await part
    await asyncio.sleep(0)


def ended() -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-c", ""])


async def test_a_machine_without_room_for_one_more_process_gets_it_later(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processes, "LOOK_SECONDS", 0.01)
    monkeypatch.setattr(processes, "MODULES", {"edge": "this"})
    fleet = Fleet({}, {"edge": 1}, {"edge-1": ended()})
    real, tried = subprocess.Popen, []

    def full(*given: object, **how: object) -> object:
        tried.append(given)
        if len(tried) < 3:
            raise BlockingIOError(11, "Resource temporarily unavailable")
        return real([sys.executable, "-c", "import time; time.sleep(60)"])

    monkeypatch.setattr(subprocess, "Popen", full)
    supervising = asyncio.create_task(fleet.supervise())
    await until(lambda: len(tried) == 3 or supervising.done())
    supervising.cancel()
    await asyncio.wait({supervising})
    monkeypatch.undo()
    fleet.stop()
    assert supervising.cancelled()
