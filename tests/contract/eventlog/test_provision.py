from __future__ import annotations

import asyncio
from pathlib import Path

import httpx
import pytest
from nats.js.api import ConsumerConfig

from deploy.local import nats as local_nats
from deploy.local.child import free_port
from deploy.local.nats import NatsServer
from libs.contracts.streams import DURABLES, EVENTS, STREAMS, WORK, durable
from libs.eventlog.connection import Connection
from libs.eventlog.provision import Drift, consumer_config, missing, provision, stream_config


async def test_everything_declared_is_made_and_found_the_same_again(connection):
    for _ in range(2):
        await provision(connection.client)
    js = connection.client.jetstream()
    assert {info.config.name for info in await js.streams_info()} == {spec.name for spec in STREAMS}
    for spec in DURABLES:
        assert (await js.consumer_info(spec.stream, spec.name)).config.ack_wait == spec.ack_wait


async def test_the_log_is_for_ever_and_forgets_nothing(connection):
    config = (await connection.client.jetstream().stream_info(EVENTS.name)).config
    assert config.deny_delete
    assert (config.max_msgs, config.max_bytes, config.max_age) == (-1, -1, 0)
    assert (config.discard, config.storage, config.retention) == ("new", "file", "limits")


async def test_many_processes_may_start_at_once(nats, connection):
    for spec in STREAMS:
        await connection.client.jetstream().delete_stream(spec.name)
    others = [await Connection.open(nats.url, f"test {n}") for n in range(6)]
    await asyncio.gather(*[provision(other.client) for other in others])
    for other in others:
        await other.close()


async def test_what_may_be_lost_leaves_room_for_what_comes_however_much_one_prints(connection: Connection):
    await provision(connection.client)
    js = connection.client.jetstream()
    for n in range(200):
        await js.publish(f"live.sandbox.{n}", bytes(900_000))
    state = (await js.stream_info("LIVE")).state
    assert (state.bytes <= 128 * 1024 * 1024, state.last_seq) == (True, 200)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"max_msgs": 1000}, "max_msgs is 1000, declared -1"),
        ({"max_bytes": 10_000_000}, "max_bytes is 10000000, declared -1"),
        ({"max_age": 3600}, r"max_age is 3600(\.0)?, declared 0"),
        ({"duplicate_window": 120}, r"duplicate_window is 120(\.0)?, declared 600"),
        ({"description": "ours"}, "description is 'ours', declared 'Orders"),
        ({"subjects": ["work.>", "job.>"]}, r"subjects is \['work.>', 'job.>'\], declared \['work.>'\]"),
    ],
    ids=lambda value: "-".join(value) if isinstance(value, dict) else "",
)
async def test_a_stream_that_differs_is_refused_with_the_difference_named(connection, change, words):
    js = connection.client.jetstream()
    await js.update_stream(stream_config(WORK).evolve(**change))
    with pytest.raises(Drift, match=rf"^stream WORK differs from its declaration: {words}"):
        await provision(connection.client)
    assert (await js.stream_info(WORK.name)).config.as_dict() != stream_config(WORK).as_dict(), (
        "changed behind our back"
    )


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"ack_wait": 5}, rf"ack_wait is 5(\.0)?, declared {durable('reviewer').ack_wait}"),
        ({"max_deliver": 4}, "max_deliver is 4, declared -1"),
        ({"max_ack_pending": 7}, "max_ack_pending is 7, declared 1000"),
    ],
    ids=lambda value: "-".join(value) if isinstance(value, dict) else "",
)
async def test_a_consumer_that_differs_is_refused_with_the_difference_named(connection, change, words):
    wanted: ConsumerConfig = consumer_config(durable("reviewer"))
    await connection.client.jetstream().add_consumer(WORK.name, wanted.evolve(**change))
    with pytest.raises(Drift, match=rf"^consumer reviewer of WORK differs from its declaration: {words}"):
        await provision(connection.client)


async def test_every_difference_is_named_at_once(connection):
    await connection.client.jetstream().update_stream(stream_config(WORK).evolve(max_age=3600, max_msgs=5))
    with pytest.raises(Drift, match=r"max_age is .*; max_msgs is .*Change one of the two|max_msgs is .*; max_age is "):
        await provision(connection.client)


async def test_a_consumer_that_is_gone_is_named(connection):
    await connection.client.jetstream().delete_consumer(WORK.name, "reviewer")
    assert await missing(connection.client, {"reviewer", "architecture"}) == ["WORK/reviewer"]


def test_declarations_have_no_two_consumers_for_one_order():
    """JetStream refuses a second consumer for the same subjects of a work queue."""
    subjects = [subject for spec in DURABLES if spec.stream == WORK.name for subject in spec.subjects]
    assert len(subjects) == len(set(subjects))
    assert len({spec.name for spec in DURABLES}) == len(DURABLES)


DEPLOYED = (Path(local_nats.__file__).parents[1] / "nats" / "nats.conf").read_text().replace("http: 8222", "")
IN_CONTAINERS = DEPLOYED.replace("{", "{{").replace("}", "}}").replace("/data", '"{store}"')


@pytest.mark.parametrize("config", [local_nats.CONFIG, 'listen: "127.0.0.1:{port}"\n' + IN_CONTAINERS])
async def test_what_is_acknowledged_is_on_disk(tmp_path: Path, monkeypatch, config: str):
    """The server's default writes back every two minutes; an acknowledgement would mean little."""
    port = free_port()
    monkeypatch.setattr(local_nats, "CONFIG", config + f'http: "127.0.0.1:{port}"\n')
    server = NatsServer(tmp_path)
    server.start()
    try:
        async with httpx.AsyncClient() as client:
            answer = (await client.get(f"http://127.0.0.1:{port}/jsz")).json()
    finally:
        server.stop()
    assert answer["config"]["sync_always"] is True
