"""Apps and clients that mean harm, and what the other side gets: a whole answer or a clear no."""

from __future__ import annotations

import asyncio
import contextlib
import gzip
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import psutil
import pytest
import pytest_asyncio

from libs.testing.nats import fresh_streams
from libs.testing.waiting import until
from services.edge.proxy import protocol
from tests.front_door import ALL, FrontDoor, front_door
from tests.hosted import Sandboxes, building

pytestmark = pytest.mark.asyncio(loop_scope="module")
APPS = Path(__file__).parents[2] / "apps"


@dataclass
class Scene:
    door: FrontDoor
    hostile: httpx.AsyncClient
    friendly: httpx.AsyncClient
    host: str  # of the friendly app


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def scene(nats, tmp_path_factory) -> AsyncIterator[Scene]:
    builds = (*ALL[:-1], building(tmp_path_factory.mktemp("sandboxes")), ALL[-1])
    bounds = {"PROXY_ANSWER_SECONDS": "1", "PROXY_CLIENT_SECONDS": "1"}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(protocol, "HEAD_SECONDS", 1.0)
        async with fresh_streams(nats.url), front_door(nats.url, builds=builds, **bounds) as door:
            sandboxes, clients = Sandboxes(door.platform), list[httpx.AsyncClient]()
            for name in ("hostile", "friendly"):
                sandbox_id = await sandboxes.deploy(await sandboxes.run((APPS / f"{name}.py").read_text()))
                await sandboxes.become(sandbox_id, "ready")
                clients.append(door.client(headers={"host": f"{sandbox_id}.localhost"}))
            yield Scene(door, *clients, clients[1].headers["host"])


async def code(answer: httpx.Response) -> tuple[int, str]:
    assert answer.headers["content-type"] == "application/problem+json", answer.text
    return answer.status_code, answer.json()["code"]


@pytest.mark.parametrize(
    "path",
    [
        *("/huge-head", "/many-headers", "/two-lengths", "/cr-in-value", "/nul-in-value", "/garbage"),
        *("/bad-status", "/no-such-status", "/upgrade"),
    ],
)
async def test_an_answer_that_is_no_answer_is_a_502(scene: Scene, path: str):
    answer = await scene.hostile.get(path)
    assert await code(answer) == (502, "bad_answer")


async def test_a_body_with_two_lengths_or_too_short_is_never_taken_for_whole(scene: Scene):
    both = await scene.hostile.get("/both")
    assert (both.status_code, both.text) == (200, "hello")
    assert "content-length" not in both.headers
    for path in ("/half", "/bad-chunk"):
        with pytest.raises((httpx.RemoteProtocolError, httpx.ReadError)):
            await scene.hostile.get(path)


async def test_an_app_that_says_nothing_or_drop_by_drop_is_given_up(scene: Scene):
    for path in ("/silence", "/drops"):
        assert await code(await scene.hostile.get(path)) == (504, "too_late")


async def test_a_bomb_is_passed_on_packed_and_costs_us_nothing(scene: Scene):
    before = psutil.Process().memory_info().rss
    async with scene.hostile.stream("GET", "/bomb") as answer:
        packed = b"".join([piece async for piece in answer.aiter_raw()])
    assert len(packed) < 100_000 < len(gzip.decompress(packed))
    assert psutil.Process().memory_info().rss - before < 150_000_000  # the test itself has unpacked it


async def test_an_endless_answer_ends_with_its_client_and_is_never_held(scene: Scene):
    before = psutil.Process().memory_info().rss
    async with scene.hostile.stream("GET", "/endless") as answer:
        size = 0
        async for piece in answer.aiter_raw():
            size += len(piece)
            if size > 20_000_000:
                break

    async def ended() -> bool:
        return "'endless': 0" in (await scene.hostile.get("/seen")).text

    await until(ended)
    assert psutil.Process().memory_info().rss - before < 50_000_000


async def test_a_client_that_does_not_read_is_cut_off(scene: Scene):
    reader, writer = await asyncio.open_connection("127.0.0.1", scene.door.port, limit=1024)
    host = scene.hostile.headers["host"]
    writer.write(f"GET /endless HTTP/1.1\r\nhost: {host}\r\n\r\n".encode())

    async def ended() -> bool:
        return "'endless': 0" in (await scene.hostile.get("/seen")).text

    await reader.read(10)
    await until(ended)
    writer.close()


