"""What came from the log, decoded: facts to project, facts that cannot be, and types this version does not know."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

import msgspec
from msgspec import Struct, field
from msgspec.structs import replace

from libs.contracts import subjects
from libs.contracts.codec import decode_event
from libs.contracts.events import Event, Unknown
from libs.contracts.subjects import EventAddress
from libs.eventlog.port import RawRecord

MAX_REASON = 500  # characters
NUL, REPLACEMENT = "\0", "\ufffd"
ESCAPED_NUL = rb"\u0000"  # how JSON writes it


class Fact(Struct, frozen=True):
    """What views need of a record. ``cause`` is the id of the message that led to it."""

    seq: int
    address: EventAddress
    event: Event
    time: datetime
    cause: str


class Fault(Struct, frozen=True):
    """A row of ``faults``: a fact that could not be projected, and why."""

    seq: int
    subject: str
    type: str
    reason: str


class Intake(Struct):
    """Records in order, sorted by what can be done with each."""

    records: Sequence[RawRecord]
    facts: list[Fact] = field(default_factory=list[Fact])
    faults: list[Fault] = field(default_factory=list[Fault])
    unknown: int = 0

    @property
    def position(self) -> int:
        """Sequence of the last record."""
        return self.records[-1].seq


def take(records: Sequence[RawRecord]) -> Intake:
    """Decode records, at least one."""
    intake = Intake(records)
    decode(intake, records)
    return intake


def decode(intake: Intake, records: Iterable[RawRecord]) -> None:
    """Decode records of ``intake``, which go on where the last ones ended."""
    for record in records:
        try:
            fact = read(record)
        except (msgspec.MsgspecError, KeyError, ValueError) as error:
            intake.faults.append(fault(record, error))
            continue
        if isinstance(fact.event, Unknown):
            intake.unknown += 1
        else:
            intake.facts.append(fact)


def read(record: RawRecord) -> Fact:
    """A record as a fact, without the parts of its envelope that no view shows.

    Raises:
        MsgspecError, KeyError, ValueError: body, headers or subject are not those of an event.
    """
    headers = record.headers
    event = decode_event(headers["ce-type"], record.data)
    if ESCAPED_NUL in record.data:
        event = _storable(event)
    address = subjects.parse(record.subject)
    return Fact(record.seq, address, event, _time(headers["ce-time"]), headers.get("ce-causationid", ""))


def fault(record: RawRecord, error: Exception) -> Fault:
    """The row that stands for a fact that could not be projected."""
    reason = f"{type(error).__name__}: {error}".replace(NUL, "")[:MAX_REASON]
    return Fault(record.seq, record.subject, record.headers.get("ce-type", ""), reason)


def without(intake: Intake, error: Exception) -> Intake:
    """A single record that PostgreSQL refused, as a fault."""
    return replace(intake, facts=[], faults=[fault(intake.records[0], error)])


def _time(text: str) -> datetime:
    time = datetime.fromisoformat(text)
    if time.tzinfo is None:
        raise ValueError(f"the time {text!r} has no zone")
    return time


def _storable(event: Event) -> Event:
    # PostgreSQL holds no NUL in text. The log keeps the original.
    return msgspec.convert(_without_nul(msgspec.to_builtins(event)), type(event))


def _without_nul(value: Any) -> Any:
    if isinstance(value, str):
        return value.replace(NUL, REPLACEMENT)
    if isinstance(value, dict):
        return {key: _without_nul(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_without_nul(item) for item in value]
    return value
