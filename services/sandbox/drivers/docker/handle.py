"""A container's first process, held so that it can be ended without dockerd, and its folders reached from here."""

from __future__ import annotations

import contextlib
import os
import signal
from pathlib import Path

from services.sandbox.drivers import cgroups, disk
from services.sandbox.port import DATA, RUN

TMP = "/tmp"  # noqa: S108  # of the jail
PLACES = (RUN, DATA, TMP)


class Handle:
    """Of a process of this machine. Holds on to exactly that process, whoever has its number later."""

    def __init__(self, process: int, container: str) -> None:
        """Take hold of it.

        Raises:
            OSError: it has ended, it is out of sight, or there is no right to look into it.
        """
        with contextlib.ExitStack() as undo:
            self._process = os.pidfd_open(process)
            undo.callback(os.close, self._process)
            if container not in Path(f"/proc/{process}/cgroup").read_text(encoding="utf-8"):
                raise ProcessLookupError(f"{process} is not of the container {container}")
            self.cgroup = cgroups.of(process)
            # A jail cannot change what lies before these, so nothing on this way leads elsewhere.
            self._places: dict[str, int] = {}
            for place in PLACES:
                self._places[place] = os.open(
                    f"/proc/{process}/root{place}", os.O_PATH | os.O_DIRECTORY | os.O_NOFOLLOW
                )
                undo.callback(os.close, self._places[place])
            undo.pop_all()

    @property
    def run(self) -> Path:
        """The run folder, for as long as this handle is open."""
        return Path(f"/proc/self/fd/{self._places[RUN]}")

    def full(self) -> list[str]:
        """Places with no room left."""
        return [place for place, handle in self._places.items() if disk.full(handle)]

    def kill(self) -> None:
        """End it at once, and with it everything in the container."""
        with contextlib.suppress(OSError):
            signal.pidfd_send_signal(self._process, signal.SIGKILL)

    def close(self) -> None:
        """Let go of it."""
        for handle in (self._process, *self._places.values()):
            os.close(handle)
