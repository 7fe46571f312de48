from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.front_door import FrontDoor, Person, database_url, front_door, postgres

__all__ = ["database_url", "postgres"]


@pytest.fixture
async def door(nats, connection, database_url: str) -> AsyncIterator[FrontDoor]:
    async with front_door(nats.url, database_url) as opened:
        yield opened


@pytest.fixture
async def log_only(nats, connection) -> AsyncIterator[FrontDoor]:
    """Without a database: everything that does not need one."""
    async with front_door(nats.url) as opened:
        yield opened


@pytest.fixture
async def root(door: FrontDoor) -> Person:
    return await door.sign_in()
