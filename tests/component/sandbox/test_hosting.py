"""Hosting on a real nats-server: what is deployed answers, in one term after another, and ends as it should."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import nullcontext
from pathlib import Path

import pytest

from libs.contracts import asks, subjects
from libs.contracts.errors import Remote
from libs.runtime.frames import RequestHead, ResponseHead
from libs.runtime.tunnel import Wire
from libs.testing.services import serving
from libs.testing.waiting import until
from services.sandbox.hosting.census import Census
from tests.hosted import HELLO, Sandboxes, building

VERSION_2 = HELLO.replace("version 1", "version 2")
TELLS = """
import os
print("key is", os.environ["SECRET_KEY"], "and", os.environ.get("TOKEN"), flush=True)
""" + HELLO.replace('b"version 1"', 'repr([os.environ.get("TOKEN"), os.environ.get("COLOUR")]).encode()')
BROKEN = "print('about to fail')\nraise RuntimeError('no such table')\n"
KEEPS = (
    HELLO.replace('b"version 1"', "b'%d' % count()")
    + """
import os, pathlib
def count():
    path = pathlib.Path(os.environ["DATABASE_URL"].removeprefix("sqlite:///")).parent / "count"
    number = int(path.read_text()) + 1 if path.exists() else 1
    path.write_text(str(number))
    return number
