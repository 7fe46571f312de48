"""Warm jails: each is used once, has read in its packages, and runs what it is told."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from pathlib import Path

import httpx
import pytest

from libs.contracts.artifacts import SourceFile
from libs.testing.waiting import until
from services.sandbox import workers as module
from services.sandbox.drivers.unsafe import UnsafeDriver, UnsafeJail
from services.sandbox.environments import Environment
from services.sandbox.port import Driver, DriverError, Spec
from services.sandbox.sockets import JailTransport
from services.sandbox.worker import SOCKET
from services.sandbox.workers import Workers

APP = """
async def app(scope, receive, send):
    if scope["type"] == "http":
        print("asked", flush=True)
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"hello"})
"""
HANGING = """import asyncio, threading
released = threading.Event()
def hang():
    print("hangs", flush=True); released.wait()
async def app(scope, receive, send):
    if scope["type"] == "http":
        if scope["path"] == "/hang":
            await asyncio.to_thread(hang)
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"hello"})
"""


@pytest.fixture
def bare(tmp_path: Path) -> Environment:
    """No packages but those of this Python's own."""
    (tmp_path / "packages").mkdir()
    return Environment("bare", tmp_path / "packages")


@pytest.fixture
async def workers(tmp_path: Path, driver: Driver, monkeypatch: pytest.MonkeyPatch) -> AsyncGenerator[Workers]:
    monkeypatch.setattr(module, "REFILL_AFTER", 0.0)
    workers = Workers(tmp_path, driver, 1, 60)
    yield workers
    await workers.close()


async def test_a_module_is_run_and_its_output_told(workers: Workers, bare: Environment):
    worker = await workers.take(bare, "check")
    await worker.fill([SourceFile("pkg/say.py", "import os, sys\nprint(sys.argv[1:], os.environ['A'])\nsys.exit(3)")])
    ran = await worker.run("pkg.say", "x", env={"A": "1"})
    assert (ran.code, ran.lines) == (3, ("['x'] 1",))
    again = await worker.run("pkg.missing")
    assert again.code == 1
    assert "No module named pkg.missing" in again.output
    await worker.close()


async def test_what_never_ends_is_ended_and_the_next_order_is_done(workers: Workers, bare: Environment):
    worker = await workers.take(bare, "check")
    await worker.fill(
        [SourceFile("loop.py", "print('on', end='', flush=True)\nwhile 1: pass"), SourceFile("ok.py", "")]
    )
    ran = await worker.run("loop", seconds=3)
    assert ran.code == -9
    assert ran.output.startswith("on")
    assert 'loop.py", line 2' in ran.output  # where it hung
    assert (await worker.run("ok")).code == 0
    await worker.close()


async def test_a_jail_that_dies_is_told_as_such(workers: Workers, bare: Environment):
    worker = await workers.take(bare, "check")
    await worker.fill([SourceFile("die.py", "import os, signal\nos.kill(os.getppid(), signal.SIGKILL)")])
    ran = await worker.run("die")
    assert ran.ended
    assert ran.code == -9
    await worker.close()


async def test_each_worker_is_used_once_and_another_is_got_ready(workers: Workers, bare: Environment):
    first = await workers.take(bare, "serve")
    await until(lambda: workers._waiting[bare.id, "serve"])
    second = await workers.take(bare, "serve")
    assert first is not second
    await first.fill([SourceFile("a.py", "x = 1")])
    await second.fill([SourceFile("b.py", "import a")])
    assert (await second.run("b")).code == 1
    for worker in (first, second):
        await worker.close()
        assert not worker._folder.exists()


async def test_whoever_checks_has_the_processor_until_the_last_check(workers: Workers, bare: Environment):
    worker = await workers.take(bare, "check")
    await worker.run("missing")  # long enough for another to be begun
    assert not workers._starting[bare.id, "check"]
    await worker.close()
    await until(lambda: workers._waiting[bare.id, "check"])


async def test_one_that_died_while_it_waited_is_not_handed_out(workers: Workers, bare: Environment):
    await workers.warm(bare, "check")
    waiting = workers._waiting[bare.id, "check"][0]
    await waiting.jail.kill()
    taken = await workers.take(bare, "check")
    assert taken is not waiting
    assert taken.alive
    await taken.close()


async def test_one_that_waits_too_long_is_ended(tmp_path: Path, driver: Driver, bare: Environment):
    workers = Workers(tmp_path, driver, 1, 0.1)
    await workers.warm(bare, "check")
    worker = workers._waiting[bare.id, "check"][0]
    await until(lambda: not worker.alive)
    await workers.close()


