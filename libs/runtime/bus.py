"""FastStream, in its one place: subscribers for asks and for durable consumers."""

from __future__ import annotations

import contextlib
import logging
import time
from collections.abc import Mapping
from typing import Any

from faststream import AckPolicy
from faststream.nats import JStream, NatsBroker, PullSub
from faststream.nats.annotations import NatsMessage
from faststream.nats.response import NatsResponse
from nats.aio.client import Client

from libs.contracts.asks import STATUS_HEADER, Ask
from libs.eventlog.connection import GONE, Closing, leave, options, settled
from libs.eventlog.pulls import expire
from libs.runtime import tracing
from libs.runtime.asking import AskHandler, answer
from libs.runtime.delivery import Delivery, Route
from libs.runtime.metrics import Metrics
from libs.runtime.settings import RuntimeSettings

PULL_SECONDS = 5.0  # that an open pull waits: at 2 s, idle subscribers would take 1.5 % of a core instead of 0.6 %
ASKS_AT_ONCE = 32  # of one kind, in one copy of a service


class Bus:
    """The subscribers of one service, from ``start`` to ``stop``."""

    def __init__(self, settings: RuntimeSettings, service: str, metrics: Metrics) -> None:
        self._service = service
        self._metrics = metrics
        self._closing = Closing(service)
        self._delays = settings.retry_delays
        self._lost_at = 0.0
        told: dict[str, Any] = {"disconnected_cb": self._on_disconnected, "reconnected_cb": self._on_reconnected}
        self._broker = NatsBroker(
            **(options(settings.nats_url, service, self._closing) | told),
            graceful_timeout=settings.shutdown_seconds,
            logger=None,
            apply_types=False,
            ack_policy=AckPolicy.MANUAL,
        )

    def serve(self, asks: Mapping[type[Ask], AskHandler]) -> None:
        """Answer questions; copies of one service share them."""
        for kind, handler in asks.items():
            self._answer(kind, handler)

    def _answer(self, kind: type[Ask], handler: AskHandler) -> None:
        async def reply(message: Any) -> NatsResponse:
            asked = (message.headers or {}).get(tracing.HEADER, "")
            with tracing.span(f"{self._service} {kind.verb()}", asked):
                body, headers = await answer(kind, handler, message.data)
                tracing.note(status=int(headers.get(STATUS_HEADER, 200)))
            return NatsResponse(body, headers=headers)

        self._broker.subscriber(kind.subject(), queue=self._service, decoder=_raw, max_workers=ASKS_AT_ONCE)(reply)

    def take(self, route: Route) -> None:
        """Handle the messages of a durable, ``route.concurrency`` at a time.

        Equal subscribers that hold one message each: FastStream's own worker pool takes messages ahead, and those
        would age without a heartbeat.
        """
        deliver = Delivery(self._service, route, self._metrics, self._delays)
        for _ in range(route.concurrency):
            self._broker.subscriber(
                route.durable.subjects[0],
                stream=JStream(route.durable.stream, declare=False),
                durable=route.durable.name,
                pull_sub=PullSub(batch_size=1, timeout=PULL_SECONDS),
                decoder=_raw,
            )(deliver.__call__)

    async def start(self) -> None:
        """Connect and begin to take messages."""
        logging.getLogger("nats").setLevel(logging.CRITICAL)
        await self._broker.start()
        # Until the server has seen the subscriptions, a question would be refused for want of anybody to answer it.
        await settled(self._client)

    @property
    def _client(self) -> Client:
        return self._broker.config.broker_config.connection_state.connection

    async def _on_disconnected(self) -> None:
        self._lost_at = time.monotonic()

    async def _on_reconnected(self) -> None:
        await self._closing.on_reconnected()
        # A server that restarted has forgotten the open pulls, and nobody would be given work until they ran out. After
        # a longer outage they are newer than it, and reach the server with the connection.
        if time.monotonic() - self._lost_at < PULL_SECONDS:
            pulls: list[object] = [getattr(taker, "subscription", None) for taker in self._broker.subscribers]
            await expire(self._client, pulls)

    async def stop(self) -> None:
        """Stop taking, let work in progress finish or hand it back, and leave."""
        self._closing.wanted = True
        client = await self._broker.connect()
        with contextlib.suppress(*GONE):  # without a server there is nobody to say goodbye to
            await self._broker.stop()
        await leave(client)


async def _raw(message: NatsMessage) -> Any:
    return message.raw_message
