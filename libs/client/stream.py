"""Server-sent events: followed across broken connections from the last id, without gap or repeat."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import AsyncGenerator
from contextlib import aclosing

import httpx
import msgspec
from httpx_sse import ServerSentEvent, SSEError, aconnect_sse
from msgspec.structs import replace

from libs.client.errors import ApiError, ClientError, Unreachable
from libs.client.models import Event
from libs.client.transport import Transport
from libs.contracts.live import Fragment

PATIENCE_SECONDS = 60.0  # a stack that restarts is back well within it
SILENCE = httpx.Timeout(30.0, connect=5.0, read=45.0)  # three keep-alives missed: the connection is dead
LONGEST_PAUSE = 5.0
PASSING = frozenset({429, 502, 503, 504})


class _Place:
    """Where a reader stands: the id it resumes after, and how long it has been without an answer."""

    def __init__(self, cursor: str) -> None:
        self.cursor = cursor
        self.seq = _sequence(cursor)
        self.answered = False
        self.over = False
        self._pause = 0.5
        self._failures = 0
        self._since = time.monotonic()

    def headers(self) -> dict[str, str]:
        return {"Last-Event-ID": self.cursor} if self.cursor else {}

    def take(self, frame: ServerSentEvent) -> Event | Fragment | None:
        """What ``frame`` says; nothing where it was read before."""
        self.answered, self._failures, self._since = True, 0, time.monotonic()
        if frame.retry is not None:
            self._pause = frame.retry / 1000
        self.over = frame.event == "end"
        if self.over or not frame.data:
            return None
        if frame.event == "live":
            return msgspec.json.decode(frame.data, type=Fragment)
        return self._fact(frame)

    def _fact(self, frame: ServerSentEvent) -> Event | None:
        event = replace(msgspec.json.decode(frame.data, type=Event), name=frame.event, cursor=frame.id)
        if event.seq <= self.seq:
            return None
        self.seq, self.cursor = event.seq, frame.id or self.cursor
        return event

    async def pause(self, error: ClientError) -> None:
        """Wait a little longer each time.

        Raises:
            ClientError: ``error``, when nothing answered for too long, or nothing ever did.
        """
        if not self.answered or time.monotonic() - self._since > PATIENCE_SECONDS:
            raise error
        delay = min(LONGEST_PAUSE, self._pause * 2**self._failures)
        self._failures += 1
        await asyncio.sleep(delay * random.uniform(0.7, 1.0))  # noqa: S311  # spreads reconnects, hides nothing


def _sequence(cursor: str) -> int:
    last = cursor.rpartition("-")[2]
    return int(last) if last.isdecimal() else 0


async def follow(
    transport: Transport, path: str, last_event_id: str = "", live: bool = True
) -> AsyncGenerator[Event | Fragment]:
    """Every event of the stream at ``path`` after ``last_event_id``, and live fragments if wanted, until it ends.

    Raises:
        StreamGone: the stream was made anew. ApiError: refused. Unreachable: nothing answers (any more).
    """
    place = _Place(last_event_id)
    while not place.over:
        error: ClientError = Unreachable(f"{transport.base_url} closes the stream of events: try again.")
        try:
            async with aclosing(_read(transport, path, place, live)) as items:
                async for item in items:
                    yield item
        except SSEError as wrong:
            raise ClientError(f"{transport.base_url} answers something else than events: is it Interius?") from wrong
        except httpx.TransportError as broken:
            error = transport.unreachable(broken)
        except ApiError as refused:
            if refused.status not in PASSING:
                raise
            error = refused
        if not place.over:
            await place.pause(error)


async def _read(transport: Transport, path: str, place: _Place, live: bool) -> AsyncGenerator[Event | Fragment]:
    """What one connection brings, until it ends or breaks."""
    parts = {"params": {"live": "1"} if live else {}, "headers": place.headers(), "timeout": SILENCE}
    async with aconnect_sse(transport.client, "GET", path, **parts) as source:
        await transport.check(source.response)
        place.over = source.response.status_code == httpx.codes.NO_CONTENT.value
        if place.over:
            return
        async with aclosing(source.aiter_sse()) as frames:
            async for frame in frames:
                item = place.take(frame)
                if item is not None:
                    yield item
                if place.over:
                    return
