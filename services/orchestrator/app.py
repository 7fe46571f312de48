"""The orchestrator, constructed."""

from __future__ import annotations

from libs.runtime.platform import Platform
from libs.runtime.service import Service
from services.orchestrator.handlers import ask_handlers, routes
from services.orchestrator.store import RunStore


async def build(platform: Platform) -> Service:
    """The process manager of runs."""
    store = RunStore(platform.log, platform.queue, platform.runs)
    return Service(
        "orchestrator",
        asks=ask_handlers(store),
        routes=routes(store, platform.queue, platform.settings.concurrency),
    )
