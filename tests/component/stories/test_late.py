"""What comes late, or again, keeps no run from its end."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from nats.js.api import Header
from nats.js.errors import APIError

from libs.contracts import asks, subjects
from libs.contracts import events as e
from libs.contracts.artifacts import ModelReview
from libs.contracts.codec import encode
from libs.contracts.envelope import MSG_ID, new_id
from libs.eventlog.connection import settled
from libs.llm.port import Task
from libs.llm.scripted import ScriptedModel
from libs.testing.scripts import ACCEPTED, script
from libs.testing.town import Town
from libs.testing.waiting import until


async def test_a_file_written_again_by_a_worker_that_was_thought_dead_holds_up_nobody(found) -> None:
    reviewing, told = asyncio.Event(), asyncio.Event()

    async def review(_task: Task[Any]) -> ModelReview:
        reviewing.set()
        await told.wait()
        return ACCEPTED

    async with found(ScriptedModel(script(1) | {"review_code": review})) as town:
        run_id = await town.request()
        await asyncio.wait_for(reviewing.wait(), 60)
        await write_again(town, run_id)
        told.set()
        run = await town.until(run_id)
    assert run.status == "completed"


async def write_again(town: Town, run_id: str) -> None:
    owner = subjects.run(town.project_id, run_id)
    *_, record = await town.platform.log.load(f"events.{owner}.{e.FileWritten.event_name()}.*")
    headers = {**record.headers, MSG_ID: new_id()}
    mark = {name: value for name, value in headers.items() if name.startswith("ce-") or name == MSG_ID}
    await town.platform.connection.client.jetstream().publish(record.subject, record.data, headers=mark)


async def test_an_end_that_the_log_refused_takes_no_work_away(found) -> None:
    working, told = asyncio.Event(), asyncio.Event()
    runs: list[str] = []

    async def review(_task: Task[Any]) -> ModelReview:
        runs.append("")
        working.set()
        await told.wait()
        return ACCEPTED

    async with found(ScriptedModel(script(1) | {"review_code": review})) as town:
        run_id = await town.request()
        await asyncio.wait_for(working.wait(), 60)
        await say_cancelled(town, run_id)
        await until(lambda: len(runs) == 2)  # it is taken up again
        told.set()
        assert (await town.until(run_id)).status == "completed"


async def test_an_end_that_is_heard_twice_leaves_the_work_time_to_put_things_away(found) -> None:
    working, heard, left = asyncio.Event(), asyncio.Event(), asyncio.Event()

    async def review(_task: Task[Any]) -> ModelReview:
        working.set()
        try:
            await asyncio.Event().wait()
        finally:
            await heard.wait()
            left.set()
        return ACCEPTED

    async with found(ScriptedModel(script(1) | {"review_code": review})) as town:
        run_id = await town.request()
        await asyncio.wait_for(working.wait(), 60)
        await say_cancelled(town, run_id)
        await town.command(asks.CancelRun, run_id)
        await settled(town.platform.connection.client)  # every subscriber of ours has been told
        heard.set()
        await asyncio.wait_for(left.wait(), 60)


async def say_cancelled(town: Town, run_id: str) -> None:
    """An append of ``cancelled`` that is refused, as one that lost a race is: whoever listens hears it all the same."""
    owner = subjects.run(town.project_id, run_id)
    subject = subjects.event(owner, e.Cancelled.event_name())
    with pytest.raises(APIError):
        await town.platform.connection.client.jetstream().publish(
            subject, encode(e.Cancelled("alice", "")), headers={Header.EXPECTED_LAST_SUBJECT_SEQUENCE.value: "999999"}
        )
