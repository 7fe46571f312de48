"""The whole way to an app: identity, projects, the sandbox, the projector, the edge."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from libs.runtime.service import Build
from libs.testing.nats import fresh_streams
from services.sandbox.app import build as build_sandbox
from tests.front_door import ALL, FrontDoor, Person, front_door
from tests.hosted import Sandboxes
from tests.lacking import lacking

KEPT = Path(__file__).parents[1] / ".interius" / "sandbox"  # with the packages that were downloaded before


@dataclass
class Town:
    """``folder`` is where the service keeps everything of its own."""

    door: FrontDoor
    person: Person
    sandboxes: Sandboxes
    folder: Path

    def at(self, sandbox_id: str) -> httpx.AsyncClient:
        """A client of an app, on the app's own origin."""
        return self.door.client(headers={"host": f"{sandbox_id}.localhost:{self.door.port}"})

    async def rest(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> httpx.Response:
        """Ask the edge, as the person."""
        return await self.person.http.request(method, path, json=body)


@asynccontextmanager
async def town(
    nats_url: str, dsn: str, folder: Path, sandbox: Build = build_sandbox, **settings: str
) -> AsyncIterator[Town]:
    """All of it, with somebody signed in who has a project."""
    given = {"SANDBOX_DRIVER": "bubblewrap", "SANDBOX_FOLDER": str(folder), "SANDBOX_PER_USER": "50"} | settings
    share_packages(folder)
    builds = (*ALL[:-1], sandbox, ALL[-1])
    async with fresh_streams(nats_url), front_door(nats_url, dsn, builds, **given) as door:
        person = await door.newcomer("ada")
        sandboxes = Sandboxes(door.platform, person.id, await person.project())
        yield Town(door, person, sandboxes, folder)


def jailed() -> None:
    """Go on only where there is bubblewrap."""
    if not shutil.which("bwrap"):
        lacking("there is no bubblewrap: run deploy/debian.sh")


def share_packages(folder: Path) -> None:
    """Let a new folder of sandboxes have what earlier ones downloaded."""
    folder.mkdir(parents=True)
    (KEPT / "environments").mkdir(parents=True, exist_ok=True)
    (folder / "environments").symlink_to(KEPT / "environments")
