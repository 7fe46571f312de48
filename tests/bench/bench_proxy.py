"""What the way through edge, NATS and host adds to a request to an app."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

import httpx

from libs.testing.nats import fresh_streams, nats_server
from services.sandbox.drivers.unsafe import UnsafeDriver, UnsafeJail
from services.sandbox.port import Spec
from services.sandbox.sockets import JailTransport
from services.sandbox.worker import SOCKET
from tests.bench.measure import Figure, median
from tests.front_door import ALL, front_door
from tests.hosted import HELLO, Sandboxes, building

REQUESTS = 500
WARM = 50


class Watching(UnsafeDriver):
    """Knows its newest jail."""

    newest: UnsafeJail

    async def start(self, spec: Spec) -> UnsafeJail:
        """As ever."""
        self.newest = await super().start(spec)
        return self.newest


async def bench() -> list[Figure]:
    """Milliseconds of one request after another, to the app's own socket and through the edge."""
    with nats_server() as nats, tempfile.TemporaryDirectory() as folder:
        driver = Watching()
        builds = (*ALL[:-1], building(Path(folder), driver), ALL[-1])
        async with fresh_streams(nats.url), front_door(nats.url, builds=builds, LOG_LEVEL="ERROR") as door:
            sandboxes = Sandboxes(door.platform)
            sandbox_id = await sandboxes.deploy(await sandboxes.run(HELLO), keep_data=True)
            await sandboxes.become(sandbox_id, "ready")
            through = door.client(headers={"host": f"{sandbox_id}.localhost"})
            direct = httpx.AsyncClient(transport=JailTransport(driver.newest, SOCKET), base_url="http://app")
            try:
                straight, proxied = await milliseconds(direct), await milliseconds(through)
            finally:
                await direct.aclose()
    bare = f"{straight:.2f} ms on its own socket, {proxied:.2f} ms through the edge"
    return [Figure("a request to an app through the edge, over a direct one", proxied - straight, "ms", 3, bare=bare)]


async def milliseconds(http: httpx.AsyncClient) -> float:
    """Milliseconds of a request in the middle of many."""
    took: list[float] = []
    for number in range(WARM + REQUESTS):
        began = time.perf_counter()
        answer = await http.get("/")
        assert answer.text == "version 1"
        if number >= WARM:
            took.append((time.perf_counter() - began) * 1000)
    return median(took)
