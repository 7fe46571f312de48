"""Fixtures that several suites share: real servers, started once for the whole run."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import pytest

from deploy.local.nats import NatsServer
from libs.eventlog.connection import Connection
from libs.testing.nats import fresh_streams, nats_server


@pytest.fixture(scope="session")
def nats() -> Iterator[NatsServer]:
    with nats_server() as server:
        yield server


@pytest.fixture
async def connection(nats: NatsServer) -> AsyncIterator[Connection]:
    async with fresh_streams(nats.url) as opened:
        yield opened
