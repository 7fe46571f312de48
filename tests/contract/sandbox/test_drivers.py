"""What every driver does, whatever it makes its jails with."""

from __future__ import annotations

import asyncio
from pathlib import Path
from uuid import uuid4

import pytest

from services.sandbox import sockets
from services.sandbox.drivers import base
from services.sandbox.port import APP, DATA, MEBIBYTE, PYTHON, RUN, Driver, DriverError, Exit, Jail, Limits, Spec
from tests.contract.sandbox.conftest import Make

FOREVER = "import time\nwhile True: time.sleep(10)"


def spec(program: str, **rest: object) -> Spec:
    rest.setdefault("limits", Limits(seconds=30))
    return Spec(f"jail-{uuid4().hex[:8]}", (PYTHON, "-c", program), **rest)  # type: ignore[arg-type]


async def done(driver: Driver, wanted: Spec) -> tuple[list[str], Exit]:
    jail = await driver.start(wanted)
    return [line.decode() async for line in jail.lines()], await jail.wait()


async def first_line(jail: Jail) -> str:
    async with asyncio.timeout(60):
        async for line in jail.lines():
            return line.decode()
    raise AssertionError(await jail.wait())


@pytest.fixture
def app(tmp_path: Path) -> Path:
    """A folder that any user may read and write, as far as the host is concerned."""
    tmp_path.chmod(0o777)
    return tmp_path


async def test_it_says_what_it_prints_and_how_it_ended(driver: Driver):
    lines, ended = await done(driver, spec("import sys; print('out'); print('err', file=sys.stderr); sys.exit(3)"))
    assert sorted(lines) == ["err", "out"]
    assert (ended.ending, ended.code) == ("exited", 3)
    assert await done(driver, spec("print('a'*70_000)")) == (["a" * 65_536, "a" * 4_464], Exit("exited", 0))


async def test_it_follows_what_it_is_told_until_it_has_ended(driver: Driver):
    jail = await driver.start(spec("for line in iter(input, 'end'): print(line[::-1], flush=True)"))
    await jail.send(b"abc")
    assert await first_line(jail) == "cba"
    await jail.send(b"end")
    assert (await jail.wait()).ending == (await jail.wait()).ending == "exited"
    with pytest.raises(DriverError):
        await jail.send(b"more")


