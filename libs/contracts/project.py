"""The state of a project: the fold of its own events, without those of its runs."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct
from msgspec.structs import replace

from libs.contracts import events as e
from libs.contracts import subjects
from libs.contracts.codec import Recorded


class Project(Struct, frozen=True):
    """A project as of stream sequence ``seq``. Times are RFC 3339."""

    seq: int
    owner: str
    name: str
    first_name: str
    created_at: str
    updated_at: str
    deleted: bool = False


def own_events(project_id: str) -> str:
    """Filter for a project's own facts: those of its runs lie deeper."""
    return f"events.{subjects.project(project_id)}.*"


def evolve(project: Project | None, recorded: Recorded) -> Project | None:
    """The project after one more event; a deleted one does not change any more."""
    event, time = recorded.event, recorded.envelope.time
    if isinstance(event, e.Created):
        return project or Project(recorded.seq, event.owner, event.name, event.name, time, time)
    if project is None or project.deleted:
        return project
    if isinstance(event, e.Renamed):
        return replace(project, seq=recorded.seq, name=event.name, updated_at=time)
    if isinstance(event, e.Deleted):
        return replace(project, seq=recorded.seq, deleted=True, updated_at=time)
    return replace(project, seq=recorded.seq)


def fold(history: Iterable[Recorded]) -> Project | None:
    """The project that ``history`` tells of."""
    project = None
    for recorded in history:
        project = evolve(project, recorded)
    return project
