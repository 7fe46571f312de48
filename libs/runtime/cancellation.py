"""Stopping work at once when its run ends."""

from __future__ import annotations

import asyncio
import contextlib
from collections import defaultdict
from collections.abc import AsyncGenerator

from libs.contracts import events, subjects
from libs.runtime.platform import Platform

ENDS = (events.Cancelled, events.Failed)


class RunEnded(Exception):  # not a fault
    """The run ended while it was worked on."""


class Cancellation:
    """Hears of runs that end and cancels what works on them. A missed one only costs the rest of a model call."""

    def __init__(self) -> None:
        self._working: dict[str, set[asyncio.Task[object]]] = defaultdict(set)
        self._ended: set[asyncio.Task[object]] = set()

    async def listen(self, platform: Platform) -> None:
        """Begin to hear of ends."""
        for event in ENDS:
            await platform.hear(f"events.project.*.run.*.{event.event_name()}", self.heard)

    def heard(self, subject: str, _body: bytes) -> None:
        """A run ended, or was about to: an append is heard with each try, and when the log refuses it."""
        for task in self._working.get(subjects.parse(subject).run_id, set()) - self._ended:
            self._ended.add(task)
            task.cancel()

    @contextlib.asynccontextmanager
    async def of(self, run_id: str) -> AsyncGenerator[None]:
        """Work on a run; raises ``RunEnded`` in place of the cancellation that a run's end causes."""
        task = asyncio.current_task()
        assert task is not None
        self._working[run_id].add(task)
        try:
            yield
        except asyncio.CancelledError:
            if task not in self._ended or task.uncancel():
                raise
            raise RunEnded from None
        finally:
            self._ended.discard(task)
            self._working[run_id].discard(task)
            if not self._working[run_id]:
                del self._working[run_id]
