"""Work goes on at once when the broker is back."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from nats.aio.msg import Msg

from deploy.local.nats import NatsServer
from libs.contracts.codec import Order
from libs.contracts.envelope import Envelope, new_id, now
from libs.contracts.streams import durable
from libs.contracts.work import ReviewCode
from libs.eventlog.queue import JetStreamQueue
from libs.runtime import bus
from libs.runtime.delivery import Route
from libs.runtime.platform import Platform
from libs.runtime.service import Service, running
from libs.runtime.settings import RuntimeSettings


def order() -> Order:
    work = ReviewCode("p1", "r1")
    return Order(
        Envelope(id=new_id(), type=work.type_tag(), source="t", time=now(), subject="s", correlationid="r1"), work
    )


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[NatsServer]:
    made = NatsServer(tmp_path)
    made.start()
    yield made
    made.stop()


async def test_pulls_that_a_restarted_broker_forgot_hold_up_nobody(server: NatsServer, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(bus, "PULL_SECONDS", 600.0)
    taken: asyncio.Queue[str] = asyncio.Queue()

    async def take(message: Msg) -> None:
        taken.put_nowait((message.headers or {})["ce-id"])

    async def give_up(message: Msg, reason: str) -> None:
        raise AssertionError(reason)

    settings = RuntimeSettings(nats_url=server.url, shutdown_seconds=1)
    service = Service("test", routes=(Route(durable("reviewer"), take, give_up, concurrency=3),))
    async with AsyncExitStack() as opened:
        platform = await Platform.open(settings, "test")
        opened.push_async_callback(platform.close)
        await opened.enter_async_context(running(platform, service))
        queue = JetStreamQueue(platform.connection.client)
        for _ in range(3):
            wanted = order()
            await queue.put(wanted)
            async with asyncio.timeout(60):
                # A broker that is killed may forget an acknowledgement, and then brings the last order again.
                while await taken.get() != wanted.envelope.id:
                    pass
            server.kill()
            server.start()
