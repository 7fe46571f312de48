"""What is told of Docker alone."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from libs.testing.dockerd import Dockerd
from services.sandbox import sockets
from services.sandbox.drivers.docker import driver as module
from services.sandbox.drivers.docker.driver import DockerDriver
from services.sandbox.port import DATA, MEBIBYTE, PYTHON, RUN, Limits, Spec


async def test_a_program_that_ends_while_it_is_looked_for_does_not_put_kept_data_elsewhere(
    house: Path, dockerd: Dockerd, monkeypatch: pytest.MonkeyPatch
):
    def gone(process: int, container: str) -> None:
        raise ProcessLookupError(process, container)

    monkeypatch.setattr(module, "Handle", gone)
    driver = DockerDriver(house, dockerd.url)
    jail = await driver.start(Spec("brief", (PYTHON, "-c", "import time; time.sleep(0.3)")))
    assert (await jail.wait()).ending == "exited"
    assert not driver._shared  # where folders of the host stand in for mounts, and for images with kept data
    await driver.close()


SHARED = f"""
import os, socket, sys, time
listening = socket.socket(socket.AF_UNIX)
listening.bind("{RUN}/app.sock")
listening.listen()
kept = open("{DATA}/kept", "a+")
kept.write("x")
kept.seek(0)
print(kept.read(), os.getuid(), flush=True)
listening.accept()[0].sendall(b"hello")
for name in "abc":  # each smaller than the one file that may be
    with open("{RUN}/" + name, "wb") as big:
        big.write(bytes(600_000))
time.sleep(60)
"""


async def test_where_dockerd_is_out_of_sight_folders_of_the_host_stand_in_and_are_watched(
    house: Path, dockerd: Dockerd, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    def hidden(process: int, container: str) -> None:
        raise PermissionError(process, container)

    monkeypatch.setattr(module, "Handle", hidden)
    monkeypatch.setattr(module, "LOOKS", 1)
    driver = DockerDriver(house, dockerd.url)
    for number in (1, 2):
        wanted = Spec(f"shared-{number}", (PYTHON, "-c", SHARED), data=tmp_path, limits=Limits(disk=MEBIBYTE))
        jail = await driver.start(wanted)
        said = await anext(jail.lines())
        assert said.decode().split() == ["x" * number, str((tmp_path / "files").stat().st_uid)]
        with await sockets.connect(jail, "app.sock") as line:
            assert await asyncio.get_running_loop().sock_recv(line, 100) == b"hello"
        ended = await jail.wait()
        assert (driver._shared, ended.ending) == (True, "disk")
        assert not driver._place(wanted.id).exists()
    await driver.close()
