"""A client's event stream: a cursor on the shared rings, with back-pressure, signs of life, and an end."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Callable, Coroutine, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

from libs.contracts.errors import Unavailable
from services.edge.frames import END, HEARTBEAT, OPENING, Frame
from services.edge.history import Past
from services.edge.hub import Hub, Ring
from services.edge.wire import Idle, Wire

HEADERS = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-cache, no-transform"),
    (b"x-accel-buffering", b"no"),
]

DIRECT_SEND = "interius.send"  # past every wrapper, for what is sent many times

Send = Callable[[dict[str, Any]], Any]
Receive = Callable[[], Any]


@dataclass(frozen=True)
class Watch:
    """What a user wants to see: whose facts, above which sequence, with fragments, until when (epoch seconds)."""

    user_id: str
    owner: str
    after: int
    live: bool
    expires: float


@dataclass(frozen=True)
class Start:
    """Where a stream begins: in what was before, and then in the rings."""

    ring: Ring
    live: Ring | None
    past: Past


@dataclass(frozen=True)
class Patience:
    """Seconds between signs of life, and for a client to take what it was sent."""

    heartbeat: float
    write: float


class EventStream:
    """An ASGI response. It ends after the last fact, when the token expires, when we close, or when the client goes."""

    def __init__(self, hub: Hub, watch: Watch, patience: Patience) -> None:
        self._hub = hub
        self._watch = watch
        self._patience = patience
        self._cursor = watch.after
        self._live_cursor = 0
        self._ended = False
        self._wire = Wire(None)

    async def __call__(self, scope: dict[str, Any], receive: Receive, send: Send) -> None:
        owner, after = self._watch.owner, self._watch.after
        with ExitStack() as stack:
            stack.enter_context(self._hub.seats.one_more(self._watch.user_id))
            ring = stack.enter_context(self._hub.watch(owner))
            live = stack.enter_context(self._hub.watch(owner, live=True)) if self._watch.live else None
            if after and await self._hub.history.over(owner, by=after):
                await _no_content(send)
                return
            start = Start(ring, live, await self._hub.history.above(owner, after))
            await send({"type": "http.response.start", "status": 200, "headers": HEADERS})
            direct: Send = scope.get(DIRECT_SEND, send)
            self._wire = Wire(direct)
            await until_gone(receive, self._write(direct, start))

    async def _write(self, send: Send, start: Start) -> None:
        self._live_cursor = start.live.floor if start.live else 0
        await self._put(send, OPENING)
        with contextlib.suppress(Unavailable):  # the client comes back to where it was
            await self._replay(send, start.past)
            await self._follow(send, start.ring, start.live)
        await self._put(send, b"", last=True)

    async def _follow(self, send: Send, ring: Ring, live: Ring | None) -> None:
        while not (self._ended or self._hub.closing or time.time() > self._watch.expires):
            if self._cursor < ring.floor:
                await self._replay(send, await self._hub.history.above(self._watch.owner, self._cursor))
            elif not await self._put_new(send, ring, live) and not await self._wait(ring, live):
                await self._put(send, HEARTBEAT)

    async def _replay(self, send: Send, past: Past) -> None:
        for piece in past.pieces:
            await self._put_frames(send, piece)
            await asyncio.sleep(0)  # a send to a client that left returns at once: let the loop tell us
            if self._ended or self._hub.closing:
                return
        self._cursor = max(self._cursor, past.covered)

    async def _put_new(self, send: Send, ring: Ring, live: Ring | None) -> bool:
        fragments = live.above(self._live_cursor) if live else []
        if fragments:
            self._live_cursor = fragments[-1][0]
        frames = ring.above(self._cursor)
        if fragments:
            await self._put(send, b"".join(data for _, data, _ in fragments))
        if frames:
            await self._put_frames(send, frames)
        return bool(frames or fragments)

    async def _put_frames(self, send: Send, frames: Sequence[Frame]) -> None:
        data: list[bytes] = []
        for position, encoded, last in frames:
            self._cursor = position
            data.append(encoded)
            if last:
                self._ended = True
                data.append(END)
                break
        await self._put(send, data[0] if len(data) == 1 else b"".join(data))

    async def _put(self, send: Send, data: bytes, last: bool = False) -> None:
        await put(send, {"body": data, "more_body": not last}, self._wire, self._patience.write)

    async def _wait(self, ring: Ring, live: Ring | None) -> bool:
        """Whether something came; false after a silence. What the ring hands out meanwhile is already written."""
        idle = Idle(self._wire, self._cursor)
        rings = (ring, live) if live else (ring,)
        for watched in rings:
            watched.idle.add(idle)
        silence = asyncio.get_running_loop().call_later(self._patience.heartbeat, idle.silent)
        try:
            return await idle.waiter
        finally:
            self._cursor = idle.cursor
            silence.cancel()
            for watched in rings:
                watched.idle.discard(idle)


async def put(send: Send, piece: dict[str, Any], wire: Wire, seconds: float) -> None:
    """Send a piece of the body; a client that does not take it in time is cut off, and this task cancelled."""
    loop, task = asyncio.get_running_loop(), asyncio.current_task()
    assert task is not None
    cut = loop.call_later(seconds, _cut, wire, task)
    try:
        await send({"type": "http.response.body", **piece})
    finally:
        cut.cancel()


def _cut(wire: Wire, task: asyncio.Task[Any]) -> None:
    wire.abort()
    task.cancel()


async def _no_content(send: Send) -> None:
    await send({"type": "http.response.start", "status": 204, "headers": []})
    await send({"type": "http.response.body", "body": b""})


async def until_gone(receive: Receive, writing: Coroutine[Any, Any, None]) -> None:
    """Write until all is written, or the client has left."""
    tasks = {asyncio.create_task(writing), asyncio.create_task(_disconnected(receive))}
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _disconnected(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
