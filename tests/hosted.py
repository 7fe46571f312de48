"""A sandbox service that serves small apps with no jail: for tests of the ways to it and from it."""

from __future__ import annotations

import sysconfig
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path

from libs.contracts import asks, events
from libs.contracts.artifacts import PlannedFile
from libs.contracts.envelope import new_id
from libs.contracts.sandbox import Sandbox
from libs.runtime.platform import Platform
from libs.runtime.service import Service
from libs.testing.waiting import until
from services.sandbox.drivers.unsafe import UnsafeDriver
from services.sandbox.environments import Environment, Environments
from services.sandbox.hosting.part import hosting
from services.sandbox.hosting.store import SandboxStore
from services.sandbox.port import Driver
from services.sandbox.settings import SandboxSettings
from services.sandbox.workers import Workers
from tests.front_door import tell, written

HELLO = """
async def app(scope, receive, send):
    if scope["type"] == "lifespan":
        return
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/plain")]})
    await send({"type": "http.response.body", "body": b"version 1"})
"""


class TestsOwnPackages(Environments):
    """The packages that the tests run with."""

    async def get(self, lines: tuple[str, ...]) -> Environment:
        """Those, whatever is asked for."""
        return Environment("tests", Path(sysconfig.get_path("purelib")))


def building(
    folder: Path, driver: Driver | None = None, **settings: object
) -> Callable[[Platform], Awaitable[Service]]:
    """The builder of a service that hosts."""

    async def build(platform: Platform) -> Service:
        used = driver or UnsafeDriver()
        workers = Workers(folder, used, 1, 600)
        given = SandboxSettings.model_validate({"sandbox_folder": folder, **settings})

        async def ready() -> tuple[Environments, Workers]:
            return TestsOwnPackages(folder, used), workers

        part = await hosting(platform, given, ready)
        return Service(
            "sandbox",
            asks=part.asks,
            routes=part.routes,
            background=part.background,
            leaving=part.leaving,
            on_stop=(*part.on_stop, workers.close, used.close),
        )

    return build


async def begun(platform: Platform, project_id: str, owner: str, files: Mapping[str, str]) -> str:
    """A run that has these files; gives its id."""
    run_id = new_id()
    plan = events.FilesPlanned(tuple(PlannedFile(path, "", "model") for path in files))
    for event in (events.Requested("An app.", owner), plan, *(written(path, text) for path, text in files.items())):
        await tell(platform.log, project_id, run_id, event, owner)
    return run_id


async def completed(platform: Platform, project_id: str, owner: str, files: Mapping[str, str]) -> str:
    """A run that is over, with these files; gives its id."""
    run_id = await begun(platform, project_id, owner, files)
    await tell(platform.log, project_id, run_id, events.Completed("shop", len(files), 9, "It is done."), owner)
    return run_id


class Sandboxes:
    """Asks about one project's sandboxes, straight at NATS."""

    def __init__(self, platform: Platform, owner: str = "ada", project_id: str = "") -> None:
        self.platform = platform
        self.owner = owner
        self.project_id = project_id or new_id()
        self._store = SandboxStore(platform.log, platform.queue)

    async def run(self, main: str = HELLO, **files: str) -> str:
        """A completed run of an app."""
        return await completed(self.platform, self.project_id, self.owner, {"app/main.py": main, **files})

    async def deploy(self, run_id: str, sandbox_id: str = "", **more: object) -> str:
        """Have a run served; gives the sandbox's id."""
        sandbox_id = sandbox_id or f"shop-{new_id()[:8]}{new_id()[:8]}"
        given = {"actor": self.owner, "project_id": self.project_id, "sandbox_id": sandbox_id, "run_id": run_id}
        await self.platform.ask(asks.DeploySandbox(**(given | {"keep_data": False} | more)), asks.Receipt)  # pyright: ignore[reportArgumentType]  # a test's own words
        return sandbox_id

    async def ask(self, kind: Callable[..., asks.Ask], sandbox_id: str, **more: object) -> None:
        """Restart, stop or configure one."""
        await self.platform.ask(kind(self.owner, self.project_id, sandbox_id, **more), asks.Receipt)

    async def state(self, sandbox_id: str) -> Sandbox:
        """As the log has it."""
        sandbox = await self._store.load((self.project_id, sandbox_id))
        assert sandbox
        return sandbox

    async def become(self, sandbox_id: str, *statuses: str) -> Sandbox:
        """Wait until it is in one of these states."""

        async def look() -> Sandbox | None:
            sandbox = await self.state(sandbox_id)
            return sandbox if sandbox.status in statuses else None

        return await until(look, 60)

    async def names(self, sandbox_id: str) -> list[str]:
        """The names of its facts, in order."""
        subject = f"events.project.{self.project_id}.sandbox.{sandbox_id}.>"
        return [record.subject.rsplit(".", 1)[-1] for record in await self.platform.log.load(subject)]
