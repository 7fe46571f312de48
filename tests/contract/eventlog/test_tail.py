from __future__ import annotations

import asyncio
import contextlib

import pytest
import structlog
from nats.errors import ConnectionClosedError

from libs.eventlog import tail
from libs.eventlog.connection import Connection
from libs.eventlog.jetstream import JetStreamLog
from libs.testing.waiting import until
from tests.contract.eventlog.samples import put


async def follow(log, subject_filter: str, after: int, count: int) -> list[int]:
    """The first ``count`` sequences that a tail gives."""
    seqs: list[int] = []
    async with asyncio.timeout(60), contextlib.aclosing(log.tail(subject_filter, after)) as batches:
        async for batch in batches:
            assert batch, "a tail gives no empty batch"
            seqs += [record.seq for record in batch]
            if len(seqs) >= count:
                return seqs
    raise AssertionError("a tail never ends")


async def write(log, count: int) -> None:
    for n in range(count):
        await put(log, f"p{n % 2}", str(n))


async def test_a_tail_gives_everything_that_stands_and_then_everything_that_comes(log):
    await write(log, 20)
    reading = asyncio.create_task(follow(log, "events.>", 0, 50))
    await write(log, 30)
    assert await reading == list(range(1, 51))


async def test_a_tail_from_the_middle_begins_with_the_next_fact(log):
    await write(log, 20)
    assert await follow(log, "events.>", 7, 13) == list(range(8, 21))


async def test_a_tail_from_the_head_gives_only_what_comes(log):
    await write(log, 5)
    reading = asyncio.create_task(follow(log, "events.>", await log.head(), 1))
    await put(log, "p1")
    assert await reading == [6]


async def test_a_tail_keeps_to_its_filter(log):
    reading = asyncio.create_task(follow(log, "events.project.p1.>", 0, 10))
    await write(log, 20)
    assert await reading == list(range(2, 21, 2))


async def test_a_tail_of_a_long_history_has_no_gap(log, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(tail, "BATCH", 1000)
    count = 2500  # more than two of the requests that a tail makes
    for start in range(0, count, 250):
        await asyncio.gather(*[put(log, "p1", str(n)) for n in range(start, start + 250)])
    with structlog.testing.capture_logs() as logs:
        assert await follow(log, "events.>", 0, count) == list(range(1, count + 1))
    assert logs == [], "the tail had to be opened anew, which costs seconds"


async def test_a_tail_of_large_facts_has_no_gap(log, monkeypatch: pytest.MonkeyPatch):
    """The server ends a request once its bytes are used up; that is no loss."""
    monkeypatch.setattr(tail, "MOST_BYTES", 50_000)
    for n in range(20):
        await put(log, "p1", f"{n}" * 5_000)
    with structlog.testing.capture_logs() as logs:
        assert await follow(log, "events.>", 0, 20) == list(range(1, 21))
    assert logs == [], "the tail had to be opened anew, which costs seconds"


@pytest.mark.parametrize("tails", [8])
async def test_every_tail_sees_the_same_log_while_many_write(log, tails):
    reading = [asyncio.create_task(follow(log, "events.>", 0, 160)) for _ in range(tails)]
    await asyncio.gather(*[write(log, 20) for _ in range(8)])
    assert await asyncio.gather(*reading) == [list(range(1, 161))] * tails


async def test_a_tail_ends_when_its_connection_is_closed(nats, connection):
    """A reader that goes on for ever could not be cancelled, and its process would not end."""
    own = await Connection.open(nats.url, "reader")
    log = JetStreamLog(own.client)
    await put(log, "p1")
    seen: list[int] = []

    async def read() -> None:
        async for batch in log.tail("events.>", 0):
            seen.extend(record.seq for record in batch)

    reading = asyncio.create_task(read())
    await until(lambda: seen)
    await own.close()
    with contextlib.suppress(ConnectionClosedError, asyncio.CancelledError):
        await asyncio.wait_for(reading, 60)
    assert reading.done()


async def test_a_tail_that_loses_a_message_on_the_way_reads_again_from_there(connection, monkeypatch):
    log, keep, lost = JetStreamLog(connection.client), tail._Pull._keep, []
    await write(log, 9)

    def leaky(pull: tail._Pull, *message: bytes) -> None:
        if len(pull._arrived) == 4 and not lost:
            lost.append(message)
        else:
            keep(pull, *message)

    monkeypatch.setattr(tail._Pull, "_keep", leaky)
    assert await follow(log, "events.>", 0, 9) == list(range(1, 10))
    assert lost


async def test_a_subject_that_is_no_text_ends_no_tail(nats, connection):
    log = JetStreamLog(connection.client)
    await put(log, "p1")
    reader, writer = await asyncio.open_connection("127.0.0.1", nats.port)
    writer.write(b'CONNECT {"verbose":false}\r\nPUB events.user.\xff.named 2\r\n{}\r\nPING\r\n')
    await reader.readuntil(b"PONG")
    writer.close()
    await put(log, "p1")
    async with asyncio.timeout(20), contextlib.aclosing(log.tail("events.>", 0)) as batches:
        seen: list[int] = []
        while 3 not in seen:
            seen += [record.seq for record in await anext(batches)]
    assert seen == [1, 2, 3]
