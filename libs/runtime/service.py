"""One way to start a service, alone in a process or beside others."""

from __future__ import annotations

import asyncio
import contextlib
import os
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from dataclasses import dataclass, field

import structlog
from nats.errors import Error as NatsError

from libs.contracts.asks import Ask
from libs.contracts.streams import DURABLES, DurableSpec
from libs.eventlog.provision import missing
from libs.runtime.asking import AskHandler
from libs.runtime.bus import Bus
from libs.runtime.delivery import Route
from libs.runtime.platform import Platform

WATCH_SECONDS = 10.0
CANCEL_AGAIN = 3.0  # seconds; a clean end takes less
MEASURE_SECONDS = 2.0
EXIT_CONSUMER_GONE = 71  # sysexits.h EX_OSERR: whoever supervises us starts us again, which makes it anew

log = structlog.get_logger(__name__)
Check = Callable[[], Awaitable[str]]


@dataclass(frozen=True)
class Service:
    """What a service does. ``background`` runs until shutdown; ``ready`` gives "" or a sentence on what is wrong.

    ``leaving`` is called when shutdown begins: work that would go on for hours is handed back then.
    """

    name: str
    asks: Mapping[type[Ask], AskHandler] = field(default_factory=dict[type[Ask], AskHandler])
    routes: tuple[Route, ...] = ()
    background: tuple[Callable[[], Awaitable[None]], ...] = ()
    ready: tuple[Check, ...] = ()
    leaving: tuple[Callable[[], None], ...] = ()
    on_stop: tuple[Callable[[], Awaitable[None]], ...] = ()


Build = Callable[[Platform], Awaitable[Service]]


@contextlib.asynccontextmanager
async def running(platform: Platform, service: Service) -> AsyncGenerator[asyncio.Task[None]]:
    """The service at work; the task it gives ends only if the service broke."""
    bus = Bus(platform.settings, service.name, platform.metrics)
    bus.serve(service.asks)
    for route in service.routes:
        bus.take(route)
    await bus.start()
    task = asyncio.create_task(_background(platform, service), name=service.name)
    log.info("started", service=service.name)
    try:
        yield task
    finally:
        await _stop(service, bus, task)
        log.info("stopped", service=service.name)


async def _stop(service: Service, bus: Bus, task: asyncio.Task[None]) -> None:
    """First the work in progress, then what it works with: a model closed early would fail it."""
    for leave in service.leaving:
        leave()
    try:
        await bus.stop()
    finally:
        while not task.done():  # asyncio.wait_for of Python 3.11, in the client, may lose a cancellation
            task.cancel()
            await asyncio.wait({task}, timeout=CANCEL_AGAIN)
        if not task.cancelled():
            task.exception()  # what broke was reported by whoever awaited it
        for stop in service.on_stop:
            await stop()


async def _background(platform: Platform, service: Service) -> None:
    async with asyncio.TaskGroup() as group:
        group.create_task(_watch(platform, service))
        for loop in service.background:
            group.create_task(_forever(loop))


async def _forever(loop: Callable[[], Awaitable[None]]) -> None:
    await loop()
    raise RuntimeError(f"{getattr(loop, '__qualname__', loop)} ended")


async def _watch(platform: Platform, service: Service) -> None:
    """Leave the process if a consumer of ours is gone: FastStream would pull from it in a hot loop for ever."""
    while True:
        await asyncio.sleep(WATCH_SECONDS)
        with contextlib.suppress(Exception):  # the server may be away; that is the connection's business
            gone = await missing(platform.connection.client, {route.durable.name for route in service.routes})
            if gone:
                log.critical("consumer_gone", consumers=gone)
                os._exit(EXIT_CONSUMER_GONE)


async def readiness(platform: Platform, services: tuple[Service, ...]) -> dict[str, str]:
    """What is wrong, by name; empty when everything is ready."""
    faults: dict[str, str] = {}
    if not platform.connection.client.is_connected:
        return {"nats": "not connected"}
    names = {route.durable.name for service in services for route in service.routes}
    try:
        for name in await missing(platform.connection.client, names):
            faults[name] = "consumer is missing"
    except NatsError as error:
        return {"nats": f"JetStream does not answer ({type(error).__name__})"}
    for service in services:
        for check in service.ready:
            if fault := await check():
                faults[service.name] = fault
    return faults


async def measure_lag(platform: Platform) -> None:
    """Put the number of messages that wait at each consumer into the metrics; what cannot be read keeps its value."""
    if not platform.connection.client.is_connected:
        return
    # The other metrics matter most when the broker is in trouble: they do not wait for it.
    with contextlib.suppress(NatsError, TimeoutError):
        async with asyncio.timeout(MEASURE_SECONDS):
            await asyncio.gather(*(_measure(platform, spec) for spec in DURABLES))


async def _measure(platform: Platform, spec: DurableSpec) -> None:
    info = await platform.connection.client.jetstream().consumer_info(spec.stream, spec.name)
    platform.metrics.lag.labels(spec.name).set((info.num_pending or 0) + (info.num_ack_pending or 0))
