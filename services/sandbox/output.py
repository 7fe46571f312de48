"""What a jail prints: always drained, so that it never blocks, and bounded, so that it fills nothing."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from typing import Protocol

LONGEST = 65_536  # bytes of one line; longer ones are cut into such pieces
KEPT = 4 * 1024 * 1024  # bytes that wait for a reader; the oldest lines go first
CHUNK = 65_536
LINE = 128  # bytes that a line is counted as beside its own: to take up an empty one costs as much as that


class Readable(Protocol):
    """Bytes as they come, at most so many; none at the end."""

    async def read(self, n: int = -1, /) -> bytes:
        """The next of them."""
        ...


class Output:
    """Lines of one jail for one reader. ``most`` is the bytes a second after which ``flooded`` is set.

    Each line counts as some bytes more than it has.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._lines: deque[bytes] = deque()
        self._size = 0
        self._rest = b""
        self._news = asyncio.Event()
        self._ended = False
        self.dropped = 0  # lines
        self.flooded = asyncio.Event()

    async def drain(self, stream: Readable) -> None:
        """Read ``stream`` to its end."""
        loop, began, seen = asyncio.get_running_loop(), 0.0, 0
        while data := await stream.read(CHUNK):
            if loop.time() - began > 1:
                began, seen = loop.time(), 0
            seen += len(data) + data.count(b"\n") * LINE
            if seen > self._most:
                self.flooded.set()
            self.feed(data)
        self.end()

    def feed(self, data: bytes) -> None:
        """Take up bytes as they come."""
        *whole, self._rest = (self._rest + data).split(b"\n")
        for line in whole:
            self._add(line)
        while len(self._rest) > LONGEST:
            self._add(self._rest[:LONGEST])
            self._rest = self._rest[LONGEST:]

    def end(self) -> None:
        """There will be no more."""
        if self._rest:
            self._add(self._rest)
            self._rest = b""
        self._ended = True
        self._news.set()

    def _add(self, line: bytes) -> None:
        for start in range(0, len(line) or 1, LONGEST):
            piece = line[start : start + LONGEST].rstrip(b"\r")
            self._lines.append(piece)
            self._size += len(piece) + 1
        while self._size > KEPT:
            self._size -= len(self._lines.popleft()) + 1
            self.dropped += 1
        self._news.set()

    async def lines(self) -> AsyncIterator[bytes]:
        """Lines as they come, until the end."""
        while True:
            while self._lines:
                line = self._lines.popleft()
                self._size -= len(line) + 1
                yield line
            if self._ended:
                return
            self._news.clear()
            await self._news.wait()
