"""A service's process ends rather than hangs, and ends well when it is asked to."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import AsyncIterator

import pytest

from libs.contracts.codec import Order
from libs.contracts.envelope import Envelope, new_id, now
from libs.contracts.streams import WORK
from libs.contracts.work import ReviewCode
from libs.eventlog.provision import stream_config
from libs.eventlog.queue import JetStreamQueue
from libs.testing.waiting import until

MODULE = "tests.component.runtime.sample_service"


class Process:
    """A service of ours in a process of its own."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.process = process

    async def hears(self, word: str) -> None:
        assert self.process.stdout is not None
        async with asyncio.timeout(60):
            while (line := await self.process.stdout.readline()).strip() != word.encode():
                assert line, f"it ended before it said {word!r}: {await self.errors()}"

    async def errors(self) -> str:
        assert self.process.stderr is not None
        return (await self.process.stderr.read()).decode()

    async def status(self) -> int:
        return await asyncio.wait_for(self.process.wait(), 30)


@contextlib.asynccontextmanager
async def started(nats_url: str, *arguments: str, **environment: str) -> AsyncIterator[Process]:
    given = {"NATS_URL": nats_url, "PATH": os.environ["PATH"], **environment}
    pipes = {"stdout": asyncio.subprocess.PIPE, "stderr": asyncio.subprocess.PIPE}
    process = await asyncio.create_subprocess_exec(sys.executable, "-m", MODULE, *arguments, env=given, **pipes)
    try:
        yield Process(process)
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
        process._transport.close()


def order() -> Order:
    work = ReviewCode("p1", "r1")
    envelope = Envelope(
        id=new_id(), type=work.type_tag(), source="interius/test", time=now(), subject="s", correlationid="r1"
    )
    return Order(envelope, work)


async def test_sigterm_finishes_work_in_progress_and_loses_none(nats, connection):
    queue, js = JetStreamQueue(connection.client), connection.client.jetstream()
    async with started(nats.url) as service:
        await service.hears("ready")
        await queue.put(order())
        await service.hears("taken")
        service.process.send_signal(signal.SIGTERM)
        await service.hears("done")
        assert await service.status() == 0
    assert (await js.stream_info(WORK.name)).state.messages == 0


async def test_work_of_a_killed_process_is_still_there(nats, connection):
    queue, js = JetStreamQueue(connection.client), connection.client.jetstream()
    async with started(nats.url) as service:
        await service.hears("ready")
        await queue.put(order())
        await service.hears("taken")
        service.process.kill()
        await service.status()
    assert (await js.stream_info(WORK.name)).state.messages == 1


async def test_a_process_whose_consumer_is_deleted_exits_with_71(nats, connection):
    async with started(nats.url) as service:
        await service.hears("ready")
        await connection.client.jetstream().delete_consumer(WORK.name, "reviewer")
        assert await service.status() == 71
        assert "consumer_gone" in await service.errors()


async def test_a_process_whose_connection_is_closed_for_good_exits_with_70(nats, connection):
    async with started(nats.url, "connection") as service:
        assert await service.status() == 70
        assert "nats_closed" in await service.errors()


async def test_a_process_whose_loop_ends_exits_with_a_failure(nats, connection):
    async with started(nats.url, "loop") as service:
        assert await service.status() == 1
        assert "end ended" in await service.errors()


async def test_a_drift_is_told_in_a_sentence_and_exits_with_78(nats, connection):
    await connection.client.jetstream().update_stream(stream_config(WORK).evolve(max_msgs=5))
    async with started(nats.url) as service:
        assert await service.status() == 78
        assert (await service.errors()).startswith("stream WORK differs from its declaration: max_msgs is 5")


@pytest.mark.parametrize(
    ("name", "value", "wants"),
    [
        ("NATS_REPLICAS", "secret-2", "copies of each stream: 1 alone, 3 or 5 in a cluster"),
        ("RETRY_DELAYS", "secret-2", "seconds before each further attempt, as [1, 5]"),
        ("CONCURRENCY", "0", "orders one copy of a service works on at the same time"),
    ],
)
async def test_a_wrong_setting_is_named_with_what_it_wants_and_exits_with_78(nats, name, value, wants):
    async with started(nats.url, **{name: value}) as service:
        assert await service.status() == 78
        errors = await service.errors()
    assert f"{name}: {wants}" in errors
    assert "secret-2" not in errors
    assert "Traceback" not in errors


async def test_a_process_waits_for_a_server_that_is_not_there_yet(tmp_path):
    from deploy.local.child import free_port
    from deploy.local.nats import NatsServer

    server = NatsServer(tmp_path, free_port())
    async with started(server.url) as service:
        await asyncio.sleep(1)
        assert service.process.returncode is None
        server.start()
        try:
            await service.hears("ready")
            service.process.send_signal(signal.SIGTERM)
            assert await service.status() == 0
        finally:
            server.stop()


async def test_work_goes_on_after_a_restart_of_the_server(tmp_path):
    from deploy.local.nats import NatsServer
    from libs.eventlog.connection import Connection

    server = NatsServer(tmp_path)
    server.start()
    connection = await Connection.open(server.url, "test")
    try:
        async with started(server.url) as service:
            await service.hears("ready")
            server.kill()
            server.start()
            await until(lambda: connection.client.is_connected)
            await JetStreamQueue(connection.client).put(order())
            await service.hears("done")
    finally:
        await connection.close()
        server.stop()


async def test_a_process_whose_server_is_gone_still_ends_when_it_is_asked_to(tmp_path):
    from deploy.local.nats import NatsServer

    server = NatsServer(tmp_path)
    server.start()
    try:
        async with started(server.url) as service:
            await service.hears("ready")
            server.kill()
            await asyncio.sleep(2)  # the outage itself: eight tries to reconnect
            service.process.send_signal(signal.SIGTERM)
            assert await service.status() == 0
            errors = await service.errors()
    finally:
        server.stop()
    assert "Traceback" not in errors
    assert errors.count("nats_error") <= 6, "an outage is told once by each connection, not at each try"
