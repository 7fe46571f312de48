"""One warm jail and what can be asked of it: take files, run a module, serve an application."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Annotated, Any
from uuid import uuid4

import msgspec

from libs.contracts.artifacts import SourceFile
from services.sandbox.port import APP, DATA, DEPS, RUN, DriverError, Exit, Jail

SOCKET = "app.sock"
READY_SECONDS = 60.0  # to read in the packages: 0.7 on a quiet machine, 30 were not enough on a very busy one
GRACE = 3.0  # seconds after which a jail that did not end its own program is ended
MOST_FILES = 2000
Small = Annotated[int, msgspec.Meta(ge=-(2**31), lt=2**31)]


@dataclass(frozen=True)
class Ran:
    """What a module did. ``code`` is its exit status, negative for a signal; ``ended`` says why the jail is no more."""

    code: int
    milliseconds: int
    lines: tuple[str, ...]
    ended: Exit | None = None

    @property
    def output(self) -> str:
        """All lines as one text."""
        return "\n".join(self.lines)


class _Told(msgspec.Struct):
    """What the program in the jail says that takes orders, or one that says so."""

    code: Small = 0
    milliseconds: Small = 0


class Worker:
    """One jail with an empty project folder, and the program in it that takes orders.

    ``packages`` is a handle that keeps its packages from being removed; it is closed with it.
    """

    def __init__(self, jail: Jail, folder: Path, mark: str, packages: int) -> None:
        self.jail = jail
        self._folder = folder
        self._packages = packages
        self._mark = mark.encode()
        self._lines = jail.lines()
        self._closed = False
        self._ending = asyncio.create_task(jail.wait())

    @property
    def alive(self) -> bool:
        """It has not ended."""
        return not self._ending.done()

    @property
    def socket(self) -> Path:
        """Where the socket of a served application will be, as the host sees it."""
        return self.jail.run / SOCKET

    @property
    def data(self) -> str:
        """Where the program may write, as it sees it."""
        return self.jail.path(DATA)

    async def ready(self) -> None:
        """Wait until the packages are read in.

        Raises:
            DriverError: the jail ended, or took too long.
        """
        try:
            async with asyncio.timeout(READY_SECONDS):
                lines, told = await self._heard()
        except TimeoutError:
            raise DriverError(f"The jail {self.jail.id} was not ready within {READY_SECONDS:g} s.") from None
        if told is None:
            why = (await self.jail.wait()).message or " ".join(lines)[-1000:]
            raise DriverError(f"The jail {self.jail.id} ended before it was ready. {why}".strip())

    async def fill(self, files: Iterable[SourceFile]) -> None:
        """Write the project's files into its folder, which the jail may only read.

        Raises:
            ValueError: a path leads out of the folder.
        """
        await asyncio.to_thread(_fill, self._folder / "app", list(files))

    async def run(self, module: str, *arguments: str, env: Mapping[str, str] | None = None, seconds: float = 60) -> Ran:
        """Run ``python -m module arguments`` in the project's folder, in a copy of the warm process."""
        order = {
            "do": "run",
            "id": uuid4().hex[:8],
            "module": module,
            "arguments": arguments,
            "seconds": seconds,
            **self._settled(env),
        }
        began = asyncio.get_running_loop().time()
        lines: list[str] = []
        try:
            await self.jail.send(json.dumps(order).encode())
            async with asyncio.timeout(seconds + GRACE):
                lines, told = await self._heard()
        except (TimeoutError, DriverError):
            await self.jail.kill()
            told = None
        spent = round((asyncio.get_running_loop().time() - began) * 1000)
        if told is None:
            ended = await self.jail.wait()
            return Ran(ended.code or -9, spent, tuple(lines), ended)
        return Ran(told.code, told.milliseconds, tuple(lines))

    async def serve(self, app: str, env: Mapping[str, str] | None = None) -> Path:
        """Have ``module:attribute`` served; gives the socket's path, where it will be listening soon.

        Raises:
            DriverError: the jail has ended.
        """
        place = f"{self.jail.path(RUN)}/{SOCKET}"
        order = {"do": "serve", "app": app, "socket": place, **self._settled(env)}
        await self.jail.send(json.dumps(order).encode())
        return self.socket

    async def where(self) -> None:
        """Have a served application print where its threads are; nothing comes from one that has ended."""
        with suppress(DriverError):
            await self.jail.send(json.dumps({"do": "where"}).encode())

    def lines(self) -> AsyncIterator[bytes]:
        """What a served application prints; for one reader."""
        return self._lines

    async def close(self) -> None:
        """End it and remove its folder; again does nothing."""
        if not self._closed:
            self._closed = True
            await self.jail.kill()
            await asyncio.to_thread(shutil.rmtree, self._folder, ignore_errors=True)
            os.close(self._packages)

    def _settled(self, env: Mapping[str, str] | None) -> dict[str, Any]:
        app = self.jail.path(APP)
        return {"cwd": app, "path": [app], "env": {"PYTHONPATH": f"{app}:{self.jail.path(DEPS)}", **(env or {})}}

    async def _heard(self) -> tuple[list[str], _Told | None]:
        """Lines until the program in the jail says something; None if it ended instead."""
        lines: list[str] = []
        async for line in self._lines:
            before, marked, said = line.partition(self._mark)
            told = _told(said) if marked else None
            if told is None or before:  # what was printed last had no end of line
                lines.append((before if told else line).decode(errors="replace"))
            if told:
                return lines, told
        return lines, None


def _told(said: bytes) -> _Told | None:
    """None where a project has forged it, and not well."""
    try:
        return msgspec.json.decode(said, type=_Told)
    except (msgspec.MsgspecError, RecursionError):
        return None


def _fill(folder: Path, files: list[SourceFile]) -> None:
    """Nobody but us writes here, so what was made is what is there."""
    if len(files) > MOST_FILES:
        raise ValueError(f"The project has {len(files)} files; at most {MOST_FILES} can be run.")
    for file in files:
        path = PurePosixPath(file.path)
        if path.is_absolute() or ".." in path.parts or not path.parts:
            raise ValueError(f"{file.path!r} leads out of the project.")
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(file.content, encoding="utf-8")
        target.chmod(0o644)
