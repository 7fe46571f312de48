"""Services at work on a real nats-server, in the test's own loop."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager

from libs.runtime.platform import Platform
from libs.runtime.service import Build, running
from libs.runtime.settings import RuntimeSettings


@asynccontextmanager
async def serving(nats_url: str, *builds: Build, database_url: str = "") -> AsyncGenerator[Platform]:
    """The built services, running; the platform is for asking them and for reading the log."""
    given = {"nats_url": nats_url, "database_url": database_url, "shutdown_seconds": 2}
    settings = RuntimeSettings.model_validate(given)
    platform = await Platform.open(settings, "test")
    try:
        async with AsyncExitStack() as stack:
            for build in builds:
                await stack.enter_async_context(running(platform, await build(platform)))
            yield platform
    finally:
        await platform.close()
