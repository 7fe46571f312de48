"""Asks: request and reply over core NATS, with refusals that keep their name and status on the way."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import msgspec
import structlog
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.errors import Error as NatsError
from nats.errors import NoRespondersError
from nats.errors import TimeoutError as NatsTimeoutError

from libs.contracts.asks import STATUS_HEADER, Ask, Problem
from libs.contracts.errors import Invalid, Refused, Remote, Unavailable
from libs.runtime import tracing

ANSWER_SECONDS = 10.0
COMING_BACK = 3.0  # seconds a service is waited for: after a restart of the broker each comes back in its own time
PAUSE = 0.1  # seconds between tries
A = TypeVar("A", bound=msgspec.Struct)
AskHandler = Callable[[Any], Awaitable[msgspec.Struct]]

log = structlog.get_logger(__name__)


async def ask(client: Client, question: Ask, reply: type[A]) -> A:
    """Ask a service and return its answer.

    Raises:
        Remote: the service refused. Unavailable: no copy of the service was there for 3 s, or none answered in 10 s.
    """
    try:
        message = await _request(client, question)
    except NoRespondersError:
        raise Unavailable(f"The {question.service} service is not running. Try again when it is back.") from None
    except (NatsTimeoutError, NatsError):
        raise Unavailable(f"The {question.service} service did not answer in time. Try again.") from None
    if (message.headers or {}).get(STATUS_HEADER):
        raise Remote(msgspec.json.decode(message.data, type=Problem))
    return msgspec.json.decode(message.data, type=reply)


async def _request(client: Client, question: Ask) -> Msg:
    """A question that nobody was there to hear has done nothing, so it may be asked again."""
    subject, body, headers = question.subject(), msgspec.json.encode(question), _trace()
    give_up = time.monotonic() + COMING_BACK
    while True:
        try:
            return await client.request(subject, body, timeout=ANSWER_SECONDS, headers=headers)
        except NoRespondersError:
            if time.monotonic() > give_up:
                raise
        await asyncio.sleep(PAUSE)


def _trace() -> dict[str, str] | None:
    here = tracing.current()
    return {tracing.HEADER: here} if here else None


async def answer(kind: type[Ask], handler: AskHandler, data: bytes) -> tuple[bytes, dict[str, str]]:
    """Reply body and headers for one question; every failure becomes a named problem."""
    try:
        return msgspec.json.encode(await handler(_decode(kind, data))), {}
    except Refused as refusal:
        problem = refusal.problem()
    except Exception:  # the asker must get an answer; the line below is how we hear of the bug
        log.exception("ask_failed", ask=kind.verb())
        problem = Problem(500, "internal_error", "Something broke on our side. It has been logged; please try again.")
    return msgspec.json.encode(problem), {STATUS_HEADER: str(problem.status)}


def _decode(kind: type[Ask], data: bytes) -> Ask:
    try:
        return msgspec.json.decode(data, type=kind)
    except msgspec.MsgspecError as error:
        raise Invalid(f"{error}.") from None
