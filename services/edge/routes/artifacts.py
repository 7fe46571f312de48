"""What the stages of a run handed on."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath, QueryParameter

from libs.contracts import subjects
from libs.contracts.artifacts import Architecture, Review, Verification
from libs.contracts.charter import Charter
from libs.contracts.errors import NotFound
from services.edge.frames import name_of
from services.edge.house import Visit
from services.edge.models import HistoryEntry
from services.edge.routes.parameters import Sequence

TAGS = ["artifacts"]
Pass = Annotated[int, QueryParameter(name="pass", ge=0, le=1000, description="pass of the review; 0 is the newest")]
EventLimit = Annotated[int, QueryParameter(ge=1, le=1000, description="events at most")]


@get("/v1/runs/{run_id:str}/charter", tags=TAGS, summary="The requirements")
async def show_charter(visit: NamedDependency[Visit], run_id: FromPath[str]) -> Response[Charter]:
    return await _artifact(visit, run_id, "charter")


@get("/v1/runs/{run_id:str}/architecture", tags=TAGS, summary="The design")
async def show_architecture(visit: NamedDependency[Visit], run_id: FromPath[str]) -> Response[Architecture]:
    return await _artifact(visit, run_id, "architecture")


@get("/v1/runs/{run_id:str}/review", tags=TAGS, summary="The review of the code")
async def show_review(visit: NamedDependency[Visit], run_id: FromPath[str], pass_number: Pass = 0) -> Response[Review]:
    return await _artifact(visit, run_id, "review", pass_number)


@get("/v1/runs/{run_id:str}/verification", tags=TAGS, summary="What was run in the sandbox and what it answered")
async def show_verification(
    visit: NamedDependency[Visit], run_id: FromPath[str], pass_number: Pass = 0
) -> Response[Verification]:
    return await _artifact(visit, run_id, "verification", pass_number)


async def _artifact(visit: Visit, run_id: str, kind: str, pass_number: int = 0) -> Response[Any]:
    place = await visit.run(run_id)
    body = await visit.house.reader.value("find_artifact", id=place.run_id, kind=kind, pass_number=pass_number)
    if body is None:
        raise NotFound(f"This run has no {kind} yet. Follow GET /v1/runs/{run_id}/events to see when it has.")
    return Response(body.encode(), media_type="application/json")


@get("/v1/runs/{run_id:str}/history", tags=TAGS, summary="The events of a run, as the log has them")
async def show_history(
    visit: NamedDependency[Visit], run_id: FromPath[str], after: Sequence = 0, limit: EventLimit = 200
) -> list[HistoryEntry]:
    place = await visit.run(run_id)
    records = await visit.house.platform.log.load(subjects.events_of(place.path), after=after, limit=limit)
    return [
        HistoryEntry(
            seq=record.seq,
            id=record.headers.get("ce-id", ""),
            type=record.headers.get("ce-type", ""),
            name=name_of(record),
            time=record.headers.get("ce-time", ""),
            data=msgspec.Raw(record.data),
        )
        for record in records
    ]


ROUTES: list[Any] = [show_charter, show_architecture, show_review, show_verification, show_history]
