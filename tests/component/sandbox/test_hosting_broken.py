"""Where something breaks on our side a sandbox ends with a fact, and can be started again."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from libs.contracts import asks
from libs.contracts import sandbox_events as e
from libs.contracts.envelope import Envelope
from libs.contracts.errors import Unavailable
from libs.testing.services import serving
from libs.testing.waiting import until
from services.sandbox.drivers.unsafe import UnsafeDriver, UnsafeJail
from services.sandbox.hosting.store import Ids, SandboxStore
from services.sandbox.port import Spec
from services.sandbox.worker import Worker
from tests.hosted import Sandboxes, building


class Broken(UnsafeDriver):
    """Has a fault, until it is mended."""

    mended = False

    async def start(self, spec: Spec) -> UnsafeJail:
        if not self.mended:
            raise KeyError("a fault of ours")
        return await super().start(spec)


async def test_an_order_that_fails_for_good_ends_its_sandbox(
    connection, nats, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("RETRY_DELAYS", "[]")
    driver = Broken()
    async with serving(nats.url, building(tmp_path, driver)) as platform:
        sandboxes = Sandboxes(platform)
        sandbox_id = await sandboxes.deploy(await sandboxes.run())
        failed = await sandboxes.become(sandbox_id, "failed")
        assert (failed.reason, failed.lives) == ("host", False)
        assert "KeyError" in failed.message
        driver.mended = True
        await sandboxes.ask(asks.RestartSandbox, sandbox_id)
        await sandboxes.become(sandbox_id, "ready")


async def test_what_is_wiped_is_gone_from_every_host_that_ever_had_it(connection, nats, tmp_path: Path):
    def kept() -> list[str]:
        return sorted(path.parent.parent.name for path in tmp_path.glob("*/data/*"))

    async with serving(nats.url, building(tmp_path / "one")) as platform:
        sandboxes = Sandboxes(platform)
        sandbox_id = await sandboxes.deploy(await sandboxes.run(), keep_data=True)
        first = (await sandboxes.become(sandbox_id, "ready")).host
    async with serving(nats.url, building(tmp_path / "two")) as platform:
        sandboxes = Sandboxes(platform, project_id=sandboxes.project_id)

        async def moved() -> bool:
            state = await sandboxes.state(sandbox_id)
            return state.status == "ready" and state.host != first

        await until(moved)
        assert kept() == ["one", "two"]
        async with serving(nats.url, building(tmp_path / "one")):
            await sandboxes.ask(asks.StopSandbox, sandbox_id, wipe=True)
            await until(lambda: not kept())


async def test_what_could_not_be_said_to_be_ready_is_ended(
    connection, nats, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    workers, append, serving_now = list[Worker](), SandboxStore.append, Worker.serve

    async def lost(store: SandboxStore, ids: Ids, cause: Envelope, event: e.SandboxEvent, seq: int) -> int:
        said = await append(store, ids, cause, event, seq)
        if isinstance(event, e.SandboxReady) and len(workers) == 1:
            raise Unavailable("The answer was lost.")
        return said

    async def serve(worker: Worker, *given: Any, **more: Any) -> Path:
        workers.append(worker)
        return await serving_now(worker, *given, **more)

    monkeypatch.setattr(SandboxStore, "append", lost)
    monkeypatch.setattr(Worker, "serve", serve)
    async with serving(nats.url, building(tmp_path)) as platform:
        sandboxes = Sandboxes(platform)
        sandbox_id = await sandboxes.deploy(await sandboxes.run())
        await until(lambda: len(workers) == 2)
        assert not workers[0].alive
        await sandboxes.become(sandbox_id, "ready")
