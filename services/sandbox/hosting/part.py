"""Hosting, put together: what the sandbox service adds to itself to serve apps."""

from __future__ import annotations

import os
import socket
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import partial

from nats.aio.msg import Msg

from libs.contracts.asks import Ask
from libs.contracts.envelope import new_id
from libs.contracts.streams import durable
from libs.runtime.asking import AskHandler
from libs.runtime.delivery import Route
from libs.runtime.platform import Platform
from libs.runtime.tunnel import Wire
from services.sandbox.hosting.census import Census
from services.sandbox.hosting.domain import Times
from services.sandbox.hosting.feed import Feed
from services.sandbox.hosting.handlers import Desk, ask_handlers, follow
from services.sandbox.hosting.host import Host
from services.sandbox.hosting.kept import KeptData
from services.sandbox.hosting.serving import Means, Ready
from services.sandbox.hosting.store import SandboxStore
from services.sandbox.hosting.vault import BUCKET, Vault
from services.sandbox.settings import SandboxSettings

FOLLOWED_AT_ONCE = 2


@dataclass(frozen=True)
class Part:
    """As the fields of ``Service``."""

    asks: Mapping[type[Ask], AskHandler]
    routes: tuple[Route, ...]
    background: tuple[Callable[[], Awaitable[None]], ...]
    leaving: tuple[Callable[[], None], ...]
    on_stop: tuple[Callable[[], Awaitable[None]], ...]


async def hosting(platform: Platform, settings: SandboxSettings, ready: Ready) -> Part:
    """Answers asks about sandboxes, and hosts as many as it may."""
    wire = Wire(platform.connection.client)
    await wire.start()
    store = SandboxStore(platform.log, platform.queue)
    vault = Vault(await platform.secrets(BUCKET))
    census = Census(settings.sandbox_per_user)
    kept = KeptData(settings.sandbox_folder)
    feed = Feed(platform.log, census, kept)
    await feed.read()
    times = Times(settings.sandbox_idle_seconds, settings.sandbox_total_seconds)
    desk = Desk(store, vault, platform.runs, times, census, feed)
    means = Means(kept, ready, wire)
    host = Host(platform, store, vault, feed, means, f"{socket.gethostname()}-{os.getpid()}-{new_id()[:8]}")

    async def pass_over(_message: Msg, _reason: str) -> None:
        """A fact that cannot be followed is told of where it is logged; its sandbox can be deployed again."""

    routes = (
        Route(durable("sandboxes"), partial(follow, desk), pass_over, FOLLOWED_AT_ONCE),
        Route(durable("hosts"), host, host.give_up, settings.sandbox_capacity),
    )
    return Part(ask_handlers(desk), routes, (feed.follow, wire.beat), (host.leave,), (wire.close,))
