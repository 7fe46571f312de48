"""HTTP exchanges over core NATS: a head and chunks each way, with credit so that neither side holds more than a window.

Every frame names where the other side hears us, so the server itself tells us when nobody is there any more.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
from collections import deque
from collections.abc import AsyncGenerator, Awaitable, Callable, Coroutine
from typing import Any

import msgspec
import structlog

from libs.eventlog.client import STATUS_LINE, QuickClient
from libs.eventlog.connection import GONE, settled
from libs.runtime.frames import (
    ABORT,
    BEAT,
    CREDIT,
    DATA,
    HEAD,
    LAST,
    LOST,
    MORE,
    NOBODY,
    NUMBERS,
    OPEN,
    Broken,
    RequestHead,
    ResponseHead,
    beginning,
    framed,
)

CHUNK = 256 * 1024  # bytes of one frame at most
WINDOW = 4  # chunks that may be on their way
BEAT_SECONDS = 3.0  # between looks whether the other side is still there
MOST = 1000  # exchanges that one side answers at the same time

log = structlog.get_logger(__name__)
Handler = Callable[["Exchange", RequestHead], Awaitable[None]]


class Exchange:
    """One end. What one side sends the other receives, in order, until the chunk that is the last."""

    def __init__(self, wire: Wire, inbox: str, peer: str) -> None:
        self._wire = wire
        self.inbox = inbox
        self.peer = peer
        self._credit = 0  # until the other side says where it is
        self._taken = 0
        self._sent = self._come = 0  # data frames
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

    async def welcome(self) -> None:
        """Say where we are, and that there is room."""
        await self._publish(CREDIT + bytes([WINDOW]))

    async def respond(self, head: ResponseHead, chunk: bytes = b"", last: bool = False) -> None:
        """Send the answer's head, with what there is of its body."""
        await self._publish(framed(HEAD, head, chunk, last))

    async def receive(self) -> tuple[bytes, bool]:
        """The next chunk, and whether it is the last.

        Raises:
            Broken: there is none.
        """
        frame = await self._next()
        if frame[1:2] == LAST:
            self._whole = True
            return frame[3:], True
        self._taken += 1
        if self._taken >= WINDOW // 2:
            await self._publish(CREDIT + bytes([self._taken]))
            self._taken = 0
        return frame[3:], False

    async def send(self, data: bytes, last: bool = False) -> None:
        """Send a piece of the body, once the other side has room for it.

        Raises:
            Broken: it does not want it any more.
        """
        pieces = [data[start : start + CHUNK] for start in range(0, len(data), CHUNK)] or [b""]
        for number, piece in enumerate(pieces, 1):
            while not self._credit:
                await self._heard()
            self._credit -= 1
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
        kind = data[:1]
        if headers.startswith(STATUS_LINE):
            self._break(LOST if self._went_on else NOBODY)
        elif kind == CREDIT:
            self._credit += data[1]
        elif kind == ABORT:
            self._break(data[1:].decode(errors="replace"))
        elif kind == HEAD:
            self._arrived.append(data)
        elif kind == DATA:
            self._take(data)
        self._news.set()

    def begin(self, end: bytes, chunk: bytes) -> None:
        """Take what came with the request's head."""
        self._arrived.append(beginning(end, chunk))
        self._credit += WINDOW  # whoever asks has room for the answer

    def _take(self, frame: bytes) -> None:
        if frame[2] == self._come % NUMBERS:
            self._come += 1
            self._arrived.append(frame)
        else:
            self._break(LOST)  # a server that was killed took one with it: what is left is not all

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
        await self._wire.publish(self.peer, data, self.inbox)

    async def beat(self) -> None:
        """Have the server look whether the other side is there."""
        await self._publish(BEAT)


