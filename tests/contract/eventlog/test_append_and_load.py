from __future__ import annotations

import asyncio

import pytest

from libs.contracts.codec import MAX_MESSAGE_BYTES, MessageTooLarge
from libs.contracts.envelope import new_id
from libs.eventlog.port import Conflict, Expected
from tests.contract.eventlog.samples import names, put, whole


async def test_of_all_who_expect_one_version_exactly_one_wins(log):
    for version in (0, None):
        seq = version if version is not None else (await log.load(whole("p1")))[-1].seq
        racers = [put(log, "p1", f"racer {n}", expected=seq) for n in range(30)]
        outcomes = await asyncio.gather(*racers, return_exceptions=True)
        assert sum(isinstance(outcome, int) for outcome in outcomes) == 1
        assert sum(isinstance(outcome, Conflict) for outcome in outcomes) == 29
    assert len(await log.load("events.>")) == 2


async def test_a_version_is_one_aggregates_and_not_anothers(log):
    await put(log, "other")
    first = await put(log, "p1", expected=0)
    await put(log, "other")
    assert await put(log, "p1", expected=first) > first
    assert await put(log, "p1x", expected=0)


async def test_an_expectation_may_be_about_one_subject_alone(log):
    subject = "events.project.p1.deleted"
    await put(log, "p1")
    record = (await log.load("events.>"))[0].recorded
    assert await log.append("events.project.p1.renamed", record.event, _again(record), Expected(subject, 0)) == 2
    with pytest.raises(Conflict):
        await log.append(subject, record.event, _again(record), Expected("events.project.p1.renamed", 1))


def _again(record):
    from msgspec.structs import replace

    return replace(record.envelope, id=new_id())


async def test_an_id_stands_once_however_often_it_is_appended(log):
    event_id = new_id()
    assert {await put(log, "p1", event_id=event_id) for _ in range(3)} == {1}
    assert {await put(log, "p1", event_id=event_id, expected=0) for _ in range(3)} == {1}
    assert set(await asyncio.gather(*[put(log, "p1", event_id=event_id, expected=0) for _ in range(10)])) == {1}
    assert await log.head() == 1


async def test_an_id_stands_once_although_its_expectation_is_stale_and_others_appended_since(log):
    event_id = new_id()
    first = await put(log, "p1", "ours", event_id=event_id, expected=0)
    await put(log, "p1", "theirs", expected=first)
    await put(log, "p1", "theirs again")
    assert await put(log, "p1", "ours", event_id=event_id, expected=0) == first
    assert await names(log) == ["ours", "theirs", "theirs again"]


async def test_a_refused_fact_may_be_appended_under_the_same_id_later(log):
    event_id = new_id()
    first = await put(log, "p1", "theirs")
    with pytest.raises(Conflict):
        await put(log, "p1", "ours", event_id=event_id, expected=0)
    assert await put(log, "p1", "ours", event_id=event_id, expected=first) == 2


async def test_what_is_loaded_is_what_was_appended_in_order_with_envelope_and_subject(log):
    seqs = [await put(log, "p1", name) for name in ("a", "ü €", "c")]
    records = await log.load("events.project.p1.renamed")
    assert [record.seq for record in records] == seqs == [1, 2, 3]
    assert [record.recorded.event.name for record in records] == ["a", "ü €", "c"]
    assert {record.subject for record in records} == {"events.project.p1.renamed"}
    assert records[0].recorded.envelope.correlationid == "story"


async def test_load_starts_after_a_sequence_and_keeps_to_its_filter(log):
    for n in range(6):
        await put(log, f"p{n % 2}", str(n))
    assert await names(log, "events.project.p0.>", after=1) == ["2", "4"]
    assert await names(log, "events.project.*.renamed", after=4) == ["4", "5"]
    assert await names(log, "events.project.p0.deleted") == []
    assert await names(log, "events.project.p0") == []
    assert await names(log, after=6) == []
    assert await names(log, after=600) == []


async def test_a_long_history_is_loaded_whole(log):
    count = 1300  # more than two of the server's batches
    for start in range(0, count, 100):
        await asyncio.gather(*[put(log, f"p{n % 3}", str(n)) for n in range(start, start + 100)])
    assert [record.seq for record in await log.load("events.>")] == list(range(1, count + 1))
    assert sorted(map(int, await names(log, whole("p0")))) == list(range(0, count, 3))


async def test_an_empty_log_has_nothing_and_head_zero(log):
    assert await log.load("events.>") == []
    assert await log.head() == 0


async def test_head_is_the_newest_sequence(log):
    for _ in range(3):
        seq = await put(log, "p1")
    assert await log.head() == seq == 3


async def test_a_fact_that_is_too_large_is_refused_with_its_size_and_leaves_nothing(log):
    with pytest.raises(MessageTooLarge, match=f"is 1000012 bytes, more than {MAX_MESSAGE_BYTES}"):
        await put(log, "p1", "x" * 1_000_001)
    assert await log.head() == 0


async def test_the_largest_fact_fits(log):
    await put(log, "p1", "x" * (MAX_MESSAGE_BYTES - len('{"name":""}')))
    assert len((await log.load("events.>"))[0].data) == MAX_MESSAGE_BYTES


async def test_a_part_is_loaded_where_only_a_part_is_wanted(log):
    for number in range(5):
        await put(log, "p1", str(number))
        await put(log, "other", "x")
    first = await log.load(whole("p1"), limit=2)
    rest = await log.load(whole("p1"), after=first[-1].seq, limit=100)
    assert [record.recorded.event.name for record in (*first, *rest)] == ["0", "1", "2", "3", "4"]
    assert len(first) == 2


async def test_the_first_of_many_are_loaded_across_batches(log):
    await asyncio.gather(*[put(log, "p1", str(number)) for number in range(700)])
    assert [record.seq for record in await log.load(whole("p1"), limit=600)] == list(range(1, 601))


async def test_a_log_has_one_name_for_life(log):
    name = await log.epoch()
    await put(log, "p1")
    assert await log.epoch() == name
    assert int(name, 16)
