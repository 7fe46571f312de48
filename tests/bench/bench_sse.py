"""From a fact that was appended to its bytes at many clients of a real edge, in a process of its own."""

from __future__ import annotations

import asyncio
import os
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import cast

from deploy.local.child import free_port
from libs.contracts import events, subjects
from libs.contracts.asks import Login, Session
from libs.contracts.envelope import Envelope, new_id, now
from libs.runtime.platform import Platform
from libs.testing.nats import fresh_streams, nats_server
from libs.testing.services import serving
from libs.testing.waiting import until
from services.identity.app import build as build_identity
from tests.bench.measure import Figure, percentile
from tests.front_door import PASSWORD, ROOT_EMAIL, environment

CLIENTS = 100
FACTS = 1000
PER_SECOND = 100
PROJECT, RUN = "bench", "run"  # its past is read by all clients at once before the measuring begins


class Listener(asyncio.Protocol):
    """A client that notes what arrived when; it is read afterwards, so that reading does not disturb the measuring."""

    def __init__(self, request: bytes) -> None:
        self._request = request
        self._chunks: list[tuple[float, bytes]] = []

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)  # uvloop's is no subclass
        self.transport.write(self._request)

    def data_received(self, data: bytes) -> None:
        self._chunks.append((time.perf_counter(), data))

    @property
    def started(self) -> bool:
        return bool(self._chunks)

    def arrivals(self) -> dict[int, float]:
        """When each event's id had arrived."""
        found, rest = dict[int, float](), b""
        for at, data in self._chunks:
            *lines, rest = (rest + data).split(b"\n")
            found.update({int(line.rsplit(b"-", 1)[1]): at for line in lines if line.startswith(b"id: ")})
        return found


async def bench() -> list[Figure]:
    environment_of_root = environment(FIRST_SUPERUSER_EMAIL=ROOT_EMAIL, FIRST_SUPERUSER_PASSWORD=PASSWORD)
    with nats_server() as nats:
        async with environment_of_root, fresh_streams(nats.url), serving(nats.url, build_identity) as platform:
            session = await platform.ask(Login(ROOT_EMAIL, PASSWORD), Session)
            path = f"/v1/runs/{RUN}/events"
            request = f"GET {path} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {session.access_token}\r\n\r\n"
            await _found(platform, session.user_id)
            bare = await _measured(platform, nats.url, "tests.bench.bare_sse", b"GET / HTTP/1.1\r\n\r\n")
            ours = await _measured(platform, nats.url, "services.edge", request.encode())
    against = f"bare p50 {percentile(bare, 0.5):.2f} p99 {percentile(bare, 0.99):.2f} ms"
    return [
        Figure(f"fact appended to SSE bytes, {CLIENTS} clients, p50", percentile(ours, 0.5), "ms", 5, bare=against),
        Figure(f"fact appended to SSE bytes, {CLIENTS} clients, p99", percentile(ours, 0.99), "ms", 40, bare=against),
    ]


async def _found(platform: Platform, owner: str) -> None:
    """A project and a run in it, as their owner made them."""
    await _append(platform, subjects.project(PROJECT), events.Created("Bench", owner))
    await _append(platform, subjects.run(PROJECT, RUN), events.Requested("A library API.", owner))


async def _append(platform: Platform, owner: str, event: events.Event) -> int:
    envelope = Envelope(
        id=new_id(), type=event.type_tag(), source="bench", time=now(), subject=owner, correlationid=RUN
    )
    return await platform.log.append(subjects.event(owner, event.event_name()), event, envelope)


async def _measured(platform: Platform, nats_url: str, module: str, request: bytes) -> list[float]:
    """Milliseconds from each append's confirmation to each client's receipt; 0 where the bytes were there first."""
    async with _served(module, nats_url) as port:
        listeners = await _connected(port, request)
        appended = await _paced(platform)
        await until(lambda: all(max(appended) in listener.arrivals() for listener in listeners))
        arrivals = [listener.arrivals() for listener in listeners]
        for listener in listeners:
            listener.transport.close()
    return [max(0.0, arrived[seq] - at) * 1000 for seq, at in appended.items() for arrived in arrivals]


async def _connected(port: int, request: bytes) -> list[Listener]:
    loop, listeners = asyncio.get_running_loop(), list[Listener]()
    for _ in range(CLIENTS):
        _, listener = await loop.create_connection(lambda: Listener(request), "127.0.0.1", port)
        listeners.append(listener)
    await until(lambda: all(listener.started for listener in listeners))
    return listeners


async def _paced(platform: Platform) -> dict[int, float]:
    """When each fact was confirmed, by its sequence."""
    appended: dict[int, float] = {}
    begun = time.perf_counter()
    for number in range(FACTS):
        await asyncio.sleep(max(0.0, begun + number / PER_SECOND - time.perf_counter()))
        fact = events.StageStarted("implementation", new_id(), 1, item=f"app/file_{number}.py")
        seq = await _append(platform, subjects.run(PROJECT, RUN), fact)
        appended[seq] = time.perf_counter()
    return appended


@asynccontextmanager
async def _served(module: str, nats_url: str) -> AsyncIterator[int]:
    port = free_port()
    given = {
        "NATS_URL": nats_url,
        "EDGE_PORT": str(port),
        "LOG_LEVEL": "WARNING",
        "DATABASE_URL": "",
        "EDGE_STREAMS_PER_USER": "5000",
    }
    process = await asyncio.create_subprocess_exec(sys.executable, "-m", module, env={**os.environ, **given})
    try:
        await until(lambda: _answers(port))
        yield port
    finally:
        process.terminate()
        await asyncio.wait_for(process.wait(), 10)


async def _answers(port: int) -> bool:
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        return False
    writer.close()
    return True
