"""What a log and a work queue promise; JetStream and the in-memory double keep the same promises."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

from msgspec import Struct

from libs.contracts.codec import Order, Recorded, decode_event
from libs.contracts.envelope import Envelope
from libs.contracts.errors import Unavailable
from libs.contracts.events import Event


@dataclass(frozen=True, slots=True)
class Expected:
    """The newest sequence among subjects matching ``filter`` must be ``seq`` (0: there is none)."""

    filter: str
    seq: int


class RawRecord(Struct, frozen=True, dict=True):
    """An event as bytes: what a tail hands out before anybody needs it decoded."""

    seq: int
    subject: str
    headers: dict[str, str]
    data: bytes

    @cached_property
    def recorded(self) -> Recorded:
        """The event, decoded (raises ``msgspec.MsgspecError`` or ``KeyError`` for what is no event)."""
        envelope = Envelope.from_headers(self.headers)
        return Recorded(self.seq, self.subject, envelope, decode_event(envelope.type, self.data))


@dataclass(frozen=True, slots=True)
class ParkedWork:
    """Work that failed for good: where it is kept, why, and since when (RFC 3339)."""

    seq: int
    subject: str
    work_id: str
    type: str
    reason: str
    parked_at: str
    correlationid: str


class Conflict(Exception):  # the outcome of a race, not a fault
    """Somebody appended first: load again and decide again."""


class LogUnavailable(Unavailable):
    """The log did not confirm in time, or has no room; whether the fact stands is unknown. Ask again."""


class HandBack(Exception):  # an answer to the queue, not a fault
    """Give the work back; it comes again after ``delay`` seconds, and that does not count as a failure."""

    def __init__(self, delay: float) -> None:
        super().__init__(f"again in {delay} s")
        self.delay = delay


class Release(Exception):  # an answer to the queue, not a fault
    """Somebody else has been given the work meanwhile: leave it to them, neither done nor handed back."""


class Park(Exception):  # an answer to the queue, not a fault
    """The work cannot succeed: keep it aside with this reason."""


Handler = Callable[[Order], Awaitable[None]]


class EventLog(Protocol):
    """An append-only log with one total order."""

    async def append(self, subject: str, event: Event, envelope: Envelope, expected: Expected | None = None) -> int:
        """Append one fact and return its sequence; a fact whose id stands already is not appended again.

        Raises:
            Conflict: ``expected`` does not hold. LogUnavailable: nothing confirmed the append.
        """
        ...

    async def load(self, subject_filter: str, after: int = 0, limit: int | None = None) -> list[RawRecord]:
        """Every event matching ``subject_filter`` with a sequence above ``after``, in order; the first ``limit``."""
        ...

    def tail(self, subject_filter: str, after: int) -> AsyncIterator[list[RawRecord]]:
        """Follow the log from ``after`` on, for ever, without gap or repeat, whatever restarts."""
        ...

    async def head(self) -> int:
        """Newest sequence of the log."""
        ...

    async def epoch(self) -> str:
        """A name (hexadecimal) that this log keeps for life; one that is made anew has another."""
        ...


class WorkQueue(Protocol):
    """Orders, each to one worker; what fails for good is parked and can be sent again."""

    async def put(self, order: Order) -> None:
        """Queue an order; the same order id twice queues it once.

        Raises:
            LogUnavailable: nothing confirmed it.
        """
        ...

    async def park(self, order: Order, reason: str) -> None:
        """Keep an order aside with its reason."""
        ...

    async def parked(self) -> list[ParkedWork]:
        """What is parked, oldest first."""
        ...

    async def replay(self, seq: int) -> None:
        """Queue a parked order again and forget that it was parked.

        Raises:
            NotFound: nothing is parked under ``seq``.
        """
        ...
