from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from libs.eventlog.connection import Connection
from libs.runtime.platform import Platform
from libs.testing.services import serving
from services.identity.app import build

PASSWORD = "correct horse battery"


@pytest.fixture(autouse=True)
def superuser(monkeypatch):
    monkeypatch.setenv("FIRST_SUPERUSER_EMAIL", "Root@Example.org")
    monkeypatch.setenv("FIRST_SUPERUSER_PASSWORD", PASSWORD)


@pytest.fixture
async def platform(nats, connection: Connection) -> AsyncIterator[Platform]:
    async with serving(nats.url, build) as running:
        yield running
