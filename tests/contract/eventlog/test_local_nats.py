"""A local nats-server is started again: when it is gone, or met a full disk, after which it never writes again."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.local import servers as local
from deploy.local.nats import StartError
from deploy.local.servers import Servers
from libs.testing.waiting import until

SAID = b"[1] [ERR] Filestore [EVENTS] Critical write error: write 1.blk: no space left on device\n"


@pytest.fixture
def servers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Servers]:
    monkeypatch.setattr(local, "SUPERVISE_SECONDS", 0.01)
    made = Servers(tmp_path)
    made.start()
    yield made
    made.stop()


def say(servers: Servers) -> None:
    with (servers.nats.data / "nats.log").open("ab") as output:
        output.write(SAID)


@contextlib.asynccontextmanager
async def supervised(servers: Servers):
    task = asyncio.create_task(servers.supervise())
    yield
    task.cancel()
    await asyncio.wait({task})
    assert task.cancelled()


async def test_it_is_started_again_once_and_not_before_there_is_room(
    servers: Servers, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks, room = [], False

    def has_room(_folder: Path) -> bool:
        looks.append(room)
        return room

    monkeypatch.setattr(local, "has_room", has_room)
    first = servers.nats.process
    say(servers)
    async with supervised(servers):
        await until(lambda: len(looks) > 5)
        assert servers.nats.process is first
        room = True
        second = await until(lambda: servers.nats.process if servers.nats.process is not first else None)
        seen = len(looks)
        await asyncio.sleep(0.1)
        assert (servers.nats.process, len(looks)) == (second, seen)
    assert second.poll() is None


async def test_a_start_that_failed_is_tried_again(servers: Servers) -> None:
    first = servers.nats.process
    assert first is not None
    servers.nats.kill()
    with socket.socket() as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        other.bind(("127.0.0.1", servers.nats.port))
        other.listen()
        with pytest.raises(StartError):
            servers.nats.start()
    async with supervised(servers):
        second = await until(lambda: servers.nats.process)
    assert second is not first
    assert second.poll() is None


async def test_it_is_started_again_although_its_log_is_gone(servers: Servers) -> None:
    first = servers.nats.process
    assert first is not None
    (servers.nats.data / "nats.log").unlink()
    async with supervised(servers):
        await until(lambda: not servers.nats.stuck())
        first.kill()
        await until(lambda: servers.nats.process is not first)


async def test_what_it_said_before_it_was_started_does_not_count(servers: Servers) -> None:
    say(servers)
    assert servers.nats.stuck()
    servers.nats.stop()
    servers.nats.start()
    assert not servers.nats.stuck()


def test_a_stack_does_not_start_without_room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert local.has_room(tmp_path)
    monkeypatch.setattr(local, "has_room", lambda _folder: False)
    for _ in range(2):  # the folder is free for the next try
        with pytest.raises(StartError, match="no room left"):
            Servers(tmp_path).start()
