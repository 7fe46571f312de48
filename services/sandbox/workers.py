"""Jails that have read in their packages before anybody needs them. Each is used once."""

from __future__ import annotations

import asyncio
import os
import shutil
from collections import Counter, defaultdict, deque
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal
from uuid import uuid4

import structlog

from services.sandbox.drivers.marks import Life
from services.sandbox.environments import INSIDE, Environment
from services.sandbox.port import APP, DEPS, MEBIBYTE, PYTHON, TOOLS, Driver, DriverError, Limits, Spec, no_place
from services.sandbox.tidying import hold
from services.sandbox.worker import Worker

log = structlog.get_logger(__name__)
Kind = Literal["serve", "call", "check"]  # to be used by people, to be tried out, to be tested

REFILL_AFTER = 3.0  # seconds in which an app is up: reading in packages takes a core, which it needs first
_SERVED = """
fastapi uvicorn uvicorn.lifespan.on uvicorn.loops.asyncio uvicorn.protocols.http.h11_impl anyio._backends._asyncio
sqlalchemy.orm sqlalchemy.dialects.sqlite.pysqlite alembic.command alembic.runtime.migration pydantic_settings
email_validator jwt pwdlib.hashers.argon2 python_multipart multiprocessing
"""
_CHECKED = "pytest interius_client httpx2 _pytest.assertion.rewrite alembic.autogenerate sqlalchemy.pool"
WARM: Mapping[Kind, Sequence[str]] = {
    "serve": _SERVED.split(),
    "call": f"interius_quick {_SERVED}".split(),
    "check": f"interius_quick {_SERVED} {_CHECKED}".split(),
}
LIMITS: Mapping[Kind, Limits] = {
    "serve": Limits(seconds=0),
    "call": Limits(cpus=2.0, seconds=0),
    "check": Limits(memory=512 * MEBIBYTE, cpus=2.0, processes=128, disk=128 * MEBIBYTE, seconds=0),
}
BASE = {
    "PYTHONPATH": DEPS,
    "PYTHONDONTWRITEBYTECODE": "1",
    "PYTHONUNBUFFERED": "1",
    "HOME": "/tmp",  # noqa: S108  # the jail's own
    "TMPDIR": "/tmp",  # noqa: S108
    "LANG": "C.UTF-8",
    # By default each thread takes 64 MiB of addresses, which are limited where there is no cgroup.
    "MALLOC_ARENA_MAX": "2",
}


class Workers:
    """A small stock of warm workers for each environment that was asked for lately."""

    def __init__(self, folder: Path, driver: Driver, stock: int, seconds: float) -> None:
        self._house = folder.absolute()
        self._folder = self._house / "jails"
        self._life: Life | None = None
        self._driver = driver
        self._stock = stock
        self._seconds = seconds
        self._waiting: dict[tuple[str, Kind], deque[Worker]] = defaultdict(deque)
        self._starting = Counter[tuple[str, Kind]]()
        self._tasks: set[asyncio.Task[None]] = set()
        self._closed = False

    async def take(self, environment: Environment, kind: Kind, data: Path | None = None) -> Worker:
        """A worker of one's own, to be closed by whoever took it; another is got ready for the next.

        With ``data``, a folder that keeps /data, it is started now: a warm one has been given its folder already.

        Raises:
            DriverError: none can be started.
        """
        if data:
            return await self._start(environment, kind, data)
        worker = await self._waited(environment, kind) or await self._start(environment, kind, None)
        self._later(self._refill(environment, kind, worker))
        return worker

    async def _waited(self, environment: Environment, kind: Kind) -> Worker | None:
        """The one that waited longest, if there is one that lives."""
        stock = self._waiting[environment.id, kind]
        while stock:
            worker = stock.popleft()
            if worker.alive:
                return worker
            await worker.close()
        return None

    async def warm(self, environment: Environment, kind: Kind) -> None:
        """Fill up the stock now."""
        key = environment.id, kind
        stock = self._waiting[key]
        while len(stock) + self._starting[key] < self._stock and not self._closed:
            self._starting[key] += 1
            try:
                worker = await self._start(environment, kind, None)
            finally:
                self._starting[key] -= 1
            stock.append(worker)
            self._later(self._expire(stock, worker))

    async def close(self) -> None:
        """End every worker that waits."""
        self._closed = True
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await asyncio.gather(*(worker.close() for stock in self._waiting.values() for worker in stock))
        if self._life:
            self._life.end()

    async def _start(self, environment: Environment, kind: Kind, data: Path | None) -> Worker:
        name, mark = f"w-{uuid4().hex[:12]}", uuid4().hex
        folder = await self._place(name)
        spec = Spec(
            name,
            (PYTHON, "-S", f"{TOOLS}/agent.py", mark, *WARM[kind]),  # -S: with no packages but those given
            env=BASE,
            read_only={TOOLS: INSIDE, DEPS: environment.folder, APP: folder / "app"},
            data=data,
            limits=LIMITS[kind],
        )
        held = -1
        try:
            held = hold(environment.folder)
            worker = Worker(await self._driver.start(spec), folder, mark, held)
        except BaseException as error:
            shutil.rmtree(folder, ignore_errors=True)
            if held >= 0:
                os.close(held)
            if isinstance(error, OSError):
                raise DriverError(f"Its packages are not there any more: {error}") from error
            raise
        try:
            await worker.ready()
        except BaseException:
            await worker.close()
            raise
        return worker

    async def _place(self, name: str) -> Path:
        try:
            folder = self._folder / f"{await self._lived()}.{name}"
            (folder / "app").mkdir(parents=True)
        except OSError as error:
            raise no_place(self._house, error) from error
        return folder

    async def _lived(self) -> str:
        """The name of this stock's life; first what those left is removed whose life was cut short."""
        if self._life is None:
            self._life = Life(self._house)
            await asyncio.to_thread(_clear, self._folder, self._life)
        return self._life.name

    def _later(self, work: Any) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _refill(self, environment: Environment, kind: Kind, taken: Worker) -> None:
        """When nobody needs the processor more: a check works to its end, and an app that comes after it is up soon."""
        if kind != "serve":
            await taken.jail.wait()
        await asyncio.sleep(REFILL_AFTER)
        try:
            await self.warm(environment, kind)
        except DriverError as error:
            log.warning("no_warm_worker", cause=str(error))

    async def _expire(self, stock: deque[Worker], worker: Worker) -> None:
        await asyncio.sleep(self._seconds)
        if worker in stock:
            stock.remove(worker)
            await worker.close()


def _clear(folder: Path, life: Life) -> None:
    for left in folder.glob("*"):
        if life.is_over(left.name.partition(".")[0]):
            shutil.rmtree(left, ignore_errors=True)
