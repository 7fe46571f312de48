"""A database for each test of the library."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from libs.runtime.postgres import Database


@pytest.fixture
async def database(dsn: str) -> AsyncIterator[Database]:
    opened = await Database.open(dsn)
    yield opened
    await opened.close()
