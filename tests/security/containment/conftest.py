"""Drivers under attack, what stands in for the rest of the world, and a neighbour that must not notice."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import httpx
import pytest
import pytest_asyncio

from services.sandbox.drivers.bubblewrap import BubblewrapDriver
from services.sandbox.drivers.docker.driver import DockerDriver
from services.sandbox.port import APP, PYTHON, RUN, Driver, Jail, Limits, Spec
from services.sandbox.sockets import JailTransport
from tests.lacking import lacking
from tests.security.containment.world import World, world

EXTRAS = "/opt/extras"
NEIGHBOUR = f"""
import http.server, os, socket, socketserver

class Answer(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        body = b"still here " + str(sorted(os.listdir("/data"))).encode()
        self.send_response(200); self.send_header("content-length", str(len(body))); self.end_headers()
        self.wfile.write(body)
    def address_string(self): return ""
    def log_message(self, *rest): pass

open("/data/mine", "w").close()
socketserver.ThreadingUnixStreamServer("{RUN}/app.sock", Answer).serve_forever()
"""


@pytest.fixture(scope="module")
def around() -> Iterator[World]:
    with world() as made:
        yield made


@pytest_asyncio.fixture(scope="module", loop_scope="module", params=["bubblewrap", "docker"])
async def driver(request: pytest.FixtureRequest, house: Path) -> AsyncIterator[Driver]:
    made = (
        BubblewrapDriver(house)
        if request.param == "bubblewrap"
        else DockerDriver(house, request.getfixturevalue("dockerd").url)
    )
    if reason := await made.check():
        lacking(reason)
    yield made
    await made.close()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def neighbour(driver: Driver) -> AsyncIterator[Neighbour]:
    jail = await driver.start(Spec("neighbour", (PYTHON, "-c", NEIGHBOUR), limits=Limits(seconds=0)))
    async with httpx.AsyncClient(transport=JailTransport(jail, "app.sock"), base_url="http://app") as client:
        made = Neighbour(jail, client)
        await made.wait()
        yield made
    await jail.kill()


class Neighbour:
    def __init__(self, jail: Jail, client: httpx.AsyncClient) -> None:
        self.jail, self._client = jail, client

    async def wait(self) -> None:
        async with asyncio.timeout(60):
            while True:
                try:
                    return await self.check()
                except httpx.ConnectError:
                    await asyncio.sleep(0.01)

    async def check(self) -> None:
        assert (await self._client.get("/", timeout=5)).text == "still here ['mine']"


@pytest_asyncio.fixture(loop_scope="module")
async def unharmed(driver: Driver, neighbour: Neighbour, house: Path) -> AsyncIterator[None]:
    """After a test nothing is left of what it started, and the neighbour answers as before."""
    before = traces(house)
    yield
    await neighbour.check()
    assert await driver.reap(keep=["neighbour"]) == []
    assert traces(house) == before


def traces(house: Path) -> list[str]:
    """What of this house is mounted on the machine, and what is in its folder."""
    mounts = Path("/proc/self/mountinfo").read_text(encoding="utf-8").splitlines()
    inside = [str(path) for part in house.iterdir() if not part.name.startswith("python") for path in part.rglob("*")]
    return sorted([*(line for line in mounts if str(house) in line), *inside])


@pytest.fixture(scope="session")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The programs, and a folder that only its mount protects."""
    anyones = tmp_path_factory.mktemp("anyones")
    anyones.chmod(0o777)
    return {APP: Path(__file__).parent / "hostile", EXTRAS: anyones}
