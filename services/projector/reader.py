"""Reads and decodes ahead of whoever writes: PostgreSQL works on one batch while we work on the next ones."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Iterator, Sequence
from typing import cast

from libs.eventlog.port import EventLog, RawRecord
from services.projector.intake import Intake, decode

EVERYTHING = "events.>"
MOST_BYTES = 8_000_000  # of event bodies in one transaction, and
MOST_FACTS = 1000  # no more than these: while PostgreSQL writes them we read and decode the next
GATHER = 0.01  # seconds after a batch: the next fact of a quiet log is written at once, many in a row go together
MANY = 100  # facts of a log that is read back: waiting for more would only slow that down
TURN = 50  # facts decoded until whoever writes has its turn; many more, and PostgreSQL would wait for us
AHEAD = 3  # batches that wait for whoever writes
AGAIN = 0.5  # seconds before a read that does not end is cancelled again


class Reader:
    """The log from ``after`` on, in decoded batches."""

    def __init__(self, events: EventLog, after: int) -> None:
        self._tail = cast("AsyncGenerator[list[RawRecord]]", events.tail(EVERYTHING, after))
        self._ahead: asyncio.Queue[Intake | Exception] = asyncio.Queue(AHEAD)
        self._reading = asyncio.ensure_future(self._read())

    async def next(self, timeout: float | None = None) -> Intake:  # noqa: ASYNC109  # the wait is for a task that goes on
        """The next batch.

        Raises:
            TimeoutError: there was none for ``timeout`` seconds; nothing is lost by asking again.
        """
        async with asyncio.timeout(timeout):
            found = await self._ahead.get()
        if isinstance(found, Exception):
            raise found
        return found

    async def _read(self) -> None:
        try:
            async for records in self._tail:
                for portion in portions(records):
                    await self._ahead.put(await decoded(portion))
                if len(records) < MANY:
                    await asyncio.sleep(GATHER)
        except Exception as error:  # it is raised to whoever reads
            await self._ahead.put(error)

    async def close(self) -> None:
        """Stop reading."""
        while not self._reading.done():  # asyncio.wait_for of Python 3.11, in the client, may lose a cancellation
            self._reading.cancel()
            await asyncio.wait({self._reading}, timeout=AGAIN)
        await self._tail.aclose()


@contextlib.asynccontextmanager
async def reading(events: EventLog, after: int) -> AsyncGenerator[Reader]:
    """A reader that is closed at the end."""
    reader = Reader(events, after)
    try:
        yield reader
    finally:
        await reader.close()


async def decoded(records: Sequence[RawRecord]) -> Intake:
    """Records, at least one, with what they tell."""
    intake = Intake(records)
    for start in range(0, len(records), TURN):
        decode(intake, records[start : start + TURN])
        await asyncio.sleep(0)
    return intake


def portions(records: Sequence[RawRecord]) -> Iterator[Sequence[RawRecord]]:
    """Records in parts of at most ``MOST_FACTS`` and ``MOST_BYTES``, but one record at least."""
    start = size = 0
    for index, record in enumerate(records):
        if index > start and (size + len(record.data) > MOST_BYTES or index - start == MOST_FACTS):
            yield records[start:index]
            start, size = index, 0
        size += len(record.data)
    yield records[start:]
