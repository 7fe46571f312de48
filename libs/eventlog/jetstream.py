"""The event log on a JetStream stream."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import json
from collections.abc import AsyncGenerator, AsyncIterator
from typing import Any

from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.errors import ConnectionClosedError, NoRespondersError, OutboundBufferLimitError
from nats.errors import TimeoutError as NatsTimeoutError
from nats.js.api import Header, PubAck, StreamInfo
from nats.js.errors import APIError, NoStreamResponseError, ServerError, ServiceUnavailableError

from libs.contracts.codec import encode
from libs.contracts.envelope import MSG_ID, Envelope
from libs.contracts.events import Event
from libs.contracts.streams import EVENTS
from libs.eventlog.client import QuickClient
from libs.eventlog.port import Conflict, Expected, LogUnavailable, RawRecord
from libs.eventlog.tail import follow

EXPECTED_SUBJECT = "Nats-Expected-Last-Subject-Sequence-Subject"
WRONG_LAST_SEQUENCE = (10071, 10164)
BATCH = 512  # messages per direct get
ATTEMPT_SECONDS = 2.0
ATTEMPTS = 4  # an ask is given up after 10 s: whoever asked must hear from us why before that
AMBIGUOUS = (
    NatsTimeoutError,
    NoStreamResponseError,
    ConnectionClosedError,
    NoRespondersError,
    OutboundBufferLimitError,  # the client holds back as much as it may of what others sent during the outage
)
REFUSING = (ServerError, ServiceUnavailableError)  # for now
NO_ROOM = (10023, 10047, 10077)  # JetStream error codes: resources, storage, and the stream's bound are used up
END_OF_BATCH = "204"
NOTHING_THERE = "404"


async def publish(client: Client, subject: str, data: bytes, headers: dict[str, Any]) -> PubAck:
    """Publish until JetStream confirms; the message id in ``headers`` makes trying again harmless.

    Raises:
        APIError: JetStream refused it. LogUnavailable: no confirmation in time, or no room to store it.
    """
    js, last = client.jetstream(), ""
    for attempt in range(ATTEMPTS):
        try:
            return await js.publish(subject, data, timeout=ATTEMPT_SECONDS, headers=dict(headers))
        except APIError as error:
            if (error.code or 0) < 500:
                raise
            last = _words(error)
        except AMBIGUOUS as error:
            # On a full disk nats-server does not answer at all.
            cause = f"{type(error).__name__}: nats-server is away, or its disk has no room left"
            last = f"The log did not confirm within {ATTEMPTS} attempts ({cause})"
        if attempt + 1 < ATTEMPTS:
            await asyncio.sleep(0.1 * 2**attempt)
    raise LogUnavailable(f"{last}. Doing it again is safe: the same fact is stored once.")


def _words(error: APIError) -> str:
    if error.err_code in NO_ROOM:
        what_to_do = "an operator must free space for nats-server and start it again"
        return f"The log has no room left ({error.description}): {what_to_do}"
    return f"The log could not store it ({error.description})"


class JetStreamLog:
    """Appends with one publish each; reads with batched direct gets that leave nothing on the server.

    Fragments of another ``stream`` are read in the same way, for as long as they are kept.
    """

    def __init__(self, client: QuickClient, stream: str = EVENTS.name) -> None:
        self._client = client
        self._stream = stream
        self._replies = _Replies(client)

    async def append(self, subject: str, event: Event, envelope: Envelope, expected: Expected | None = None) -> int:
        """Append one fact; see ``EventLog.append``."""
        headers: dict[str, Any] = dict(envelope.to_headers())
        if expected:
            headers[Header.EXPECTED_LAST_SUBJECT_SEQUENCE.value] = str(expected.seq)
            headers[EXPECTED_SUBJECT] = expected.filter
        try:
            return (await publish(self._client, subject, encode(event), headers)).seq
        except APIError as error:
            if expected is None or error.err_code not in WRONG_LAST_SEQUENCE:
                raise
            return await self._own(envelope.id, expected)

    async def _own(self, event_id: str, expected: Expected) -> int:
        # JetStream checks the version before duplicates: our own fact, its confirmation lost, looks like a conflict.
        for record in await self.load(expected.filter, after=expected.seq):
            if record.headers.get(MSG_ID) == event_id:
                return record.seq
        raise Conflict(f"{expected.filter} is no longer at {expected.seq}")

    async def load(self, subject_filter: str, after: int = 0, limit: int | None = None) -> list[RawRecord]:
        """Matching events above ``after``, the first ``limit``."""
        found: list[RawRecord] = []
        pending = 1
        while pending and (limit is None or len(found) < limit):
            most = BATCH if limit is None else min(BATCH, limit - len(found))
            batch, pending = await self._direct_get(subject_filter, after + 1, most)
            found += batch
            after = batch[-1].seq if batch else after
        return found

    async def _direct_get(self, subject_filter: str, seq: int, most: int) -> tuple[list[RawRecord], int]:
        request = json.dumps({"seq": seq, "batch": most, "next_by_subj": subject_filter}).encode()
        try:
            async with self._replies.expected() as (inbox, queue):
                await self._client.publish(f"$JS.API.DIRECT.GET.{self._stream}", request, reply=inbox)
                async with asyncio.timeout(ATTEMPT_SECONDS):
                    return await _collect(queue)
        except (*AMBIGUOUS, TimeoutError) as error:
            raise LogUnavailable("The log did not answer. Ask again in a moment.") from error

    def tail(self, subject_filter: str, after: int) -> AsyncIterator[list[RawRecord]]:
        """Follow the log."""
        return follow(self._client, subject_filter, after, self._stream)

    async def head(self) -> int:
        """Newest sequence."""
        return (await self._info()).state.last_seq

    async def epoch(self) -> str:
        """Milliseconds from 1970 to the making of the stream."""
        created = (await self._info()).created
        return format(int(created.timestamp() * 1000), "x") if created else "0"

    async def _info(self) -> StreamInfo:
        try:
            return await self._client.jetstream().stream_info(self._stream)
        except AMBIGUOUS as error:
            raise LogUnavailable("The log did not answer. Ask again in a moment.") from error
        except REFUSING as error:
            raise LogUnavailable(f"The log could not answer ({error.description}). Ask again in a moment.") from error


class _Replies:
    """One subscription for the answers to all reads: one for each read would cost more than the read."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._prefix = client.new_inbox()
        self._waiting: dict[str, asyncio.Queue[Msg]] = {}
        self._tokens = itertools.count()
        self._subscribed: asyncio.Task[Any] | None = None

    @contextlib.asynccontextmanager
    async def expected(self) -> AsyncGenerator[tuple[str, asyncio.Queue[Msg]]]:
        """A subject to reply to, and the queue that the replies come to."""
        if self._subscribed is None or (self._subscribed.done() and self._subscribed.exception()):
            self._subscribed = asyncio.ensure_future(self._client.subscribe(f"{self._prefix}.*", cb=self._received))
        await asyncio.shield(self._subscribed)
        inbox, queue = f"{self._prefix}.{next(self._tokens)}", asyncio.Queue[Msg]()
        self._waiting[inbox] = queue
        try:
            yield inbox, queue
        finally:
            del self._waiting[inbox]

    async def _received(self, message: Msg) -> None:
        if queue := self._waiting.get(message.subject):
            queue.put_nowait(message)


async def _collect(queue: asyncio.Queue[Msg]) -> tuple[list[RawRecord], int]:
    found: list[RawRecord] = []
    while True:
        message = await queue.get()
        headers = message.headers or {}
        match headers.get("Status", ""):
            case "":
                found.append(RawRecord(int(headers["Nats-Sequence"]), headers["Nats-Subject"], headers, message.data))
            case status if status == END_OF_BATCH:
                _check_whole(found, int(headers["Nats-Last-Sequence"]))
                return found, int(headers["Nats-Num-Pending"])
            case status if status == NOTHING_THERE:
                return found, 0
            case status:  # 503 while the server wakes up; to take that for "no events" would rewrite history
                raise LogUnavailable(f"The log could not answer (status {status}). Ask again in a moment.")


def _check_whole(found: list[RawRecord], last: int) -> None:
    """The client drops what overflows its buffer without a word; each message names the one before it."""
    previous = [int(record.headers["Nats-Last-Sequence"]) for record in found[1:]]
    if previous != [record.seq for record in found[:-1]] or (found and found[-1].seq != last):
        raise LogUnavailable("A part of the log's answer was lost on the way. Ask again.")
