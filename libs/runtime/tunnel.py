"""HTTP exchanges over core NATS: a head and chunks each way, with credit so that neither side holds more than a window.

Every frame names where the other side hears us, so the server itself tells us when nobody is there any more.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
from collections.abc import AsyncGenerator, Awaitable, Callable, Coroutine
from typing import Any

import msgspec
import structlog

from libs.eventlog.client import QuickClient
from libs.eventlog.connection import GONE, settled
from libs.runtime.exchange import Exchange
from libs.runtime.frames import ABORT, LOST, MORE, OPEN, Broken, RequestHead, framed

BEAT_SECONDS = 3.0  # between looks whether the other side is still there
MOST = 1000  # exchanges that one side answers at the same time

log = structlog.get_logger(__name__)
Handler = Callable[[Exchange, RequestHead], Awaitable[None]]


class Wire:
    """A process's exchanges, all heard on one subscription."""

    def __init__(self, client: QuickClient) -> None:
        self._client = client
        self._prefix = client.new_inbox()
        self._numbers = itertools.count()
        self._exchanges: dict[bytes, Exchange] = {}
        self._answered: dict[bytes, Exchange] = {}  # by where their other sides are
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

        def opened(_subject: bytes, reply: bytes, data: bytes, headers: bytes) -> None:
            if data[:1] != OPEN:  # it has not heard yet where we are
                self._pass(self._answered.get(reply), reply, data, headers)
            elif len(self._tasks) < MOST:
                self._begin(reply, data, handler)
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

    def _begin(self, reply: bytes, data: bytes, handler: Handler) -> None:
        exchange = self._answered[reply] = self._exchange(reply.decode())
        task = self._later(self._answer(exchange, data, handler))
        exchange.on_broken = task.cancel

        def forget(_task: asyncio.Task[None]) -> None:
            del self._answered[reply], self._exchanges[exchange.inbox.encode()]

        task.add_done_callback(forget)

    async def _answer(self, exchange: Exchange, data: bytes, handler: Handler) -> None:
        try:
            size = int.from_bytes(data[2:6])
            head = msgspec.msgpack.decode(data[6 : 6 + size], type=RequestHead)
            exchange.begin(data[1:2], data[6 + size :])
            if data[1:2] == MORE:
                await exchange.tell()
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

    def _exchange(self, peer: str) -> Exchange:
        exchange = Exchange(self.publish, f"{self._prefix}.{next(self._numbers)}", peer)
        self._exchanges[exchange.inbox.encode()] = exchange
        return exchange

    def _hear(self, subject: bytes, reply: bytes, data: bytes, headers: bytes) -> None:
        self._pass(self._exchanges.get(subject), reply, data, headers)

    def _pass(self, exchange: Exchange | None, reply: bytes, data: bytes, headers: bytes) -> None:
        if exchange:
            exchange.hear(reply, data, headers)
        elif reply and data[:1] != ABORT:  # who speaks to an end that is no more would wait for ever
            self._refuse(reply, "left")

    def _refuse(self, reply: bytes, code: str) -> None:
        self._later(self.publish(reply.decode(), ABORT + code.encode(), ""))

    def _later(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def close(self) -> None:
        """End every exchange that is being answered, and hear no more."""
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._subscription:
            with contextlib.suppress(*GONE):
                await self._client.unsubscribe_raw(self._subscription)
