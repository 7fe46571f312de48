from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from libs.contracts import subjects
from libs.contracts.envelope import Envelope, new_id, now
from libs.contracts.events import Cancelled, Completed, RunEvent
from libs.eventlog.jetstream import JetStreamLog

EXAMPLE = Path(__file__).parents[3] / "docs" / "examples" / "follow_completed.py"


async def append(log: JetStreamLog, run_id: str, event: RunEvent) -> int:
    owner = subjects.run("p1", run_id)
    envelope = Envelope(
        id=new_id(), type=event.type_tag(), source="interius/test", time=now(), subject=owner, correlationid=run_id
    )
    return await log.append(subjects.event(owner, event.event_name()), event, envelope)


def completed(name: str) -> Completed:
    return Completed(name, files=12, security_score=9, summary="Good.")


async def test_the_example_prints_each_completed_project_from_where_it_left_off(nats, connection):
    log = JetStreamLog(connection.client)
    seen = await append(log, "r1", completed("library"))
    await append(log, "r2", Cancelled("ada"))
    await append(log, "r3", completed("shop"))
    process = await asyncio.create_subprocess_exec(
        sys.executable, EXAMPLE, nats.url, str(seen), stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    try:
        async with asyncio.timeout(60):
            assert await process.stdout.readline() == b"3 shop 12 files\n"
            await append(log, "r4", completed("todo"))
            assert await process.stdout.readline() == b"4 todo 12 files\n"
    finally:
        process.kill()
        await process.wait()
        process._transport.close()


def test_the_example_imports_nothing_of_ours_and_is_short():
    text = EXAMPLE.read_text()
    assert "libs" not in text
    assert len(text.splitlines()) <= 40
