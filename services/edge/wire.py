"""The socket under a response of uvicorn: what goes to many clients is framed once and wakes no task."""

from __future__ import annotations

import asyncio
from typing import Any


class Wire:
    """Writes past ASGI, as long as the client keeps up; for any other server it writes nothing."""

    def __init__(self, send: Any) -> None:
        self._cycle: Any = getattr(send, "__self__", None)

    def write(self, chunk: bytes) -> bool:
        """Send a chunk as made by ``chunked``; ``False`` if the client is slow, gone, or out of reach."""
        cycle = self._cycle
        if cycle is None or not getattr(cycle, "chunked_encoding", False):
            return False
        if cycle.disconnected or cycle.flow.write_paused:
            return False
        cycle.transport.write(chunk)
        return True

    def abort(self) -> None:
        """Cut the connection. To close it would mean to wait until the unread bytes are taken, for ever."""
        transport = getattr(self._cycle, "transport", None)
        if transport is not None:
            transport.abort()


class Idle:
    """A client that has everything up to ``cursor`` and waits for more."""

    __slots__ = ("cursor", "waiter", "wire")

    def __init__(self, wire: Wire, cursor: int) -> None:
        self.wire = wire
        self.cursor = cursor
        self.waiter: asyncio.Future[bool] = asyncio.get_running_loop().create_future()

    def take(self, first: int, last: int, chunk: bytes) -> None:
        """What came from ``first`` to ``last``. Where it cannot be written as it is, the client's task is woken."""
        if self.waiter.done() or self.cursor >= last:  # a replay may have read further than the tail has come
            return
        if chunk and self.cursor < first and self.wire.write(chunk):
            self.cursor = last
        else:
            self.waiter.set_result(True)

    def wake(self) -> None:
        """Something is to be looked at."""
        if not self.waiter.done():
            self.waiter.set_result(True)

    def silent(self) -> None:
        """Nothing came for long."""
        if not self.waiter.done():
            self.waiter.set_result(False)


def chunked(data: bytes) -> bytes:
    """``data`` in HTTP/1.1 chunked transfer coding (RFC 9112, 7.1)."""
    return b"%x\r\n%b\r\n" % (len(data), data)
