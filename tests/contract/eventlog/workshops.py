"""A place where orders are put and worked on: in memory, or on JetStream through the runtime."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from typing import Protocol

from nats.aio.msg import Msg

from libs.contracts.streams import DurableSpec, durable
from libs.eventlog.connection import Connection
from libs.eventlog.memory import MemoryQueue
from libs.eventlog.port import Handler, Park, WorkQueue
from libs.eventlog.provision import consumer_config
from libs.eventlog.queue import JetStreamQueue, decode_order
from libs.runtime.delivery import Route
from libs.runtime.platform import Platform
from libs.runtime.service import Service, running
from libs.runtime.settings import RuntimeSettings
from tests.contract.eventlog.samples import SERVICE

DELAYS = (0.05, 0.1, 0.2)


class Workshop(Protocol):
    """A queue, and workers on it."""

    queue: WorkQueue

    def working(self, handler: Handler, copies: int = 1) -> AbstractAsyncContextManager[None]:
        """Have so many copies of one service take orders; leaving stops them as SIGTERM does."""
        ...


class MemoryWorkshop:
    def __init__(self) -> None:
        self.queue = MemoryQueue(DELAYS)

    @asynccontextmanager
    async def working(self, handler: Handler, copies: int = 1) -> AsyncGenerator[None]:
        tasks = [asyncio.create_task(self.queue.consume(SERVICE, handler)) for _ in range(copies)]
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)


class JetStreamWorkshop:
    """Orders on the WORK stream, taken through the runtime. ``ack_wait`` is in seconds; 0 is what is declared."""

    def __init__(self, url: str, connection: Connection) -> None:
        self.url = url
        self.connection = connection
        self.queue = JetStreamQueue(connection.client)
        self.spec = durable(SERVICE)

    async def shorten_ack_wait(self, seconds: float) -> None:
        """Replace the declared durable by one of our own: a work queue takes no second one for the same subjects."""
        js = self.connection.client.jetstream()
        await js.delete_consumer(self.spec.stream, self.spec.name)
        self.spec = DurableSpec(self.spec.stream, "impatient", self.spec.subjects, ack_wait=seconds)  # type: ignore[arg-type]
        await js.add_consumer(self.spec.stream, consumer_config(self.spec))

    @asynccontextmanager
    async def working(
        self, handler: Handler, copies: int = 1, concurrency: int = 1, shutdown_seconds: float = 5.0
    ) -> AsyncIterator[None]:
        settings = RuntimeSettings(nats_url=self.url, retry_delays=DELAYS, shutdown_seconds=shutdown_seconds)
        service = Service(SERVICE, routes=(self.route(handler, concurrency),))
        async with AsyncExitStack() as stack:
            for _ in range(copies):
                platform = Platform(settings, self.connection)
                await stack.enter_async_context(running(platform, service))
            yield

    def route(self, handler: Handler, concurrency: int) -> Route:
        async def handle(message: Msg) -> None:
            try:
                order = decode_order(message)
            except Exception as error:
                raise Park(f"not an order: {type(error).__name__}") from error
            await handler(order)

        async def give_up(message: Msg, reason: str) -> None:
            await self.queue.park_raw(message.subject, message.data, message.headers or {}, reason)

        return Route(self.spec, handle, give_up, concurrency)
