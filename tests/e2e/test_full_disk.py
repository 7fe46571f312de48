"""A log without room: clear words at the edge and in the terminal, nothing half done, and on it goes with more room.

There are two ways to it: the limit that nats-server sets itself at its start, three quarters of what is free on its
disk, and a disk that something else fills.
"""

from __future__ import annotations

import contextlib
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from deploy.local.nats import NatsServer
from libs.client.api import Interius
from libs.client.errors import ApiError, ClientError
from libs.client.models import RunView
from libs.contracts import events as e
from libs.eventlog.connection import Connection
from libs.eventlog.jetstream import JetStreamLog
from libs.testing.stack import StackProcess, ended, stack_process
from libs.testing.waiting import until
from tests.e2e.command import interius
from tests.e2e.wishes import LIBRARY

LITTLE_ROOM = 330_000  # bytes; a run takes about 230,000
WITH_LITTLE_ROOM = """
import sys
from functools import partial

from deploy.local import servers
from libs.client.cli import main

servers.NatsServer = partial(servers.NatsServer, max_file_store=int(sys.argv.pop(1)))
main()
"""

pytestmark = pytest.mark.timeout(240)


class SmallDisk(StackProcess):
    """A stack whose log may take ``room`` bytes; 0 is as many as there are."""

    room = LITTLE_ROOM

    def _spawn(self, command: list[str]) -> None:
        limited = [sys.executable, "-c", WITH_LITTLE_ROOM, str(self.room), *command[1:]]
        super()._spawn(limited if self.room else command)


async def first_run(client: Interius) -> RunView:
    """A run that completes, so that the next finds too little room."""
    run = await client.start_run((await client.create_project("First")).id, LIBRARY)
    return await ended(client, run.id)


async def fill(client: Interius) -> ApiError:
    """Use up what room is left; gives the refusal."""
    for number in range(2000):
        try:
            await client.create_project(f"{number} {'x' * 100}")
        except ApiError as refused:
            return refused
    raise AssertionError("the disk did not fill up")


async def facts(data: Path) -> list[e.Event]:
    """The whole log, read by a server of our own after the stack has gone."""
    server = NatsServer(data / "nats")
    connection = await Connection.open(server.start(), "test")
    try:
        return [record.recorded.event for record in await JetStreamLog(connection.client).load("events.>")]
    finally:
        await connection.close()
        server.stop()


def assert_says_what_to_do(words: str) -> None:
    assert "no room left" in words
    assert "free space" in words
    assert "Traceback" not in words


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of its own, of 200 MB."""
    disk = tmp_path / "disk"
    disk.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=200m", "tmpfs", str(disk)]
    try:
        subprocess.run(command, check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("a file system cannot be mounted here: that takes root")
    yield disk
    subprocess.run(["umount", str(disk)], check=True)


def fill_up(disk: Path) -> Path:
    """A file that takes all the room."""
    filler = disk / "filler"
    with contextlib.suppress(OSError), filler.open("wb", buffering=0) as out:
        while out.write(bytes(4096)):
            pass
    return filler


async def refusal(client: Interius, project_id: str) -> ApiError:
    """What is said to a wish, once the disk is too full for one."""
    while True:
        try:
            await client.start_run(project_id, LIBRARY)
        except ApiError as refused:
            return refused


async def test_a_disk_that_others_fill_is_said_and_all_goes_on_by_itself_when_there_is_room(small_disk: Path) -> None:
    async with stack_process(small_disk / ".interius") as stack, stack.client() as client:
        project = await client.create_project("Test")
        assert (await ended(client, (await client.start_run(project.id, LIBRARY)).id)).status == "completed"
        filler = fill_up(small_disk)
        refused = await refusal(client, project.id)
        assert refused.status == 503
        assert "its disk has no room left" in refused.detail
        typed = interius(small_disk, "run", LIBRARY, "--project", "Test", "--no-save")
        assert (typed.returncode, "Traceback" in typed.stderr) == (5, False), typed
        assert "disk_full" in stack.log()
        filler.unlink()
        last = await until(partial(started, client, project.id), limit=60)
        # PostgreSQL, which lay on the same disk, may take longer to come back than an answer waits for it.
        runs = await until(partial(listed, client, last), limit=60)
        assert {(await ended(client, run_id)).status for run_id in runs} == {"completed"}
        stack.stop()
        fill_up(small_disk)
        refused_start = interius(small_disk, "up", "--port", "0")
        assert (refused_start.returncode, "no room left" in refused_start.stderr) == (5, True), refused_start


async def listed(client: Interius, run_id: str) -> list[str] | None:
    """Every run, once this one is among them."""
    with contextlib.suppress(ApiError):
        runs = [run.id for run in (await client.runs(limit=100)).items]
        return runs if run_id in runs else None
    return None


async def started(client: Interius, project_id: str) -> str | None:
    with contextlib.suppress(ClientError):
        return (await client.start_run(project_id, LIBRARY)).id
    return None


async def test_a_full_log_is_said_changes_nothing_and_is_gone_on_from_when_there_is_room(tmp_path: Path) -> None:
    stack = SmallDisk(tmp_path / ".interius")
    await stack.start()
    try:
        async with stack.client() as client:
            assert (await first_run(client)).status == "completed"
            project = await client.create_project("Stuck")
            stuck = await client.start_run(project.id, LIBRARY)
            await until(lambda: "no room left" in stack.log() or None)

            refused = await fill(client)
            assert refused.status == 503
            assert_says_what_to_do(refused.detail)
            with pytest.raises(ApiError) as wish:
                await client.start_run(project.id, LIBRARY, key="again")
            assert_says_what_to_do(wish.value.detail)
            typed = interius(tmp_path, "run", LIBRARY, "--project", "Stuck", "--no-save")
            assert typed.returncode == 5, typed
            assert_says_what_to_do(typed.stderr)
            assert {run.id for run in (await client.runs()).items if run.status == "running"} == {stuck.id}

        assert stack.stop() == 0, stack.log()
        stack.room = 0
        await stack.start()
        async with stack.client() as client:
            again = await client.start_run(project.id, LIBRARY, key="again")
            done = [await ended(client, run.id) for run in (stuck, again)]
            assert Counter(run.status for run in done) == {"completed": 2}
            assert await client.files(stuck.id)
    finally:
        stack.stop()
    kinds = Counter(type(fact) for fact in await facts(stack.data))
    assert (kinds[e.Requested], kinds[e.Completed]) == (3, 3)
