"""Fixtures that several suites share: real servers, started once for the whole run."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from deploy.local.nats import NatsServer, StartError
from deploy.local.postgres import Postgres
from libs.eventlog.connection import Connection
from libs.testing.dockerd import Dockerd, dockerd_server, missing
from libs.testing.nats import fresh_streams, nats_server
from libs.testing.postgres import fresh_database, postgres_server
from tests.lacking import lacking

# They look at the whole machine for what is left, so they follow one another.
ALONE = ("tests/security/containment/", "tests/contract/sandbox/", "tests/resilience/test_sandbox_kill.py")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.nodeid.startswith(ALONE):
            item.add_marker(pytest.mark.xdist_group("jails"))


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


@pytest.fixture(scope="session")
def house(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of sandboxes that all tests share, so that Python is copied once."""
    return tmp_path_factory.mktemp("house") / "sandbox"


@pytest.fixture(scope="session")
def dockerd() -> Iterator[Dockerd]:
    if lacks := missing():
        lacking(lacks)
    try:
        with dockerd_server() as server:
            yield server
    except StartError as error:  # in a container without rights, say
        lacking(str(error))
