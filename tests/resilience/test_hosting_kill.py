"""Kill -9 of hosts and of jails that they made: the work goes on elsewhere, is told once, and leaves nothing behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from libs.blueprint import compile_project
from libs.contracts import asks, events, subjects, work
from libs.contracts.artifacts import Architecture, Usage
from libs.contracts.charter import Charter, Entity
from libs.contracts.codec import Order
from libs.contracts.envelope import caused_by, new_id
from libs.contracts.errors import Unavailable
from libs.contracts.fields import Field
from libs.runtime.platform import Platform
from libs.runtime.settings import RuntimeSettings
from libs.testing.dockerd import mounts
from libs.testing.waiting import until
from services.sandbox.drivers.bubblewrap import BubblewrapDriver
from services.sandbox.drivers.marks import house_of, marked
from services.sandbox.hosting.store import command
from tests.front_door import tell
from tests.hosted import HELLO, Sandboxes, begun
from tests.served import jailed, share_packages

pytestmark = pytest.mark.timeout(300)
LONG = 120.0  # seconds for another host: it starts, misses the first one, and starts a jail of its own
SLOW_START = f"import time\ntime.sleep(2)\n{HELLO}"
NOTES = Charter(
    "notes", "Notes", "Keeps notes.", entities=(Entity("Note", "notes", fields=(Field("title", "string"),)),)
)
DESIGN = Architecture("# Notes")
PRINTED = {file.path: file.content for file in compile_project(NOTES, DESIGN)}


class Hosts:
    """Sandbox services in processes of their own, with real jails, that share one folder."""

    def __init__(self, nats_url: str, folder: Path) -> None:
        self.folder = folder
        self._environment = {
            **os.environ,
            **{"NATS_URL": nats_url, "DATABASE_URL": "", "LOG_LEVEL": "ERROR", "SANDBOX_STOCK": "0"},
            **{"SANDBOX_DRIVER": "bubblewrap", "SANDBOX_FOLDER": str(folder)},
        }
        self.running: list[subprocess.Popen[bytes]] = []

    def start(self) -> None:
        given = [sys.executable, "-m", "services.sandbox"]
        self.running.append(subprocess.Popen(given, env=self._environment, cwd=Path(__file__).parents[2]))

    def kill(self, pid: int) -> None:
        process = next(each for each in self.running if each.pid == pid)
        process.kill()
        process.wait()
        self.running.remove(process)

    def stop(self) -> None:
        for process in self.running:
            process.send_signal(signal.SIGTERM)
        for process in self.running:
            process.wait(30)

    def jails(self) -> set[str]:
        """Names of jails that have processes."""
        return {name for _, name in marked(house_of(self.folder))}

    def left(self) -> list[object]:
        """What is there of any jail once somebody has looked after those that are gone."""
        places = [path for name in ("drivers", "data") for path in (self.folder / name).glob("*")]
        rooms = [path for path in (self.folder / "jails").glob("*") if path.is_dir()]
        loops = Path("/sys/block").glob("loop*/loop/backing_file")
        backing = [path for path in loops if str(self.folder) in path.read_text()]
        cgroups = list(Path("/sys/fs/cgroup").rglob(f"*interius-{house_of(self.folder)}*"))
        return [*self.jails(), *mounts(self.folder), *places, *rooms, *backing, *cgroups]


@pytest.fixture
async def hosts(connection, nats, tmp_path: Path) -> AsyncIterator[Hosts]:
    jailed()
    share_packages(tmp_path / "sandbox")
    made = Hosts(nats.url, tmp_path / "sandbox")
    yield made
    made.stop()
    driver = BubblewrapDriver(made.folder)
    await driver.reap()
    await driver.close()
    assert made.left() == []


@pytest.fixture
async def sandboxes(hosts: Hosts, nats) -> AsyncIterator[Sandboxes]:
    platform = await Platform.open(RuntimeSettings.model_validate({"nats_url": nats.url}), "test")
    yield Sandboxes(platform)
    await platform.close()


async def deployed(sandboxes: Sandboxes) -> str:
    """A sandbox whose app takes its time to start, once there is a service to ask for it."""
    run_id = await sandboxes.run(SLOW_START, **{"requirements.txt": PRINTED["requirements.txt"]})

    async def heard() -> str:
        try:
            return await sandboxes.deploy(run_id, keep_data=True)
        except Unavailable:
            return ""

    return await until(heard, limit=60)


async def test_a_host_killed_between_starting_and_ready_is_followed_by_another(hosts: Hosts, sandboxes: Sandboxes):
    hosts.start()
    sandbox_id = await deployed(sandboxes)
    first = await sandboxes.become(sandbox_id, "starting")
    hosts.start()
    await until(hosts.jails, LONG)
    before = hosts.jails()
    hosts.kill(int(first.host.split("-")[-2]))
    await until(lambda: not before & hosts.jails())

    async def ready() -> bool:
        return (await sandboxes.state(sandbox_id)).status == "ready"

    await until(ready, LONG)
    after = await sandboxes.state(sandbox_id)
    assert after.host != first.host
    assert await sandboxes.names(sandbox_id) == ["deploy_requested", "starting", "starting", "ready"]
    await sandboxes.ask(asks.StopSandbox, sandbox_id, wipe=True)
    await sandboxes.become(sandbox_id, "stopped")


async def test_a_host_killed_while_it_verifies_is_followed_by_another_which_says_so_once(
    hosts: Hosts, sandboxes: Sandboxes
):
    platform = sandboxes.platform
    ids = sandboxes.project_id, await begun(platform, sandboxes.project_id, "ada", PRINTED)
    for drafted in (events.RequirementsDrafted(NOTES, Usage()), events.ArchitectureDrafted(DESIGN, Usage())):
        await tell(platform.log, *ids, drafted)
    run = await platform.runs.load(*ids)
    assert run
    order = work.VerifyCode(*ids, run.seq)
    owner = subjects.run(*ids)
    hosts.start()
    await platform.queue.put(Order(caused_by(command("ada", ids, new_id()), order.type_tag(), owner, "test"), order))
    await until(lambda: len(hosts.jails()) > 1, LONG)  # one may be that which shows that jails can be made
    before = hosts.jails()
    hosts.kill(hosts.running[0].pid)
    await until(lambda: not before & hosts.jails())
    hosts.start()

    async def told() -> list[object]:
        return list(await platform.log.load(subjects.event(owner, "verified")))

    assert len(await until(told, LONG)) == 1
    run = await platform.runs.load(*ids)
    assert run and run.verifications[-1].accepted and not run.verifications[-1].not_run
