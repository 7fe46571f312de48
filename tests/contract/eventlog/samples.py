"""Facts and orders for the log's own tests."""

from __future__ import annotations

from libs.contracts import subjects
from libs.contracts.codec import Order
from libs.contracts.envelope import Envelope, derive_id, new_id, now
from libs.contracts.events import Event, Renamed
from libs.contracts.work import WriteFile
from libs.eventlog.port import EventLog, Expected

SERVICE = "implementer"


def envelope(event_id: str = "", tag: str = Renamed.type_tag()) -> Envelope:
    return Envelope(
        id=event_id or new_id(), type=tag, source="interius/test", time=now(), subject="s", correlationid="story"
    )


def whole(project_id: str) -> str:
    return subjects.events_of(subjects.project(project_id))


async def put(
    log: EventLog, project_id: str, name: str = "n", *, event_id: str = "", expected: int | None = None
) -> int:
    """Append one fact of a project."""
    event: Event = Renamed(name)
    subject = subjects.event(subjects.project(project_id), "renamed")
    wanted = None if expected is None else Expected(whole(project_id), expected)
    return await log.append(subject, event, envelope(event_id), wanted)


def order(item: str = "app/main.py", order_id: str = "") -> Order:
    """An order for one file; the same file is the same order."""
    work = WriteFile("p1", "r1", path=item)
    return Order(envelope(order_id or derive_id("order", item), work.type_tag()), work)


async def names(log: EventLog, subject_filter: str = "events.>", after: int = 0) -> list[str]:
    return [getattr(record.recorded.event, "name", "") for record in await log.load(subject_filter, after)]
