"""The log under kill -9 of nats-server while writers write and readers follow."""

from __future__ import annotations

import asyncio
import contextlib
import random
from pathlib import Path

import pytest

from deploy.local.nats import NatsServer
from libs.eventlog.connection import Connection
from libs.eventlog.jetstream import JetStreamLog
from libs.eventlog.port import Conflict, LogUnavailable
from libs.eventlog.provision import provision
from tests.contract.eventlog.samples import put, whole

WRITERS = 8
AGGREGATES = 4
KILLS = 3


class Story:
    """Writers on a few aggregates, each noting what was acknowledged; ``acked`` is sequence by event id."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.acked: dict[str, int] = {}
        self.over = asyncio.Event()

    async def write(self, log: JetStreamLog, writer: int) -> None:
        n = 0
        while not self.over.is_set():
            event_id, aggregate = f"{writer}-{n}", f"p{self.random.randrange(AGGREGATES)}"
            self.acked[event_id] = await _surely(log, aggregate, event_id)
            n += 1

    async def kill_now_and_then(self, server: NatsServer) -> None:
        for _ in range(KILLS):
            await asyncio.sleep(self.random.uniform(0.2, 0.6))
            server.kill()
            await asyncio.sleep(self.random.uniform(0, 0.3))
            server.start()  # on this thread: a server ends with the thread that started it
            reached = len(self.acked)
            while len(self.acked) < reached + 50:  # noqa: ASYNC110  # writing goes on again
                await asyncio.sleep(0.02)
        self.over.set()


async def _surely(log: JetStreamLog, aggregate: str, event_id: str) -> int:
    """Append with an expected version until it stands, as every command does."""
    while True:
        try:
            history = await log.load(whole(aggregate))
            return await put(log, aggregate, event_id, event_id=event_id, expected=history[-1].seq if history else 0)
        except Conflict:
            continue
        except LogUnavailable:
            await asyncio.sleep(0.05)


async def _read(log: JetStreamLog, seen: list[tuple[int, str]]) -> None:
    async with contextlib.aclosing(log.tail("events.>", 0)) as tail:
        async for batch in tail:
            seen += [(record.seq, record.headers["ce-id"]) for record in batch]


@pytest.mark.parametrize("seed", [1, 2])
async def test_nothing_acknowledged_is_lost_and_tails_see_the_log_itself_across_kills(tmp_path: Path, seed: int):
    server = NatsServer(tmp_path)
    server.start()
    connections = [await Connection.open(server.url, f"test {n}") for n in range(3)]
    logs = [JetStreamLog(connection.client) for connection in connections]
    await provision(connections[0].client)
    story, seen = Story(seed), [list[tuple[int, str]](), list[tuple[int, str]]()]
    readers = [asyncio.create_task(_read(log, list_)) for log, list_ in zip(logs[1:], seen, strict=True)]
    try:
        async with asyncio.timeout(100), asyncio.TaskGroup() as group:
            for writer in range(WRITERS):
                group.create_task(story.write(logs[0], writer))
            group.create_task(story.kill_now_and_then(server))
        standing = [(record.seq, record.headers["ce-id"]) for record in await logs[0].load("events.>")]
        await _until_read(seen, len(standing))
    finally:
        for reader in readers:
            reader.cancel()
        await asyncio.gather(*readers, return_exceptions=True)
        for connection in connections:
            await connection.close()
        server.stop()
    assert {event_id: seq for seq, event_id in standing}.items() >= story.acked.items(), "an acknowledged fact is gone"
    assert [seq for seq, _ in standing] == list(range(1, len(standing) + 1))
    assert len({event_id for _, event_id in standing}) == len(standing), "a fact stands twice"
    assert seen == [standing, standing], "a tail has a gap, a repeat or another order"
    assert len(standing) >= KILLS * 50


async def _until_read(seen: list[list[tuple[int, str]]], count: int) -> None:
    async with asyncio.timeout(60):
        while any(len(read) < count for read in seen):  # noqa: ASYNC110  # readers note what they see, no more
            await asyncio.sleep(0.02)
