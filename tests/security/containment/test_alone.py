"""Hostile programs that need a jail each: how it ends, what the host sees of it, and that nothing is left."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
from pathlib import Path

import pytest

from libs.testing import waiting
from services.sandbox.port import DATA, MEBIBYTE, PYTHON, RUN, Driver, Exit, Jail, Limits, Spec
from services.sandbox.sockets import SocketError, connect
from tests.security.containment.conftest import Neighbour
from tests.security.containment.world import World

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.usefixtures("unharmed")]
DYING = 2.0  # seconds that a killed process may take to leave the list of the machine under load
MARK = "hostile-program"  # on the command line of each, so that the host would find it


async def begin(driver: Driver, code: str, data: Path | None = None, **limits: float) -> Jail:
    held = Limits(**{"seconds": 20, "processes": 24, "disk": 4 * MEBIBYTE, "inodes": 256, **limits})
    name = f"{MARK}-{os.urandom(4).hex()}"
    return await driver.start(Spec(name, (PYTHON, "-uc", code, MARK), limits=held, data=data))


async def run(driver: Driver, code: str, **limits: float) -> tuple[Exit, list[bytes]]:
    jail = await begin(driver, code, **limits)
    lines = [line async for line in jail.lines()]
    ended = await jail.wait()
    await waiting.until(lambda: not found(), DYING)
    return ended, lines


def found() -> list[int]:
    """Hostile programs that the machine still runs."""
    running: list[int] = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            if MARK.encode() in path.read_bytes():
                running.append(int(path.parent.name))
        except OSError:
            continue
    return running


async def until(jail: Jail, word: bytes) -> None:
    said: list[bytes] = []
    async with asyncio.timeout(60):
        async for line in jail.lines():
            if line == word:
                return
            said.append(line)
    raise AssertionError(said)


async def test_alone_memory(driver: Driver):
    ended, _ = await run(driver, "held = []\nwhile True: held.append(bytearray(1 << 20))", memory=64 * MEBIBYTE)
    assert ended == Exit("memory", -signal.SIGKILL, "It used more than 64 MiB of memory.")


async def test_alone_output(driver: Driver):
    ended, _ = await run(driver, "while True: print('x' * 4000)", output=2 * MEBIBYTE)
    assert ended == Exit(
        "output", -signal.SIGKILL, "It printed more than 2 MiB in a second, or as much in short lines."
    )


async def test_alone_time(driver: Driver):
    code = "import signal as s, time\nfor n in {*range(1, 32)} - {9, 19}: s.signal(n, s.SIG_IGN)\ntime.sleep(99)"
    ended, _ = await run(driver, code, seconds=1)
    assert ended == Exit("time", -signal.SIGKILL, "It was not done within 1 s.")


async def test_alone_stopped(driver: Driver):
    ended, _ = await run(driver, "import os\nif os.fork() == 0: os.kill(os.getpid(), 19)\nos.wait()", seconds=1)
    assert ended.ending == "time"


async def test_alone_unread_output(driver: Driver):
    jail = await begin(driver, "for _ in range(3000): print('x' * 2000)\nprint('all printed')", output=100 * MEBIBYTE)
    assert (await jail.wait()) == Exit("exited")  # though nobody has read
    lines = [line async for line in jail.lines()]
    assert lines[-1] == b"all printed"
    assert sum(map(len, lines)) <= 4 * MEBIBYTE


async def test_alone_one_endless_line(driver: Driver):
    code = "import os\nfor _ in range(400): os.write(1, b'\\0\\xff\\x1b[2J' * 1000)\nos.write(2, b'\\n' * 5)"
    ended, lines = await run(driver, code, output=100 * MEBIBYTE)
    assert ended.code == 0
    assert max(map(len, lines)) <= 65_536


async def test_alone_daemon(driver: Driver):
    code = """
import os, time
for _ in range(3):
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            os.closerange(0, 100)
            time.sleep(60)
        os._exit(0)
"""
    assert (await run(driver, code))[0].ending == "exited"


async def test_alone_kill_everybody(driver: Driver, neighbour: Neighbour):
    ended, _ = await run(driver, "import os\nfor _ in range(9): os.kill(-1, 9)")
    assert ended.ending == "exited"
    await neighbour.check()


async def test_alone_swapped_socket(driver: Driver, around: World):
    """It swaps a socket of its own and links to sockets of the host as fast as it can, while the host connects."""
    code = f"""
import os, socket
def listen(path):
    made = socket.socket(socket.AF_UNIX); made.bind(path); made.listen(100); return made