async def raw(scene: Scene, data: bytes, wait: float = 3.0) -> bytes:
    """What the edge says to these bytes until it closes."""
    reader, writer = await asyncio.open_connection("127.0.0.1", scene.door.port)
    try:
        writer.write(data)
        async with asyncio.timeout(wait):
            return await reader.read()
    except TimeoutError:
        return await asyncio.wait_for(reader.read(100_000), 1) if not reader.at_eof() else b""
    finally:
        writer.close()


SMUGGLED = b"GET /smuggled HTTP/1.1\r\nhost: HOST\r\n\r\n"


@pytest.mark.parametrize(
    "head",
    [
        b"POST / HTTP/1.1\r\nhost: HOST\r\ncontent-length: 5\r\ncontent-length: 0\r\n\r\n",
        b"POST / HTTP/1.1\r\nhost: HOST\r\ncontent-length: 5, 0\r\n\r\n",
        b"POST / HTTP/1.1\r\nhost: HOST\r\ncontent-length: +5\r\n\r\n",
        b"POST / HTTP/1.1\r\nhost: HOST\r\ncontent-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n",
        b"POST / HTTP/1.1\r\nhost: HOST\r\ntransfer-encoding: chunked, identity\r\n\r\n0\r\n\r\n",
        b"POST / HTTP/1.1\r\nhost: HOST\r\ntransfer-encoding: xchunked\r\n\r\n0\r\n\r\n",
        b"POST / HTTP/1.1\r\nhost: HOST\r\ntransfer-encoding : chunked\r\n\r\n0\r\n\r\n",
        b"GET / HTTP/1.1\r\nhost: HOST\r\nx: a\nb: c\r\n\r\n",
        b"GET / HTTP/1.1\nhost: HOST\n\n",
        b"GET / HTTP/1.1\r\nhost: HOST\r\nx: a\rset: b\r\n\r\n",
        b"GET / HTTP/1.1\r\nhost: HOST\r\nx: a\0b\r\n\r\n",
        b"GET / HTTP/1.1\r\nhost: HOST\r\n x: folded\r\n\r\n",
        b"GET / HTTP/1.1\r\nhost: HOST\r\nx y: 1\r\n\r\n",
        b"GET /a b HTTP/1.1\r\nhost: HOST\r\n\r\n",
    ],
)
async def test_a_request_that_could_be_read_in_two_ways_is_refused(scene: Scene, head: bytes):
    said = await raw(scene, (head + SMUGGLED).replace(b"HOST", scene.host.encode()))
    assert said.startswith(b"HTTP/1.1 400 "), said[:200]
    assert b"smuggled" not in said


async def test_requests_in_one_packet_are_two_requests(scene: Scene):
    twice = b"POST /one HTTP/1.1\r\nhost: HOST\r\ncontent-length: 5\r\n\r\nhello" + SMUGGLED
    last = twice.replace(b"HOST\r\n\r\n", b"HOST\r\nconnection: close\r\n\r\n")
    said = await raw(scene, last.replace(b"HOST", scene.host.encode()))
    assert said.count(b"HTTP/1.1 200") == 2


async def test_a_head_drop_by_drop_or_without_end_is_refused(scene: Scene):
    assert (await raw(scene, b"GET / HTTP/1.1\r\nhost: ")).startswith(b"HTTP/1.1 408 ")
    reader, writer = await asyncio.open_connection("127.0.0.1", scene.door.port)
    writer.write(b"GET / HTTP/1.1\r\n")
    for number in range(200):
        writer.write(b"x-%d: " % number + b"a" * 1000 + b"\r\n")
    assert b" 431 " in (await reader.read(200))
    writer.close()


LATE = b"POST /late HTTP/1.1\r\nhost: HOST\r\nconnection: close\r\ntransfer-encoding: chunked\r\n\r\n0\r\n"


async def test_what_follows_a_body_is_no_header_and_does_not_go_on_without_end(scene: Scene):
    head = LATE.replace(b"HOST", scene.host.encode())
    said = await raw(scene, head + b"x-late: yes\r\n\r\n")
    assert said.startswith(b"HTTP/1.1 200 ")
    assert b"x-late" not in said
    reader, writer = await asyncio.open_connection("127.0.0.1", scene.door.port)
    writer.write(head + b"x: ")
    with contextlib.suppress(ConnectionError):
        for _ in range(200):
            writer.write(b"a" * 10_000)
            await writer.drain()
        writer.write(b"\r\n\r\n")
        assert b" 200 " not in await reader.read()
    writer.close()


async def test_neighbours_are_unharmed(scene: Scene):
    assert (await scene.friendly.get("/still")).json()["raw_path"] == "/still"
