from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from nats.errors import TimeoutError as NatsTimeoutError
from nats.js import JetStreamContext
from nats.js.errors import ServiceUnavailableError

from deploy.local.nats import NatsServer
from libs.contracts.envelope import new_id
from libs.eventlog.connection import Connection
from libs.eventlog.jetstream import JetStreamLog
from libs.eventlog.port import Conflict, LogUnavailable
from libs.eventlog.provision import provision
from libs.testing.waiting import until
from tests.contract.eventlog.samples import names, put


class Forgetful:
    """A JetStream whose first confirmations get lost on the way, after ``meanwhile`` was awaited."""

    def __init__(self, js, lost: int = 1, meanwhile=None) -> None:
        self._js = js
        self._lost = lost
        self._meanwhile = meanwhile

    async def publish(self, subject, data, **options):
        ack = await self._js.publish(subject, data, **options)
        if self._lost:
            self._lost -= 1
            if self._meanwhile:
                await self._meanwhile()
            raise NatsTimeoutError
        return ack


async def forgetful(url: str, **options) -> Connection:
    """A connection of its own, over which confirmations get lost."""
    connection = await Connection.open(url, "forgetful")
    js = Forgetful(connection.client.jetstream(), **options)
    connection.client.jetstream = lambda: js  # type: ignore[method-assign]
    return connection


@pytest.mark.parametrize("expected", [0, None])
async def test_a_fact_whose_confirmation_was_lost_stands_once(nats, connection, expected):
    lossy = await forgetful(nats.url, lost=2)
    assert await put(JetStreamLog(lossy.client), "p1", "ours", expected=expected) == 1
    await lossy.close()
    assert await names(JetStreamLog(connection.client)) == ["ours"]


async def test_a_lost_confirmation_is_found_although_others_appended_since(nats, connection):
    log = JetStreamLog(connection.client)

    async def others_append() -> None:
        for n in range(3):
            await put(log, "p1", f"theirs {n}")

    lossy = await forgetful(nats.url, meanwhile=others_append)
    assert await put(JetStreamLog(lossy.client), "p1", "ours", expected=0) == 1
    await lossy.close()
    assert await names(log) == ["ours", "theirs 0", "theirs 1", "theirs 2"]


async def test_a_conflict_says_what_is_no_longer_so(connection):
    log = JetStreamLog(connection.client)
    await put(log, "p1", "theirs")
    with pytest.raises(Conflict, match=r"events\.project\.p1\.> is no longer at 0"):
        await put(log, "p1", "ours", expected=0)


async def test_a_log_that_cannot_answer_is_not_an_empty_log(connection):
    """Else a run would be taken for one that was never requested, and its work parked."""
    log = JetStreamLog(connection.client)
    await put(log, "p1")
    await connection.client.jetstream().delete_stream("EVENTS")
    with pytest.raises(LogUnavailable, match="status 503"):
        await log.load("events.>")


async def test_an_answer_with_a_hole_is_refused(connection, monkeypatch):
    log = JetStreamLog(connection.client)
    for n in range(5):
        await put(log, "p1", str(n))
    subscribe = connection.client.subscribe

    async def losing(subject, cb):
        numbers = iter(range(100))

        async def all_but_the_third(message):
            if next(numbers) != 2:
                await cb(message)

        return await subscribe(subject, cb=all_but_the_third)

    monkeypatch.setattr(connection.client, "subscribe", losing)
    with pytest.raises(LogUnavailable, match="was lost on the way"):
        await log.load("events.>")


async def test_facts_larger_than_a_clients_buffer_are_loaded_whole(connection):
    log = JetStreamLog(connection.client)
    for _ in range(90):  # the server answers with 64 MB at once
        await put(log, "p1", "x" * 900_000)
    assert [record.seq for record in await log.load("events.>")] == list(range(1, 91))


async def test_a_full_store_is_told_in_clear_words_and_leaves_nothing_half_done(tmp_path: Path):
    server = NatsServer(tmp_path, max_file_store=2_000_000)
    server.start()
    try:
        log, connection = await _open(server)
        with pytest.raises(LogUnavailable, match=r"no room left .* an operator must free space"):
            for n in range(1, 20):
                await put(log, "p1", "x" * 300_000, event_id=f"id-{n}", expected=n - 1)
        stood = await log.head()
        assert len(await log.load("events.>")) == stood > 0
        await connection.close()
        await _restart_with_room(server)
        log, connection = await _open(server)
        assert await put(log, "p1", "again", event_id=f"id-{stood + 1}", expected=stood) == stood + 1
        assert await put(log, "p1", "again", event_id=f"id-{stood}", expected=stood - 1) == stood
        await connection.close()
    finally:
        server.stop()


async def _open(server: NatsServer) -> tuple[JetStreamLog, Connection]:
    connection = await Connection.open(server.url, "test")
    await provision(connection.client)
    return JetStreamLog(connection.client), connection


async def _restart_with_room(server: NatsServer) -> None:
    server.stop()
    roomy = NatsServer(server.data, server.port)
    await asyncio.to_thread(roomy.start)
    server.process = roomy.process


async def test_a_server_that_is_away_is_told_as_unavailable_and_nothing_is_stored_late(tmp_path: Path, monkeypatch):
    monkeypatch.setattr("libs.eventlog.jetstream.ATTEMPT_SECONDS", 0.1)
    monkeypatch.setattr("libs.eventlog.jetstream.ATTEMPTS", 2)
    server = NatsServer(tmp_path)
    server.start()
    log, connection = await _open(server)
    event_id = new_id()
    try:
        await put(log, "p1", "before")
        server.kill()
        with pytest.raises(LogUnavailable, match="did not confirm within 2 attempts"):
            await put(log, "p1", "during", event_id=event_id, expected=1)
        with pytest.raises(LogUnavailable, match="did not answer"):
            await log.load("events.>")
        server.start()
        await until(lambda: _answers(log))
        assert await put(log, "p1", "during", event_id=event_id, expected=1) == 2
        assert await names(log) == ["before", "during"]
    finally:
        await connection.close()
        server.stop()


async def test_an_outage_that_fills_the_clients_buffer_is_told_as_unavailable_as_well(tmp_path: Path, monkeypatch):
    monkeypatch.setattr("libs.eventlog.jetstream.ATTEMPT_SECONDS", 0.1)
    monkeypatch.setattr("libs.eventlog.jetstream.ATTEMPTS", 2)
    server = NatsServer(tmp_path)
    server.start()
    log, connection = await _open(server)
    try:
        server.kill()
        for _ in range(2):
            with pytest.raises(LogUnavailable, match="did not confirm"):
                await put(log, "p1", "x" * 900_000)
        with pytest.raises(LogUnavailable, match="did not answer"):
            await log.load("events.>")
    finally:
        await connection.close()
        server.stop()


async def test_a_log_that_says_that_it_cannot_answer_for_now_is_told_as_unavailable(connection, monkeypatch):
    async def info(*_: object) -> None:
        raise ServiceUnavailableError(code=503, err_code=10008, description="JetStream system temporarily unavailable")

    monkeypatch.setattr(JetStreamContext, "stream_info", info)
    with pytest.raises(LogUnavailable, match="temporarily unavailable"):
        await JetStreamLog(connection.client).head()


async def _answers(log: JetStreamLog) -> bool:
    try:
        return bool(await log.head())
    except LogUnavailable:
        return False
