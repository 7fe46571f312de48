"""Records of the log into one generation of the read models."""

from __future__ import annotations

import structlog
from prometheus_client import CollectorRegistry, Counter, Gauge

from libs.contracts.errors import Unavailable
from libs.eventlog.port import EventLog
from libs.runtime.postgres import Unstorable
from services.projector.intake import Intake, take, without
from services.projector.reader import EVERYTHING, Reader, reading
from services.projector.store import Store

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
    """Takes batches in order; what cannot be projected becomes a row of ``faults``."""

    def __init__(self, store: Store, counters: Counters) -> None:
        self._store = store
        self._counters = counters

    @property
    def position(self) -> int:
        """Sequence of the newest record that the rows tell of."""
        return self._store.position

    async def take(self, intake: Intake) -> None:
        """Project records that follow on our position.

        Raises:
            OutOfOrder: they do not. Fenced: somebody else writes. Unavailable: the database is gone.
        """
        before = self.position
        for record in intake.records:
            if record.seq <= before:
                raise OutOfOrder(f"the log gave sequence {record.seq} after {before}")
            before = record.seq
        try:
            await self._write(intake)
        except Unstorable:
            for record in intake.records:
                await self._take_alone(take([record]))

    async def _take_alone(self, intake: Intake) -> None:
        try:
            await self._write(intake)
        except Unstorable as error:
            await self._write(without(intake, error))

    async def _write(self, intake: Intake) -> None:
        await self._store.apply(intake)
        self._counters.count(intake)
        for lost in intake.faults:
            log.error("fact_not_projected", seq=lost.seq, subject=lost.subject, type=lost.type, reason=lost.reason)

    async def catch_up(self, events: EventLog, target: int) -> None:
        """Project up to sequence ``target``, or to the end of the log where nothing stands at ``target`` any more."""
        async with reading(events, self.position) as reader:
            while self.position < target and not await self._ended(events, reader):
                pass

    async def _ended(self, events: EventLog, reader: Reader) -> bool:
        try:
            await self.take(await reader.next(SILENCE))
            return False
        except TimeoutError:
            return await _nothing(events, self.position)


async def _nothing(events: EventLog, after: int) -> bool:
    try:
        return not await events.load(EVERYTHING, after=after)
    except Unavailable:
        return False  # silent because it is away, not because there is nothing
