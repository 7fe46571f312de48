"""By what a jail is known again after the process that made it is gone: house, driver and jail, in one name.

A house is a folder of sandboxes on a machine; two houses leave each other's jails alone. A driver is one life of one
process, and holds a lock while it lives; so two processes of one house leave each other's jails alone as well.
"""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import hashlib
import os
import re
import secrets
import signal
from collections.abc import Generator, Iterator
from pathlib import Path

PREFIX = "interius-jail"
AGAIN_SECONDS = 0.05  # between looks for what is still to be killed
_NAME = re.compile(r"[0-9a-f]{8}\.[A-Za-z0-9-]{1,100}")  # of a driver and a jail


def house_of(folder: Path) -> str:
    """The name of the house whose sandboxes are kept in ``folder``."""
    return hashlib.sha256(str(folder.resolve()).encode()).hexdigest()[:12]


class Life:
    """One life of one driver. ``name`` is letters and digits."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder / "drivers"
        self._folder.mkdir(parents=True, exist_ok=True)
        self.house, self.name, self._lock = house_of(folder), "", -1
        while self._lock < 0 or not os.fstat(self._lock).st_nlink:  # others may forget it before it is locked
            self.end()
            self.name = secrets.token_hex(4)
            self._lock = os.open(self._folder / self.name, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
            fcntl.flock(self._lock, fcntl.LOCK_EX)

    def mark(self, jail: str) -> str:
        """What bubblewrap is called on the command line for this jail."""
        return f"{PREFIX}:{self.house}:{self.name}.{jail}"

    def is_over(self, name: str) -> bool:
        """Whether the driver of this name no longer lives."""
        with self._ended(name) as over:
            return over

    @contextlib.contextmanager
    def _ended(self, name: str) -> Generator[bool]:
        """Whether it no longer lives; until this is left nobody begins to live by this name."""
        try:
            handle = os.open(self._folder / name, os.O_RDWR | os.O_CLOEXEC)
        except OSError:
            yield True
            return
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True
        finally:
            os.close(handle)

    def forget(self) -> None:
        """Remove the locks of those that no longer live."""
        for path in self._folder.iterdir():
            with self._ended(path.name) as over:
                if over:
                    path.unlink(missing_ok=True)

    def end(self) -> None:
        """This life is over."""
        if self._lock >= 0:
            (self._folder / self.name).unlink(missing_ok=True)
            os.close(self._lock)
            self._lock = -1


def marked(house: str) -> Iterator[tuple[int, str]]:
    """Processes of this house's jails with "driver.jail" of each.

    What is in a jail can see its mark, and call itself what it likes: such a name becomes the name of a file.
    """
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with contextlib.suppress(OSError):
                called = (entry / "cmdline").read_bytes().split(b"\0")[0].decode(errors="replace")
                name = called.removeprefix(f"{PREFIX}:{house}:")
                if name != called and _NAME.fullmatch(name):
                    yield int(entry.name), name


def kill_marked(house: str, name: str) -> None:
    """Kill the processes of "driver.jail"."""
    for process, found in marked(house):
        if found == name:
            with contextlib.suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)


async def gone(waiting: asyncio.Task[int], mark: str) -> None:
    """Wait for a killed bubblewrap: what it has half made dies with nobody, and keeps its output open."""
    _, house, name = mark.split(":")
    while not (await asyncio.wait({waiting}, timeout=AGAIN_SECONDS))[0]:
        await asyncio.to_thread(kill_marked, house, name)
