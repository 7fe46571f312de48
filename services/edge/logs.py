"""What an app prints, as an event stream: what is kept of it, then as it comes."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Any

import msgspec

from libs.contracts import subjects
from libs.contracts.live import Fragment
from libs.contracts.sandbox import Sandbox
from libs.eventlog.port import EventLog, RawRecord
from services.edge.frames import HEARTBEAT, OPENING
from services.edge.seats import Seats
from services.edge.stream import DIRECT_SEND, HEADERS, Patience, put, until_gone
from services.edge.wire import Wire

STAGE = "log"
MOST = 200  # streams of logs that one copy serves: each is a consumer at the broker
EACH = 20  # of one user, so that others have some too
AHEAD = 64  # batches that a slow client may be behind
Send = Callable[[dict[str, Any]], Any]


class Logs:
    """The logs of sandboxes. ``closing`` says whether this edge is about to end."""

    def __init__(self, fragments: EventLog, patience: Patience, closing: Callable[[], bool]) -> None:
        self.fragments = fragments
        self.patience = patience
        self.closing = closing
        self.seats = Seats(MOST, EACH, "logs")


@dataclass(frozen=True)
class LogWatch:
    """What a client wants to see: above which fragment, whether to go on, and until when (epoch seconds)."""

    sandbox: Sandbox
    after: int
    follow: bool
    expires: float


class LogStream:
    """An ASGI response."""

    def __init__(self, logs: Logs, watch: LogWatch) -> None:
        self._logs = logs
        self._watch = watch
        self._subject = subjects.live(watch.sandbox.path, STAGE)
        self._wire = Wire(None)

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Send) -> None:
        """Answer."""
        with self._logs.seats.one_more(self._watch.sandbox.owner):
            self._wire = Wire(scope.get(DIRECT_SEND, send))
            kept = await self._logs.fragments.load(self._subject, after=await self._after())
            await send({"type": "http.response.start", "status": 200, "headers": HEADERS})
            await until_gone(receive, self._write(send, kept))

    async def _after(self) -> int:
        """Fragments are counted anew when the broker is started again: an older number means all there is."""
        seen = self._watch.after
        return seen if seen and seen <= await self._logs.fragments.head() else 0

    async def _write(self, send: Send, kept: list[RawRecord]) -> None:
        last = kept[-1].seq if kept else await self._after()
        await self._put(send, OPENING)
        if not kept and not self._watch.after and self._watch.sandbox.log:
            await self._put(send, frame(Fragment("log", STAGE, "\n".join(self._watch.sandbox.log) + "\n"), 0))
        await self._put(send, b"".join(map(framed, kept)))
        if self._watch.follow:
            await self._follow(send, last)
        await self._put(send, b"event: end\ndata: {}\n\n", last=True)

    async def _follow(self, send: Send, after: int) -> None:
        batches: asyncio.Queue[list[RawRecord]] = asyncio.Queue(AHEAD)
        reading = asyncio.create_task(_read(self._logs.fragments.tail(self._subject, after), batches))
        try:
            while not self._logs.closing() and time.time() < self._watch.expires:
                try:
                    async with asyncio.timeout(self._logs.patience.heartbeat):
                        batch = await batches.get()
                except TimeoutError:
                    await self._put(send, HEARTBEAT)
                else:
                    await self._put(send, b"".join(map(framed, batch)))
        finally:
            reading.cancel()
            await asyncio.gather(reading, return_exceptions=True)

    async def _put(self, send: Send, data: bytes, last: bool = False) -> None:
        if data:
            await put(send, {"body": data, "more_body": not last}, self._wire, self._logs.patience.write)


async def _read(tail: AsyncIterator[list[RawRecord]], batches: asyncio.Queue[list[RawRecord]]) -> None:
    async for batch in tail:
        await batches.put(batch)


def framed(record: RawRecord) -> bytes:
    """A fragment as it stands in its stream; nothing where it is none."""
    try:
        return frame(msgspec.json.decode(record.data, type=Fragment), record.seq)
    except msgspec.MsgspecError:
        return b""


def frame(fragment: Fragment, seq: int) -> bytes:
    """A fragment on the wire; one without a number is not come back to."""
    numbered = b"id: %d\n" % seq if seq else b""
    return b"%bevent: log\ndata: %b\n\n" % (numbered, msgspec.json.encode({"text": fragment.text}))
