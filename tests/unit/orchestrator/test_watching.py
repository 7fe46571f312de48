"""Deadlines and deleted projects: what is looked at again at the last moment."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from libs.contracts import asks, subjects
from libs.contracts import events as e
from libs.contracts.artifacts import Budget
from libs.contracts.codec import Order
from libs.contracts.envelope import Envelope, new_id, now
from libs.contracts.errors import NotFound
from libs.contracts.events import Event
from libs.contracts.work import WatchDeadline
from libs.eventlog.memory import MemoryLog, MemoryQueue
from libs.eventlog.port import Conflict, Expected, HandBack
from libs.eventlog.queue import decode_order
from libs.eventlog.runs import Runs
from libs.testing.stories import OWNER, PROJECT, REQUESTED, RUN, drafted, record
from services.orchestrator import handlers
from services.orchestrator.store import RunStore

IDS = (PROJECT, RUN)
PATIENT = replace(REQUESTED, budget=Budget(minutes=None))


def envelope(event: Event) -> Envelope:
    return Envelope(id=new_id(), type=event.type_tag(), source="t", time=now(), subject="s", correlationid="c")


class Overtaken(MemoryLog):
    """Somebody approves the run just before the first fact that is appended as of a version."""

    async def append(self, subject: str, event: Event, envelope_: Envelope, expected: Expected | None = None) -> int:
        if expected and not any("approved" in record.subject for record in self._records):
            approved = e.Approved(OWNER)
            await super().append(subjects.event(subjects.run(*IDS), "approved"), approved, envelope(approved))
            raise Conflict
        return await super().append(subject, event, envelope_, expected)


async def told(log: MemoryLog, *story: e.RunEvent) -> RunStore:
    for fact in record(story):
        await log.append(fact.subject, fact.event, fact.envelope)
    return RunStore(log, MemoryQueue(), Runs(log))


async def names(log: MemoryLog) -> list[str]:
    return [entry.recorded.event.event_name() for entry in await log.load(subjects.events_of(subjects.run(*IDS)))]


async def watch(store: RunStore, monkeypatch: pytest.MonkeyPatch) -> None:
    work = WatchDeadline(*IDS)
    order = Order(Envelope(id="o", type=work.type_tag(), source="t", time=now(), subject="s", correlationid=RUN), work)
    monkeypatch.setattr(handlers, decode_order.__name__, lambda _: order)
    message: Any = None
    await handlers.watch_deadline(store, message)


async def test_a_run_that_waits_too_long_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    log = MemoryLog()
    await watch(await told(log, PATIENT, *drafted()[1:], e.ApprovalRequested()), monkeypatch)
    assert (await names(log))[-1] == "failed"


async def test_a_run_that_a_person_lets_go_on_at_the_last_moment_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    log = Overtaken()
    store = await told(log, PATIENT, *drafted()[1:], e.ApprovalRequested())
    with pytest.raises(HandBack):  # and is watched further
        await watch(store, monkeypatch)
    assert (await names(log))[-1] == "approved"


async def test_a_run_asked_for_while_its_project_was_deleted_is_cancelled() -> None:
    log = MemoryLog()
    await log.append(subjects.event(subjects.project(PROJECT), "deleted"), e.Deleted(), envelope(e.Deleted()))
    store = await told(log, REQUESTED)
    await handlers.follow_fact(store, (await log.load(subjects.events_of(subjects.run(*IDS))))[-1].recorded)
    assert (await names(log)) == ["requested", "cancelled"]


async def test_a_deadline_that_is_far_is_looked_at_again_soon(monkeypatch: pytest.MonkeyPatch) -> None:
    story = replace(REQUESTED, budget=Budget(minutes=1440))
    log = MemoryLog()
    await log.append(subjects.event(subjects.run(*IDS), "requested"), story, envelope(story))
    with pytest.raises(HandBack) as back:
        await watch(RunStore(log, MemoryQueue(), Runs(log)), monkeypatch)
    assert back.value.delay <= handlers.LOOK_AGAIN  # a person who answers moves it, to an earlier moment too


async def test_every_run_of_a_project_that_is_deleted_is_cancelled() -> None:
    log, runs = MemoryLog(), ("r1", "r2")
    for run_id in runs:
        await log.append(subjects.event(subjects.run(PROJECT, run_id), "requested"), REQUESTED, envelope(REQUESTED))
    await log.append(subjects.event(subjects.project(PROJECT), "deleted"), e.Deleted(), envelope(e.Deleted()))
    store, [deleted] = await told(log), await log.load(f"events.project.{PROJECT}.deleted")
    for _ in range(2):  # it may be delivered again
        await handlers.follow_fact(store, deleted.recorded)
    ends = [await log.load(subjects.event(subjects.run(PROJECT, run_id), "cancelled")) for run_id in runs]
    assert [len(each) for each in ends] == [1, 1]


async def test_each_answer_of_a_person_is_a_fact_of_its_own() -> None:
    log = MemoryLog()
    store = await told(log, PATIENT, *drafted()[1:], e.ApprovalRequested())
    for number in (1, 2):
        await handlers.revise_run(store, asks.ReviseRun(OWNER, *IDS, f"Other words {number}."))
        again = e.ApprovalRequested()
        await log.append(subjects.event(subjects.run(*IDS), "approval_requested"), again, envelope(again))
    run = await store.runs.load(*IDS)
    assert run
    assert run.feedback == ("Other words 1.", "Other words 2.")


@pytest.mark.parametrize("facts", [(), (e.Created("P", "eve"),), (e.Created("P", OWNER), e.Deleted())])
async def test_a_run_is_started_only_in_a_project_of_ones_own(facts: tuple[e.ProjectEvent, ...]) -> None:
    log = MemoryLog()
    store = await told(log)
    mine = e.Created("P", OWNER)
    await log.append(subjects.event(subjects.project("mine"), "created"), mine, envelope(mine))
    for fact in facts:
        await log.append(subjects.event(subjects.project(PROJECT), fact.event_name()), fact, envelope(fact))
    await store.check_project("mine", OWNER)
    with pytest.raises(NotFound):
        await store.check_project(PROJECT, OWNER)
