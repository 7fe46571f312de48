from __future__ import annotations

from collections.abc import AsyncIterator

import pytest_asyncio

from libs.testing.nats import fresh_streams
from libs.testing.postgres import fresh_database
from tests.front_door import FrontDoor, front_door


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def door(nats, postgres) -> AsyncIterator[FrontDoor]:
    async with fresh_streams(nats.url), fresh_database(postgres) as dsn, front_door(nats.url, dsn) as opened:
        yield opened
