"""What happens to one delivered message: kept alive while it is worked on, then acked, handed back, or parked."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass

import structlog
from nats.aio.msg import Msg

from libs.contracts.errors import Unavailable
from libs.contracts.streams import DurableSpec
from libs.eventlog.policy import retry_delay
from libs.eventlog.port import Conflict, HandBack, Park, Release
from libs.runtime import tracing
from libs.runtime.metrics import Metrics

INFRASTRUCTURE_DELAY = 2.0  # seconds before work that met a missing database or broker is tried again
REMEMBERED = 10_000  # messages whose failures are counted at the same time

log = structlog.get_logger(__name__)
Message = Callable[[Msg], Awaitable[None]]
GiveUp = Callable[[Msg, str], Awaitable[None]]


@dataclass(frozen=True)
class Route:
    """Who takes the messages of one durable, how many at a time, and what is done with one that fails for good."""

    durable: DurableSpec
    handle: Message
    give_up: GiveUp
    concurrency: int


class Failures:
    """Failed attempts by stream sequence, as this copy saw them.

    The server's count of deliveries will not do: it also counts what was only handed back.
    """

    def __init__(self) -> None:
        self._counts: OrderedDict[int, int] = OrderedDict()

    def another(self, seq: int) -> int:
        """How often ``seq`` has failed, this time included."""
        self._counts[seq] = self._counts.pop(seq, 0) + 1
        if len(self._counts) > REMEMBERED:
            self._counts.popitem(last=False)
        return self._counts[seq]

    def forget(self, seq: int) -> None:
        """It is settled."""
        self._counts.pop(seq, None)


class Delivery:
    """Runs the handler of a route on a message and settles it."""

    def __init__(self, service: str, route: Route, metrics: Metrics, delays: Sequence[float]) -> None:
        self._service = service
        self._route = route
        self._metrics = metrics
        self._delays = delays
        self._failures = Failures()

    async def __call__(self, message: Msg) -> None:
        """Handle one message; never raises but when it is cancelled."""
        started, headers = time.perf_counter(), message.headers or {}
        name = _family(message.subject)
        context = {"service": self._service, "name": name, "run": headers.get("ce-correlationid", "")}
        with (
            self._metrics.busy.labels(self._service).track_inprogress(),
            structlog.contextvars.bound_contextvars(**context),
        ):
            with tracing.span(f"{self._service} {name}", headers.get(tracing.HEADER, ""), run=context["run"]) as here:
                if here:  # what follows from the message follows from our handling of it
                    headers[tracing.HEADER] = here
                outcome = await self._settle(message, headers)
                tracing.note(outcome=outcome)
            seconds = time.perf_counter() - started
            log.debug("handled", outcome=outcome, milliseconds=round(seconds * 1000, 1))
        self._metrics.handled.labels(self._service, name, outcome).inc()
        self._metrics.seconds.labels(self._service, name).observe(seconds)

    async def _settle(self, message: Msg, headers: Mapping[str, str]) -> str:
        try:
            with _KeptAlive(message, self._route.durable.ack_wait):
                await self._route.handle(message)
        except asyncio.CancelledError:
            await message.nak()  # shutting down: somebody else may take it at once
            raise
        except HandBack as back:
            await message.nak(delay=back.delay)
            return "handed_back"
        except Release:
            return "released"
        except Park as reason:
            return await self._give_up(message, str(reason))
        except (Unavailable, Conflict) as error:
            log.warning("handed_back", cause=str(error))
            await message.nak(delay=INFRASTRUCTURE_DELAY)
            return "unavailable"
        except Exception as error:  # whatever a handler raises is one failed attempt
            return await self._failed(message, error, headers)
        await message.ack()
        self._failures.forget(message.metadata.sequence.stream)
        return "done"

    async def _failed(self, message: Msg, error: Exception, headers: Mapping[str, str]) -> str:
        attempt = self._failures.another(message.metadata.sequence.stream)
        delay = retry_delay(attempt, self._delays)
        log.exception("attempt_failed", attempt=attempt, retry_in=delay, id=headers.get("ce-id", ""))
        if delay is None:
            return await self._give_up(message, f"{type(error).__name__}: {error}")
        await message.nak(delay=delay)
        return "failed"

    async def _give_up(self, message: Msg, reason: str) -> str:
        try:
            await self._route.give_up(message, reason)
        except Exception as error:  # nothing is given up that nobody hears of
            if not isinstance(error, Unavailable):
                log.exception("not_parked", reason=reason)
            await message.nak(delay=INFRASTRUCTURE_DELAY)
            return "unavailable"
        log.error("parked", reason=reason)
        await message.term()
        self._failures.forget(message.metadata.sequence.stream)
        return "parked"


def _family(subject: str) -> str:
    """The part of a subject that comes from a fixed list: its task or event name."""
    parts = subject.split(".")
    return parts[5] if parts[0] == "events" and len(parts) > 5 else parts[-1]


class _KeptAlive:
    """Tells the server that the message is still worked on, three times within its ``ack_wait``."""

    def __init__(self, message: Msg, ack_wait: float) -> None:
        self._message = message
        self._interval = ack_wait / 3
        self._beats: set[asyncio.Task[None]] = set()

    def __enter__(self) -> None:
        self._timer = asyncio.get_running_loop().call_later(self._interval, self._beat)

    def __exit__(self, *_: object) -> None:
        self._timer.cancel()

    def _beat(self) -> None:
        beat = asyncio.create_task(self._send())
        self._beats.add(beat)
        beat.add_done_callback(self._beats.discard)
        self._timer = asyncio.get_running_loop().call_later(self._interval, self._beat)

    async def _send(self) -> None:
        with contextlib.suppress(Exception):  # the next beat may get through
            await self._message.in_progress()
