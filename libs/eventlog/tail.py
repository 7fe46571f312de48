"""A tail that has no gap and no repeat: a pull consumer that is made anew from the last sequence after any trouble."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from typing import Any

import structlog
from nats.errors import ConnectionClosedError
from nats.errors import Error as NatsError
from nats.js.api import AckPolicy, ConsumerConfig, DeliverPolicy

from libs.contracts.streams import EVENTS
from libs.eventlog.client import STATUS_LINE, QuickClient, parse_headers
from libs.eventlog.port import RawRecord

BATCH = 5000  # messages asked for ahead, and
MOST_BYTES = 16_000_000  # no more than that
HEARTBEAT = 1.0  # seconds between the server's signs of life
SILENCE = 3 * HEARTBEAT  # after this we take the consumer for dead
FORGOTTEN_AFTER = 30  # seconds until the server drops a consumer that nobody pulls from
TURN = 50  # messages until others have their turn: thousands are there at once when a log is read back
PAUSE = 0.2  # seconds before the next try

log = structlog.get_logger(__name__)


class _ConsumerLost(Exception):
    """The consumer is silent, gone, or skipped something."""


class _Pull:
    """One life of one ephemeral consumer."""

    def __init__(self, client: QuickClient, stream: str, subject_filter: str, after: int) -> None:
        self._client = client
        self._stream = stream
        self._filter = subject_filter
        self._after = after
        self._delivered = 0
        self._asked = 0
        self._next_subject = ""
        self._inbox = client.new_inbox()
        self._subscription: Any = None
        self._arrived: list[tuple[bytes, bytes, bytes, bytes]] = []  # never more than what was asked for
        self._news = asyncio.Event()

    async def open(self) -> None:
        config = ConsumerConfig(
            ack_policy=AckPolicy.NONE,
            deliver_policy=DeliverPolicy.BY_START_SEQUENCE,
            opt_start_seq=self._after + 1,
            filter_subject=self._filter,
            mem_storage=True,
            num_replicas=1,
            inactive_threshold=FORGOTTEN_AFTER,
        )
        info = await self._client.jetstream().add_consumer(self._stream, config)
        self._next_subject = f"$JS.API.CONSUMER.MSG.NEXT.{self._stream}.{info.name}"
        self._subscription = await self._client.subscribe_raw(self._inbox, self._keep)
        await self._ask()

    async def close(self) -> None:
        if self._subscription is not None:
            with contextlib.suppress(NatsError):
                await self._client.unsubscribe_raw(self._subscription)

    async def _ask(self) -> None:
        self._asked = BATCH
        bounds = {"batch": BATCH, "max_bytes": MOST_BYTES}
        request = {**bounds, "expires": int(25e9), "idle_heartbeat": int(HEARTBEAT * 1e9)}
        await self._client.publish(self._next_subject, json.dumps(request).encode(), reply=self._inbox)

    async def batch(self) -> list[RawRecord]:
        """What has arrived, at least one; empty after a heartbeat."""
        try:
            async with asyncio.timeout(SILENCE):  # unlike wait_for of Python 3.11 this never loses a cancellation
                await self._news.wait()
        except TimeoutError:
            raise (ConnectionClosedError if self._client.is_closed else _ConsumerLost) from None
        self._news.clear()
        messages, self._arrived = self._arrived, []
        found: list[RawRecord] = []
        for number, (subject, reply, data, headers) in enumerate(messages, 1):
            if not number % TURN:
                await asyncio.sleep(0)
            if headers.startswith(STATUS_LINE):
                await self._on_status(headers[len(STATUS_LINE) :][:3].decode())
            else:
                named = subject.decode(errors="replace")  # nats-server takes any bytes, and others read on behind them
                found.append(RawRecord(self._next(reply), named, parse_headers(headers), data))
        if not self._asked:
            await self._ask()
        return found

    def _keep(self, subject: bytes, reply: bytes, data: bytes, headers: bytes) -> None:
        self._arrived.append((subject, reply, data, headers))
        self._news.set()

    def _next(self, reply: bytes) -> int:
        """Stream sequence of a message, which must be the one after the last."""
        stream_seq, consumer_seq = reply.split(b".", 7)[5:7]
        if int(consumer_seq) != self._delivered + 1:
            raise _ConsumerLost("a message was skipped")
        self._delivered += 1
        self._asked -= 1
        return int(stream_seq)

    async def _on_status(self, status: str) -> None:
        if status == "100":  # heartbeat
            return
        if status in ("408", "409", "404"):  # the request ran out; ask again
            await self._ask()
            return
        raise _ConsumerLost(f"status {status}")


async def follow(
    client: QuickClient, subject_filter: str, after: int, stream: str = EVENTS.name
) -> AsyncIterator[list[RawRecord]]:
    """Batches of the events matching ``subject_filter`` above sequence ``after``, for ever.

    Raises:
        ConnectionClosedError: the connection's owner has closed it.
    """
    while True:
        pull = _Pull(client, stream, subject_filter, after)
        try:
            await pull.open()
            while True:
                if found := await pull.batch():
                    after = found[-1].seq
                    yield found
        except (NatsError, _ConsumerLost, OSError) as error:
            if client.is_closed:  # the client also says so when a reader is cancelled: to go on would be for ever
                raise
            log.info("tail_reopens", after=after, cause=type(error).__name__)
            await asyncio.sleep(PAUSE)
        finally:
            await pull.close()
