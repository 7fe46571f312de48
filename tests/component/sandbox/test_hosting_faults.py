"""The host is killed: another takes the sandbox up, nothing is said twice, and requests find their way again."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

from libs.contracts import subjects
from libs.contracts.errors import Unavailable
from libs.runtime import tunnel
from libs.runtime.frames import Broken, RequestHead
from libs.runtime.platform import Platform
from libs.runtime.settings import RuntimeSettings
from libs.runtime.tunnel import Wire
from libs.testing.waiting import until
from tests.hosted import Sandboxes

SLOW = """
import asyncio
async def app(scope, receive, send):
    if scope["type"] == "lifespan":
        return
    if scope["path"] == "/slow":
        await asyncio.sleep(60)
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"here"})
"""


@contextmanager
def host(nats_url: str, folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    environment = {**os.environ, "NATS_URL": nats_url, "LOG_LEVEL": "ERROR", "DATABASE_URL": ""}
    command = [sys.executable, "-m", "tests.component.sandbox.hosting_process", str(folder)]
    process = subprocess.Popen(command, env=environment, cwd=Path(__file__).parents[3])  # our own
    try:
        yield process
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(30)


def request(path: bytes) -> RequestHead:
    return RequestHead("GET", path, [(b"host", b"x")])


async def ask(wire: Wire, sandbox_id: str, term: int) -> int:
    async with wire.ask(subjects.http(sandbox_id, term), request(b"/"), b"", True) as asked:
        return (await asked.head()).status


async def deployed(sandboxes: Sandboxes) -> str:
    """A sandbox, once there is a service to ask for it."""
    run_id = await sandboxes.run(SLOW)

    async def heard() -> str:
        try:
            return await sandboxes.deploy(run_id)
        except Unavailable:
            return ""

    return await until(heard, limit=60)


async def test_a_killed_host_is_followed_by_another_which_has_another_term(
    connection, nats, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(tunnel, "BEAT_SECONDS", 0.5)
    platform = await Platform.open(RuntimeSettings.model_validate({"nats_url": nats.url}), "test")
    sandboxes, wire = Sandboxes(platform), Wire(platform.connection.client)
    await wire.start()
    beating = asyncio.create_task(wire.beat())  # the server may hear of the death of a host a moment later
    try:
        with host(nats.url, tmp_path / "one") as first:
            sandbox_id = await deployed(sandboxes)
            before = await sandboxes.become(sandbox_id, "ready")
            assert await ask(wire, sandbox_id, before.serving) == 200
            with host(nats.url, tmp_path / "two"):
                async with wire.ask(subjects.http(sandbox_id, before.serving), request(b"/slow"), b"", True) as slow:
                    jails = psutil.Process(first.pid).children(recursive=True)
                    first.kill()
                    first.wait()
                    for jail in jails:  # which are none: a real one ends with whoever made it
                        jail.kill()
                    with pytest.raises(Broken) as broken:
                        await slow.head()
                    assert broken.value.code in {"lost", "nobody"}

                async def taken_up() -> bool:
                    return (await sandboxes.state(sandbox_id)).serving > before.serving

                await until(taken_up, limit=60)
                after = await sandboxes.state(sandbox_id)
                assert after.host != before.host
                assert await ask(wire, sandbox_id, after.serving) == 200
                assert await sandboxes.names(sandbox_id) == ["deploy_requested", *("starting", "ready") * 2]
    finally:
        beating.cancel()
        await wire.close()
        await platform.close()
