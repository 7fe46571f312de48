"""The driver of bubblewrap: how jails end, what is told then, and that nothing is left."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from libs.testing.waiting import until
from services.sandbox.drivers import bubblewrap, cgroups, disk, marks
from services.sandbox.drivers.bubblewrap import BubblewrapDriver
from services.sandbox.port import MEBIBYTE, PYTHON, DriverError, Exit, Limits, Spec
from services.sandbox.rootfs import rootfs
from services.sandbox.workers import BASE

ROOT = Path(__file__).parents[3]


@pytest.fixture
async def driver(house: Path) -> AsyncIterator[BubblewrapDriver]:
    made = BubblewrapDriver(house)
    yield made
    await made.close()
    assert left(house) == []


def left(house: Path) -> list[str]:
    """What there still is of the jails of a house."""
    name = marks.house_of(house)
    groups = next(cgroups.find(name), None)
    return [*(found for _, found in marks.marked(name)), *(groups.left() if groups else {})]


async def run(driver: BubblewrapDriver, code: str, **limits: float) -> tuple[Exit, list[str]]:
    spec = Spec(f"t-{os.urandom(4).hex()}", (PYTHON, "-c", code), limits=Limits(**{"seconds": 20, **limits}))
    jail = await driver.start(spec)
    lines = [line.decode() async for line in jail.lines()]
    return await jail.wait(), lines


async def test_the_check_really_starts_one(driver: BubblewrapDriver):
    assert await driver.check() == ""


async def test_what_it_prints_and_how_it_ended_are_told(driver: BubblewrapDriver):
    ended, lines = await run(
        driver, "import sys; print('out'); sys.stdout.flush(); print('err', file=sys.stderr); sys.exit(3)"
    )
    assert lines == ["out", "err"]
    assert (ended.ending, ended.code, ended.message) == ("exited", 3, "It ended with status 3.")
    ended, _ = await run(driver, "import os; os.abort()")
    assert (ended.code, ended.message) == (-signal.SIGABRT, "It was killed by SIGABRT.")


ENDINGS = {
    "memory": ("x = bytearray(200 << 20)", {"memory": 64 * MEBIBYTE}, "It used more than 64 MiB of memory."),
    "time": ("import time; time.sleep(60)", {"seconds": 0.5}, "It was not done within 0.5 s."),
    "output": (
        "while True: print('x' * 1000)",
        {"output": MEBIBYTE},
        "It printed more than 1 MiB in a second, or as much in short lines.",
    ),
}


@pytest.mark.parametrize("ending", ENDINGS)
async def test_a_limit_that_is_hit_is_told(driver: BubblewrapDriver, ending: str):
    code, limits, message = ENDINGS[ending]
    ended, _ = await run(driver, code, **limits)
    assert (ended.ending, ended.code, ended.message) == (ending, -signal.SIGKILL, message)


async def test_a_full_disk_and_too_many_processes_are_told(driver: BubblewrapDriver):
    ended, _ = await run(driver, "open('/tmp/x', 'wb').write(bytes(9 << 20))", disk=4 * MEBIBYTE)
    assert ended.code == 1
    assert "Its /tmp was full (4 MiB, 8192 files)." in ended.message
    ended, _ = await run(driver, "import os, time\nwhile os.fork(): pass\ntime.sleep(20)", processes=10)
    assert "It was refused more than 10 processes and threads." in ended.message


async def test_lines_are_handed_in_and_ending_it_is_fast(driver: BubblewrapDriver):
    jail = await driver.start(Spec("echo", (PYTHON, "-uc", "print(input()); input()")))
    await jail.send(b"hello")
    async for line in jail.lines():
        assert line == b"hello"
        break
    began = time.monotonic()
    await jail.kill()
    assert time.monotonic() - began < 0.5
    assert (await jail.wait()).ending == "stopped"
    with pytest.raises(DriverError, match="has ended"):
        await jail.send(b"more")
    await jail.kill()


async def test_kept_data_is_there_again_and_never_outgrows_its_size(driver: BubblewrapDriver, tmp_path: Path):
    code = "import os, sys; print(sorted(os.listdir('/data'))); open('/data/new', 'wb').write(bytes(int(sys.argv[1])))"
    limits, told = Limits(disk=8 * MEBIBYTE), []
    for name, size in (("one", 10), ("two", 20 << 20)):
        spec = Spec(name, (PYTHON, "-uc", code, str(size)), data=tmp_path / "kept", limits=limits)
        jail = await driver.start(spec)
        told += [line async for line in jail.lines()][:1]
        ended = await jail.wait()
    assert told == [b"[]", b"['new']"]
    assert ended.code == 1
    assert sum(path.stat().st_blocks * 512 for path in (tmp_path / "kept").rglob("*")) <= 9 * MEBIBYTE


async def test_without_cgroups_each_process_is_limited_and_all_are_watched(
    driver: BubblewrapDriver, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(bubblewrap, "_usable", lambda _life: None)
    together = (
        "import os, time\nfor _ in range(5):\n if os.fork() == 0: break\nheld = b'x' * (30 << 20)\ntime.sleep(20)"
    )
    ended, _ = await run(driver, together, memory=100 * MEBIBYTE)
    assert ended.ending == "memory"
    _, lines = await run(driver, "import os\nwhile os.fork(): pass\nos._exit(0)", processes=10)
    assert lines[-1] == "BlockingIOError: [Errno 11] Resource temporarily unavailable"


async def test_without_cgroups_a_server_has_room_for_its_threads(
    driver: BubblewrapDriver, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(bubblewrap, "_usable", lambda _life: None)
    code = (
        "import threading as t\nmeet = t.Barrier(50, timeout=20)\nheld = []\n"
        "def work(): held.append(bytearray(4000)); meet.wait()\n"
        "ts = [t.Thread(target=work) for _ in range(50)]\nfor each in ts: each.start()\nfor each in ts: each.join()"
    )
    jail = await driver.start(Spec("threads", (PYTHON, "-c", code), env=BASE))
    assert (await jail.wait()) == Exit("exited")


async def test_data_in_a_plain_folder_is_watched(
    driver: BubblewrapDriver, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    monkeypatch.setattr(disk, "_maker", lambda: None)
    code = "import time\nfor n in range(400): open(f'/data/{n}', 'wb').write(bytes(1 << 18)); time.sleep(0.01)"
    spec = Spec("plain", (PYTHON, "-c", code), data=tmp_path / "kept", limits=Limits(disk=4 * MEBIBYTE))
    ended = await (await driver.start(spec)).wait()
    assert (ended.ending, ended.message) == ("disk", "It kept more than 4 MiB, or 8192 files, in /data.")


async def test_a_strange_name_is_refused(driver: BubblewrapDriver):
    for name in ("../x", "", "a/b", "a:b", "a.b"):
        with pytest.raises(DriverError, match="not the name"):
            await driver.start(Spec(name, (PYTHON, "-c", "")))


async def test_what_is_missing_is_told_with_what_to_do(house: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(bubblewrap.shutil, "which", lambda _name: None)
    assert await BubblewrapDriver(house).check() == "bubblewrap is missing. Install it: apt-get install bubblewrap"


LAUNCHER = """
import asyncio, sys
from pathlib import Path
from services.sandbox.drivers.bubblewrap import BubblewrapDriver
from services.sandbox.port import PYTHON, Spec

