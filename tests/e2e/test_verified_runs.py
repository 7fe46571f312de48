"""Runs on the whole stack with the sandbox on: what is printed is really run, in real jails."""

from __future__ import annotations

import shutil
from pathlib import Path

from libs.testing.stack import ended, stack_process
from tests.lacking import lacking

KEPT = Path(__file__).parents[2] / ".interius" / "sandbox"
WISH = "A library API with members, books and loans. A member can have at most 5 open loans. Members log in."


async def test_a_run_ends_with_what_its_project_answered(tmp_path: Path):
    if not shutil.which("bwrap"):
        lacking("there is no bubblewrap: run deploy/debian.sh")
    settings = {"VERIFY_RUNS": "true", "SANDBOX_FOLDER": str(KEPT), "SANDBOX_DRIVER": "bubblewrap"}
    async with stack_process(tmp_path, **settings) as stack, stack.client() as client:
        project = await client.create_project("sandbox")
        run = await ended(client, (await client.start_run(project.id, WISH)).id, 110)
        assert (run.status, run.failure) == ("completed", None), stack.log()
        report = await client.verification(run.id)
        names = {check.name for check in report.checks}
        assert report.accepted
        assert not report.not_run
        assert {"install", "import", "migrations", "start", "openapi", "tests", "burst", "POST /loans"} <= names
        assert [check for check in report.checks if "R1" in check.rules and check.test]
        assert "verification" in {stage.stage for stage in run.stages}


async def test_a_run_says_plainly_that_nothing_can_be_run_here(tmp_path: Path):
    tools = tmp_path / "bin"  # everything but a jail
    tools.mkdir()
    settings = {"SANDBOX_FOLDER": str(KEPT), "SANDBOX_DRIVER": "bubblewrap", "PATH": str(tools)}
    async with stack_process(tmp_path / "data", **settings) as stack, stack.client() as client:
        project = await client.create_project("sandbox")
        run = await ended(client, (await client.start_run(project.id, WISH, verify=True)).id)
        assert run.status == "completed", stack.log()
        report = await client.verification(run.id)
        assert (report.accepted, report.checks) == (True, ())
        assert "was not run" in report.not_run
        assert "apt-get install bubblewrap" in report.not_run


async def test_who_does_not_want_it_run_says_so(tmp_path: Path):
    async with stack_process(tmp_path, VERIFY_RUNS="true") as stack, stack.client() as client:
        project = await client.create_project("sandbox")
        run = await ended(client, (await client.start_run(project.id, WISH, verify=False)).id)
        assert run.status == "completed", stack.log()
        assert not [entry async for entry in client.whole_history(run.id) if entry.name == "verified"]
