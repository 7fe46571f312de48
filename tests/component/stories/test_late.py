"""What comes late, or again, keeps no run from its end."""

from __future__ import annotations

import asyncio
from typing import Any

from libs.contracts import events as e
from libs.contracts import subjects
from libs.contracts.artifacts import ModelReview
from libs.contracts.envelope import MSG_ID, new_id
from libs.llm.port import Task
from libs.llm.scripted import ScriptedModel
from libs.testing.scripts import ACCEPTED, script
from libs.testing.town import Town


async def test_a_file_written_again_by_a_worker_that_was_thought_dead_holds_up_nobody(found) -> None:
    reviewing, told = asyncio.Event(), asyncio.Event()

    async def review(_task: Task[Any]) -> ModelReview:
        reviewing.set()
        await told.wait()
        return ACCEPTED

    async with found(ScriptedModel(script(1) | {"review_code": review})) as town:
        run_id = await town.request()
        await asyncio.wait_for(reviewing.wait(), 10)
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
