"""Appending with an expected version, against a bare publish to the same server."""

from __future__ import annotations

import time

from libs.contracts import events
from libs.contracts.codec import encode
from libs.contracts.envelope import Envelope, new_id, now
from libs.eventlog.jetstream import JetStreamLog
from libs.eventlog.port import Expected
from libs.testing.nats import fresh_streams, nats_server
from tests.bench.measure import Figure, median

ROUNDS = 1000


async def bench() -> list[Figure]:
    with nats_server() as server:
        async with fresh_streams(server.url) as connection:
            log, js = JetStreamLog(connection.client), connection.client.jetstream()
            event = events.Renamed("x" * 200)
            body, ours, bare, seq = encode(event), [], [], 0
            for _ in range(ROUNDS):  # in turn, so that both meet the same noise
                started = time.perf_counter()
                seq = await log.append(
                    "events.project.a.renamed", event, _envelope(), Expected("events.project.a.>", seq)
                )
                ours.append(time.perf_counter() - started)
                started = time.perf_counter()
                await js.publish("events.project.b.renamed", body)
                bare.append(time.perf_counter() - started)
    ratio = median(ours) / median(bare)
    return [
        Figure("append, p50 against a bare js.publish", ratio, "×", 1.3, bare=f"bare p50 {median(bare) * 1000:.2f} ms")
    ]


def _envelope() -> Envelope:
    tag = events.Renamed.type_tag()
    return Envelope(id=new_id(), type=tag, source="bench", time=now(), subject="project.a", correlationid="c")
