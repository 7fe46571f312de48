"""``python -m services.<name>``: settings, logs, traces, the service, its health, and a clean end."""

from __future__ import annotations

import asyncio
import gc
import signal
import sys
from dataclasses import replace

import structlog

from libs.eventlog.provision import Drift
from libs.runtime import health, logs, tracing
from libs.runtime.platform import Platform
from libs.runtime.service import Build, running
from libs.runtime.settings import EXIT_CONFIG, RuntimeSettings, read

NEW_OBJECTS = 50_000  # between two looks for garbage

log = structlog.get_logger(__name__)


def start(name: str, build: Build) -> None:
    """Run one service in this process until SIGTERM or SIGINT."""
    settings = read(RuntimeSettings)
    logs.configure(settings)
    tracing.configure(settings, name)
    try:
        run_loop(_serve(settings, name, build))
    finally:
        tracing.flush()


def run_loop(main: object) -> None:
    """Run a coroutine on the fastest event loop there is."""
    if sys.platform == "win32":
        asyncio.run(main)  # pyright: ignore[reportArgumentType]
    else:
        import uvloop  # noqa: PLC0415  # not on every platform

        uvloop.run(main)  # pyright: ignore[reportArgumentType]


async def _serve(settings: RuntimeSettings, name: str, build: Build) -> None:
    try:
        platform = await Platform.open(settings, name)
    except Drift as drift:
        sys.stderr.write(f"{drift}\n")
        raise SystemExit(EXIT_CONFIG) from None
    try:
        service = await build(platform)
        if settings.health_port:
            served = health.server(platform, (service,), settings.health_port)
            service = replace(service, background=(*service.background, served))
        async with running(platform, service) as task:
            keep_loaded()
            await first_of(stop_signal(), task)
            platform.metrics.stopped.set(1)
    finally:
        await platform.close()


def keep_loaded() -> None:
    """Spare the garbage collector what stays for good, and looks that find nothing; call it once all is built."""
    # Modules, schemas and routes are some 200,000 objects: to look at them again and again is a tenth of the time.
    gc.collect()
    gc.freeze()
    # A batch of messages is thousands of objects that live for a moment, and next to none are in a circle: to look
    # after each 700 new ones, as is the default, is a fifth of the time of a rebuild.
    gc.set_threshold(NEW_OBJECTS, 20, 50)


def stop_signal() -> asyncio.Task[None]:
    """A task that ends at the first SIGTERM or SIGINT."""
    stop = asyncio.Event()
    for sign in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(sign, stop.set)

    async def wait() -> None:
        await stop.wait()

    return asyncio.create_task(wait())


async def first_of(*tasks: asyncio.Task[None]) -> None:
    """Wait until one of the tasks ends, and raise what it raised."""
    done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    for task in done:
        task.result()