"""
)
LOGS = HELLO.replace("await send", "print('asked', scope['path'], flush=True)\n    await send", 1)
DIES = HELLO.replace("await send", "if scope['path'] == '/die': import os; os._exit(7)\n    await send", 1)


@pytest.fixture
async def sandboxes(connection, nats, tmp_path: Path) -> AsyncGenerator[Sandboxes]:
    async with serving(nats.url, building(tmp_path)) as platform:
        yield Sandboxes(platform)


@pytest.fixture
async def wire(sandboxes: Sandboxes) -> AsyncGenerator[Wire]:
    wire = Wire(sandboxes.platform.connection.client)
    await wire.start()
    yield wire
    await wire.close()


async def get(wire: Wire, sandbox_id: str, term: int, path: bytes = b"/") -> tuple[ResponseHead, bytes]:
    head = RequestHead("GET", path, [(b"host", b"shop.localhost")])
    async with wire.ask(subjects.http(sandbox_id, term), head, b"", True) as exchange:
        answer, body, last = await exchange.head(), b"", False
        while not last:
            chunk, last = await exchange.receive()
            body += chunk
    return answer, body


async def test_a_completed_run_answers_and_another_version_takes_its_place(sandboxes: Sandboxes, wire: Wire):
    sandbox_id = await sandboxes.deploy(await sandboxes.run())
    first = await sandboxes.become(sandbox_id, "ready")
    answer, body = await get(wire, sandbox_id, first.serving)
    assert (answer.status, body) == (200, b"version 1")
    await sandboxes.deploy(await sandboxes.run(VERSION_2), sandbox_id)

    async def switched() -> bool:
        return (await sandboxes.state(sandbox_id)).serving > first.serving

    await until(switched)
    second = await sandboxes.state(sandbox_id)
    assert (await get(wire, sandbox_id, first.serving))[1] == b"version 1"  # whoever has not heard yet
    assert (await get(wire, sandbox_id, second.serving))[1] == b"version 2"
    assert await sandboxes.names(sandbox_id) == ["deploy_requested", "starting", "ready"] * 2
    assert second.status == "ready"


async def test_stopping_ends_it_for_good_and_deploying_again_brings_it_back(sandboxes: Sandboxes):
    run_id = await sandboxes.run()
    sandbox_id = await sandboxes.deploy(run_id)
    await sandboxes.become(sandbox_id, "ready")
    await sandboxes.ask(asks.StopSandbox, sandbox_id)
    await sandboxes.become(sandbox_id, "stopped")
    await sandboxes.deploy(run_id, sandbox_id)
    assert (await sandboxes.become(sandbox_id, "ready")).version == 2


async def test_data_is_kept_over_a_restart_and_gone_after_a_wipe(sandboxes: Sandboxes, wire: Wire, tmp_path: Path):
    run_id = await sandboxes.run(KEEPS)
    sandbox_id = await sandboxes.deploy(run_id, keep_data=True)
    served = await sandboxes.become(sandbox_id, "ready")
    before = int((await get(wire, sandbox_id, served.serving))[1])
    await sandboxes.ask(asks.StopSandbox, sandbox_id)
    await sandboxes.become(sandbox_id, "stopped")
    await sandboxes.ask(asks.RestartSandbox, sandbox_id)
    served = await sandboxes.become(sandbox_id, "ready")
    assert int((await get(wire, sandbox_id, served.serving))[1]) > before
    await sandboxes.ask(asks.StopSandbox, sandbox_id, wipe=True)
    await sandboxes.become(sandbox_id, "stopped")
    assert not list((tmp_path / "data").iterdir())


async def test_secrets_reach_the_app_and_nobody_else(sandboxes: Sandboxes, wire: Wire):
    secret, colour = (asks.Variable("TOKEN", "hunter2hunter2"),), (asks.Variable("COLOUR", "green"),)
    heard: list[bytes] = []
    await sandboxes.platform.hear("live.>", lambda _subject, body: heard.append(body))
    sandbox_id = await sandboxes.deploy(await sandboxes.run(TELLS), secrets=secret, variables=colour)
    served = await sandboxes.become(sandbox_id, "ready")
    assert (await get(wire, sandbox_id, served.serving))[1] == b"['hunter2hunter2', 'green']"
    assert (served.variables, served.secrets) == (("COLOUR",), ("TOKEN",))
    await until(lambda: b"key is" in b"".join(heard))
    await sandboxes.ask(asks.StopSandbox, sandbox_id)
    stopped = await sandboxes.become(sandbox_id, "stopped")
    assert any("key is ••• and •••" in line for line in stopped.log)
    records = await sandboxes.platform.log.load("events.>")
    assert b"hunter2" not in b"".join([*heard, *(record.data for record in records)])


async def test_another_environment_starts_it_anew(sandboxes: Sandboxes, wire: Wire):
    sandbox_id = await sandboxes.deploy(await sandboxes.run(TELLS))
    before = await sandboxes.become(sandbox_id, "ready")
    await sandboxes.ask(asks.ConfigureSandbox, sandbox_id, variables=(asks.Variable("COLOUR", "red"),))

    async def switched() -> bool:
        return (await sandboxes.state(sandbox_id)).serving > before.serving

    await until(switched)
    assert b"red" in (await get(wire, sandbox_id, (await sandboxes.state(sandbox_id)).serving))[1]
    for name in ("1A", "LD_PRELOAD", "A B"):
        with pytest.raises(Remote) as refused:
            await sandboxes.ask(asks.ConfigureSandbox, sandbox_id, variables=(asks.Variable(name, "x"),))
        assert refused.value.status == 422


async def test_an_app_that_cannot_start_fails_with_its_last_words_and_leaves_the_one_before(sandboxes: Sandboxes):
    sandbox_id = await sandboxes.deploy(await sandboxes.run(BROKEN))
    failed = await sandboxes.become(sandbox_id, "failed")
    assert failed.reason == "start"
    assert "no such table" in " ".join(failed.log)
    good = await sandboxes.deploy(await sandboxes.run())
    served = await sandboxes.become(good, "ready")
    await sandboxes.deploy(await sandboxes.run(BROKEN), good)

    async def told() -> bool:
        return (await sandboxes.state(good)).reason == "start"

    await until(told)
    after = await sandboxes.state(good)
    assert (after.status, after.serving, after.run_id) == ("ready", served.serving, served.run_id)


async def test_an_app_that_ends_is_started_again_and_given_up_after_three_times(sandboxes: Sandboxes, wire: Wire):
    sandbox_id = await sandboxes.deploy(
        await sandboxes.run(
            DIES.replace('scope["type"] == "lifespan"', 'scope["type"] == "lifespan" or scope["path"][:7] == "/health"')
        )
    )
    state = await sandboxes.become(sandbox_id, "ready", "failed")
    while state.status == "ready":
        with pytest.raises(Exception, match=r"bad_answer|nobody|lost|unreachable"):
            await get(wire, sandbox_id, state.serving, b"/die")
        seen = state.seq

        async def moved(seen: int = seen) -> bool:
            now = await sandboxes.state(sandbox_id)
            return now.seq > seen and now.status in {"ready", "failed"}

        await until(moved)
        state = await sandboxes.state(sandbox_id)
    assert state.reason == "crash"
    assert (await sandboxes.names(sandbox_id)).count("starting") == 3


async def test_a_request_is_one_line_of_the_log_and_what_we_ask_is_none(sandboxes: Sandboxes, wire: Wire):
    sandbox_id = await sandboxes.deploy(await sandboxes.run(LOGS))
    state = await sandboxes.become(sandbox_id, "ready")
    for path in (b"/hello", b"/health"):
        await get(wire, sandbox_id, state.serving, path)
    await sandboxes.ask(asks.StopSandbox, sandbox_id)
    lines = (await sandboxes.become(sandbox_id, "stopped")).log
    assert [line for line in lines if "/h" in line] == ["asked /hello", "asked /health"]


async def test_it_expires_without_a_request_and_in_all(sandboxes: Sandboxes, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("services.sandbox.hosting.domain.SHORTEST", 1)
    run_id = await sandboxes.run()
    idle = await sandboxes.deploy(run_id, idle_seconds=1)
    total = await sandboxes.deploy(run_id, total_seconds=1)
    assert (await sandboxes.become(idle, "expired")).reason == "idle"
    assert (await sandboxes.become(total, "expired")).reason == "total"


async def test_a_sandbox_more_than_one_may_have_is_refused_until_another_ends_also_after_a_restart_of_ours(
    connection, nats, tmp_path: Path
):
    build = building(tmp_path, sandbox_per_user=1)
    async with serving(nats.url, build) as platform:
        sandboxes = Sandboxes(platform)
        run_id = await sandboxes.run()
        first = await sandboxes.deploy(run_id)
    async with serving(nats.url, build) as platform:  # it knows what lived before
        sandboxes = Sandboxes(platform, project_id=sandboxes.project_id)
        with pytest.raises(Remote, match=f"At most 1 .*{first}") as refused:
            await sandboxes.deploy(run_id)
        assert refused.value.status == 409
        await sandboxes.deploy(run_id, first, idle_seconds=60)
        await sandboxes.ask(asks.StopSandbox, first)
        await sandboxes.become(first, "stopped")
        second = await sandboxes.deploy(run_id)
        with pytest.raises(Remote, match="At most 1"):
            await sandboxes.ask(asks.RestartSandbox, first)
        assert (await sandboxes.become(second, "ready")).idle_seconds == 1800


async def test_many_that_are_asked_for_at_once_of_copies_that_know_nothing_of_each_other_are_no_more_than_there_may_be(
    connection, nats, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(Census, "one_more", lambda *_: nullcontext())
    async with (
        serving(nats.url, building(tmp_path / "one", sandbox_per_user=2)) as platform,
        serving(nats.url, building(tmp_path / "two", sandbox_per_user=2)),
    ):
        sandboxes = Sandboxes(platform)
        run_id = await sandboxes.run()
        ids = [f"shop-{number:016x}" for number in range(5)]
        asked = [sandboxes.deploy(run_id, sandbox_id) for sandbox_id in ids]
        answers = await asyncio.gather(*asked, return_exceptions=True)
        taken = {answer for answer in answers if isinstance(answer, str)}
        assert len(taken) == 2
        assert [answer.status for answer in answers if isinstance(answer, Remote)] == [409] * 3
        for sandbox_id in ids:
            ended = await sandboxes.become(sandbox_id, "ready", "failed")
            assert (ended.status, ended.reason) == (("ready", "") if sandbox_id in taken else ("failed", "limit"))


async def test_only_a_completed_run_of_ones_own_is_deployed(sandboxes: Sandboxes):
    run_id = await sandboxes.run()
    eve = Sandboxes(sandboxes.platform, "eve", sandboxes.project_id)
    with pytest.raises(Remote) as refused:
        await eve.deploy(run_id)
    assert refused.value.status == 404
    sandbox_id = await sandboxes.deploy(run_id)
    for kind in (asks.StopSandbox, asks.RestartSandbox, asks.ConfigureSandbox):
        with pytest.raises(Remote) as refused:
            await eve.ask(kind, sandbox_id)
        assert refused.value.status == 404
