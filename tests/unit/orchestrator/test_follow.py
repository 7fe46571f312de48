"""Following a fact as it stands in the log: what came after it is looked at before anything is appended."""

from __future__ import annotations

import asyncio

from msgspec.structs import replace

from libs.contracts import events as e
from libs.contracts import subjects
from libs.contracts.codec import Order, Recorded
from libs.eventlog.memory import MemoryLog, MemoryQueue
from libs.eventlog.runs import Runs
from libs.testing.stories import OWNER, PROJECT, RUN, drafted, planned, record, reviewed, written
from libs.testing.waiting import until
from services.orchestrator.handlers import follow
from services.orchestrator.store import RunStore

STORY = (*drafted(), planned("a.py"), written("a.py"), reviewed(True))
IDS = (PROJECT, RUN)


async def told(*events: e.RunEvent) -> tuple[MemoryLog, RunStore, list[Recorded]]:
    log, facts = MemoryLog(), record(events)
    for fact in facts:
        await log.append(fact.subject, fact.event, fact.envelope)
    return log, RunStore(log, MemoryQueue(), Runs(log)), facts


async def names(log: MemoryLog) -> list[str]:
    history = await log.load(subjects.events_of(subjects.run(*IDS)))
    return [entry.recorded.event.event_name() for entry in history]


async def test_a_decision_made_twice_is_one_fact() -> None:
    log, store, facts = await told(*STORY)
    await follow(store, facts[-1], IDS)
    await follow(store, facts[-1], IDS)
    assert (await names(log)).count("completed") == 1


async def test_a_decision_made_again_when_the_log_has_forgotten_its_id_is_still_one_fact() -> None:
    log, store, facts = await told(*STORY[:-1], reviewed(False, "a.py"))
    await follow(store, facts[-1], IDS)
    log._seq_of.clear()  # JetStream remembers ids for ten minutes; an orchestrator may be away for longer
    await follow(store, facts[-1], IDS)
    assert (await names(log)).count("patch_requested") == 1


async def test_a_run_that_was_cancelled_after_the_fact_is_not_completed() -> None:
    log, store, facts = await told(*STORY, e.Cancelled(OWNER))
    await follow(store, facts[-2], IDS)
    assert (await names(log))[-1] == "cancelled"


async def test_a_fact_that_did_not_count_is_not_followed() -> None:
    log, store, facts = await told(*STORY, e.Cancelled(OWNER), reviewed(True))
    await follow(store, facts[-1], IDS)
    assert "completed" not in await names(log)


async def test_what_is_over_takes_no_memory_and_is_read_again_where_it_is_asked_for() -> None:
    _, store, facts = await told(*STORY, e.Cancelled(OWNER))
    run = await store.runs.load(*IDS)
    assert run is not None
    assert run.status == "cancelled"
    assert not store.runs._known
    assert await store.runs.at(*IDS, facts[-1].seq) == run
    earlier = await store.runs.at(*IDS, facts[-2].seq)
    assert earlier is not None
    assert earlier.status == "running"


async def test_a_file_that_comes_twice_is_reviewed_once() -> None:
    _, store, facts = await told(*STORY[:-1], written("a.py"))
    first, again = facts[-2:]
    for fact in (again, first):
        await follow(store, fact, IDS)
    orders: list[Order] = []

    async def take(order: Order) -> None:
        orders.append(order)

    taking = asyncio.create_task(store._queue.consume("reviewer", take))
    await until(lambda: orders)
    taking.cancel()
    assert [order.envelope.causationid for order in orders] == [first.envelope.id]


async def test_after_a_file_that_did_not_count_facts_can_still_be_appended() -> None:
    log, store, facts = await told(*STORY, written("a.py"))
    await follow(store, facts[-2], IDS)
    assert (await names(log))[-1] == "completed"


async def test_a_fact_that_cannot_be_read_does_not_keep_its_run_from_its_end() -> None:
    log, store, facts = await told(*STORY[:-1])
    poison = replace(facts[-1].envelope, id="poison", type=e.CodeReviewed.type_tag())
    await log.append(facts[-1].subject, e.Approved(OWNER), poison)
    await store.append(IDS, facts[0].envelope, lambda _: e.Failed("internal_error", "It cannot be read."))
    assert (await store.runs.load(*IDS)).status == "failed"
