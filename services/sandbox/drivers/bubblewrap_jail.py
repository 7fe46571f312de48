"""One jail of bubblewrap: watched while it lives, and ended with everything in it."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import time
from dataclasses import dataclass
from pathlib import Path

import psutil

from services.sandbox.drivers import disk, endings, marks
from services.sandbox.drivers.base import BaseJail
from services.sandbox.drivers.cgroups import Cgroup
from services.sandbox.drivers.uids import Claim
from services.sandbox.port import Exit, Spec

TICK = 0.2  # seconds between looks at what the kernel does not tell by itself
DISK_TICKS = 2  # looks between two at a folder that has to be counted
PATIENCE = 2.0  # seconds for killed processes to be gone


@dataclass
class Held:
    """What a jail has of the host, to be given back."""

    handles: dict[str, int]  # open folders that it can write, and its status
    mark: str
    cgroup: Cgroup | None = None
    claim: Claim | None = None
    watch_data: bool = False  # /data is a folder that nothing but we limit

    def release(self) -> None:
        """Give it back."""
        if self.cgroup:
            self.cgroup.end()
        if self.claim:
            self.claim.release()
        for handle in self.handles.values():
            os.close(handle)
        self.handles = {}


class BubblewrapJail(BaseJail):
    """See the port."""

    def __init__(self, spec: Spec, process: asyncio.subprocess.Process, uid: int, held: Held) -> None:
        super().__init__(spec, uid, Path(f"/proc/self/fd/{held.handles['run']}"))
        self._process, self._held = process, held
        self._deadline = time.monotonic() + spec.limits.seconds if spec.limits.seconds else None

    def _input(self) -> asyncio.StreamWriter:
        assert self._process.stdin
        return self._process.stdin

    async def _live(self) -> Exit:
        assert self._process.stdout
        reading = asyncio.create_task(self._output.drain(self._process.stdout))
        ended = asyncio.create_task(self._process.wait())
        watching = asyncio.create_task(self._watch())
        await asyncio.wait({ended, watching}, return_when=asyncio.FIRST_COMPLETED)
        verdict = watching.result() if watching.done() else self._verdict()
        watching.cancel()
        await asyncio.to_thread(self._end)
        await marks.gone(ended, self._held.mark)
        await reading
        if self._process.stdin:
            self._process.stdin.close()
        self.run = Path(os.devnull, "ended")  # its handle may be another's by now
        await asyncio.to_thread(self._held.release)
        return verdict

    async def _watch(self) -> Exit:
        """Until a limit is hit that does not end it by itself, or we end it."""
        ticks = 0
        while True:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(TICK):
                    await self._stop.wait()
                return endings.stopped()
            ticks += 1
            if self._output.flooded.is_set():
                return endings.output(self._limits)
            if self._deadline and time.monotonic() > self._deadline:
                return endings.time(self._limits)
            if self._is_over_memory():
                return endings.memory(self._limits)
            if self._held.watch_data and ticks % DISK_TICKS == 0 and await asyncio.to_thread(self._is_over_disk):
                return endings.disk(self._limits)

    def _is_over_memory(self) -> bool:
        if self._held.cgroup:
            return self._held.cgroup.memory_kills() > 0
        return sum(map(_resident, self._processes())) > self._limits.memory

    def _is_over_disk(self) -> bool:
        size, count = disk.used(self._held.handles["data"])
        return size > self._limits.disk or count > self._limits.inodes

    def _verdict(self) -> Exit:
        """How it ended by itself."""
        if self._is_over_memory():
            return endings.memory(self._limits)
        code = self._status().get("exit-code")
        if code is None:
            return Exit(
                "lost", self._process.returncode or 0, "Its processes were killed, or bubblewrap did not start it."
            )
        cgroup, held = self._held.cgroup, self._held.handles
        places = {"tmp": "/tmp", "data": "/data", "shm": "/dev/shm"}  # noqa: S108  # of the jail
        full = [place for name, place in places.items() if disk.full(held[name])]
        refused = bool(cgroup and cgroup.process_refusals())
        return endings.exited(128 - code if code > 128 else code, self._limits, refused, full)

    def _status(self) -> dict[str, int]:
        """What bubblewrap told: the process that is the jail's first, and how the program ended."""
        told: dict[str, int] = {}
        for line in os.pread(self._held.handles["status"], 4096, 0).splitlines():
            with contextlib.suppress(ValueError):
                told.update(json.loads(line))
        return told

    def _processes(self) -> list[psutil.Process]:
        """Those inside, as the host knows them."""
        with contextlib.suppress(psutil.Error):
            return psutil.Process(self._process.pid).children(recursive=True)
        return []

    def _end(self) -> None:
        """Kill all of it. With the first process of a jail the kernel kills all others there."""
        if self._held.cgroup:
            self._held.cgroup.kill()
        for process in self._processes():
            with contextlib.suppress(psutil.Error):
                process.kill()
        with contextlib.suppress(ProcessLookupError):
            os.kill(self._process.pid, signal.SIGKILL)


def _resident(process: psutil.Process) -> int:
    """Bytes of memory that are its own."""
    with contextlib.suppress(psutil.Error):
        told = process.memory_info()
        return told.rss - getattr(told, "shared", 0)
    return 0
