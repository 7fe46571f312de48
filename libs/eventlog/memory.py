"""Log and queue in memory, for tests of pure behaviour; they pass the same suite as JetStream."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace

from libs.contracts import subjects
from libs.contracts.codec import Order, encode
from libs.contracts.envelope import Envelope, now
from libs.contracts.errors import NotFound
from libs.contracts.events import Event
from libs.eventlog.policy import RETRY_DELAYS, retry_delay
from libs.eventlog.port import Conflict, Expected, HandBack, Handler, Park, ParkedWork, RawRecord


def matches(subject_filter: str, subject: str) -> bool:
    """Whether ``subject`` falls under a NATS filter (``*`` is one part, ``>`` at the end is one or more)."""
    wanted, parts = subject_filter.split("."), subject.split(".")
    for position, part in enumerate(wanted):
        if part == ">":
            return len(parts) > position
        if position >= len(parts) or part not in ("*", parts[position]):
            return False
    return len(parts) == len(wanted)


class MemoryLog:
    """An event log in a list."""

    def __init__(self) -> None:
        self._records: list[RawRecord] = []
        self._seq_of: dict[str, int] = {}
        self._grown = asyncio.Condition()
        self._epoch = uuid.uuid4().hex[:12]

    async def append(self, subject: str, event: Event, envelope: Envelope, expected: Expected | None = None) -> int:
        """Append one fact; see ``EventLog.append``."""
        data = encode(event)
        if envelope.id in self._seq_of:
            return self._seq_of[envelope.id]
        if expected and self._last(expected.filter) != expected.seq:
            raise Conflict(f"{expected.filter} is not at {expected.seq}")
        seq = len(self._records) + 1
        self._records.append(RawRecord(seq, subject, envelope.to_headers(), data))
        self._seq_of[envelope.id] = seq
        async with self._grown:
            self._grown.notify_all()
        return seq

    def _last(self, subject_filter: str) -> int:
        return next((r.seq for r in reversed(self._records) if matches(subject_filter, r.subject)), 0)

    async def load(self, subject_filter: str, after: int = 0, limit: int | None = None) -> list[RawRecord]:
        """Matching events above ``after``, the first ``limit``."""
        return [r for r in self._records[after:] if matches(subject_filter, r.subject)][:limit]

    async def tail(self, subject_filter: str, after: int) -> AsyncIterator[list[RawRecord]]:
        """Follow the log."""
        while True:
            async with self._grown:
                await self._grown.wait_for(lambda: len(self._records) > after)  # noqa: B023  # awaited at once
            batch, after = self._records[after:], len(self._records)
            if found := [r for r in batch if matches(subject_filter, r.subject)]:
                yield found

    async def head(self) -> int:
        """Newest sequence."""
        return len(self._records)

    async def epoch(self) -> str:
        """A name of its own."""
        return self._epoch


class MemoryQueue:
    """A work queue in a dict; ``consume`` takes orders for one service until it is cancelled."""

    def __init__(self, delays: Sequence[float] = RETRY_DELAYS) -> None:
        self._delays = delays
        self._waiting: dict[str, asyncio.Queue[Order]] = {}
        self._seen: set[str] = set()
        self._parked: dict[int, tuple[Order, ParkedWork]] = {}
        self._parkings = 0

    def _lane(self, service: str) -> asyncio.Queue[Order]:
        return self._waiting.setdefault(service, asyncio.Queue())

    async def put(self, order: Order) -> None:
        """Queue an order once per id."""
        if order.envelope.id not in self._seen:
            self._seen.add(order.envelope.id)
            self._lane(order.work.service).put_nowait(order)

    async def park(self, order: Order, reason: str) -> None:
        """Keep an order aside."""
        self._parkings += 1
        self._parked[self._parkings] = (order, parked_work(self._parkings, order, reason))

    async def parked(self) -> list[ParkedWork]:
        """What is parked."""
        return [parked for _, parked in self._parked.values()]

    async def replay(self, seq: int) -> None:
        """Queue a parked order again."""
        if seq not in self._parked:
            raise NotFound(f"nothing is parked under {seq}")
        order, _ = self._parked.pop(seq)
        self._lane(order.work.service).put_nowait(replace(order, delivery=1))

    async def consume(self, service: str, handler: Handler) -> None:
        """Hand each order of ``service`` to ``handler``, retry with growing delays, then park."""
        while True:
            order = await self._lane(service).get()
            try:
                await handler(order)
            except HandBack as back:
                self._again(order, back.delay)
            except Park as reason:
                await self.park(order, str(reason))
            except Exception as error:  # whatever a handler raises is a failed attempt
                await self._failed(order, error)

    async def _failed(self, order: Order, error: Exception) -> None:
        delay = retry_delay(order.delivery, self._delays)
        if delay is None:
            await self.park(order, f"{type(error).__name__}: {error}")
        else:
            self._again(replace(order, delivery=order.delivery + 1), delay)

    def _again(self, order: Order, delay: float) -> None:
        asyncio.get_running_loop().call_later(delay, self._lane(order.work.service).put_nowait, order)


def parked_work(seq: int, order: Order, reason: str) -> ParkedWork:
    """What is shown of an order that was parked now."""
    sender = order.envelope
    return ParkedWork(
        seq, subjects.parked(order.work.subject()), sender.id, sender.type, reason, now(), sender.correlationid
    )
