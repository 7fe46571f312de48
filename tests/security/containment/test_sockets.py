"""A jail cannot lead the host to anything but its own listening socket."""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest

from services.sandbox import sockets
from services.sandbox.sockets import JailTransport, SocketError, connect


@dataclass
class Box:
    run: Path
    uid: int = field(default_factory=os.getuid)


def listener(path: Path, backlog: int = 5) -> socket.socket:
    made = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    made.bind(str(path))
    made.listen(backlog)
    return made


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "box"
    made.mkdir()
    return made


@pytest.fixture
def victim(tmp_path: Path) -> Iterator[socket.socket]:
    """A socket of the host that no jail may reach."""
    with listener(tmp_path / "victim.sock") as made:
        made.setblocking(False)
        yield made


def untouched(victim: socket.socket) -> bool:
    try:
        victim.accept()[0].close()
    except BlockingIOError:
        return True
    return False


async def test_a_socket_of_the_jail_is_connected_to(folder: Path):
    with listener(folder / "app.sock") as server:
        connected = await connect(Box(folder), "app.sock")
        taken, _ = server.accept()
        with taken, connected:
            taken.sendall(b"here")
            assert await asyncio.get_running_loop().sock_recv(connected, 10) == b"here"


@pytest.mark.parametrize("name", ["../victim.sock", "/etc/passwd", "", ".", "..", "a\0b"])
async def test_a_name_is_one_name_in_the_run_folder(folder: Path, victim: socket.socket, name: str):
    with pytest.raises(SocketError, match="not the name of a socket"):
        await connect(Box(folder), name)
    assert untouched(victim)


async def test_a_link_to_a_socket_of_the_host_is_not_followed(folder: Path, victim: socket.socket):
    (folder / "app.sock").symlink_to("../victim.sock")
    with pytest.raises(SocketError, match="not a socket of this jail"):
        await connect(Box(folder), "app.sock")
    assert untouched(victim)


@pytest.mark.parametrize("kind", ["file", "folder", "fifo"])
async def test_what_is_no_socket_is_refused_and_not_opened(folder: Path, kind: str):
    place = folder / "app.sock"
    {"file": place.touch, "folder": place.mkdir, "fifo": lambda: os.mkfifo(place)}[kind]()
    async with asyncio.timeout(1):  # opening a FIFO would wait for its other end
        with pytest.raises(SocketError, match="not a socket of this jail"):
            await connect(Box(folder), "app.sock")


async def test_a_missing_or_silent_socket_says_so(folder: Path):
    with pytest.raises(SocketError, match="There is no socket"):
        await connect(Box(folder), "app.sock")
    listener(folder / "app.sock").close()
    with pytest.raises(SocketError, match="Nobody listens"):
        await connect(Box(folder), "app.sock")


async def test_the_socket_of_another_user_is_refused(folder: Path):
    with listener(folder / "app.sock"), pytest.raises(SocketError, match="not a socket of this jail"):
        await connect(Box(folder, uid=os.getuid() + 1), "app.sock")


@pytest.mark.skipif(os.getuid() != 0, reason="only root can give a socket away")
async def test_a_listener_of_another_user_is_refused_whoever_owns_its_socket(folder: Path):
    with listener(folder / "app.sock"):
        os.chown(folder / "app.sock", 54321, 54321)
        with pytest.raises(SocketError, match="not of this jail"):
            await connect(Box(folder, uid=54321), "app.sock")


async def test_what_is_swapped_in_after_the_check_is_not_connected_to(
    folder: Path, victim: socket.socket, monkeypatch: pytest.MonkeyPatch
):
    real = sockets._connect

    async def swapping(path: str, name: str) -> socket.socket:
        (folder / "app.sock").unlink()
        (folder / "app.sock").symlink_to("../victim.sock")
        return await real(path, name)

    monkeypatch.setattr(sockets, "_connect", swapping)
    with listener(folder / "app.sock") as server:
        (await connect(Box(folder), "app.sock")).close()
        server.accept()[0].close()
    assert untouched(victim)


async def test_a_listener_that_never_accepts_ends_the_wait(folder: Path):
    with listener(folder / "app.sock", backlog=0):
        first = await connect(Box(folder), "app.sock")
        with first, pytest.raises(SocketError, match=r"within 0.1 s"):
            await connect(Box(folder), "app.sock", seconds=0.1)


async def test_http_travels_over_it_and_a_refusal_is_a_connect_error(folder: Path):
    async def once(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nhi")
        writer.close()  # the client must see by itself that this one is not to be used again

    async with httpx.AsyncClient(transport=JailTransport(Box(folder), "app.sock"), base_url="http://app") as client:
        with pytest.raises(httpx.ConnectError, match="There is no socket"):
            await client.get("/")
        server = await asyncio.start_unix_server(once, folder / "app.sock")
        async with server:
            assert [(await client.get("/")).text for _ in range(3)] == ["hi"] * 3


async def test_a_slow_answer_ends_at_the_clients_limit(folder: Path):
    with listener(folder / "app.sock"):
        transport = JailTransport(Box(folder), "app.sock")
        async with httpx.AsyncClient(transport=transport, base_url="http://app", timeout=0.1) as client:
            with pytest.raises(httpx.ReadTimeout):
                await client.get("/")
