"""Apps in real jails, asked through the edge: what they answer, print, keep and know, and how they end."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import os
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import psutil
import pytest
import pytest_asyncio
from nats.errors import NoRespondersError
from nats.errors import TimeoutError as NatsTimeout

from libs.blueprint import compile_project
from libs.contracts import asks, subjects
from libs.contracts.artifacts import Architecture
from libs.contracts.charter import Charter, Entity
from libs.contracts.fields import Field
from libs.testing.dockerd import mounts
from libs.testing.postgres import fresh_database
from libs.testing.waiting import until
from services.sandbox.drivers.marks import house_of, marked
from tests.served import Town, jailed, town

pytestmark = pytest.mark.asyncio(loop_scope="module")
FRIENDLY = (Path(__file__).parents[1] / "apps" / "friendly.py").read_text(encoding="utf-8")
NOTES = Charter(
    "notes",
    "Notes API",
    "Keeps notes.",
    entities=(Entity("Note", "notes", fields=(Field("title", "string", max_length=200),), owned=True),),
    sign_in=True,
)
PRINTED = {file.path: file.content for file in compile_project(NOTES, Architecture("# Notes"))}
# Counts in a file of its data folder, tells who it is there, and what it was given.
COUNTS = """
import json, os, pathlib
print("key", os.environ["SECRET_KEY"], "token", os.environ.get("TOKEN"), flush=True)
path = pathlib.Path(os.environ["DATABASE_URL"].removeprefix("sqlite:///")).parent / "count"
async def app(scope, receive, send):
    if scope["type"] != "http":
        return
    print("asked", scope["path"] + "?" + scope["query_string"].decode(), flush=True)
    if scope["path"] == "/count":
        path.write_text(str(int(path.read_text()) + 1 if path.exists() else 1))
    told = {"count": path.read_text() if path.exists() else "0", "colour": os.environ.get("COLOUR"),
            "token": os.environ.get("TOKEN"), "jail": os.environ["SECRET_KEY"]}
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"application/json")]})
    await send({"type": "http.response.body", "body": json.dumps(told).encode()})
