"""What came from the log, decoded: facts to project, facts that cannot be, and types this version does not know."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any

import msgspec

from libs.contracts import subjects
from libs.contracts.codec import Recorded
from libs.contracts.events import Event, Unknown
from libs.eventlog.port import RawRecord
from services.projector.state import Fault

MAX_REASON = 500  # characters
NUL, REPLACEMENT = "\0", "\ufffd"
ESCAPED_NUL = rb"\u0000"  # how JSON writes it


@dataclass
class Intake:
    """A batch, sorted by what can be done with it."""

    facts: list[Recorded] = field(default_factory=list[Recorded])
    faults: list[Fault] = field(default_factory=list[Fault])
    unknown: int = 0


def take(records: Iterable[RawRecord]) -> Intake:
    """Decode a batch."""
    intake = Intake()
    for record in records:
        try:
            recorded = record.recorded
            subjects.parse(recorded.subject)
        except (msgspec.MsgspecError, KeyError, ValueError) as error:
            intake.faults.append(fault(record, error))
            continue
        if isinstance(recorded.event, Unknown):
            intake.unknown += 1
        else:
            intake.facts.append(_storable(recorded) if ESCAPED_NUL in record.data else recorded)
    return intake


def fault(record: RawRecord | Recorded, error: Exception) -> Fault:
    """The row that stands for a fact that could not be projected."""
    kind = record.envelope.type if isinstance(record, Recorded) else record.headers.get("ce-type", "")
    return Fault(record.seq, record.subject, kind, f"{type(error).__name__}: {error}".replace(NUL, "")[:MAX_REASON])


def _storable(recorded: Recorded) -> Recorded:
    # PostgreSQL holds no NUL in text. The log keeps the original.
    event: Event = msgspec.convert(_without_nul(msgspec.to_builtins(recorded.event)), type(recorded.event))
    return replace(recorded, event=event)


def _without_nul(value: Any) -> Any:
    if isinstance(value, str):
        return value.replace(NUL, REPLACEMENT)
    if isinstance(value, dict):
        return {key: _without_nul(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_without_nul(item) for item in value]
    return value
