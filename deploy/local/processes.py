"""The house with every service in a process of its own, as it is deployed, on the servers of a local stack."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import structlog

from deploy.local.child import die_with_parent
from deploy.local.nats import StartError
from deploy.local.servers import Access, Servers
from deploy.local.stack import choose_port, while_whole

MODULES = {
    "identity": "services.identity",
    "projects": "services.projects",
    "orchestrator": "services.orchestrator",
    "projector": "services.projector",
    "requirements": "services.agents.requirements",
    "architecture": "services.agents.architecture",
    "implementer": "services.agents.implementer",
    "reviewer": "services.agents.reviewer",
    "sandbox": "services.sandbox",
    "edge": "services.edge",
}
ALONE = ("edge", "projector")  # one port; one writer at a time
READY_SECONDS = 60.0
STOP_SECONDS = 25.0
LOOK_SECONDS = 0.25

log = structlog.get_logger(__name__)


@dataclass
class Fleet:
    """Child processes by name (``implementer-2``); one that dies is started again."""

    environment: dict[str, str]
    counts: dict[str, int]
    children: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict[str, "subprocess.Popen[bytes]"])

    def start(self) -> None:
        """Start every copy of every service."""
        for service, count in self.counts.items():
            for number in range(1, count + 1):
                self.spawn(f"{service}-{number}")

    def spawn(self, name: str) -> None:
        """Start one copy."""
        module = MODULES[name.rsplit("-", 1)[0]]
        self.children[name] = subprocess.Popen(  # noqa: S603  # our own module
            [sys.executable, "-m", module],
            env=os.environ | self.environment,
            start_new_session=True,  # Ctrl-C reaches us, and we end them in order
            preexec_fn=die_with_parent(signal.SIGTERM),  # noqa: PLW1509  # one prctl call, no locks
        )

    async def supervise(self) -> None:
        """Start again what died."""
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            for name, child in list(self.children.items()):
                if child.poll() is not None:
                    log.error("service_died", name=name, status=child.returncode)
                    with contextlib.suppress(OSError):  # no room for one more process: the next round tries again
                        self.spawn(name)

    def stop(self) -> None:
        """Ask all to end, wait, and kill what does not."""
        for child in self.children.values():
            with contextlib.suppress(ProcessLookupError):
                child.terminate()
        deadline = time.monotonic() + STOP_SECONDS
        for child in self.children.values():
            try:
                child.wait(max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()


def counts_of(scale: dict[str, int]) -> dict[str, int]:
    """How many copies of each service.

    Raises:
        StartError: an unknown service, a count below one, or more than one copy of one that must be alone.
    """
    for name, count in scale.items():
        if name not in MODULES:
            raise StartError(f"There is no service {name!r}. There are: {', '.join(MODULES)}.")
        if count < 1 or (name in ALONE and count > 1):
            limit = "must be 1" if name in ALONE else "must be 1 or more"
            raise StartError(f"--scale {name}={count}: the number {limit}.")
    return {name: scale.get(name, 1) for name in MODULES}


@asynccontextmanager
async def separate(data: Path, port: int, scale: dict[str, int]) -> AsyncGenerator[tuple[Access, Fleet]]:
    """A running stack of separate processes, with its data in ``data``.

    Raises:
        StartError: the port or the folder is taken, something did not start or broke, or ``scale`` is wrong.
    """
    counts = counts_of(scale)
    port = choose_port(port)
    servers = Servers(data)
    servers.start()
    fleet = Fleet(servers.environment(port), counts)
    try:
        await servers.follow_declarations()
        fleet.start()
        tasks = [
            asyncio.create_task(servers.supervise(), name="servers"),
            asyncio.create_task(fleet.supervise(), name="fleet"),
        ]
        try:
            async with while_whole(tasks):
                access = servers.access(port)
                await _ready(access.url)
                yield access, fleet
        finally:
            for task in tasks:
                task.cancel()
    finally:
        fleet.stop()
        servers.stop()


async def _ready(url: str) -> None:
    """Wait until the edge says that everything it needs is there."""
    deadline = time.monotonic() + READY_SECONDS
    async with httpx.AsyncClient(base_url=url) as client:
        while time.monotonic() < deadline:
            with contextlib.suppress(httpx.HTTPError):
                if (await client.get("/ready")).status_code == httpx.codes.OK:
                    return
            await asyncio.sleep(0.05)
    raise StartError(f"The services were not ready within {READY_SECONDS:g} s. Their log lines above say why.")
