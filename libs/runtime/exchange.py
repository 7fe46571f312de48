"""One end of an HTTP exchange over core NATS, whoever publishes its frames and hears those of the other side.

What was sent and may be sent is told as counts from the beginning, again and again: no lost frame holds an exchange up.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable

import msgspec

from libs.eventlog.client import STATUS_LINE
from libs.runtime.frames import (
    ABORT,
    CREDIT,
    DATA,
    HEAD,
    LAST,
    LOST,
    MORE,
    NOBODY,
    NUMBERS,
    Broken,
    ResponseHead,
    beginning,
    framed,
)

CHUNK = 256 * 1024  # bytes of one frame at most
WINDOW = 4  # chunks that may be on their way
SILENT_BEATS = 10  # of ours without a word of the other side, which has as many: it stands still

Publish = Callable[[str, bytes, str], Awaitable[None]]  # subject, frame, and where we hear


class Exchange:
    """One end. What one side sends the other receives, in order, until the chunk that is the last."""

    def __init__(self, publish: Publish, inbox: str, peer: str) -> None:
        self._say = publish
        self.inbox = inbox
        self.peer = peer
        self._allowed = 0  # frames in all, until the other side says where it is
        self._granted = WINDOW
        self._sent = self._come = 0  # frames of heads and data
        self._silent = 0
        self._arrived: deque[bytes] = deque()
        self._news = asyncio.Event()
        self._fault = ""
        self._went_on = False
        self._whole = False
        self.on_broken: Callable[[], object] = lambda: None

    @property
    def whole(self) -> bool:
        """Whether all that the other side sends has been received."""
        return self._whole

    async def head(self) -> ResponseHead:
        """The answer's head; what follows is received with ``receive``.

        Raises:
            Broken: there is none.
        """
        frame = await self._next()
        size = int.from_bytes(frame[2:6])
        if frame[1:2] == LAST or len(frame) > 6 + size:
            self._arrived.appendleft(beginning(frame[1:2], frame[6 + size :]))
        return msgspec.msgpack.decode(frame[6 : 6 + size], type=ResponseHead)

    async def tell(self) -> None:
        """Say where we are: how many frames there is room for in all, and how many were sent."""
        self._granted = self._room
        await self._publish(CREDIT + self._granted.to_bytes(8) + self._sent.to_bytes(8))

    @property
    def _room(self) -> int:
        return self._come - len(self._arrived) + WINDOW

    async def respond(self, head: ResponseHead, chunk: bytes = b"", last: bool = False) -> None:
        """Send the answer's head, with what there is of its body."""
        await self._publish(framed(HEAD, head, chunk, last))
        self._sent += 1

    async def receive(self) -> tuple[bytes, bool]:
        """The next chunk, and whether it is the last.

        Raises:
            Broken: there is none.
        """
        frame = await self._next()
        if frame[1:2] == LAST:
            self._whole = True
            return frame[3:], True
        if self._room - self._granted >= WINDOW // 2:
            await self.tell()
        return frame[3:], False

    async def send(self, data: bytes, last: bool = False) -> None:
        """Send a piece of the body, once the other side has room for it.

        Raises:
            Broken: it does not want it any more.
        """
        pieces = [data[start : start + CHUNK] for start in range(0, len(data), CHUNK)] or [b""]
        for number, piece in enumerate(pieces, 1):
            while self._sent >= self._allowed:
                await self._heard()
            end = LAST if last and number == len(pieces) else MORE
            await self._publish(DATA + end + bytes([self._sent % NUMBERS]) + piece)
            self._sent += 1

    async def abort(self, code: str) -> None:
        """Tell the other side that there will be no more."""
        if not self._fault:
            self._fault = code
            await self._publish(ABORT + code.encode())

    def hear(self, reply: bytes, data: bytes, headers: bytes) -> None:
        """Take a frame from the other side."""
        if reply:
            self.peer = reply.decode()
        kind, self._silent = data[:1], 0
        if headers.startswith(STATUS_LINE):
            self._break(LOST if self._went_on else NOBODY)
        elif kind == CREDIT:
            self._follow(int.from_bytes(data[1:9]), int.from_bytes(data[9:17]))
        elif kind == ABORT:
            self._break(data[1:].decode(errors="replace"))
        elif kind == HEAD or (kind == DATA and data[2] == self._come % NUMBERS):
            self._take(data)
        elif kind == DATA:
            self._break(LOST)  # a server that was killed took one with it: what is left is not all
        self._news.set()

    def begin(self, end: bytes, chunk: bytes) -> None:
        """Take what came with the request's head."""
        self._arrived.append(beginning(end, chunk))
        self._allowed = WINDOW  # whoever asks has room for the answer

    def _take(self, frame: bytes) -> None:
        self._come += 1
        self._arrived.append(frame)

    def _follow(self, allowed: int, sent: int) -> None:
        self._allowed = max(self._allowed, allowed)
        if sent > self._come:  # frames come in order: what was sent before this came not
            self._break(LOST)

    def _break(self, code: str) -> None:
        if not self._fault:
            self._fault = code
            self.on_broken()

    async def _next(self) -> bytes:
        while not self._arrived:
            await self._heard()
        return self._arrived.popleft()

    async def _heard(self) -> None:
        if self._fault:
            raise Broken(self._fault)
        self._news.clear()
        await self._news.wait()

    async def _publish(self, data: bytes) -> None:
        self._went_on = True
        await self._say(self.peer, data, self.inbox)

    async def beat(self) -> None:
        """Tell again, and have the server look whether the other side is there; one that stays silent is not."""
        self._silent += 1
        if self._silent > SILENT_BEATS:
            self._break(LOST)
            self._news.set()
        await self.tell()
