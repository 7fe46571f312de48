"""The whole house in one process, on real servers: what ``interius up`` and ``interius demo`` start."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncGenerator, Collection
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import structlog

from deploy.local.child import free_port, port_is_taken
from deploy.local.nats import StartError
from deploy.local.servers import Access, Servers
from libs.runtime import logs, tracing
from libs.runtime.main import keep_loaded
from libs.runtime.platform import Platform
from libs.runtime.service import Build, running
from libs.runtime.settings import RuntimeSettings, read

log = structlog.get_logger(__name__)


def builders() -> dict[str, Build]:
    """Every service of the house by name; the edge last, so that it opens its door onto a house that is awake."""
    from services.agents.app import NAMES, builder  # noqa: PLC0415  # the servers start before these are read in
    from services.edge.app import build as edge  # noqa: PLC0415
    from services.identity.app import build as identity  # noqa: PLC0415
    from services.orchestrator.app import build as orchestrator  # noqa: PLC0415
    from services.projector.app import build as projector  # noqa: PLC0415
    from services.projects.app import build as projects  # noqa: PLC0415
    from services.sandbox.app import build as sandbox  # noqa: PLC0415

    agents = {name: builder(name) for name in NAMES}
    first: dict[str, Build] = {"projector": projector, "identity": identity, "projects": projects}
    return {**first, "orchestrator": orchestrator, **agents, "sandbox": sandbox, "edge": edge}


def choose_port(port: int) -> int:
    """``port``, or a free one for 0.

    Raises:
        StartError: somebody listens there.
    """
    if port and port_is_taken(port):
        raise StartError(f"Port {port} is taken by another program. Stop it, or choose another with --port.")
    return port or free_port()


@asynccontextmanager
async def embedded(data: Path, port: int = 0) -> AsyncGenerator[Access]:
    """A running stack with its data in ``data``.

    Raises:
        StartError: the port or the folder is taken, a server did not start, or a service broke.
    """
    port = choose_port(port)
    servers = Servers(data)
    servers.start()
    try:
        os.environ.update(servers.environment(port))
        await servers.follow_declarations()
        async with _house(servers) as parts, while_whole(parts):
            yield servers.access(port)
    finally:
        servers.stop()


@asynccontextmanager
async def while_whole(parts: Collection[asyncio.Task[None]]) -> AsyncGenerator[None]:
    """The body, for as long as no part of the stack breaks.

    Raises:
        StartError: one did.
    """
    body = asyncio.current_task()
    assert body is not None
    broken: list[asyncio.Task[None]] = []

    def end(part: asyncio.Task[None]) -> None:
        if not broken:
            body.cancel()
        broken.append(part)

    for part in parts:
        part.add_done_callback(end)
    try:
        yield
    except asyncio.CancelledError:
        if not broken or body.uncancel():  # or somebody else ends the body as well
            raise
        raise StartError(_why(broken[0])) from None
    finally:
        for part in parts:
            part.remove_done_callback(end)


def _why(part: asyncio.Task[None]) -> str:
    cause = asyncio.CancelledError("it was cancelled") if part.cancelled() else part.exception()
    while isinstance(cause, BaseExceptionGroup):
        cause = cause.exceptions[0]
    log.critical("service_broke", service=part.get_name(), exc_info=cause)
    return f"The stack ends, because the service {part.get_name()} broke: {str(cause) or type(cause).__name__}"


@asynccontextmanager
async def _house(servers: Servers) -> AsyncGenerator[list[asyncio.Task[None]]]:
    settings = read(RuntimeSettings)
    logs.configure(settings)
    tracing.configure(settings, "embedded")
    platform = await Platform.open(settings, "embedded")
    async with AsyncExitStack() as stack:
        stack.callback(tracing.flush)
        stack.push_async_callback(platform.close)
        tasks = [asyncio.create_task(servers.supervise(), name="servers")]
        stack.callback(tasks[0].cancel)
        for build in builders().values():
            tasks.append(await stack.enter_async_context(running(platform, await build(platform))))
        keep_loaded()
        yield tasks