async def main():
    driver = BubblewrapDriver(Path(sys.argv[1]))
    for name in ("one", "two"):
        jail = await driver.start(Spec(name, (PYTHON, "-uc", sys.argv[2])))
        if sys.argv[3] == "running":
            await anext(jail.lines())
    print("up", flush=True)
    await asyncio.sleep(60)

asyncio.run(main())
"""


STUBBORN = """
import ctypes, os, signal, time
ctypes.CDLL(None).prctl(1, 0, 0, 0, 0)
if os.fork() == 0:
    os.setsid()
for number in set(range(1, 32)) - {signal.SIGKILL, signal.SIGSTOP}:
    signal.signal(number, signal.SIG_IGN)
print("running")
time.sleep(60)
"""


@pytest.mark.parametrize("moment", ["running", "starting"])
async def test_jails_end_with_their_launcher_and_its_successor_removes_what_is_left(house: Path, moment: str):
    """Also those that ask not to be killed with their parent, daemons, and what bubblewrap has half made."""
    name, driver = marks.house_of(house), BubblewrapDriver(house)
    command = [sys.executable, "-c", LAUNCHER, str(house), STUBBORN, moment]
    with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=ROOT) as other:  # noqa: ASYNC220  # it is its own
        assert other.stdout
        assert other.stdout.readline() == b"up\n"
        assert await driver.reap() == []  # the other lives: its jails are not ours to end
        other.kill()
    if moment == "running":
        await gone(name)
    assert await driver.reap() in ([], ["one", "two"])
    await gone(name)
    await driver.close()
    assert left(house) == []


async def gone(name: str) -> None:
    async with asyncio.timeout(60):
        while list(marks.marked(name)):  # noqa: ASYNC110  # the kernel has no event for it
            await asyncio.sleep(0.01)


async def test_another_house_is_left_alone(driver: BubblewrapDriver, tmp_path: Path, house: Path):
    (tmp_path / "other").mkdir()
    root = rootfs(house)
    (tmp_path / "other" / root.name).symlink_to(root)
    other = BubblewrapDriver(tmp_path / "other")
    jail = await driver.start(Spec("mine", (PYTHON, "-c", "input()")))
    assert await other.reap() == []
    await jail.send(b"")
    assert (await jail.wait()) == Exit("exited")
    await other.close()


async def test_reaping_keeps_what_is_to_be_kept(driver: BubblewrapDriver):
    kept = await driver.start(Spec("kept", (PYTHON, "-c", "input()")))
    gone = await driver.start(Spec("gone", (PYTHON, "-c", "input()")))
    assert await driver.reap(keep=["kept"]) == ["gone"]
    assert (await gone.wait()).ending == "stopped"
    await kept.send(b"")
    assert (await kept.wait()).code == 0


async def test_two_jails_that_keep_the_same_data_see_the_same(driver: BubblewrapDriver, tmp_path: Path):
    """So one version of an app can take over from another."""
    code = "import os, sys; input(); open('/data/' + sys.argv[1], 'w'); input(); print(*sorted(os.listdir('/data')))"
    jails = [await driver.start(Spec(n, (PYTHON, "-uc", code, n), data=tmp_path / "kept")) for n in ("old", "new")]
    for _ in range(2):
        for jail in jails:
            await jail.send(b"")
    told = [[line async for line in jail.lines()] for jail in jails]
    assert told[-1] == [b"new old"]


async def test_a_start_that_is_given_up_leaves_no_handle(driver: BubblewrapDriver, monkeypatch: pytest.MonkeyPatch):
    prepared, there = bubblewrap._prepared, threading.Event()

    def slowly(ours: socket.socket) -> list[int]:
        handles = prepared(ours)
        there.set()
        time.sleep(0.1)  # as a busy machine does before the loop hears of it
        return handles

    await run(driver, "")
    monkeypatch.setattr(bubblewrap, "_prepared", slowly)
    before = set(os.listdir("/proc/self/fd"))
    starting = asyncio.create_task(driver.start(Spec("given-up", (PYTHON, "-c", ""))))
    await until(there.is_set)
    starting.cancel()
    await asyncio.gather(starting, return_exceptions=True)
    await until(lambda: set(os.listdir("/proc/self/fd")) <= before)


@pytest.mark.parametrize("held_by", ["cgroups", "nothing"])
async def test_a_jail_that_is_killed_at_once_is_gone_at_once(house: Path, held_by: str):
    driver, name = BubblewrapDriver(house), marks.house_of(house)
    if held_by == "nothing":
        driver._looked = True  # as where there is no right to make cgroups
    async with asyncio.timeout(60):
        for number in range(12):
            jail = await driver.start(Spec(f"brief-{number}", (PYTHON, "-c", "import time; time.sleep(60)")))
            await asyncio.sleep(number % 4 * 0.002)  # bubblewrap is about to make its namespaces
            await jail.kill()
    await gone(name)
    await driver.close()
    assert left(house) == []
