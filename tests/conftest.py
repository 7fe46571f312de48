"""Fixtures that several suites share: real servers, started once for the whole run."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import structlog
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

from deploy.local.nats import NatsServer, StartError
from deploy.local.postgres import Postgres
from libs.eventlog.connection import Connection
from libs.testing.dockerd import Dockerd, dockerd_server, missing
from libs.testing.nats import fresh_streams, nats_server
from libs.testing.postgres import fresh_database, postgres_server
from tests.lacking import lacking

# Without the values of all variables, which take a second to print; as services print it.
structlog.configure(
    processors=[
        *structlog.get_config()["processors"][:-1],
        structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback),
    ]
)
# They look at the whole machine for what is left, so they follow one another.
ALONE = ("tests/security/containment/", "tests/contract/sandbox/", "tests/resilience/test_sandbox_kill.py")


class Together(LoadScopeScheduling):
    """Those go to one worker, and every other test to whichever is free."""

    def _split_scope(self, nodeid: str) -> str:
        return "jails" if nodeid.startswith(ALONE) else nodeid


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> Together:
    # Not --dist loadgroup: pytest-xdist 3.8 writes its groups where pytest 9 reads no names.
    return Together(config, log)


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
