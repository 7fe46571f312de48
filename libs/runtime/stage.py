"""The loop that every stage of a run shares: take an order, read the run, do the stage, append what it gave."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol

import msgspec
import structlog
from nats.aio.msg import Msg

from libs.contracts import events, subjects
from libs.contracts.artifacts import Usage
from libs.contracts.codec import Order
from libs.contracts.envelope import caused_by
from libs.contracts.run import Run
from libs.eventlog.policy import retry_delay
from libs.eventlog.port import Conflict, Expected, HandBack, Park
from libs.eventlog.queue import decode_order
from libs.llm.port import ModelError
from libs.runtime.cancellation import Cancellation, RunEnded
from libs.runtime.live import LiveText
from libs.runtime.platform import Platform

LOOK_AGAIN = 0.5  # seconds until work is taken up again whose run was said to end

log = structlog.get_logger(__name__)
Outputs = Sequence[events.RunEvent]


@dataclass(frozen=True)
class Job:
    """One order with the run as it stands and a place for live text."""

    order: Order
    run: Run
    live: LiveText


class Agent(Protocol):
    """What differs between agents: the facts that an order leads to."""

    name: str

    async def work(self, job: Job) -> Outputs:
        """The facts; usage and duration of the model are in them.

        Raises:
            ModelError: the model gave no usable answer.
        """
        ...


class Loop:
    """Runs one agent's orders; every step may die and be done again."""

    def __init__(self, platform: Platform, agent: Agent, cancellation: Cancellation) -> None:
        self._platform = platform
        self._agent = agent
        self._cancellation = cancellation

    async def __call__(self, message: Msg) -> None:
        """Do one order."""
        order = _decode(message)
        work = order.work
        # A first delivery cannot have been done before; whether the run is over is checked again by every append.
        read = order.delivery == 1 and order.work.as_of
        run = await self._platform.runs.since(work.project_id, work.run_id, read or 0)
        if not self._wanted(order, run):
            return
        assert run is not None
        try:
            outputs, seq = await self._work(order, run)
        except RunEnded:
            await self._let_go(order)
            return
        except ModelError as error:
            await self._failed(order, run, error)
            return
        await self._append(order, outputs, seq)

    async def _let_go(self, order: Order) -> None:
        """Who appends an end is heard before the log has taken it, and the log may refuse."""
        if self._wanted(order, await self._platform.runs.load(order.work.project_id, order.work.run_id)):
            raise HandBack(LOOK_AGAIN)

    def _wanted(self, order: Order, run: Run | None) -> bool:
        """Whether the run goes on and this order's facts do not stand yet."""
        if run is None:
            raise Park(f"there is no run {order.work.run_id}")
        return not run.over and (order.work.many or order.envelope.id not in run.done)

    async def _work(self, order: Order, run: Run) -> tuple[Outputs, int]:
        """What the agent gives, and the sequence of the fact that it began."""
        live = LiveText(self._platform, subjects.run(order.work.project_id, order.work.run_id), order.work)
        limit = self._platform.settings.stage_minutes * 60
        began, started = time.monotonic(), asyncio.create_task(self._start(order, run))
        try:
            async with self._cancellation.of(order.work.run_id), asyncio.timeout(limit):
                outputs = await self._agent.work(Job(order, run, live))
        except TimeoutError:
            minutes = self._platform.settings.stage_minutes
            raise ModelError("timeout", f"It was not done within {minutes:g} minutes.", "Try a faster model.") from None
        finally:
            live.close()
            seq = await started  # what a stage gives must not stand in the log before its start
        return [_timed(output, time.monotonic() - began) for output in outputs], seq

    async def _start(self, order: Order, run: Run) -> int:
        started = _started(order)
        if order.work.item or order.work.many:
            return await self._append_beside(order, started)
        return await self._append_alone(order, started, run.read)

    async def _append(self, order: Order, outputs: Outputs, seq: int = 0) -> None:
        if all(isinstance(output, events.FileWritten) for output in outputs):
            await asyncio.gather(*(self._append_beside(order, output) for output in outputs))
        else:
            for output in outputs:
                seq = await self._append_alone(order, output, seq)
        self._count(outputs)

    async def _append_beside(self, order: Order, event: events.RunEvent) -> int:
        """Append a fact that others write beside at the same time: it only must not follow a cancellation."""
        owner = subjects.run(order.work.project_id, order.work.run_id)
        cancelled = subjects.event(owner, events.Cancelled.event_name())
        try:
            return await self._put(order, event, Expected(cancelled, 0))
        except Conflict:
            log.info("run_cancelled", run=order.work.run_id)
            return 0

    async def _append_alone(self, order: Order, event: events.RunEvent, seq: int = 0) -> int:
        """Append a fact to the run as of ``seq``; if something came after that, look at it first."""
        work = order.work
        filtered = subjects.events_of(subjects.run(work.project_id, work.run_id))
        while True:
            if not seq:
                run = await self._platform.runs.load(work.project_id, work.run_id)
                if run is None or not self._wanted(order, run):
                    return 0
                seq = run.read
            try:
                return await self._put(order, event, Expected(filtered, seq))
            except Conflict:
                seq = 0

    async def _put(self, order: Order, event: events.RunEvent, expected: Expected) -> int:
        owner = subjects.run(order.work.project_id, order.work.run_id)
        item = event.path if isinstance(event, events.FileWritten) else ""
        attempt = str(event.attempt) if isinstance(event, events.StageStarted | events.StageFailed) else ""
        source = f"interius/{self._agent.name}"
        envelope = caused_by(order.envelope, event.type_tag(), owner, source, key=item or attempt)
        subject = subjects.event(owner, event.event_name(), subjects.path_key(item) if item else "")
        return await self._platform.log.append(subject, event, envelope, expected)

    async def _failed(self, order: Order, run: Run, error: ModelError) -> None:
        # Counted by the log, not by deliveries: work that was handed back by a dying process did not fail.
        attempt = run.failures.get(order.envelope.id, 0) + 1
        delay = retry_delay(attempt, self._platform.settings.retry_delays) if error.retryable else None
        if delay is not None:
            delay = max(delay, error.retry_after or 0.0)
        await self._append(order, (_failure(order, attempt, error, delay),))
        if delay is not None:
            raise HandBack(delay)

    async def give_up(self, message: Msg, reason: str) -> None:
        """Park an order that failed for good, and end its run with a reason."""
        headers = message.headers or {}
        await self._platform.queue.park_raw(message.subject, message.data, headers, reason)
        try:
            order = decode_order(message)
        except (msgspec.MsgspecError, KeyError):
            return  # nobody can say whose it was
        advice = "When an operator has mended it, go on from here: interius run --base RUN."
        error = ModelError("server", f"Something broke on our side ({reason}).", advice)
        failed = msgspec.structs.replace(_failure(order, order.delivery, error, None), reason="internal_error")
        await self._append_alone(order, failed)

    def _count(self, outputs: Outputs) -> None:
        tokens = self._platform.metrics.tokens
        for output in outputs:
            usage: Usage = getattr(output, "usage", Usage())
            tokens.labels(self._agent.name, "prompt").inc(usage.prompt_tokens)
            tokens.labels(self._agent.name, "completion").inc(usage.completion_tokens)


def _decode(message: Msg) -> Order:
    try:
        return decode_order(message)
    except (msgspec.MsgspecError, KeyError) as error:
        raise Park(f"not an order: {error}") from error


def _started(order: Order) -> events.StageStarted:
    return events.StageStarted(order.work.stage, order.envelope.id, order.delivery, order.work.item)


def _failure(order: Order, attempt: int, error: ModelError, delay: float | None) -> events.StageFailed:
    retry_at = (datetime.now(UTC) + timedelta(seconds=delay)).isoformat(timespec="seconds") if delay is not None else ""
    return events.StageFailed(
        stage=order.work.stage,
        work_id=order.envelope.id,
        attempt=attempt,
        reason=error.kind,
        message=str(error)[:2000],
        advice=error.advice,
        retry_at=retry_at,
        item=order.work.item,
        usage=error.usage,
    )


def _timed(event: events.RunEvent, seconds: float) -> events.RunEvent:
    """The fact with the time its stage took, where the model did not say."""
    usage: Usage | None = getattr(event, "usage", None)
    if usage is None or usage.milliseconds:
        return event
    timed = msgspec.structs.replace(usage, milliseconds=round(seconds * 1000))
    return msgspec.structs.replace(event, usage=timed)
