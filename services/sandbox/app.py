"""The sandbox, put together."""

from __future__ import annotations

from libs.contracts.streams import durable
from libs.runtime.cancellation import Cancellation
from libs.runtime.delivery import Route
from libs.runtime.platform import Platform
from libs.runtime.service import Service
from libs.runtime.settings import read
from libs.runtime.stage import Loop
from services.sandbox.agent import SandboxAgent
from services.sandbox.checking.verify import Verifier
from services.sandbox.jails import Jails
from services.sandbox.settings import SandboxSettings


async def build(platform: Platform, settings: SandboxSettings | None = None) -> Service:
    """Verifies projects; ``settings`` are for tests."""
    settings = settings or read(SandboxSettings)
    jails = Jails(settings)

    async def verifier() -> Verifier:
        environments, workers = await jails.ready()
        return Verifier(environments, workers)

    cancellation = Cancellation()
    await cancellation.listen(platform)
    loop = Loop(platform, SandboxAgent(verifier), cancellation)
    route = Route(durable("sandbox"), loop, loop.give_up, settings.sandbox_concurrency)
    return Service("sandbox", routes=(route,), on_stop=(jails.close,))
