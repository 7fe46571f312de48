"""A model's text on its way to whoever watches, in pieces that do not flood them."""

from __future__ import annotations

import asyncio

from libs.contracts.live import Fragment
from libs.contracts.work import Work
from libs.runtime.platform import Platform

FLUSH_SECONDS = 0.05
MAX_PIECE = 4000  # characters of one fragment; a watcher needs the newest, not all


class LiveText:
    """Gathers pieces of text and sends them a few times a second."""

    def __init__(self, platform: Platform, owner: str, work: Work) -> None:
        self._platform = platform
        self._owner = owner
        self._work = work
        self._pieces: list[str] = []
        self._flusher: asyncio.Task[None] | None = None

    def __call__(self, text: str) -> None:
        """Take a piece; it goes out within 50 ms."""
        self._pieces.append(text)
        if self._flusher is None:
            self._flusher = asyncio.create_task(self._flush_soon())

    async def _flush_soon(self) -> None:
        await asyncio.sleep(FLUSH_SECONDS)
        self._flusher = None
        await self._flush()

    async def _flush(self) -> None:
        text, self._pieces = "".join(self._pieces)[-MAX_PIECE:], []
        if text:
            await self._platform.say(self._owner, Fragment("token", self._work.stage, text, self._work.item))

    def close(self) -> None:
        """Let go of what is left: the fact that follows says it all."""
        if self._flusher is not None:
            self._flusher.cancel()