"""
PATIENCE = 60.0  # seconds for another version to be there: its jail is started cold
SECRET = "correct-horse-battery-staple"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def served(nats, postgres, tmp_path_factory) -> AsyncIterator[Town]:
    jailed()
    folder = tmp_path_factory.mktemp("served") / "sandbox"
    async with fresh_database(postgres) as dsn, town(nats.url, dsn, folder, SANDBOX_STOCK="1") as made:
        yield made
    places = [path for name in ("drivers", "jails") for path in (folder / name).glob("*")]
    assert [*marked(house_of(folder)), *mounts(folder), *places] == []


async def deployed(served: Town, main: str = FRIENDLY, **more: object) -> str:
    sandbox_id = await served.sandboxes.deploy(await run_of(served, main), **more)
    state = await served.sandboxes.become(sandbox_id, "ready", "failed")
    assert state.status == "ready", state
    return sandbox_id


async def run_of(served: Town, main: str) -> str:
    """A completed run of a small app, with the packages of a printed one."""
    return await served.sandboxes.run(main, **{"requirements.txt": PRINTED["requirements.txt"]})


async def newer(served: Town, sandbox_id: str, serving: int) -> int:
    """The term of the version after the one that served."""

    async def look() -> int:
        now = (await served.sandboxes.state(sandbox_id)).serving
        return now if now > serving else 0

    return await until(look, PATIENCE)


def process_of(text: str) -> int:
    """The process that serves an app with this text, as the machine has it."""
    for process in psutil.process_iter():
        main = Path("/proc", str(process.pid), "root", "app/app/main.py")
        with contextlib.suppress(OSError):
            if text in main.read_text(encoding="utf-8"):
                return process.pid
    raise AssertionError("no process has this app")


async def retired(served: Town, subject: str) -> bool:
    """Whether nobody takes requests there any more."""
    try:
        await served.door.platform.connection.client.request(subject, b"", timeout=0.1)
    except NoRespondersError:
        return True
    except NatsTimeout:
        return False
    return False


async def test_a_printed_project_answers_whoever_signs_in_there_and_keeps_what_it_was_told(served: Town):
    run_id = await served.sandboxes.run(PRINTED["app/main.py"], **PRINTED)
    sandbox_id = await served.sandboxes.deploy(run_id, keep_data=True)
    await served.sandboxes.become(sandbox_id, "ready", "failed")
    app = served.at(sandbox_id)
    known = {"email": "eve@example.org", "password": "a long password of eve"}
    assert (await app.post("/auth/register", json=known)).status_code == 201
    form = {"username": known["email"], "password": known["password"]}
    token = (await app.post("/auth/login", data=form)).json()["access_token"]
    mine = {"authorization": f"Bearer {token}"}
    made = await app.post("/notes", json={"title": "Milk"}, headers=mine)
    assert (made.status_code, (await app.get("/notes")).status_code) == (201, 401)
    await served.sandboxes.ask(asks.StopSandbox, sandbox_id)
    said = (await served.sandboxes.become(sandbox_id, "stopped")).log
    assert [len([line for line in said if path in line]) for path in ("/auth/login", "/notes", "/health")] == [1, 2, 0]
    await served.sandboxes.ask(asks.RestartSandbox, sandbox_id)
    await served.sandboxes.become(sandbox_id, "ready")
    assert (await app.get(f"/notes/{made.json()['id']}", headers=mine)).json()["title"] == "Milk"
    assert (await app.get("/docs")).status_code == 200


async def test_method_query_headers_body_and_stream_pass(served: Town):
    sandbox_id = await deployed(served)
    app, sent = served.at(sandbox_id), bytes(range(256)) * 2000
    told = (await app.request("REPORT", "/a%2Fb?q=%20x&q=", headers={"x-more": "1"}, content=sent)).json()
    assert (told["method"], told["raw_path"], told["query"]) == ("REPORT", "/a%2Fb", "q=%20x&q=")
    assert told["body"] == {"size": len(sent), "sha256": hashlib.sha256(sent).hexdigest()}
    assert ["x-more", "1"] in told["headers"]
    assert (await app.get("/large")).content == b"".join(bytes([number]) * 65536 for number in range(64))
    async with app.stream("GET", "/ticks") as answer:
        lines = answer.aiter_lines()
        assert [await anext(lines) for _ in range(4)] == ["data: 0", "", "data: 1", ""]

    async def ended() -> bool:
        return (await app.get("/streams")).json() == {"open": 0}

    await until(ended)


async def test_what_it_prints_is_streamed_while_it_runs(served: Town):
    sandbox_id = await deployed(served, COUNTS)
    app = served.at(sandbox_id)
    async with served.person.http.stream("GET", f"/v1/sandboxes/{sandbox_id}/logs") as answer:
        told = answer.aiter_lines()
        await anext(line async for line in told if "key" in line)
        await app.get("/count?first")
        assert await anext(line async for line in told if "/count?first" in line)  # while it is followed


async def test_a_secret_is_used_and_never_shown(served: Town):
    main = COUNTS.replace("flush=True)", "flush=True, file=__import__('sys').stderr)")
    sandbox_id, heard = await deployed(served, main), []
    app = served.at(sandbox_id)
    await served.door.platform.hear("live.>", lambda _subject, body: heard.append(body))
    before = await served.sandboxes.state(sandbox_id)
    env = {"variables": {"COLOUR": "green"}, "secrets": {"TOKEN": SECRET}}
    answer = await served.rest("PUT", f"/v1/sandboxes/{sandbox_id}/env", env)
    assert answer.status_code == 202
    await newer(served, sandbox_id, before.serving)
    told = (await app.get("/")).json()
    assert (told["colour"], told["token"]) == ("green", SECRET)
    await until(lambda: "token •••".encode() in b"".join(heard))
    shown = [answer.text]
    for path in (f"/v1/sandboxes/{sandbox_id}", f"/v1/sandboxes/{sandbox_id}/logs?follow=0", "/v1/sandboxes"):
        shown.append((await served.rest("GET", path)).text)
    events = b"".join(record.data for record in await served.door.platform.log.load("events.>"))
    assert "TOKEN" in shown[0] and "token •••" in shown[2]
    assert not [text for text in (*shown, events.decode(), b"".join(heard).decode()) if SECRET in text]
    await served.rest("PUT", f"/v1/sandboxes/{sandbox_id}/env", {"unset": ["TOKEN"]})

    async def forgotten() -> bool:
        return (await app.get("/")).json()["token"] is None

    await until(forgotten)


async def test_another_version_takes_over_while_requests_go_on_and_none_fails(served: Town):
    slow = FRIENDLY.replace("no need", "1 no need").replace(
        "await start(send, 403", "await asyncio.sleep(0.2)\n        await start(send, 403"
    )
    assert slow.count("sleep(0.2)") == 1
    sandbox_id = await deployed(served, slow, keep_data=True)
    app, seen, done = served.at(sandbox_id), [], asyncio.Event()

    async def ask(body: bytes) -> None:
        while not done.is_set():
            try:
                answer = await app.post("/early", content=body)
                seen.append((answer.status_code, answer.text[0]))
            except httpx.TransportError as error:
                seen.append((0, repr(error)))

    asking = [asyncio.create_task(ask(bytes(size))) for size in (0, 10, 100_000)]
    first = await served.sandboxes.state(sandbox_id)
    newest = await run_of(served, slow.replace("1 no need", "2 no need"))
    answer = await served.rest("POST", f"/v1/sandboxes/{sandbox_id}/redeploy", {"run_id": newest})
    assert answer.status_code == 202
    await newer(served, sandbox_id, first.serving)
    await until(lambda: seen[-5:] == [(403, "2")] * 5)
    await until(lambda: retired(served, subjects.http(sandbox_id, first.serving)))
    done.set()
    await asyncio.gather(*asking)
    assert set(seen) == {(403, "1"), (403, "2")}


async def test_data_is_kept_for_the_next_jail_and_wiped_when_that_is_wanted(served: Town):
    sandbox_id = await deployed(served, COUNTS, keep_data=True)
    app, path = served.at(sandbox_id), f"/v1/sandboxes/{sandbox_id}"
    assert (await app.get("/count")).json()["count"] == "1"
    for verb in ("restart", "stop", "restart"):
        before = await served.sandboxes.state(sandbox_id)
        assert (await served.rest("POST", f"{path}/{verb}")).status_code == 202
        if verb == "stop":
            await served.sandboxes.become(sandbox_id, "stopped")
        else:
            await newer(served, sandbox_id, before.serving)
    assert (await app.get("/count")).json()["count"] == "2"
    await served.rest("POST", f"{path}/stop", {"wipe": True})
    await served.sandboxes.become(sandbox_id, "stopped")
    assert not (served.folder / "data" / sandbox_id).exists()
    await served.rest("POST", f"{path}/restart")
    await served.sandboxes.become(sandbox_id, "ready")
    assert (await app.get("/count")).json()["count"] == "1"


async def test_a_jail_that_is_killed_while_it_answers_is_told_and_started_again(served: Town):
    hangs, heard = (
        'if path == "/hang":\n        print("hangs", flush=True)\n        await asyncio.sleep(600)\n    elif',
        [],
    )
    sandbox_id = await deployed(served, FRIENDLY.replace('if path == "/ticks"', f'{hangs} path == "/ticks"'))
    await served.door.platform.hear(f"live.project.*.sandbox.{sandbox_id}.>", lambda _subject, body: heard.append(body))
    first = await served.sandboxes.state(sandbox_id)
    asking = asyncio.create_task(served.at(sandbox_id).get("/hang"))
    await until(lambda: b"hangs" in b"".join(heard))
    os.kill(process_of('print("hangs"'), signal.SIGKILL)
    answer = await asking
    assert (answer.status_code, answer.json()["code"]) in {(502, "bad_answer"), (502, "app_lost")}
    await newer(served, sandbox_id, first.serving)
    assert (await served.at(sandbox_id).get("/")).status_code == 200


async def test_its_time_ends_without_a_request_and_in_all_and_a_restart_gives_it_another(
    served: Town, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("services.sandbox.hosting.domain.SHORTEST", 1)
    main = await run_of(served, COUNTS)
    idle = await served.sandboxes.deploy(main, idle_seconds=1)
    total = await served.sandboxes.deploy(main, total_seconds=3)
    assert (await served.sandboxes.become(idle, "expired")).reason == "idle"
    assert (await served.sandboxes.become(total, "expired")).reason == "total"
    assert await served.sandboxes.names(idle) == ["deploy_requested", "starting", "ready", "expired"]
    answer = await served.at(idle).get("/")
    assert (answer.status_code, answer.json()["code"]) == (503, "expired")
    await served.rest("POST", f"/v1/sandboxes/{idle}/restart")
    await served.sandboxes.become(idle, "ready")
