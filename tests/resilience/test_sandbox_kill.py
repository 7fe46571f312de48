"""Kill -9 of whatever makes jails: nothing of them is left after the next look, and jails start again."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import psutil
import pytest

from libs.testing.dockerd import Dockerd, mounts
from libs.testing.waiting import until
from services.sandbox.drivers.bubblewrap import BubblewrapDriver
from services.sandbox.drivers.docker.driver import DockerDriver
from services.sandbox.drivers.marks import house_of
from services.sandbox.port import PYTHON, Driver, DriverError, Exit, Limits, Spec
from tests.lacking import lacking
from tests.resilience.jailer import PROGRAM


@pytest.fixture(scope="module")
def mortal(dockerd: Dockerd, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Dockerd]:
    """One that these tests kill; the other shows that this machine can have one."""
    server = Dockerd(tmp_path_factory.mktemp("mortal"))
    server.start()
    yield server
    server.stop()
    assert (list(server.containers()), mounts(server.folder)) == ([], [])


@pytest.fixture
async def driver(mortal: Dockerd, house: Path) -> AsyncIterator[Driver]:
    driver = DockerDriver(house, mortal.url)
    yield driver
    await driver.close()


def spec(name: str, program: str = PROGRAM) -> Spec:
    return Spec(name, (PYTHON, "-c", program), limits=Limits(seconds=60))


async def works(driver: Driver, name: str) -> None:
    jail = await driver.start(spec(name, "print(1)"))
    assert ([line async for line in jail.lines()], await jail.wait()) == ([b"1"], Exit("exited"))


def inside() -> list[psutil.Process]:
    """Processes of jails: the program's text is on their command line."""
    found = psutil.process_iter(["cmdline", "status"])
    return [p for p in found if PROGRAM in (p.info["cmdline"] or []) and p.info["status"] != psutil.STATUS_ZOMBIE]


def left(house: Path, containers: list[str]) -> list[object]:
    folders = [path for name in ("docker", "drivers") for path in (house / name).glob("*")]
    backing = Path("/sys/block").glob("loop*/loop/backing_file")
    loops = [path for path in backing if str(house.parent) in path.read_text()]
    names = [f"interius-{house_of(house)}", *containers]
    cgroups = [path for name in names for path in Path("/sys/fs/cgroup").rglob(f"*{name}*")]
    return [*inside(), *mounts(house.parent), *folders, *loops, *cgroups]


@pytest.mark.parametrize("name", ["bubblewrap", "docker"])
async def test_after_our_own_death_nothing_of_its_jails_is_left(name: str, house: Path, mortal: Dockerd):
    if name == "bubblewrap" and not shutil.which("bwrap"):
        lacking("there is no bubblewrap: run deploy/debian.sh")
    url = mortal.url
    command = [sys.executable, "-m", "tests.resilience.jailer", name, str(house), url]
    jailer = await asyncio.create_subprocess_exec(*command, stdout=subprocess.PIPE, cwd=Path(__file__).parents[2])
    assert jailer.stdout
    assert await jailer.stdout.readline() == b"ready\n"
    assert len(inside()) >= 4
    containers = [path.name for path in mortal.folder.glob("data/containers/*")]
    assert name == "bubblewrap" or len(containers) == 2
    jailer.kill()
    await jailer.wait()
    driver: Driver = DockerDriver(house, url) if name == "docker" else BubblewrapDriver(house)
    reaped = await driver.reap()
    assert name == "bubblewrap" or sorted(reaped) == ["orphan-0", "orphan-1"]  # bubblewrap dies with its parent
    assert await driver.reap() == []
    await works(driver, f"after-{name}")
    await driver.close()
    assert left(house, containers) == []


async def test_a_jail_that_is_killed_from_outside_is_told_and_gone(driver: Driver, house: Path):
    jail = await driver.start(spec("victim"))
    await anext(jail.lines())
    first = min(inside(), key=lambda process: process.create_time())
    os.kill(first.pid, signal.SIGKILL)
    assert await jail.wait() == Exit("exited", -9, "It was killed by SIGKILL.")
    await until(lambda: not inside())
    await works(driver, "after-victim")


async def test_a_dockerd_that_is_killed_is_told_and_leaves_nothing(driver: Driver, house: Path, mortal: Dockerd):
    jail = await driver.start(spec("lost"))
    await anext(jail.lines())
    mortal.kill()
    ended = await jail.wait()
    assert ended.ending == "lost"
    assert "Docker does not answer" in ended.message
    await until(lambda: not inside())  # it is ended without dockerd
    for refused in (driver.start(spec("refused")), driver.reap()):
        with pytest.raises(DriverError, match="Docker does not answer"):
            await refused
    mortal.start()
    assert await driver.reap() == ["lost"]
    await works(driver, "after-dockerd")
    assert await driver.reap() == []


async def test_a_dockerd_that_is_stopped_and_started_goes_on(driver: Driver, house: Path, mortal: Dockerd):
    jail = await driver.start(spec("stopped"))
    await anext(jail.lines())
    mortal.stop()
    assert (await jail.wait()).ending in {"lost", "exited"}
    assert not inside()
    mortal.start()
    await driver.reap()
    await works(driver, "after-stop")
