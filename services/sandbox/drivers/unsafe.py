"""No jail at all: a plain process with your rights. Only for development, and only when asked for by name."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import signal
import sys
import tempfile
from collections.abc import Collection
from pathlib import Path

from services.sandbox.drivers.base import BaseJail
from services.sandbox.port import DATA, PYTHON, RUN, Exit, Spec


class UnsafeJail(BaseJail):
    """A process group in a folder of its own."""

    def __init__(self, spec: Spec, root: Path, process: asyncio.subprocess.Process) -> None:
        super().__init__(spec, os.getuid(), root / RUN.lstrip("/"))
        self._root = root
        self._process = process

    def path(self, place: str) -> str:
        """The folder of this jail that stands for ``place``."""
        return str(self._root / place.lstrip("/"))

    def _input(self) -> asyncio.StreamWriter:
        assert self._process.stdin
        return self._process.stdin

    async def kill(self) -> None:
        """End it and remove its folder."""
        self._end()
        await self.wait()

    def _end(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)

    async def _live(self) -> Exit:
        assert self._process.stdout
        seconds = self._limits.seconds
        reading = asyncio.create_task(self._output.drain(self._process.stdout))
        try:
            async with asyncio.timeout(seconds or None):
                await self._process.wait()
            ending = Exit("exited", self._process.returncode or 0)
        except TimeoutError:
            ending = Exit("time", -signal.SIGKILL, f"It was not done within {seconds:g} s.")
        self._end()  # whatever it started
        await self._process.wait()
        await reading
        shutil.rmtree(self._root, ignore_errors=True)
        return ending


class UnsafeDriver:
    """Starts plain processes. Limits but time are not held, and nothing is kept from the program."""

    name = "unsafe"

    def __init__(self) -> None:
        self._jails: list[UnsafeJail] = []

    async def start(self, spec: Spec) -> UnsafeJail:
        """Start a process."""
        root = Path(tempfile.mkdtemp(prefix="interius-unsafe-"))
        for place, folder in spec.read_only.items():
            _link(root / place.lstrip("/"), folder)
        if spec.data:
            spec.data.mkdir(parents=True, exist_ok=True)
            _link(root / DATA.lstrip("/"), spec.data)
        else:
            (root / DATA.lstrip("/")).mkdir()
        (root / RUN.lstrip("/")).mkdir(parents=True)
        inside = [sys.executable if word == PYTHON else _here(root, word) for word in spec.argv]
        environment = {name: _here(root, value) for name, value in spec.env.items()}
        process = await asyncio.create_subprocess_exec(
            *inside,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            env=environment,
            cwd=root,
            start_new_session=True,
        )
        jail = UnsafeJail(spec, root, process)
        self._jails.append(jail)
        return jail

    async def reap(self, keep: Collection[str] = ()) -> list[str]:
        """Nothing is found again once its process is forgotten."""
        return []

    async def close(self) -> None:
        """End every process."""
        await asyncio.gather(*(jail.kill() for jail in self._jails))


def _link(place: Path, folder: Path) -> None:
    place.parent.mkdir(parents=True, exist_ok=True)
    place.symlink_to(folder.absolute())


def _here(root: Path, word: str) -> str:
    """Paths of a jail as paths of this machine."""
    return ":".join(
        str(root / part.lstrip("/")) if part.startswith(("/opt/", "/app", DATA, RUN)) else part
        for part in word.split(":")
    )
