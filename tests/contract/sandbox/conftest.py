"""Every driver that works on this machine, in one house."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from services.sandbox.drivers.bubblewrap import BubblewrapDriver
from services.sandbox.drivers.docker.driver import DockerDriver
from services.sandbox.drivers.unsafe import UnsafeDriver
from services.sandbox.port import Driver
from tests.lacking import lacking

Make = Callable[[], Driver]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """All drivers, but where the driver must jail only those that do."""
    if "make" in metafunc.fixturenames:
        unsafe = [] if "jailed" in metafunc.fixturenames else ["unsafe"]
        metafunc.parametrize("make", [*unsafe, "bubblewrap", "docker"], indirect=True)


@pytest.fixture
def make(request: pytest.FixtureRequest, house: Path) -> Make:
    """Makes one more driver of the kind, as a process that starts does."""
    if request.param == "unsafe":
        return UnsafeDriver
    if request.param == "bubblewrap":
        if not shutil.which("bwrap"):
            lacking("there is no bubblewrap: run deploy/debian.sh")
        return lambda: BubblewrapDriver(house)
    url = request.getfixturevalue("dockerd").url
    return lambda: DockerDriver(house, url)


@pytest.fixture
async def driver(make: Make) -> AsyncIterator[Driver]:
    driver = make()
    yield driver
    await driver.close()


@pytest.fixture
def jailed(driver: Driver) -> Driver:
    """One that really jails."""
    return driver
