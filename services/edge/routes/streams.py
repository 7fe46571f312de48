"""Server-sent events of a run and of a project."""

from __future__ import annotations

from typing import Annotated, Any

from litestar import get
from litestar.di import NamedDependency
from litestar.params import FromPath, HeaderParameter, QueryParameter
from litestar.types import ASGIApp

from libs.contracts import subjects
from services.edge.frames import Gone, cursor
from services.edge.house import Visit
from services.edge.stream import EventStream, Watch

TAGS = ["events"]
LastEventId = Annotated[
    str | None, HeaderParameter(name="Last-Event-ID", description="the id of the last event seen", required=False)
]
LastEventIdQuery = Annotated[
    str | None,
    QueryParameter(name="last_event_id", description="the same, where no header can be sent", required=False),
]
Live = Annotated[bool, QueryParameter(description="also send fragments as they appear")]


@get("/v1/runs/{run_id:str}/events", tags=TAGS, summary="The story of a run, live", sse=True)
async def follow_run(
    visit: NamedDependency[Visit],
    run_id: FromPath[str],
    seen: LastEventId = None,
    last_event_id: LastEventIdQuery = None,
    live: Live = False,
) -> ASGIApp:
    place = await visit.run(run_id)
    return await _stream(visit, place.path, seen or last_event_id, live)


@get("/v1/projects/{project_id:str}/events", tags=TAGS, summary="Everything in a project, live", sse=True)
async def follow_project(
    visit: NamedDependency[Visit],
    project_id: FromPath[str],
    seen: LastEventId = None,
    last_event_id: LastEventIdQuery = None,
    live: Live = False,
) -> ASGIApp:
    owner = subjects.project(await visit.project(project_id))
    return await _stream(visit, owner, seen or last_event_id, live)


async def _stream(visit: Visit, owner: str, event_id: str | None, live: bool) -> Any:
    house = visit.house
    after = cursor(event_id, house.hub.epoch)
    if not await house.hub.reached(after):
        raise Gone("The log ends before that event: it was restored from an older copy. Follow without Last-Event-ID.")
    return EventStream(house.hub, Watch(visit.user.id, owner, after, live, visit.user.expires), house.patience)


ROUTES: list[Any] = [follow_run, follow_project]
