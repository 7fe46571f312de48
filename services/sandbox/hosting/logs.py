"""What an app prints, on its way to whoever watches: without its secrets, and no more than somebody can read."""

from __future__ import annotations

import asyncio
import re
from collections import deque
from collections.abc import AsyncIterable, Awaitable, Callable, Iterable

STAGE = "log"
KEPT_LINES = 40  # that a fact tells at the end
KEPT_LINE = 400  # characters of each
LINE = 2000  # characters of one line that is sent
FLUSH_SECONDS = 0.1
PIECE = 16_000  # characters of one fragment
RATE = 16_000  # characters a second in the long run
BURST = 64_000  # characters at once
SHORTEST_SECRET = 4  # characters: to hide a shorter one would hide half of what is said
HIDDEN = "•••"

Say = Callable[[str], Awaitable[None]]


class AppLog:
    """Lines of one app: the last are kept, all that there is room for are sent on, and none that tell of ``ours``."""

    def __init__(self, say: Say, secrets: Iterable[str] = ()) -> None:
        self.ours = ""
        self._say = say
        lines = (line for text in secrets for line in text.splitlines())  # as what is printed comes
        hidden = sorted((re.escape(line) for line in lines if len(line) >= SHORTEST_SECRET), key=len, reverse=True)
        self._hidden = re.compile("|".join(hidden)) if hidden else None
        self._kept: deque[str] = deque(maxlen=KEPT_LINES)
        self._waiting: list[str] = []
        self._room = float(BURST)
        self._dropped = 0

    @property
    def tail(self) -> tuple[str, ...]:
        """The last lines."""
        return tuple(self._clean(line)[:KEPT_LINE] for line in self._kept)

    def add(self, line: str) -> None:
        """Take up a line. One that there is no room for is not looked at: there may be very many."""
        if self.ours and self.ours in line:
            return
        self._kept.append(line)
        if min(len(line), LINE) + 1 > self._room:
            self._dropped += 1
            return
        text = self._clean(line)
        self._room -= len(text) + 1
        self._waiting.append(text)

    def _clean(self, line: str) -> str:
        text = (self._hidden.sub(HIDDEN, line) if self._hidden else line)[:LINE]
        return "".join(char if char.isprintable() or char == "\t" else "�" for char in text)

    async def follow(self, lines: AsyncIterable[bytes]) -> None:
        """Take up lines until there are no more, and send them on."""
        sending = asyncio.create_task(self._send())
        try:
            async for line in lines:
                self.add(line.decode(errors="replace"))
        finally:
            sending.cancel()
            await self.flush()

    async def _send(self) -> None:
        while True:
            await asyncio.sleep(FLUSH_SECONDS)
            self._room = min(self._room + RATE * FLUSH_SECONDS, BURST)
            await self.flush()

    async def flush(self) -> None:
        """Send what waits."""
        if self._dropped and self._room > LINE:
            self._waiting.append(f"[{self._dropped} lines left out: more than can be followed]")
            self._dropped = 0
        waiting, self._waiting = self._waiting, []
        piece = ""
        for line in waiting:
            if piece and len(piece) + len(line) > PIECE:
                await self._say(piece)
                piece = ""
            piece += f"{line}\n"
        if piece:
            await self._say(piece)
