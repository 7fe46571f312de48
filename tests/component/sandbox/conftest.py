"""One driver and one folder of packages for all tests of the sandbox."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from services.sandbox.drivers.unsafe import UnsafeDriver
from services.sandbox.environments import Environments
from services.sandbox.port import Driver

KEPT = Path(__file__).parents[3] / ".interius" / "sandbox"


@pytest.fixture
async def driver() -> AsyncGenerator[Driver]:
    driver = UnsafeDriver()
    yield driver
    await driver.close()


@pytest.fixture
def environments(driver: Driver) -> Environments:
    """With what earlier tests downloaded."""
    return Environments(KEPT, driver)
