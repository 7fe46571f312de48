"""The orchestrator's answers to messages; who answers what stands at the end."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from typing import Any

import msgspec
from nats.aio.msg import Msg

from libs.contracts import asks, events, subjects
from libs.contracts.codec import Recorded
from libs.contracts.envelope import Envelope
from libs.contracts.errors import NotFound
from libs.contracts.run import Run
from libs.contracts.streams import durable
from libs.contracts.work import Work
from libs.eventlog.port import HandBack, Park, RawRecord
from libs.eventlog.queue import JetStreamQueue, decode_order
from libs.runtime.asking import AskHandler
from libs.runtime.delivery import Route
from services.orchestrator import commands
from services.orchestrator.domain import decide, due, overdue
from services.orchestrator.store import RunStore, command

LOOK_AGAIN = 30.0  # seconds after which a deadline is looked at again: a person's answer may have moved it


async def follow_run(store: RunStore, message: Msg) -> None:
    """Do what follows from one fact of a run."""
    await follow_fact(store, _recorded(message))


async def follow_fact(store: RunStore, recorded: Recorded) -> None:
    """The same for a fact that is read already."""
    address = subjects.parse(recorded.subject)
    if not address.run_id:
        return await cancel_runs_of_deleted_project(store, recorded, address.project_id)
    ids = (address.project_id, address.run_id)
    if isinstance(recorded.event, events.Requested) and await store.is_deleted(address.project_id):
        # Asked for while the project was being deleted: whoever cancelled its runs did not see this one.
        await store.append(ids, recorded.envelope, partial(_unless_over, _cancelled(recorded)))
        return None
    await follow(store, recorded, ids)
    return None


async def follow(store: RunStore, recorded: Recorded, ids: tuple[str, str]) -> None:
    """Decide on the run as of this fact, so that a second copy or a second delivery decides the same."""
    run = await store.runs.at(*ids, recorded.seq)
    if run is None or run.seq != recorded.seq:
        return  # the fact did not count: the run was over, or the file was not waited for
    decisions = decide(run, *ids, recorded.event)
    await asyncio.gather(*(store.order(recorded, work) for work in decisions if isinstance(work, Work)))
    for event in decisions:
        if not isinstance(event, Work):
            await store.append(ids, recorded.envelope, partial(_once, recorded.envelope.id, event))


def _once(cause: str, event: events.RunEvent, run: Run | None) -> events.RunEvent | None:
    """The fact, unless it stands: after a long outage the log no longer remembers the ids of what it holds."""
    return _unless_over(event, run) if run and cause not in run.done else None


def _cancelled(deleted: Recorded) -> events.Cancelled:
    return events.Cancelled(deleted.envelope.actor, "The project was deleted.")


def _unless_over(event: events.RunEvent, run: Run | None) -> events.RunEvent | None:
    return event if run and not run.over else None


async def cancel_runs_of_deleted_project(store: RunStore, recorded: Recorded, project_id: str) -> None:
    """Stop what still runs in a project that is gone."""
    for run_id in await store.run_ids(project_id):
        cause = msgspec.structs.replace(recorded.envelope, id=f"{recorded.envelope.id}/{run_id}", correlationid=run_id)
        await store.append((project_id, run_id), cause, partial(_unless_over, _cancelled(recorded)))


async def watch_deadline(store: RunStore, message: Msg) -> None:
    """End a run whose time is over; hand the order back until then."""
    order = decode_order(message)
    await store.append((order.work.project_id, order.work.run_id), order.envelope, _end_in_time)


def _end_in_time(run: Run | None) -> events.RunEvent | None:
    """Decided anew with each try to append: a person may let the run go on at the last moment."""
    if run is None or run.over:
        return None
    when = due(run)
    left = (when - datetime.now(UTC)).total_seconds() if when else LOOK_AGAIN
    if left > 0:
        raise HandBack(min(left, LOOK_AGAIN))
    return overdue(run)


async def give_up_on_event(store: RunStore, message: Msg, reason: str) -> None:
    """A fact that cannot be followed ends its run: better an end with a reason than a run that hangs."""
    address = subjects.parse(message.subject)
    if not address.run_id:
        return
    failed = events.Failed("internal_error", f"A step of the run could not be followed: {reason}", "Start it again.")
    cause = command("", address.run_id, f"gave up {message.metadata.sequence.stream}")
    await store.append((address.project_id, address.run_id), cause, partial(_unless_over, failed))


async def give_up_on_work(queue: JetStreamQueue, message: Msg, reason: str) -> None:
    """Park work that failed for good."""
    await queue.park_raw(message.subject, message.data, message.headers or {}, reason)


def _recorded(message: Msg) -> Recorded:
    record = RawRecord(message.metadata.sequence.stream, message.subject, message.headers or {}, message.data)
    try:
        return record.recorded
    except (msgspec.MsgspecError, KeyError) as error:
        raise Park(f"not an event: {error}") from error


async def request_run(store: RunStore, ask: asks.RequestRun) -> asks.Receipt:
    """Start a run."""
    await store.check_project(_known(ask.project_id), ask.actor)
    _known(ask.run_id)
    base = None
    if ask.base_run_id:
        base = commands.owned(await store.runs.load(ask.project_id, _known(ask.base_run_id)), ask.actor)
    cause = command(ask.actor, ask.run_id, "requested")
    return await _do(store, ask, cause, lambda run: commands.start(ask, run, base))


async def approve_run(store: RunStore, ask: asks.ApproveRun) -> asks.Receipt:
    """Let a run write its code."""
    return await _decide(store, ask, partial(commands.approve, ask))


async def revise_run(store: RunStore, ask: asks.ReviseRun) -> asks.Receipt:
    """Answer a run's questions, or have its design changed."""
    return await _decide(store, ask, partial(commands.revise, ask))


async def cancel_run(store: RunStore, ask: asks.CancelRun) -> asks.Receipt:
    """Stop a run."""
    return await _decide(store, ask, partial(commands.cancel, ask))


async def _decide(store: RunStore, ask: Any, act: Callable[[Run], events.RunEvent | None]) -> asks.Receipt:
    run = commands.owned(await store.runs.load(_known(ask.project_id), _known(ask.run_id)), ask.actor)
    cause = command(ask.actor, ask.run_id, f"{ask.verb()} {run.seq}")
    return await _do(store, ask, cause, lambda current: act(commands.owned(current, ask.actor)))


async def _do(
    store: RunStore, ask: Any, cause: Envelope, act: Callable[[Run | None], events.RunEvent | None]
) -> asks.Receipt:
    return asks.Receipt(ask.run_id, await store.append((ask.project_id, ask.run_id), cause, act))


def _known(given: str) -> str:
    try:
        return subjects.token(given)
    except ValueError:
        raise NotFound("There is no such project or run.") from None


def ask_handlers(store: RunStore) -> dict[type[asks.Ask], AskHandler]:
    """Who answers which question."""
    return {
        asks.RequestRun: partial(request_run, store),
        asks.ApproveRun: partial(approve_run, store),
        asks.ReviseRun: partial(revise_run, store),
        asks.CancelRun: partial(cancel_run, store),
    }


def routes(store: RunStore, queue: JetStreamQueue, concurrency: int) -> tuple[Route, ...]:
    """Who takes which messages."""
    follow = Route(
        durable("orchestrator"), partial(follow_run, store), partial(give_up_on_event, store), concurrency=concurrency
    )
    watch = Route(durable("deadlines"), partial(watch_deadline, store), partial(give_up_on_work, queue), concurrency=1)
    return follow, watch
