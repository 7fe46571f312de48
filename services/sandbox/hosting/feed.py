"""The facts of sandboxes as they come, each to the host that has the sandbox: one tail for all of them."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Generator

import structlog
from msgspec import MsgspecError

from libs.contracts import subjects
from libs.contracts.codec import Recorded
from libs.contracts.errors import Unavailable
from libs.eventlog.port import EventLog, RawRecord
from services.sandbox.hosting.census import Census
from services.sandbox.hosting.kept import KeptData

EVERY_SANDBOX = "events.project.*.sandbox.>"
BEHIND_SECONDS = 5.0  # that this copy may be behind the log

log = structlog.get_logger(__name__)
Take = Callable[[Recorded], None]


class Feed:
    """Hands out facts: all of them to the census and to what keeps data, and to takers those from when they came."""

    def __init__(self, events: EventLog, census: Census, kept: KeptData) -> None:
        self._events = events
        self._census = census
        self._kept = kept
        self._after = 0
        self._moved = asyncio.Event()
        self._takers: dict[str, Take] = {}

    @contextlib.contextmanager
    def of(self, sandbox_id: str, take: Take) -> Generator[None]:
        """Call ``take`` with each further fact of a sandbox."""
        self._takers[sandbox_id] = take
        try:
            yield
        finally:
            del self._takers[sandbox_id]

    async def read(self) -> None:
        """Read what the log has so far."""
        for record in await self._events.load(EVERY_SANDBOX):
            self._hand_out(record)
            self._after = record.seq
        await asyncio.to_thread(self._kept.sweep)

    async def reached(self, seq: int) -> None:
        """Wait until the fact ``seq`` of a sandbox was handed out.

        Raises:
            Unavailable: it was not in time.
        """
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(BEHIND_SECONDS):
                while self._after < seq:
                    await self._moved.wait()
                return
        raise Unavailable("What was asked for is done, but not seen yet. Ask again.")

    async def follow(self) -> None:
        """Read on, for ever."""
        async for batch in self._events.tail(EVERY_SANDBOX, after=self._after):
            wiped = [self._hand_out(record) for record in batch]
            self._after = batch[-1].seq
            self._moved.set()
            self._moved = asyncio.Event()
            if any(wiped):
                await asyncio.to_thread(self._kept.sweep)

    def _hand_out(self, record: RawRecord) -> bool:
        """Whether data was wiped by it."""
        try:
            recorded = record.recorded
            self._census.hear(recorded)
            if take := self._takers.get(subjects.parse(record.subject).sandbox_id):
                take(recorded)
            return self._kept.hear(recorded)
        except (MsgspecError, KeyError, ValueError):
            log.warning("not_an_event", seq=record.seq, subject=record.subject)
            return False
