"""HTTP exchanges over core NATS: a head and chunks each way, with credit so that neither side holds more than a window.

Every frame names where the other side hears us, so the server itself tells us when nobody is there any more.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
from collections import deque
from collections.abc import AsyncGenerator, Awaitable, Callable, Coroutine
from typing import Any, TypeVar

import msgspec
import structlog
from msgspec import Struct

from libs.eventlog.client import STATUS_LINE, QuickClient
from libs.eventlog.connection import GONE

CHUNK = 256 * 1024  # bytes of one frame at most
WINDOW = 4  # chunks that may be on their way
BEAT_SECONDS = 3.0  # between looks whether the other side is still there
MOST = 1000  # exchanges that one side answers at the same time

_OPEN, _HEAD, _DATA, _CREDIT, _ABORT, _BEAT = b"O", b"H", b"D", b"C", b"X", b"B"
_LAST, _MORE = b"\x01", b"\x00"

log = structlog.get_logger(__name__)


class RequestHead(Struct, frozen=True, array_like=True):
    """What is asked for. ``target`` is path and query as they came."""

    method: str
    target: bytes
    headers: list[tuple[bytes, bytes]]


class ResponseHead(Struct, frozen=True, array_like=True):
    """How it is answered."""

    status: int
    headers: list[tuple[bytes, bytes]]


class Broken(Exception):  # what becomes of it is for whoever is told
    """The exchange ended before its end: ``code`` says why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


NOBODY = "nobody"  # was there, so nothing has been done
LOST = "lost"  # the other side is there no more
H = TypeVar("H", RequestHead, ResponseHead)
Handler = Callable[["Exchange", RequestHead], Awaitable[None]]


class Exchange:
    """One end. What one side sends the other receives, in order, until the chunk that is the last."""

    def __init__(self, wire: Wire, inbox: str, peer: str) -> None:
        self._wire = wire
        self.inbox = inbox
        self.peer = peer
        self._credit = 0  # until the other side says where it is
        self._taken = 0
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
        if rest := frame[6 + size :]:
            self._arrived.appendleft(_DATA + frame[1:2] + rest)
        elif frame[1:2] == _LAST:
            self._arrived.appendleft(_DATA + _LAST)
        return msgspec.msgpack.decode(frame[6 : 6 + size], type=ResponseHead)

    async def welcome(self) -> None:
        """Say where we are, and that there is room."""
        await self._publish(_CREDIT + bytes([WINDOW]))

    async def respond(self, head: ResponseHead, chunk: bytes = b"", last: bool = False) -> None:
        """Send the answer's head, with what there is of its body."""
        await self._publish(framed(_HEAD, head, chunk, last))

    async def receive(self) -> tuple[bytes, bool]:
        """The next chunk, and whether it is the last.

        Raises:
            Broken: there is none.
        """
        frame = await self._next()
        if frame[1:2] == _LAST:
            self._whole = True
            return frame[2:], True
        self._taken += 1
        if self._taken >= WINDOW // 2:
            await self._publish(_CREDIT + bytes([self._taken]))
            self._taken = 0
        return frame[2:], False

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
            await self._publish(_DATA + (_LAST if last and number == len(pieces) else _MORE) + piece)

    async def abort(self, code: str) -> None:
        """Tell the other side that there will be no more."""
        if not self._fault:
            self._fault = code
            await self._publish(_ABORT + code.encode())

    def hear(self, reply: bytes, data: bytes, headers: bytes) -> None:
        """Take a frame from the other side."""
        if reply:
            self.peer = reply.decode()
        kind = data[:1]
        if headers.startswith(STATUS_LINE):
            self._break(LOST if self._went_on else NOBODY)
        elif kind == _CREDIT:
            self._credit += data[1]
        elif kind == _ABORT:
            self._break(data[1:].decode(errors="replace"))
        elif kind in (_HEAD, _DATA):
            self._arrived.append(data)
        self._news.set()

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
        await self._publish(_BEAT)


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
            await self.publish(subject, framed(_OPEN, head, chunk, last), exchange.inbox)
            yield exchange
        finally:
            self._exchanges.pop(exchange.inbox.encode(), None)
            if not exchange.whole:
                with contextlib.suppress(*GONE):
                    await exchange.abort("left")

    async def serve(self, subject: str, handler: Handler) -> Callable[[], Awaitable[None]]:
        """Have ``handler`` answer what is asked on ``subject``; gives what ends that, for exchanges to come."""

        def opened(_subject: bytes, reply: bytes, data: bytes, _headers: bytes) -> None:
            if data[:1] != _OPEN:
                return
            if len(self._tasks) < MOST:
                self._later(self._answer(reply.decode(), data, handler))
            else:
                self._refuse(reply, "busy")

        subscription = await self._client.subscribe_raw(subject, opened)
        await self._client.flush()

        async def end() -> None:
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
            exchange.hear(b"", _DATA + data[1:2] + data[6 + size :], b"")
            exchange.hear(b"", _CREDIT + bytes([WINDOW]), b"")  # whoever asks has room for the answer
            if data[1:2] == _MORE:
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
        elif reply and data[:1] != _ABORT:  # who speaks to an end that is no more would wait for ever
            self._refuse(reply, "left")

    def _refuse(self, reply: bytes, code: str) -> None:
        self._later(self.publish(reply.decode(), _ABORT + code.encode(), ""))

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


def framed(kind: bytes, head: RequestHead | ResponseHead, chunk: bytes, last: bool) -> bytes:
    """A frame with a head and the beginning of a body."""
    packed = msgspec.msgpack.encode(head)
    return kind + (_LAST if last else _MORE) + len(packed).to_bytes(4) + packed + chunk
