"""A service to start in a process of its own: ``python -m tests.component.runtime.sample_service [what breaks]``."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Awaitable, Callable

from nats.aio.msg import Msg

from libs.contracts.streams import durable
from libs.runtime import service as runtime
from libs.runtime.delivery import Route
from libs.runtime.main import start
from libs.runtime.platform import Platform
from libs.runtime.service import Service

runtime.WATCH_SECONDS = 0.2


def say(word: str) -> None:
    sys.stdout.write(f"{word}\n")
    sys.stdout.flush()


async def work(message: Msg) -> None:
    say("taken")
    await asyncio.sleep(1)
    say("done")


async def give_up(message: Msg, reason: str) -> None:
    say(f"gave up: {reason}")


def builder(breaks: str) -> Callable[[Platform], Awaitable[Service]]:
    async def build(platform: Platform) -> Service:
        async def close_connection() -> None:
            await platform.connection.client.close()
            await asyncio.Event().wait()

        async def end() -> None:
            return

        broken = {"connection": (close_connection,), "loop": (end,)}.get(breaks, ())
        route = Route(durable("reviewer"), work, give_up, concurrency=2)
        asyncio.get_running_loop().call_later(0.3, say, "ready")
        return Service("reviewer", routes=(route,), background=broken)

    return build


if __name__ == "__main__":
    start("reviewer", builder(sys.argv[1] if len(sys.argv) > 1 else ""))
