"""Where something breaks on our side a sandbox ends with a fact, and can be started again."""

from __future__ import annotations

from pathlib import Path

import pytest

from libs.contracts import asks
from libs.testing.services import serving
from services.sandbox.drivers.unsafe import UnsafeDriver, UnsafeJail
from services.sandbox.port import Spec
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