async def test_one_that_reads_nothing_holds_nobody_up(driver: Driver, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(base, "SEND_SECONDS", 0.2)
    jail = await driver.start(spec(FOREVER))
    with pytest.raises(DriverError, match="reads nothing"):
        await jail.send(b"x" * MEBIBYTE)
    await jail.kill()


async def test_it_has_the_environment_it_was_given_and_nothing_of_ours(driver: Driver, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("OUR_SECRET", "hush")
    program = "import os; print(os.environ.get('OUR_SECRET'), os.environ['THEIRS'])"
    assert (await done(driver, spec(program, env={"THEIRS": "yes"})))[0] == ["None yes"]


async def test_it_reads_the_folders_it_was_given(driver: Driver, app: Path):
    (app / "main.py").write_text("x = 7")
    jail = await driver.start(spec("import sys; print(open(input()).read())", read_only={APP: app}))
    await jail.send(jail.path(f"{APP}/main.py").encode())
    assert await first_line(jail) == "x = 7"
    await jail.kill()


async def test_it_can_write_to_no_folder_but_its_own(jailed: Driver, app: Path):
    program = (
        "for place in ('/', '/app', '/etc', '/opt/python', '/dev', '/sys', '/proc', '/data', '/tmp', '/run/box'):\n"
        "    try: open(f'{place}/new', 'w').close(); print(place)\n"
        "    except OSError: pass"
    )
    assert (await done(jailed, spec(program, read_only={APP: app})))[0] == ["/data", "/tmp", "/run/box"]
    assert not any(app.glob("*"))  # noqa: ASYNC240  # a folder of one test


async def test_its_socket_is_reached_through_its_run_folder(driver: Driver):
    program = (
        "import socket; s = socket.socket(socket.AF_UNIX); s.bind(input()); s.listen(); print('up', flush=True)\n"
        "s.accept()[0].sendall(b'hello')"
    )
    jail = await driver.start(spec(program))
    await jail.send(jail.path(f"{RUN}/app.sock").encode())
    assert await first_line(jail) == "up"
    line = await sockets.connect(jail, "app.sock")
    with line:
        assert await asyncio.get_running_loop().sock_recv(line, 100) == b"hello"
    await jail.wait()
    with pytest.raises(ConnectionError):
        await sockets.connect(jail, "app.sock")


async def test_it_is_ended_at_once_as_often_as_one_asks(driver: Driver):
    jail = await driver.start(spec(f"print('up', flush=True)\n{FOREVER}"))
    await first_line(jail)
    await asyncio.gather(jail.kill(), jail.kill())
    await jail.kill()
    ended = await jail.wait()
    assert ended.code == -9
    assert driver.name == "unsafe" or ended.ending == "stopped"


async def test_it_ends_when_its_time_is_over(driver: Driver):
    _, ended = await done(driver, spec(FOREVER, limits=Limits(seconds=0.5)))
    assert ended == Exit("time", -9, "It was not done within 0.5 s.")


async def test_too_much_memory_ends_it(jailed: Driver):
    program = "held = [bytearray(1 << 20) for _ in range(4096)]"
    _, ended = await done(jailed, spec(program, limits=Limits(memory=64 * MEBIBYTE, seconds=30)))
    assert ended == Exit("memory", -9, "It used more than 64 MiB of memory.")


async def test_too_much_memory_in_a_process_it_started_ends_it_too(jailed: Driver):
    program = f"import os\nif os.fork() == 0: held = [bytearray(1 << 20) for _ in range(4096)]\n{FOREVER}"
    _, ended = await done(jailed, spec(program, limits=Limits(memory=64 * MEBIBYTE, seconds=30)))
    assert ended.ending == "memory"


async def test_a_flood_of_output_ends_it(jailed: Driver):
    _, ended = await done(jailed, spec("while True: print('x' * 1000)", limits=Limits(output=MEBIBYTE, seconds=30)))
    assert ended == Exit("output", -9, "It printed more than 1 MiB in a second, or as much in short lines.")


async def test_what_it_has_no_room_for_is_told(jailed: Driver):
    program = f"input()\nwith open('{DATA}/big', 'wb') as big:\n  while True: big.write(bytes(100_000)); big.flush()"
    jail = await jailed.start(spec(program, limits=Limits(disk=MEBIBYTE, seconds=30)))
    await jail.send(b"")  # Docker names a program's process only after it has started, so it waits until it is held
    lines, ended = [line async for line in jail.lines()], await jail.wait()
    assert b"OSError" in lines[-1]
    assert (ended.ending, ended.code) == ("exited", 1)
    assert "/data was full (1 MiB" in ended.message


async def test_processes_it_may_not_have_are_told(jailed: Driver):
    program = (
        "import os, time\n"
        "try:\n  while True:\n    if os.fork() == 0: time.sleep(100)\n"
        "except OSError: time.sleep(1.5); os._exit(1)"
    )
    _, ended = await done(jailed, spec(program, limits=Limits(processes=12, seconds=30)))
    assert (ended.ending, ended.code) == ("exited", 1)
    assert "more than 12 processes" in ended.message


async def test_its_data_is_kept_where_a_folder_is_given_and_wiped_elsewhere(driver: Driver, tmp_path: Path):
    program = "with open(input(), 'a+') as kept: kept.write('x'); kept.flush(); kept.seek(0); print(kept.read())"

    async def run(data: Path | None) -> str:
        jail = await driver.start(spec(program, data=data))
        await jail.send(jail.path(f"{DATA}/kept").encode())
        told = await first_line(jail)
        await jail.wait()
        return told

    assert [await run(tmp_path / "data") for _ in range(3)] == ["x", "xx", "xxx"]
    assert [await run(None) for _ in range(2)] == ["x", "x"]


async def test_a_name_is_taken_once(jailed: Driver):
    wanted = spec(FOREVER)
    jail = await jailed.start(wanted)
    for wrong in (wanted, Spec("../up", wanted.argv), Spec("", wanted.argv)):
        with pytest.raises(DriverError):
            await jailed.start(wrong)
    await jail.kill()


async def test_jails_of_a_process_that_lives_are_left_to_it(jailed: Driver, make: Make):
    jail = await jailed.start(spec(f"input(); print('here', flush=True)\n{FOREVER}"))
    other = make()
    assert await other.reap() == []
    await other.close()
    await jail.send(b"")
    assert await first_line(jail) == "here"


async def test_its_own_are_reaped_but_those_to_keep(jailed: Driver):
    kept, gone = await jailed.start(spec(FOREVER)), await jailed.start(spec(FOREVER))
    assert await jailed.reap(keep={kept.id}) == [gone.id]
    assert (await gone.wait()).ending == "stopped"
    assert await jailed.reap(keep={kept.id}) == []
    assert await jailed.reap() == [kept.id]


async def test_limits_hold_after_a_reap_that_came_before_the_first_jail(jailed: Driver, make: Make):
    mine = make()
    await mine.reap()
    limits = Limits(memory=64 * MEBIBYTE, processes=12, seconds=30)
    program = (
        "import os, time\ntry:\n  while True:\n    if os.fork() == 0: time.sleep(100)\nexcept OSError: time.sleep(1.5)"
    )
    _, ended = await done(mine, spec(f"{program}\nheld = [bytearray(1 << 20) for _ in range(4096)]", limits=limits))
    await mine.close()
    assert ended.ending == "memory"


async def test_closing_ends_all(make: Make):
    mine = make()
    jails = [await mine.start(spec(FOREVER)) for _ in range(2)]
    await mine.close()
    async with asyncio.timeout(60):
        assert [(await jail.wait()).code for jail in jails] == [-9, -9]
