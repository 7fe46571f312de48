"""For operators: parked work, and the state of this process."""

from __future__ import annotations

from typing import Annotated, Any

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import PathParameter

from libs.runtime.health import health
from services.edge.auth import superusers_only
from services.edge.house import House
from services.edge.models import ParkedView
from services.edge.routes.parameters import FARTHEST

TAGS = ["operators"]
ParkedSeq = Annotated[int, PathParameter(ge=1, le=FARTHEST)]


@get("/v1/parked", tags=TAGS, guards=[superusers_only], summary="Work that failed for good (superusers)")
async def list_parked(house: NamedDependency[House]) -> list[ParkedView]:
    return [
        ParkedView(work.seq, work.work_id, work.type, work.reason, work.parked_at, work.correlationid)
        for work in await house.platform.queue.parked()
    ]


@post(
    "/v1/parked/{seq:int}/replay",
    tags=TAGS,
    guards=[superusers_only],
    status_code=204,
    summary="Try it again (superusers)",
)
async def replay_parked(house: NamedDependency[House], seq: ParkedSeq) -> None:
    await house.platform.queue.replay(seq)


@get("/health", tags=TAGS, public=True, summary="Whether the process is alive")
async def show_health(house: NamedDependency[House]) -> Response[bytes]:
    return await _health(house, "/health")


@get("/ready", tags=TAGS, public=True, summary="Whether it can work")
async def show_ready(house: NamedDependency[House]) -> Response[bytes]:
    return await _health(house, "/ready")


@get("/metrics", tags=TAGS, public=True, summary="Prometheus metrics", media_type="text/plain")
async def show_metrics(house: NamedDependency[House]) -> Response[bytes]:
    return await _health(house, "/metrics")


async def _health(house: House, path: str) -> Response[bytes]:
    status, body, media = await health(house.platform, tuple(house.services), path)
    return Response(body, status_code=status, media_type=media)


ROUTES: list[Any] = [list_parked, replay_parked, show_health, show_ready, show_metrics]
