"""What passes between a client and an app on its own origin, and what does not."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
import pytest_asyncio

from libs.testing.nats import fresh_streams
from libs.testing.waiting import until
from services.edge.auth import COOKIE
from tests.front_door import ALL, FrontDoor, front_door
from tests.hosted import Sandboxes, building

pytestmark = pytest.mark.asyncio(loop_scope="module")
FRIENDLY = (Path(__file__).parents[2] / "apps" / "friendly.py").read_text(encoding="utf-8")


@dataclass
class Scene:
    door: FrontDoor
    sandboxes: Sandboxes
    sandbox_id: str
    http: httpx.AsyncClient


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def scene(nats, tmp_path_factory) -> AsyncIterator[Scene]:
    builds = (*ALL[:-1], building(tmp_path_factory.mktemp("sandboxes")), ALL[-1])
    bounds = {"PROXY_BODY_BYTES": "6000000", "PROXY_CLIENT_SECONDS": "2"}
    async with fresh_streams(nats.url), front_door(nats.url, builds=builds, **bounds) as door:
        sandboxes = Sandboxes(door.platform)
        sandbox_id = await sandboxes.deploy(await sandboxes.run(FRIENDLY))
        await sandboxes.become(sandbox_id, "ready")
        yield Scene(door, sandboxes, sandbox_id, door.client(headers=at(door, sandbox_id)))


def at(door: FrontDoor, sandbox_id: str) -> dict[str, str]:
    return {"host": f"{sandbox_id}.localhost:{door.port}"}


async def test_method_path_query_headers_and_body_pass_as_they_are(scene: Scene):
    headers = [
        ("x-more", "1"),
        ("x-more", "2"),
        ("authorization", "Bearer of-the-app"),
        ("cookie", f"a=1; {COOKIE}=ours; b=2"),
    ]
    answer = await scene.http.request("REPORT", "/a%2Fb/%C3%BC?q=%20x&q=&empty", headers=headers, content=b"hello")
    told = answer.json()
    assert (told["method"], told["raw_path"], told["query"]) == ("REPORT", "/a%2Fb/%C3%BC", "q=%20x&q=&empty")
    assert told["body"] == {"size": 5, "sha256": hashlib.sha256(b"hello").hexdigest()}
    got = [(name, value) for name, value in told["headers"]]
    assert ("x-more", "1") in got and ("x-more", "2") in got
    assert ("authorization", "Bearer of-the-app") in got
    assert ("cookie", "a=1; b=2") in got
    assert ("host", f"{scene.sandbox_id}.localhost:{scene.door.port}") in got
    assert ("x-forwarded-proto", "http") in got and ("x-forwarded-for", "127.0.0.1") in got


async def test_what_is_for_one_hop_or_forged_does_not_pass(scene: Scene):
    headers = {"connection": "x-hop, keep-alive", "x-hop": "1", "x-real-ip": "1.2.3.4", "te": "trailers"}
    forged = {"x-forwarded-host": "evil.example", "forwarded": "for=1.2.3.4"}
    got = (await scene.http.get("/", headers=headers | forged)).json()["headers"]
    names = [name for name, _ in got]
    assert not {"x-hop", "te", "keep-alive", "transfer-encoding", "x-real-ip", "forwarded"} & {*names}
    assert [value for name, value in got if name == "x-forwarded-host"] == [at(scene.door, scene.sandbox_id)["host"]]


async def test_a_large_body_passes_both_ways_in_pieces(scene: Scene):
    sent = bytes(range(256)) * 20_000

    async def pieces():
        for start in range(0, len(sent), 300_000):
            yield sent[start : start + 300_000]

    for body in (sent, pieces()):
        told = (await scene.http.post("/up", content=body)).json()["body"]
        assert told == {"size": len(sent), "sha256": hashlib.sha256(sent).hexdigest()}
    got = (await scene.http.get("/large")).content
    assert got == b"".join(bytes([number]) * 65536 for number in range(64))


async def test_status_headers_and_cookies_come_back_and_cookies_stay_with_their_host(scene: Scene):
    answer = await scene.http.get("/cookies")
    assert (answer.status_code, answer.text, answer.headers["x-own"]) == (201, "made", "yes")
    assert answer.headers.get_list("set-cookie") == ["a=1; Path=/", "b=2; HttpOnly"]
    assert not answer.headers.keys() & {"x-hop", "clear-site-data"}
    assert not answer.headers.keys() & {"x-frame-options", "content-security-policy", "x-request-id"}
    assert len(answer.headers.get_list("date")) == 1


async def test_head_and_options_are_the_apps_own(scene: Scene):
    head = await scene.http.head("/large")
    assert (head.status_code, head.content) == (200, b"")
    assert (await scene.http.options("/x")).json()["method"] == "OPTIONS"


async def test_a_stream_comes_as_it_is_said_and_ends_with_its_client(scene: Scene):
    async with scene.http.stream("GET", "/ticks") as answer:
        seen = b""
        async for data in answer.aiter_bytes():
            seen += data
            if b"data: 3" in seen:
                break

    async def ended() -> bool:
        return (await scene.http.get("/streams")).json() == {"open": 0}

    await until(ended)


async def test_an_answer_before_the_body_was_read_is_passed_on(scene: Scene):
    answer = await scene.http.post("/early", content=bytes(5_000_000))
    assert (answer.status_code, answer.text) == (403, "no need to read that")


async def test_many_at_once_get_each_their_own(scene: Scene):
    answers = await asyncio.gather(*(scene.http.post(f"/n{n}", content=b"x" * n) for n in range(100)))
    assert [(told := answer.json())["raw_path"] + str(told["body"]["size"]) for answer in answers] == [
        f"/n{n}{n}" for n in range(100)
    ]


def problem(answer: httpx.Response) -> tuple[int, str]:
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["detail"]
    return answer.status_code, answer.json()["code"]


async def test_what_is_too_large_or_too_slow_is_refused_with_a_reason(scene: Scene):
    assert problem(await scene.http.post("/", content=bytes(7_000_000))) == (413, "too_large")

    async def endless():
        for _ in range(100):
            yield bytes(100_000)

    assert problem(await scene.http.post("/", content=endless())) == (413, "too_large")
    assert problem(await scene.http.get("/", headers={"x-large": "a" * 40_000})) == (431, "too_large")
    assert problem(await scene.http.get("/", headers={f"x-{n}": "1" for n in range(101)})) == (431, "too_large")

    reader, writer = await asyncio.open_connection("127.0.0.1", scene.door.port)
    host = at(scene.door, scene.sandbox_id)["host"]
    writer.write(f"POST / HTTP/1.1\r\nhost: {host}\r\ncontent-length: 10\r\n\r\nbegun".encode())
    assert b" 408 " in await reader.readline()
    writer.close()


async def test_websockets_and_tunnels_are_refused_clearly(scene: Scene):
    upgrade = {
        "connection": "upgrade",
        "upgrade": "websocket",
        "sec-websocket-version": "13",
        "sec-websocket-key": "eA==",
    }
    assert problem(await scene.http.get("/", headers=upgrade)) == (501, "not_passed_on")
    assert problem(await scene.http.request("TRACE", "/")) == (501, "not_passed_on")


@pytest.mark.parametrize("name", ["nobody-0123456789abcdef", "a.b", "x", "%2e", "*", "shop-0123456789ABCDEF.evil"])
async def test_an_unknown_sandbox_is_not_found(scene: Scene, name: str):
    answer = await scene.door.anybody.get("/", headers={"host": f"{name}.localhost"})
    assert problem(answer) == (404, "not_found")


async def test_no_host_answers_for_another(scene: Scene):
    ours = await scene.door.anybody.get("/health")
    assert ours.json() == {"status": "alive"} and "x-request-id" in ours.headers
    theirs = await scene.http.get("/health")
    assert theirs.json()["raw_path"] == "/health"
    for host in (f"{scene.sandbox_id.upper()}.LOCALHOST", f"{scene.sandbox_id}.localhost.:1"):
        assert (await scene.door.anybody.get("/v1/me", headers={"host": host})).json()["raw_path"] == "/v1/me"
    for host in ("localhost", "127.0.0.1", f"{scene.sandbox_id}.example.org", f"{scene.sandbox_id}localhost"):
        assert (await scene.door.anybody.get("/v1/me", headers={"host": host})).status_code == 401
    for first, second in (
        (f"{scene.sandbox_id}.localhost", "localhost"),
        ("localhost", f"{scene.sandbox_id}.localhost"),
    ):
        reader, writer = await asyncio.open_connection("127.0.0.1", scene.door.port)
        writer.write(f"GET /v1/me HTTP/1.1\r\nhost: {first}\r\nhost: {second}\r\n\r\n".encode())
        assert b" 400 " in await reader.readline()
        writer.close()


async def test_a_redeploy_leaves_no_gap(scene: Scene):
    versions = [await scene.sandboxes.run(FRIENDLY.replace("no need", f"{n} no need")) for n in (1, 2)]
    sandbox_id = await scene.sandboxes.deploy(versions[0])
    await scene.sandboxes.become(sandbox_id, "ready")
    http, seen, done = scene.door.client(headers=at(scene.door, sandbox_id)), [], asyncio.Event()

    async def ask() -> None:
        while not done.is_set():
            answer = await http.get("/early")
            seen.append((answer.status_code, answer.text[0]))

    asking = [asyncio.create_task(ask()) for _ in range(4)]
    await scene.sandboxes.deploy(versions[1], sandbox_id)
    await until(lambda: (403, "2") in seen)
    await asyncio.sleep(1.0)  # while the version before goes
    done.set()
    await asyncio.gather(*asking)
    assert set(seen) == {(403, "1"), (403, "2")}
    assert [text for _, text in seen[-20:]] == ["2"] * 20


async def test_what_is_stopped_says_so(scene: Scene):
    from libs.contracts.asks import StopSandbox

    sandbox_id = await scene.sandboxes.deploy(await scene.sandboxes.run())
    await scene.sandboxes.become(sandbox_id, "ready")
    await scene.sandboxes.ask(StopSandbox, sandbox_id)
    await scene.sandboxes.become(sandbox_id, "stopped")

    async def told() -> bool:
        answer = await scene.door.anybody.get("/", headers=at(scene.door, sandbox_id))
        return problem(answer) == (503, "stopped")

    await until(told)
