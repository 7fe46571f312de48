"""``interius up``: the stack stays until Ctrl-C."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

from rich.console import Console

from deploy.local.processes import separate
from deploy.local.servers import Access
from deploy.local.stack import embedded
from libs.runtime.main import run_loop, stop_signal

console = Console(stderr=True, highlight=False, soft_wrap=True)


def up(processes: bool, scale: dict[str, int], port: int, data: Path) -> int:
    """Run the stack until SIGINT or SIGTERM; gives the exit code.

    Raises:
        StartError: it could not start; the message says what to do.
    """
    run_loop(_up(processes, scale, port, data))
    return 0


async def _up(processes: bool, scale: dict[str, int], port: int, data: Path) -> None:
    stop = stop_signal()
    async with _stack(processes, scale, port, data) as access:
        console.print(f"Interius is up: {access.url}  (API docs: {access.url}/docs)")
        console.print(f"Signed in from this folder as {access.email}; the password is in {data}/credentials.json.")
        console.print('Try: interius run "A library API with members, books and loans."   Ctrl-C stops the stack.')
        await stop
        console.print("Stopping …")


@asynccontextmanager
async def _stack(processes: bool, scale: dict[str, int], port: int, data: Path) -> AsyncGenerator[Access]:
    if processes:
        async with separate(data, port, scale) as (access, _):
            yield access
    else:
        async with embedded(data, port) as access:
            yield access
