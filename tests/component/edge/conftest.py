"""One edge for each module of tests, and somebody new in front of it for each test."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from libs.contracts.envelope import new_id
from libs.testing.nats import fresh_streams
from libs.testing.postgres import fresh_database
from tests.front_door import FrontDoor, Person, front_door


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def door(nats, postgres) -> AsyncIterator[FrontDoor]:
    async with fresh_streams(nats.url), fresh_database(postgres) as dsn, front_door(nats.url, dsn) as opened:
        yield opened


@pytest_asyncio.fixture(loop_scope="module")
async def person(door: FrontDoor) -> Person:
    return await door.newcomer(new_id())


@pytest_asyncio.fixture(loop_scope="module")
async def project_id(person: Person) -> str:
    return await person.project()


@pytest_asyncio.fixture(loop_scope="module")
async def run_id(person: Person, project_id: str) -> str:
    return await person.run(project_id)


@pytest.fixture
def story(run_id: str) -> str:
    """Where the run's events are."""
    return f"/v1/runs/{run_id}/events"