class Wire:
    """A process's exchanges, all heard on one subscription."""

    def __init__(self, client: QuickClient) -> None:
        self._client = client
        self._prefix = client.new_inbox()
        self._numbers = itertools.count()
        self._exchanges: dict[bytes, Exchange] = {}
        self._subscription: Any = None
        self._tasks: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        """Begin to hear."""
        self._subscription = await self._client.subscribe_raw(f"{self._prefix}.*", self._hear)

    async def beat(self) -> None:
        """Look after the other sides, for ever."""
        while True:
            await asyncio.sleep(BEAT_SECONDS)
            for exchange in tuple(self._exchanges.values()):
                with contextlib.suppress(*GONE):
                    await exchange.beat()

    async def publish(self, subject: str, data: bytes, inbox: str) -> None:
        """Send one frame."""
        await self._client.publish(subject, data, reply=inbox)

    @contextlib.asynccontextmanager
    async def ask(self, subject: str, head: RequestHead, chunk: bytes, last: bool) -> AsyncGenerator[Exchange]:
        """An exchange with whoever serves ``subject``, begun; it is aborted if it is left early."""
        exchange = self._exchange(subject)
        try:
            await self.publish(subject, framed(OPEN, head, chunk, last), exchange.inbox)
            yield exchange
        finally:
            self._exchanges.pop(exchange.inbox.encode(), None)
            if not exchange.whole:
                with contextlib.suppress(*GONE):
                    await exchange.abort("left")

    async def serve(self, subject: str, handler: Handler) -> Callable[[], Awaitable[None]]:
        """Have ``handler`` answer what is asked on ``subject``; gives what ends that, for exchanges to come."""

        def opened(_subject: bytes, reply: bytes, data: bytes, _headers: bytes) -> None:
            if data[:1] != OPEN:
                return
            if len(self._tasks) < MOST:
                self._later(self._answer(reply.decode(), data, handler))
            else:
                self._refuse(reply, "busy")

        subscription = await self._client.subscribe_raw(subject, opened)
        await settled(self._client)

        async def end() -> None:
            with contextlib.suppress(*GONE):
                for exchange in tuple(self._exchanges.values()):  # whose other side may know but the subject of us
                    await exchange.beat()
                await settled(self._client)
            await self._client.unsubscribe_raw(subscription)

        return end

    async def _answer(self, peer: str, data: bytes, handler: Handler) -> None:
        exchange = self._exchange(peer)
        task = asyncio.current_task()
        assert task is not None
        exchange.on_broken = task.cancel
        try:
            size = int.from_bytes(data[2:6])
            head = msgspec.msgpack.decode(data[6 : 6 + size], type=RequestHead)
            exchange.begin(data[1:2], data[6 + size :])
            if data[1:2] == MORE:
                await exchange.welcome()
            await handler(exchange, head)
        except Broken:
            pass  # nobody is there to be told
        except asyncio.CancelledError:
            with contextlib.suppress(*GONE):
                await exchange.abort(LOST)
            raise
        except Exception:  # a bug of ours; the other side must hear of it
            log.exception("exchange_failed")
            await exchange.abort("failed")
        finally:
            exchange.on_broken = lambda: None
            self._exchanges.pop(exchange.inbox.encode(), None)

    def _exchange(self, peer: str) -> Exchange:
        exchange = Exchange(self, f"{self._prefix}.{next(self._numbers)}", peer)
        self._exchanges[exchange.inbox.encode()] = exchange
        return exchange

    def _hear(self, subject: bytes, reply: bytes, data: bytes, headers: bytes) -> None:
        if exchange := self._exchanges.get(subject):
            exchange.hear(reply, data, headers)
        elif reply and data[:1] != ABORT:  # who speaks to an end that is no more would wait for ever
            self._refuse(reply, "left")

    def _refuse(self, reply: bytes, code: str) -> None:
        self._later(self.publish(reply.decode(), ABORT + code.encode(), ""))

    def _later(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def close(self) -> None:
        """End every exchange that is being answered, and hear no more."""
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._subscription:
            with contextlib.suppress(*GONE):
                await self._client.unsubscribe_raw(self._subscription)
