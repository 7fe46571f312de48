"""What the jails of all drivers do alike: they are given lines, heard, waited for and ended."""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Callable
from pathlib import Path

from services.sandbox.output import Output
from services.sandbox.port import DriverError, Exit, Spec

SEND_SECONDS = 10.0  # how long a jail may leave its input unread


class BaseJail(ABC):
    """See the port for what is public. ``_live`` runs from the start, sees to the limits, and leaves nothing behind."""

    def __init__(self, spec: Spec, uid: int, run: Path) -> None:
        self.id, self.uid, self.run = spec.id, uid, run
        self._limits = spec.limits
        self._output = Output(spec.limits.output)
        self._stop = asyncio.Event()  # somebody wants it to end
        self._ending = asyncio.create_task(self._live())  # its first step comes after the whole constructor

    @abstractmethod
    async def _live(self) -> Exit:
        """Until it has ended, by itself, by a limit or because of ``_stop``."""

    @abstractmethod
    def _input(self) -> asyncio.StreamWriter:
        """Its standard input."""

    def path(self, place: str) -> str:
        """The same inside."""
        return place

    async def send(self, line: bytes) -> None:
        """Give it a line; see the port."""
        writer = self._input()
        if self._ending.done() or writer.is_closing():
            raise DriverError(f"The jail {self.id} has ended.")
        try:
            writer.write(line + b"\n")
            async with asyncio.timeout(SEND_SECONDS):
                await writer.drain()
        except TimeoutError:
            raise DriverError(f"The jail {self.id} reads nothing.") from None
        except (ConnectionError, RuntimeError) as error:
            raise DriverError(f"The jail {self.id} has ended.") from error

    def lines(self) -> AsyncIterator[bytes]:
        """Its output; see the port."""
        return self._output.lines()

    async def wait(self) -> Exit:
        """How it ended."""
        return await asyncio.shield(self._ending)

    async def kill(self) -> None:
        """End it; see the port."""
        self._stop.set()
        await self.wait()

    def on_end(self, told: Callable[[], object]) -> None:
        """Call ``told`` when it has ended and nothing of it is left."""
        self._ending.add_done_callback(lambda _: told())
