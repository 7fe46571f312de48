"""`deploy` and what comes after, as typed: what a person reads, and the exit code that a script sees."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Callable, Coroutine
from typing import Any

import pytest
import pytest_asyncio
from click.testing import CliRunner, Result

from libs.client.cli import cli
from libs.contracts import events
from libs.contracts.envelope import new_id
from libs.testing.postgres import fresh_database
from tests.front_door import tell
from tests.hosted import HELLO, Sandboxes, building
from tests.served import Town, town

pytestmark = pytest.mark.asyncio(loop_scope="module")
TELLS = HELLO.replace('b"version 1"', '__import__("os").environ.get("TOKEN", "none").encode()')
BROKEN = "print('about to fail')\nraise RuntimeError('no such table')\n"
Typed = Callable[..., Coroutine[Any, Any, Result]]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def served(nats, postgres, tmp_path_factory) -> AsyncIterator[Town]:
    folder = tmp_path_factory.mktemp("typed") / "sandbox"
    async with fresh_database(postgres) as dsn, town(nats.url, dsn, folder, building(folder)) as made:
        yield made


@pytest.fixture
def typed(served: Town, tmp_path, monkeypatch: pytest.MonkeyPatch) -> Typed:
    """Types a command in an empty folder, signed in."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "200")
    environment = {"INTERIUS_URL": served.door.url, "INTERIUS_TOKEN": served.person.token}

    async def run(*words: str, given: str = "") -> Result:
        result = await asyncio.to_thread(CliRunner().invoke, cli, words, input=given, env=environment)
        assert result.exception is None or isinstance(result.exception, SystemExit), result.output
        return result

    return run


def lines(result: Result) -> list[str]:
    """What was said, without what the services log meanwhile in the same process."""
    return [line for line in result.stdout.splitlines() if not re.match(r"\d{4}-\d\d-\d\d |\w+=.* event=", line)]


def ids(result: Result) -> list[str]:
    """The sandboxes that are named at the starts of lines."""
    return [line.split()[0] for line in lines(result) if line.startswith("app-")]


async def test_a_run_is_deployed_and_again_at_the_address_that_it_has(served: Town, typed: Typed):
    run_id = await served.sandboxes.run()
    first = await typed("deploy", run_id)
    assert first.exit_code == 0, first.output
    sandbox_id = ids(first)[0]
    assert f"live at   http://{sandbox_id}.localhost:{served.door.port}" in first.stdout
    assert "ends after 30 min without a request, or 24 h in all" in first.stdout
    again = await typed("deploy", run_id[:13])
    assert (again.exit_code, set(ids(again))) == (0, {sandbox_id})
    assert "version 2, beside the one before" in again.stdout
    assert await served.sandboxes.names(sandbox_id) == [
        *("deploy_requested", "starting", "ready"),
        *("restart_requested", "starting", "ready"),
    ]
    shorter = await typed("deploy", run_id, "--into", sandbox_id, "--idle", "5")
    assert "ends after 5 min" in shorter.stdout
    assert ids(await typed("deploy", run_id, "--new"))[0] != sandbox_id
    assert ids(await typed("deploy", run_id, "--ephemeral"))[0] != sandbox_id
    assert len(ids(await typed("sandboxes"))) == 3


async def test_a_run_whose_time_was_over_comes_back_to_its_address(served: Town, typed: Typed, monkeypatch):
    monkeypatch.setattr("services.sandbox.hosting.domain.SHORTEST", 1)
    run_id = await served.sandboxes.run()
    sandbox_id = ids(await typed("deploy", run_id, "--idle", "0.02"))[0]
    await served.sandboxes.become(sandbox_id, "expired")
    assert "nobody asked for it" in "".join(line for line in lines(await typed("sandboxes")) if sandbox_id in line)
    assert set(ids(await typed("deploy", run_id, "--idle", "5"))) == {sandbox_id}
    await typed("stop", sandbox_id)
    assert ids(await typed("deploy", run_id))[0] != sandbox_id


