"""A question that nobody was there to hear is asked again for a while."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import msgspec
import pytest
from nats.aio.msg import Msg

from libs.contracts.asks import CreateProject, Receipt
from libs.contracts.errors import Unavailable
from libs.eventlog.connection import Connection
from libs.runtime import asking
from libs.testing.nats import nats_server

QUESTION = CreateProject("a", "p", "Late")


@pytest.fixture
async def connection() -> AsyncIterator[Connection]:
    with nats_server() as server:
        opened = await Connection.open(server.url, "test")
        yield opened
        await opened.close()


async def test_a_service_that_comes_back_late_still_hears_the_question(
    connection: Connection, monkeypatch: pytest.MonkeyPatch
):
    refused = asyncio.Event()

    async def hear(message: Msg) -> None:
        await message.respond(msgspec.json.encode(Receipt("p", 7)))

    pause = asyncio.sleep

    async def paused(seconds: float) -> None:  # only a refused question pauses
        refused.set()
        await pause(seconds)

    monkeypatch.setattr(asking.asyncio, "sleep", paused)
    asked = asyncio.create_task(asking.ask(connection.client, QUESTION, Receipt))
    await refused.wait()
    await connection.client.subscribe(QUESTION.subject(), cb=hear)
    assert await asked == Receipt("p", 7)


async def test_a_service_that_stays_away_is_said_to_be_away(connection: Connection, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(asking, "COMING_BACK", 0.0)
    with pytest.raises(Unavailable, match="projects service is not running"):
        await asking.ask(connection.client, QUESTION, Receipt)
