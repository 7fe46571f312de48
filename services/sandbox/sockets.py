"""Connecting to a socket that a jail made, which may at any moment become something else.

The name is opened without following links and without opening what it names, looked at, and connected to through that
same handle; then the listener itself is asked who it is. So a jail cannot lead the host to another socket of the host.
"""

from __future__ import annotations

import asyncio
import os
import select
import socket
import stat
import struct
from collections.abc import AsyncGenerator, Iterable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Protocol

import httpcore
import httpx

CONNECT_SECONDS = 5.0
BUSY_SECONDS = 0.005  # between tries while the listener's queue is full
_CREDENTIALS = struct.Struct("3i")  # pid, uid, gid


class Box(Protocol):
    """What is needed of a jail: where its sockets are, and whose they must be."""

    run: Path
    uid: int


class SocketError(ConnectionError):
    """There is no such socket, nobody answers there, or it is not what it should be; the message says which."""


async def connect(jail: Box, name: str, seconds: float = CONNECT_SECONDS) -> socket.socket:
    """A connected, non-blocking socket to ``name`` in the jail's run folder.

    Raises:
        SocketError: see there.
    """
    opened = _open(jail, name)
    try:
        async with asyncio.timeout(seconds):
            connected = await _connect(f"/proc/self/fd/{opened}", name)
    except TimeoutError:
        raise SocketError(f"Nobody took the connection to {name!r} within {seconds:g} s.") from None
    finally:
        os.close(opened)
    uid = _CREDENTIALS.unpack(connected.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _CREDENTIALS.size))[1]
    if uid != jail.uid:
        connected.close()
        raise SocketError(f"Who listens at {name!r} is not of this jail.")
    return connected


def _open(jail: Box, name: str) -> int:
    """A handle on the socket itself; whatever is put at its name afterwards is not what is connected to."""
    if name in {"", ".", ".."} or "/" in name or "\0" in name:
        raise SocketError(f"{name!r} is not the name of a socket.")
    try:
        folder = os.open(jail.run, os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            opened = os.open(name, os.O_PATH | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=folder)
        finally:
            os.close(folder)
    except OSError as error:
        raise SocketError(f"There is no socket {name!r}.") from error
    found = os.fstat(opened)
    if not stat.S_ISSOCK(found.st_mode) or found.st_uid != jail.uid:
        os.close(opened)
        raise SocketError(f"{name!r} is not a socket of this jail.")
    return opened


async def _connect(path: str, name: str) -> socket.socket:
    made = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM | socket.SOCK_CLOEXEC)
    made.setblocking(False)
    try:
        while True:
            try:
                made.connect(path)
            except BlockingIOError:  # its queue is full, and nothing tells when it no longer is
                await asyncio.sleep(BUSY_SECONDS)
            else:
                return made
    except OSError as error:
        made.close()
        raise SocketError(f"Nobody listens at {name!r}.") from error
    except BaseException:
        made.close()
        raise


class _Stream(httpcore.AsyncNetworkStream):
    def __init__(self, connected: socket.socket) -> None:
        self._socket = connected

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ASYNC109  # httpcore's own
        async with _translated(timeout, httpcore.ReadTimeout, httpcore.ReadError):
            return await asyncio.get_running_loop().sock_recv(self._socket, max_bytes)

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ASYNC109  # httpcore's own
        async with _translated(timeout, httpcore.WriteTimeout, httpcore.WriteError):
            await asyncio.get_running_loop().sock_sendall(self._socket, buffer)

    async def aclose(self) -> None:
        self._socket.close()

    def get_extra_info(self, info: str) -> Any:
        if info == "is_readable":  # asked of an idle connection: has the other side closed it?
            poll = select.poll()
            poll.register(self._socket, select.POLLIN)
            return bool(poll.poll(0))
        return self._socket if info == "socket" else None


@asynccontextmanager
async def _translated(seconds: float | None, late: type[Exception], broken: type[Exception]) -> AsyncGenerator[None]:
    try:
        async with asyncio.timeout(seconds):
            yield
    except TimeoutError as error:
        raise late(str(error)) from error
    except OSError as error:
        raise broken(str(error)) from error


class _Backend(httpcore.AsyncNetworkBackend):
    """Goes to one socket, whatever host and port are asked for."""

    def __init__(self, jail: Box, name: str) -> None:
        self._jail, self._name = jail, name

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109  # httpcore's own
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        try:
            return _Stream(await connect(self._jail, self._name, timeout or CONNECT_SECONDS))
        except SocketError as error:
            raise httpcore.ConnectError(str(error)) from error


class JailTransport(httpx.AsyncHTTPTransport):
    """HTTP/1.1 to the socket ``name`` of a jail; a refused socket is an ``httpx.ConnectError`` that says why."""

    def __init__(self, jail: Box, name: str, connections: int = 100) -> None:
        super().__init__(trust_env=False)
        self._pool = httpcore.AsyncConnectionPool(
            max_connections=connections,
            max_keepalive_connections=connections,
            keepalive_expiry=4.0,  # uvicorn closes idle ones after 5 s
            network_backend=_Backend(jail, name),
        )
