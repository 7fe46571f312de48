from __future__ import annotations

import json

import pytest

from deploy.local.nats import NatsServer
from libs.contracts.streams import durable
from libs.runtime.delivery import Route
from libs.runtime.health import health
from libs.runtime.platform import Platform
from libs.runtime.service import Service
from libs.runtime.settings import RuntimeSettings
from libs.testing.waiting import until


async def nothing(*_arguments) -> None:
    pass


SERVICE = Service("reviewer", routes=(Route(durable("reviewer"), nothing, nothing, 1),))


@pytest.fixture
async def town(tmp_path):
    server = NatsServer(tmp_path)
    server.start()
    platform = await Platform.open(RuntimeSettings(nats_url=server.url), "test")
    yield server, platform
    await platform.close()
    server.stop()


async def readiness(platform: Platform, service: Service = SERVICE) -> tuple[int, dict]:
    status, body, _ = await health(platform, (service,), "/ready")
    return status, json.loads(body)["faults"]


async def test_a_service_is_ready_when_it_is_connected_and_its_consumer_is_there(town):
    _, platform = town
    assert await readiness(platform) == (200, {})
    await platform.connection.client.jetstream().delete_consumer("WORK", "reviewer")
    assert await readiness(platform) == (503, {"WORK/reviewer": "consumer is missing"})


async def test_a_service_says_what_else_it_waits_for(town):
    async def behind() -> str:
        return "4000 events behind"

    async def fine() -> str:
        return ""

    _, platform = town
    assert await readiness(platform, Service("projector", ready=(fine, behind))) == (
        503,
        {"projector": "4000 events behind"},
    )


async def test_metrics_tell_what_waits_and_go_on_without_the_broker(town):
    server, platform = town
    await platform.connection.client.jetstream().publish("work.reviewer.review_code", b"{}")
    status, body, _ = await health(platform, (SERVICE,), "/metrics")
    assert status == 200
    assert 'interius_consumer_pending{consumer="reviewer"} 1.0' in body.decode()
    server.kill()
    assert (await health(platform, (SERVICE,), "/metrics"))[0] == 200
    await until(lambda: not platform.connection.client.is_connected)
    status, body, _ = await health(platform, (SERVICE,), "/metrics")
    assert status == 200
    assert 'interius_consumer_pending{consumer="reviewer"} 1.0' in body.decode()
    assert await readiness(platform) == (503, {"nats": "not connected"})
    assert (await health(platform, (SERVICE,), "/health"))[0] == 200


async def test_another_path_says_which_there_are(town):
    _, platform = town
    status, body, _ = await health(platform, (), "/")
    assert status == 404
    assert b"/ready" in body
