"""Records of the log into one generation of the read models."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Iterator, Sequence
from contextlib import aclosing
from typing import cast

import structlog
from prometheus_client import CollectorRegistry, Counter, Gauge

from libs.contracts.errors import Unavailable
from libs.eventlog.port import EventLog, RawRecord
from libs.runtime.postgres import Unstorable
from services.projector.intake import Intake, fault, take
from services.projector.store import Store

EVERYTHING = "events.>"
MOST_BYTES = 8_000_000  # of event bodies in one transaction
SILENCE = 1.0  # seconds without a record before we ask whether there is one

log = structlog.get_logger(__name__)


class OutOfOrder(Exception):
    """The log gave an older record after a newer one. Nothing was written; this is a bug or another log."""


class Counters:
    """What the projector tells Prometheus."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.facts = Counter("interius_projector_facts", "Facts projected", registry=registry)
        self.unknown = Counter("interius_projector_unknown", "Facts of unknown types passed over", registry=registry)
        self.faults = Counter("interius_projector_faults", "Facts that could not be projected", registry=registry)
        self.position = Gauge("interius_projector_position", "Stream sequence of the live views", registry=registry)

    def count(self, intake: Intake) -> None:
        """Add a batch that was written."""
        self.facts.inc(len(intake.facts))
        self.unknown.inc(intake.unknown)
        self.faults.inc(len(intake.faults))


class Projection:
    """Takes records in order; what cannot be projected becomes a row of ``faults``."""

    def __init__(self, store: Store, counters: Counters) -> None:
        self._store = store
        self._counters = counters

    @property
    def position(self) -> int:
        """Sequence of the newest record that the rows tell of."""
        return self._store.position

    def follow(self, events: EventLog) -> aclosing[AsyncGenerator[list[RawRecord]]]:
        """Every record from our position on, for ever; closed at the end of the ``async with``."""
        return aclosing(cast("AsyncGenerator[list[RawRecord]]", events.tail(EVERYTHING, self.position)))

    async def take(self, records: Sequence[RawRecord]) -> None:
        """Project records that follow on our position.

        Raises:
            OutOfOrder: they do not. Fenced: somebody else writes. Unavailable: the database is gone.
        """
        before = self.position
        for record in records:
            if record.seq <= before:
                raise OutOfOrder(f"the log gave sequence {record.seq} after {before}")
            before = record.seq
        for portion in portions(records):
            await self._take(portion)

    async def _take(self, records: Sequence[RawRecord]) -> None:
        intake = take(records)
        try:
            await self._write(intake, records[-1].seq)
        except Unstorable:
            for record in records:
                await self._take_alone(record)

    async def _take_alone(self, record: RawRecord) -> None:
        try:
            await self._write(take([record]), record.seq)
        except Unstorable as error:
            await self._write(Intake(faults=[fault(record, error)]), record.seq)

    async def _write(self, intake: Intake, position: int) -> None:
        await self._store.apply(intake.facts, position, intake.faults)
        self._counters.count(intake)
        for lost in intake.faults:
            log.error("fact_not_projected", seq=lost.seq, subject=lost.subject, type=lost.type, reason=lost.reason)

    async def catch_up(self, events: EventLog, target: int) -> None:
        """Project up to sequence ``target``, or to the end of the log where nothing stands at ``target`` any more."""
        while self.position < target:
            try:
                await self._catch_up(events, target)
            except TimeoutError:
                if await _ended(events, self.position):
                    return

    async def _catch_up(self, events: EventLog, target: int) -> None:
        async with self.follow(events) as tail:
            while self.position < target:
                await self.take(await asyncio.wait_for(anext(tail), SILENCE))


async def _ended(events: EventLog, position: int) -> bool:
    try:
        return not await events.load(EVERYTHING, after=position)
    except Unavailable:
        return False  # silent because it is away, not because there is nothing


def portions(records: Sequence[RawRecord]) -> Iterator[Sequence[RawRecord]]:
    """Records in parts of at most ``MOST_BYTES``, but one record at least."""
    start = size = 0
    for index, record in enumerate(records):
        if size + len(record.data) > MOST_BYTES and index > start:
            yield records[start:index]
            start, size = index, 0
        size += len(record.data)
    yield records[start:]