@pytest.mark.parametrize("path", ["../x.py", "/tmp/x.py", "a/../../x.py"])
async def test_files_stay_in_their_folder(workers: Workers, bare: Environment, path: str):
    worker = await workers.take(bare, "check")
    with pytest.raises(ValueError, match="leads out"):
        await worker.fill([SourceFile(path, "")])
    await worker.close()


async def test_an_application_is_served_on_a_socket_and_heard(workers: Workers, environments, bare: Environment):
    worker = await workers.take(await environments.get(("uvicorn==0.54.0",)), "serve")
    await worker.fill([SourceFile("main.py", APP)])
    await worker.serve("main:app")
    await until(worker.socket.exists)
    async with httpx.AsyncClient(transport=JailTransport(worker.jail, SOCKET), base_url="http://app") as client:
        assert (await client.get("/")).text == "hello"
    lines = [line async for line in _until(worker.lines(), b"asked")]
    assert lines[-1] == b"asked"
    await worker.close()


async def test_an_application_that_hangs_says_where_and_goes_on(workers: Workers, environments):
    worker = await workers.take(await environments.get(("uvicorn==0.54.0",)), "serve")
    await worker.fill([SourceFile("main.py", HANGING)])
    await worker.serve("main:app")
    await until(worker.socket.exists)
    async with httpx.AsyncClient(transport=JailTransport(worker.jail, SOCKET), base_url="http://app") as client:
        hanging = asyncio.create_task(client.get("/hang"))
        async with asyncio.timeout(60):
            assert [line async for line in _until(worker.lines(), b"hangs")]
            await worker.where()
            while not (await anext(worker.lines())).endswith(b'main.py", line 4, in hang'):
                pass
        assert (await client.get("/")).text == "hello"
        hanging.cancel()
    await worker.close()


async def _until(lines, last: bytes):
    async for line in lines:
        yield line
        if line == last:
            return


async def test_a_jail_that_cannot_start_says_why(tmp_path: Path, driver: Driver, bare: Environment, monkeypatch):
    monkeypatch.setattr(module, "PYTHON", "/bin/false")
    with pytest.raises(DriverError, match="ended before it was ready"):
        await Workers(tmp_path, driver, 1, 60).take(bare, "check")
    assert list((tmp_path / "jails").iterdir()) == []


async def test_stocks_that_are_filled_at_once_hold_no_more_than_they_should(tmp_path: Path, bare: Environment):
    class Slow(UnsafeDriver):
        begun = 0

        async def start(self, spec: Spec) -> UnsafeJail:
            self.begun += 1
            return await asyncio.get_running_loop().create_future()

    driver = Slow()
    workers = Workers(tmp_path, driver, 2, 60)
    filling = [asyncio.create_task(workers.warm(bare, "check")) for _ in range(5)]
    await until(lambda: driver.begun == 2)
    await asyncio.wait(filling, timeout=0.05)
    assert driver.begun == 2
    for task in filling:
        task.cancel()
    await asyncio.gather(*filling, return_exceptions=True)
    await workers.close()


async def test_folders_of_a_stock_whose_process_was_killed_are_removed_by_the_next(
    tmp_path: Path, driver: Driver, bare: Environment
):
    workers, others = (Workers(tmp_path, driver, 0, 60) for _ in range(2))
    worker = await workers.take(bare, "check")
    (kept,) = (tmp_path / "jails").iterdir()
    (tmp_path / "jails" / "0123abcd.w-1" / "app").mkdir(parents=True)  # of a life of which there is no lock
    another = await others.take(bare, "check")
    left = set((tmp_path / "jails").iterdir())
    assert (kept in left, len(left)) == (True, 2)
    for each in (worker, another, workers, others):
        await each.close()


FORGED = """
mark = open("/proc/self/cmdline", "rb").read().split(b"\\0")[3].decode()
for said in ("{", "[]", '{"code": "none"}', "[" * 50_000, '{"code": 1e400}', '{"code": %d}' % 10**30):
    print(mark + said, flush=True)
raise SystemExit(5)
"""


async def test_what_a_program_forges_is_no_more_than_a_line(workers: Workers, bare: Environment):
    worker = await workers.take(bare, "check")
    await worker.fill([SourceFile("forged.py", FORGED)])
    ran = await worker.run("forged")
    assert (ran.code, len(ran.lines)) == (5, 6)
    await worker.close()
