"""How fast an application is up in a jail of each driver, what it costs while idle, and how fast it is gone."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeVar

import httpx
import psutil

from libs.contracts.artifacts import SourceFile
from libs.testing.dockerd import dockerd_server, missing
from services.sandbox.drivers.bubblewrap import BubblewrapDriver
from services.sandbox.drivers.docker.driver import DockerDriver
from services.sandbox.drivers.unsafe import UnsafeDriver
from services.sandbox.environments import Environment, Environments
from services.sandbox.port import Driver
from services.sandbox.sockets import JailTransport
from services.sandbox.worker import SOCKET, Worker
from services.sandbox.workers import Workers
from tests.bench.measure import Figure, median

KEPT = Path(__file__).parents[2] / ".interius" / "sandbox"
PACKAGES = ("fastapi", "sqlmodel", "uvicorn")
APP = SourceFile("main.py", "from fastapi import FastAPI\napp = FastAPI()\napp.get('/')(lambda: 'hello')\n")
T = TypeVar("T")
TIMES, APPS, AT_ONCE = 5, 20, 4
# Warm start, cold start and teardown in milliseconds. The targets are for the fastest driver; dockerd and its
# shim take their time for each container, which these allow for.
TARGETS = {"bubblewrap": (100, 900, 50), "docker": (100, 1500, 250)}


async def bench() -> list[Figure]:
    """Each driver that works here, against no jail at all in the same run."""
    with TemporaryDirectory() as folder:
        house = Path(folder)
        bare = await _measured(house, UnsafeDriver(), 1)
        figures: list[Figure] = []
        async with _drivers(house) as drivers:
            for driver in drivers:
                figures += _figures(driver.name, await _measured(house, driver, APPS), bare)
        return figures


@asynccontextmanager
async def _drivers(house: Path) -> AsyncGenerator[list[Driver]]:
    bubblewrap = BubblewrapDriver(house)
    drivers: list[Driver] = [] if await bubblewrap.check() else [bubblewrap]
    if missing():
        yield drivers
        return
    with dockerd_server() as server:
        docker = DockerDriver(house, server.url)
        if not await docker.check():
            drivers.append(docker)
        yield drivers
        await docker.close()


class Seen(dict[str, float]):
    """What was measured, in milliseconds, megabytes and seconds, by name."""


async def _measured(house: Path, driver: Driver, apps: int) -> Seen:
    environment = await Environments(KEPT, driver).get(PACKAGES)
    seen = Seen()
    seen["cold"], seen["teardown"] = await _starts(house, driver, environment, stock=0)
    seen["warm"], _ = await _starts(house, driver, environment, stock=1)
    seen["apps"], seen["seconds"], seen["idle"] = await _many(house, driver, environment, apps)
    await driver.close()
    return seen


async def _starts(house: Path, driver: Driver, environment: Environment, stock: int) -> tuple[float, float]:
    """Medians of the start to the first answer, and of the end."""
    starts: list[float] = []
    ends: list[float] = []
    for _ in range(TIMES):
        workers = Workers(house, driver, stock, 600)
        await workers.warm(environment, "serve")
        start, worker = await _timed(lambda workers=workers: _up(workers, environment))
        end, _ = await _timed(worker.close)
        starts.append(start)
        ends.append(end)
        await workers.close()
    return median(starts), median(ends)


async def _timed(work: Callable[[], Awaitable[T]]) -> tuple[float, T]:
    """Milliseconds, and what it gave."""
    began = time.perf_counter()
    result = await work()
    return (time.perf_counter() - began) * 1000, result


async def _up(workers: Workers, environment: Environment) -> Worker:
    """An application that has answered."""
    worker = await workers.take(environment, "serve")
    await worker.fill([APP])
    await worker.serve("main:app")
    async with httpx.AsyncClient(transport=JailTransport(worker.jail, SOCKET), base_url="http://app") as client:
        async with asyncio.timeout(60):
            while True:
                with suppress(httpx.TransportError):
                    if (await client.get("/")).status_code == httpx.codes.OK:
                        return worker
                await asyncio.sleep(0.001)


def _memory(worker: Worker) -> float:
    """Megabytes: the share of each of its processes in what they and others hold."""
    total = 0
    for process in psutil.process_iter(["uids"]):
        with suppress(psutil.Error):
            if process.info["uids"].real == worker.jail.uid != 0:
                total += process.memory_full_info().pss
    return total / 1e6


async def _many(house: Path, driver: Driver, environment: Environment, apps: int) -> tuple[float, float, float]:
    """How many of ``apps`` answer when all are up, after how many seconds that is, and the megabytes of each."""
    workers, turn = Workers(house, driver, 0, 600), asyncio.Semaphore(AT_ONCE)

    async def one() -> Worker:
        async with turn:
            return await _up(workers, environment)

    spent, up = await _timed(lambda: asyncio.gather(*(one() for _ in range(apps))))
    answering = sum(worker.alive for worker in up)
    idle = sum(await asyncio.to_thread(lambda: [_memory(worker) for worker in up])) / apps
    await asyncio.gather(*(worker.close() for worker in up))
    await workers.close()
    return answering, spent / 1000, idle


def _figures(name: str, seen: Seen, bare: Seen) -> list[Figure]:
    warm, cold, teardown = TARGETS[name]
    return [
        Figure(f"{name}: warm start to first 200", seen["warm"], "ms", warm, bare=f"{bare['warm']:.0f} ms unjailed"),
        Figure(f"{name}: cold start to first 200", seen["cold"], "ms", cold, bare=f"{bare['cold']:.0f} ms unjailed"),
        Figure(f"{name}: teardown", seen["teardown"], "ms", teardown, bare=f"{bare['teardown']:.0f} ms unjailed"),
        Figure(f"{name}: memory of each of {APPS} idle applications", seen["idle"], "MB", 45),
        Figure(
            f"{name}: applications at once",
            *(seen["apps"], "", APPS),
            at_most=False,
            bare=f"all up after {seen['seconds']:.1f} s",
        ),
    ]