async def test_it_is_stopped_once_brought_back_and_wiped(served: Town, typed: Typed):
    sandbox_id = ids(await typed("deploy", await served.sandboxes.run(), "--env", "COLOUR=green"))[0]
    stopped = await typed("stop", sandbox_id)
    assert (stopped.exit_code, ids(stopped)) == (0, [sandbox_id])
    assert "stopped" in stopped.stdout and "interius restart" in stopped.stdout
    again = await typed("stop", sandbox_id)
    assert (again.exit_code, "It had ended already." in again.stdout) == (0, True)
    assert "live at" in (await typed("restart", sandbox_id[:10])).stdout
    assert lines(await typed("env", sandbox_id)) == ["COLOUR"]
    assert lines(await typed("stop", sandbox_id, "--wipe")) == [f"{sandbox_id}  stopped"]
    assert "Nothing is set" in (await typed("env", sandbox_id)).stdout


async def test_a_secret_is_asked_for_and_never_printed(served: Town, typed: Typed):
    deployed = await typed("deploy", await served.sandboxes.run(TELLS), "--secret", "TOKEN", given="hunter2hunter2\n")
    sandbox_id = ids(deployed)[0]
    assert (await served.at(sandbox_id).get("/")).text == "hunter2hunter2"
    changed = await typed("env", sandbox_id, "A=1", "--secret", "TOKEN", given="other-secret\n")
    assert lines(changed)[1:] == ["A", "TOKEN (secret)"]
    assert (await served.at(sandbox_id).get("/")).text == "other-secret"
    assert (await typed("env", sandbox_id, "--secret", "TOKEN")).exit_code == 2  # no value
    assert not [each for each in (deployed, changed) if "hunter2" in each.output or "other-secret" in each.output]


async def test_a_version_that_does_not_start_says_why_and_leaves_the_one_before(served: Town, typed: Typed):
    sandbox_id = ids(await typed("deploy", await served.sandboxes.run()))[0]
    failed = await typed("deploy", await served.sandboxes.run(BROKEN), "--into", sandbox_id)
    assert failed.exit_code == 1
    assert "RuntimeError: no such table" in failed.stdout
    assert (await served.at(sandbox_id).get("/")).text == "version 1"
    alone = await typed("deploy", await served.sandboxes.run(BROKEN))
    assert (alone.exit_code, "failed" in alone.stdout) == (1, True)
    named = await typed("env", ids(alone)[0], "COLOUR=green")
    assert (named.exit_code, lines(named)) == (0, ["COLOUR"])
    assert "about to fail" in (await typed("logs", ids(alone)[0])).stdout


async def test_what_is_not_there_not_ones_own_or_not_done_is_refused_with_a_sentence(served: Town, typed: Typed):
    eve = await served.door.newcomer("eve")
    theirs = Sandboxes(served.door.platform, eve.id, await eve.project())
    foreign = await theirs.run()
    hers = await theirs.deploy(foreign)
    begun = new_id()
    asked = events.Requested("An app.", served.person.id)
    await tell(served.door.platform.log, served.sandboxes.project_id, begun, asked, served.person.id)
    mine = await served.sandboxes.run()
    for words, said in (
        (("deploy", "nothing"), "No run starts with 'nothing'"),
        (("deploy", new_id()), "There is no such run."),
        (("deploy", foreign), "There is no such run."),
        (("deploy", begun), "Only a completed run can be deployed; this one is running."),
        (("deploy", mine, "--into", hers), "There is no such sandbox."),
        (("deploy", mine, "--into", "hers"), "No sandbox starts with 'hers'"),
        (("deploy", mine, "--total", "nan"), "is no number of minutes"),
        (("deploy", mine, "--new", "--into", hers), "leave out --new"),
        (("deploy", mine, "--idle", "0.01"), "10 seconds to 30 days"),
        *(((verb, hers), "There is no such sandbox.") for verb in ("stop", "restart", "logs", "env")),
    ):
        refused = await typed(*words)
        assert (refused.exit_code, said in refused.stderr) == (2, True), (words, refused.output)
    for verb in ("stop", "restart"):
        assert (await served.rest("POST", f"/v1/sandboxes/{hers}/{verb}")).status_code == 404
    assert (await served.rest("POST", f"/v1/sandboxes/{hers}/redeploy", {"run_id": mine})).status_code == 404
    assert (await served.rest("POST", f"/v1/runs/{foreign}/deploy")).status_code == 404
    assert (await served.rest("POST", f"/v1/runs/{begun}/deploy")).status_code == 409
