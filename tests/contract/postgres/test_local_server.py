"""The local PostgreSQL starts again after anything, tells faults in words, and leaves with its parent."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

import psutil
import pytest

from deploy.local import postgres as module
from deploy.local.nats import StartError
from deploy.local.postgres import Postgres
from libs.contracts.errors import Unavailable
from libs.runtime.postgres import Database


@pytest.fixture
def folder():
    # Not tmp_path: pytest closes the folder above it to all other accounts whenever a run starts, and as root the
    # server runs under another account.
    with TemporaryDirectory() as name:
        yield Path(name)


@pytest.fixture
def server(folder: Path):
    found = Postgres(folder / "pg")
    found.start()
    yield found
    found.stop()


async def answers(dsn: str) -> bool:
    database = await Database.open(dsn, connections=1)
    await database.close()
    return True


async def test_it_starts_again_on_its_data_after_an_end_and_after_a_crash(server: Postgres):
    database = await Database.open(server.dsn)
    await database.execute("create table kept (id int); insert into kept values (1)")
    await database.close()
    for end in (server.stop, server.kill):
        end()
        assert server.pid == 0
        server.start()
        database = await Database.open(server.dsn)
        await database.execute("do $$ begin assert (select count(*) from kept) = 1; end $$")
        await database.close()


def test_a_crash_does_not_move_it_to_another_port(server: Postgres):
    server.kill()
    with socket.socket() as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        other.bind(("127.0.0.1", server.port))
        other.listen()
        with pytest.raises(StartError, match="did not start on port"):
            server.start()
    before = server.dsn
    assert server.start() == before


async def test_nobody_gets_in_without_the_password_and_only_its_owner_reads_it(server: Postgres, folder: Path):
    password = folder / "pg" / "password"
    assert password.stat().st_mode & 0o777 == 0o600
    with pytest.raises(Unavailable, match="password"):
        await answers(server.dsn.replace(password.read_text(), "guess"))


def test_it_listens_on_the_loopback_interface_only(server: Postgres):
    listening = [c.laddr for c in psutil.Process(server.pid).net_connections("inet") if c.status == psutil.CONN_LISTEN]
    assert listening == [("127.0.0.1", server.port)]


def test_it_is_not_handed_our_environment(monkeypatch: pytest.MonkeyPatch, folder: Path):
    monkeypatch.setenv("LLM_API_KEY", "secret")
    server = Postgres(folder / "pg")
    server.start()
    try:
        assert "LLM_API_KEY" not in psutil.Process(server.pid).environ()
    finally:
        server.stop()


def test_a_taken_port_is_named(folder: Path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(StartError, match=f"{port}.*Another program"):
            Postgres(folder / "pg", port).start()


def test_a_second_server_on_the_same_folder_is_refused(server: Postgres, folder: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(module, "PREDECESSOR_SECONDS", 0.1)
    with pytest.raises(StartError, match=f"process {server.pid}.*already uses"):
        Postgres(folder / "pg").start()


def test_data_of_another_version_is_told_apart(server: Postgres, folder: Path):
    server.stop()
    (folder / "pg" / "cluster" / "PG_VERSION").write_text("15\n")
    with pytest.raises(StartError, match=r"version 15.*Remove the folder"):
        server.start()


async def test_a_first_start_that_was_interrupted_is_begun_again(folder: Path):
    unfinished = folder / "pg" / "cluster.new"
    unfinished.mkdir(parents=True)
    (unfinished / "PG_VERSION").write_text("18\n")
    server = Postgres(folder / "pg")
    try:
        assert await answers(server.start())
    finally:
        server.stop()


async def test_a_pid_file_that_names_somebody_else_is_not_believed(server: Postgres, folder: Path):
    server.kill()
    pid_file = folder / "pg" / "cluster" / "postmaster.pid"
    pid_file.write_text(f"{os.getppid()}\n" + "\n".join(pid_file.read_text().splitlines()[1:]))
    assert await answers(server.start())


async def test_a_path_that_is_too_long_for_a_socket_is_no_hindrance(folder: Path):
    server = Postgres(folder / ("x" * 90) / ("y" * 90))
    try:
        assert await answers(server.start())
    finally:
        server.stop()


def test_a_folder_that_cannot_be_written_is_named(folder: Path):
    (folder / "pg").write_text("a file")
    with pytest.raises(StartError, match="cannot use the folder"):
        Postgres(folder / "pg").start()


def test_it_ends_when_its_parent_is_killed_and_the_next_start_succeeds(folder: Path):
    code = f"""
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from deploy.local.postgres import Postgres
server = Postgres(Path({str(folder / "pg")!r}))
server.start()
print(server.pid, flush=True)
time.sleep(60)
"""
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout
        pid = next(int(line) for line in parent.stdout if line.strip().isdigit())
        parent.send_signal(signal.SIGKILL)
    deadline = time.monotonic() + 10
    while psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE:
        assert time.monotonic() < deadline
        time.sleep(0.01)
    server = Postgres(folder / "pg")
    server.start()
    try:
        assert asyncio.run(answers(server.dsn))
    finally:
        server.stop()
