"""Reads and decodes one batch ahead of whoever writes: PostgreSQL works on one while we work on the next."""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque
from collections.abc import AsyncGenerator, Iterator, Sequence
from typing import cast

from libs.eventlog.port import EventLog, RawRecord
from services.projector.intake import Intake, take

EVERYTHING = "events.>"
MOST_BYTES = 8_000_000  # of event bodies in one transaction, and
MOST_FACTS = 1000  # no more than these: while PostgreSQL writes them we read and decode the next
GATHER = 0.01  # seconds after a batch: the next fact of a quiet log is written at once, many in a row go together
MANY = 100  # facts of a log that is read back: waiting for more would only slow that down
AGAIN = 0.5  # seconds before a read that does not end is cancelled again


class Reader:
    """The log from ``after`` on, in decoded batches."""

    def __init__(self, events: EventLog, after: int) -> None:
        self._tail = cast("AsyncGenerator[list[RawRecord]]", events.tail(EVERYTHING, after))
        self._trickle = False
        self._portions: deque[Sequence[RawRecord]] = deque()
        self._ahead = asyncio.ensure_future(self._read())

    async def next(self, timeout: float | None = None) -> Intake:  # noqa: ASYNC109  # the wait is for a task that goes on
        """The next batch.

        Raises:
            TimeoutError: there was none for ``timeout`` seconds; nothing is lost by asking again.
        """
        done, _ = await asyncio.wait({self._ahead}, timeout=timeout)
        if not done:
            raise TimeoutError
        intake = self._ahead.result()
        self._ahead = asyncio.ensure_future(self._read())
        return intake

    async def _read(self) -> Intake:
        if not self._portions:
            if self._trickle:
                await asyncio.sleep(GATHER)
            records = await anext(self._tail)
            self._trickle = len(records) < MANY
            self._portions.extend(portions(records))
        return take(self._portions.popleft())

    async def close(self) -> None:
        """Stop reading."""
        while not self._ahead.done():  # asyncio.wait_for of Python 3.11, in the client, may lose a cancellation
            self._ahead.cancel()
            await asyncio.wait({self._ahead}, timeout=AGAIN)
        if not self._ahead.cancelled():
            self._ahead.exception()  # whatever it is, nobody waits for it any more
        await self._tail.aclose()


@contextlib.asynccontextmanager
async def reading(events: EventLog, after: int) -> AsyncGenerator[Reader]:
    """A reader that is closed at the end."""
    reader = Reader(events, after)
    try:
        yield reader
    finally:
        await reader.close()


def portions(records: Sequence[RawRecord]) -> Iterator[Sequence[RawRecord]]:
    """Records in parts of at most ``MOST_FACTS`` and ``MOST_BYTES``, but one record at least."""
    start = size = 0
    for index, record in enumerate(records):
        if index > start and (size + len(record.data) > MOST_BYTES or index - start == MOST_FACTS):
            yield records[start:index]
            start, size = index, 0
        size += len(record.data)
    yield records[start:]
