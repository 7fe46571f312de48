"""What comes from the log is sorted, never dropped."""

from __future__ import annotations

import pytest

from libs.contracts import events as e
from libs.contracts import subjects
from libs.contracts.codec import encode
from libs.eventlog.port import RawRecord
from services.projector.intake import take
from services.projector.reader import MOST_BYTES, portions
from tests.run_facts import fact


def record(subject: str, kind: str, data: bytes, time: str = "2026-01-01T00:00:00Z") -> RawRecord:
    return RawRecord(1, subject, {"ce-type": kind, "ce-time": time}, data)


@pytest.mark.parametrize(
    "bad",
    [
        record("events.user.u.registered", e.Registered.type_tag(), b'{"email": 3}'),
        record("events.user.u.registered", e.Registered.type_tag(), b"not json"),
        record("events.user.u.registered", e.Registered.type_tag(), b'{"email": "\xed\xa0\x80"}'),
        record("events.nobody", e.Registered.type_tag(), b'{"email": "a"}'),
        RawRecord(1, "events.user.u.registered", {}, b"{}"),
    ],
)
def test_what_is_no_event_is_a_fault_with_its_reason(bad: RawRecord):
    intake = take([bad])
    assert not intake.facts and not intake.unknown
    assert intake.faults[0].seq == 1 and intake.faults[0].reason and len(intake.faults[0].reason) <= 500


def test_an_unknown_type_is_neither_fact_nor_fault():
    intake = take([record("events.user.u.promoted", "interius.user.promoted.v1", b"{}")])
    assert (intake.facts, intake.faults, intake.unknown) == ([], [], 1)


def test_only_a_nul_is_replaced():
    text = 'a\0b "\\u0000" \\\\u0000'
    told = fact(subjects.user("u"), e.Registered(text), 1)
    (found,) = take([RawRecord(1, told.subject, told.envelope.to_headers(), encode(told.event))]).facts
    assert found.event == e.Registered(text.replace("\0", "\ufffd"))


@pytest.mark.parametrize("sizes", [[1], [MOST_BYTES + 1], [MOST_BYTES, 1, MOST_BYTES - 1, 1, 1], [1] * 50])
def test_portions_keep_every_record_in_order_and_stay_small(sizes: list[int]):
    records = [RawRecord(i, "s", {}, bytes(size)) for i, size in enumerate(sizes)]
    parts = list(portions(records))
    assert [one for part in parts for one in part] == records
    assert all(len(part) == 1 or sum(len(one.data) for one in part) <= MOST_BYTES for part in parts)