held = listen("{RUN}/mine")
os.symlink({around.given["unix"]!r}, "{RUN}/link")
os.link("{RUN}/mine", "{RUN}/app.sock")
print("ready")
while True:
    for source in ("link", "mine"):
        os.link("{RUN}/" + source, "{RUN}/next", follow_symlinks=False)
        os.rename("{RUN}/next", "{RUN}/app.sock")
        if os.path.exists("{RUN}/next"): os.unlink("{RUN}/next")
"""
    jail = await begin(driver, code, seconds=15)
    await until(jail, b"ready")
    seen = {"connected": 0, "refused": 0}
    for _ in range(300):
        try:
            (await connect(jail, "app.sock", 0.05)).close()
            seen["connected"] += 1
        except SocketError:
            seen["refused"] += 1
    await jail.kill()
    assert seen["refused"]
    assert around.reached == []


async def test_alone_strange_sockets(driver: Driver, around: World):
    code = f"""
import os, socket, time
os.chdir("{RUN}")
open("file", "w").close(); os.mkdir("folder"); os.mkfifo("pipe")
os.symlink({around.given["unix"]!r}, "link"); os.symlink("loop", "loop"); os.symlink("/dev/null", "device")
os.symlink("/proc/1/root", "root"); os.symlink("..", "up")
made = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM); made.bind("datagrams")
silent = socket.socket(socket.AF_UNIX); silent.bind("silent")
print("ready"); time.sleep(60)
"""
    jail = await begin(driver, code)
    await until(jail, b"ready")
    names = ["file", "folder", "pipe", "link", "loop", "device", "root", "up", "datagrams", "silent"]
    for name in [*names, "root/etc/passwd", "../host.sock", f"..{around.given['unix']}", "none", "", "\0", "a" * 5000]:
        async with asyncio.timeout(2):
            with pytest.raises(SocketError):
                await connect(jail, name)
    await jail.kill()
    assert around.reached == []


async def test_alone_file_names(driver: Driver, tmp_path: Path):
    """What is kept is there for the next jail, and goes with its folder."""
    code = f"""
import os
for place in ("{DATA}", "{RUN}", "/tmp"):
    os.chdir(place)
    for name in ("new\\nline", "-rf", "..;ls", "\\x1b[2J", "\\udcff\\udcfe", "a" * 255, "$(ls)", " ", "CON", "*"):
        os.mkdir(name)
    for _ in range(20):
        os.mkdir("d" * 250); os.chdir("d" * 250)
print("done")
"""
    jail = await begin(driver, code, data=tmp_path / "kept")
    await until(jail, b"done")
    assert (await jail.wait()).code == 0
    ended, lines = await kept(driver, tmp_path / "kept", f"import os; print(len(os.listdir({DATA!r})))")
    assert (ended.code, lines) == (0, [b"11"])


async def kept(driver: Driver, folder: Path, code: str) -> tuple[Exit, list[bytes]]:
    jail = await begin(driver, code, data=folder)
    return await jail.wait(), [line async for line in jail.lines()]


async def test_alone_other_jail(driver: Driver, neighbour: Neighbour):
    """It is told where its neighbour is on the host, and as whom and what it runs there."""
    inside = [process for process in Path("/proc").glob("[0-9]*") if is_of(process, "still here")]
    assert inside
    pids = [int(path.name) for path in inside]
    code = f"""
import os, socket
def attempt(todo):
    try: todo(); print("reached")
    except OSError as error: print(type(error).__name__)
for pid in {pids}:
    attempt(lambda: os.kill(pid, 9))
    attempt(lambda: os.listdir(f"/proc/{{pid}}/" + "root" + "/data"))
    attempt(lambda: open(f"/proc/{{pid}}/mem", "rb"))
attempt(lambda: os.setuid({neighbour.jail.uid}))
attempt(lambda: socket.socket(socket.AF_UNIX).connect("{neighbour.jail.run}/app.sock"))
print(sorted(os.listdir("{RUN}") + os.listdir("{DATA}") + os.listdir("/tmp")))
"""
    ended, lines = await run(driver, code)
    assert ended.code == 0
    assert b"reached" not in lines
    assert lines[-1] == b"[]"


def is_of(process: Path, word: str) -> bool:
    try:
        return word.encode() in (process / "cmdline").read_bytes()
    except OSError:
        return False


async def test_a_listener_of_the_host_is_reached_by_who_may(around: World):
    """Else the swapped sockets would show nothing."""
    with socket.socket(socket.AF_UNIX) as made:
        made.connect(around.given["unix"])  # type: ignore[arg-type]
        assert made.recv(100).decode() == around.secret
    around.reached.clear()
