"""Sandboxes as the edge knows them: what is newer stays."""

from __future__ import annotations

import asyncio
from typing import Any

from libs.contracts import sandbox_events as e
from libs.contracts import subjects
from libs.contracts.envelope import caused_by, new_id
from libs.eventlog.memory import MemoryLog
from libs.eventlog.port import RawRecord
from libs.testing.waiting import until
from services.edge.proxy.sandboxes import Sandboxes
from services.sandbox.hosting.store import command

IDS = ("p", "shop-0011223344556677")
OWNER = subjects.sandbox(*IDS)


class SlowLog(MemoryLog):
    """Hands out what it has read when it is let."""

    def __init__(self) -> None:
        super().__init__()
        self.gates: list[asyncio.Event] = []

    async def load(self, subject: str, **options: Any) -> list[RawRecord]:
        records = await super().load(subject, **options)
        self.gates.append(asyncio.Event())
        await self.gates[-1].wait()
        return records


class Reader:
    async def one(self, _name: str, **_values: str) -> dict[str, str]:
        return {"project_id": IDS[0]}


async def tell(log: MemoryLog, event: e.SandboxEvent) -> RawRecord:
    subject = subjects.event(OWNER, event.event_name())
    await log.append(subject, event, caused_by(command("ada", IDS, new_id()), event.type_tag(), OWNER, "test"))
    return (await MemoryLog.load(log, subject))[-1]


async def test_a_load_that_took_long_does_not_undo_what_was_heard_meanwhile():
    log: Any = SlowLog()
    sandboxes = Sandboxes(log, Reader())  # pyright: ignore[reportArgumentType]  # all that is asked of it
    asked = await tell(log, e.SandboxDeployRequested("r", "ada", 60, 600))
    starting = await tell(log, e.SandboxStarting("host", "r", asked.seq, 1))
    loads = [asyncio.create_task(sandboxes.reload(IDS[1])) for _ in range(2)]
    await until(lambda: len(log.gates) == 2)
    log.gates[0].set()
    await loads[0]
    sandboxes.hear(await tell(log, e.SandboxReady(starting.seq, "r", asked.seq, 5)))
    log.gates[1].set()
    await loads[1]
    known = await sandboxes.find(IDS[1])
    assert known
    assert known.serving == starting.seq
