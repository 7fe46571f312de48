"""The sandbox, put together."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from functools import partial

from libs.contracts.streams import durable
from libs.runtime.cancellation import Cancellation
from libs.runtime.delivery import Route
from libs.runtime.platform import Platform
from libs.runtime.service import Service
from libs.runtime.settings import read
from libs.runtime.stage import Loop
from services.sandbox.agent import SandboxAgent
from services.sandbox.checking.verify import Verifier
from services.sandbox.hosting.part import hosting
from services.sandbox.jails import Jails
from services.sandbox.port import DriverError
from services.sandbox.settings import SandboxSettings


async def _prepared(jails: Jails) -> None:
    """Choose a driver at the start, without waiting for somebody to need a jail."""
    with suppress(DriverError):  # said again when one is needed
        await jails.ready()
    await asyncio.Event().wait()


async def build(platform: Platform, settings: SandboxSettings | None = None) -> Service:
    """Verifies projects, and serves them; ``settings`` are for tests."""
    settings = settings or read(SandboxSettings)
    jails = Jails(settings)

    async def verifier() -> Verifier:
        environments, workers = await jails.ready()
        return Verifier(environments, workers)

    cancellation = Cancellation()
    await cancellation.listen(platform)
    loop = Loop(platform, SandboxAgent(verifier), cancellation)
    route = Route(durable("sandbox"), loop, loop.give_up, settings.sandbox_concurrency)
    part = await hosting(platform, settings, jails.ready)
    return Service(
        "sandbox",
        asks=part.asks,
        routes=(route, *part.routes),
        background=(*part.background, partial(_prepared, jails)),
        leaving=part.leaving,
        on_stop=(*part.on_stop, jails.close),
    )
