"""projects: one row for each project; a deleted one keeps its row without content."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from libs.contracts import events as e
from services.projector.intake import Fact


class Project(Struct, frozen=True):
    """A row of ``projects``."""

    id: str
    owner: str
    name: str
    created_at: datetime | None
    updated_at: datetime
    deleted: bool = False


def _created(row: Project | None, project_id: str, fact: Fact, event: e.Created) -> Project:
    time = fact.time
    return row or Project(project_id, event.owner, event.name, time, time)


def _renamed(row: Project | None, _id: str, fact: Fact, event: e.Renamed) -> Project | None:
    if row is None or row.deleted:
        return row
    return replace(row, name=event.name, updated_at=fact.time)


def _deleted(_row: Project | None, project_id: str, fact: Fact, _event: e.Deleted) -> Project:
    return Project(project_id, owner="", name="", created_at=None, updated_at=fact.time, deleted=True)


ROWS: dict[type[e.Event], Callable[[Project | None, str, Fact, Any], Project | None]] = {
    e.Created: _created,
    e.Renamed: _renamed,
    e.Deleted: _deleted,
}
