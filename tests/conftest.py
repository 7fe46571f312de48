"""Fixtures that several suites share: real servers, started once for the whole run."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import pytest

from deploy.local.nats import NatsServer
from deploy.local.postgres import Postgres
from libs.eventlog.connection import Connection
from libs.testing.nats import fresh_streams, nats_server
from libs.testing.postgres import fresh_database, postgres_server


@pytest.fixture(scope="session")
def nats() -> Iterator[NatsServer]:
    with nats_server() as server:
        yield server


@pytest.fixture
async def connection(nats: NatsServer) -> AsyncIterator[Connection]:
    async with fresh_streams(nats.url) as opened:
        yield opened


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    with postgres_server() as server:
        yield server


@pytest.fixture
async def dsn(postgres: Postgres) -> AsyncIterator[str]:
    async with fresh_database(postgres) as name:
        yield name
