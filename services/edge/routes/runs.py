"""Runs: starting, listing, and steering them."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody, QueryParameter

from libs.contracts.asks import ApproveRun, CancelRun, RequestRun, ReviseRun
from libs.contracts.envelope import derive_id, new_id
from services.edge import wishes
from services.edge.house import House, Visit
from services.edge.models import LISTED_WISH, Cancellation, Feedback, NewRun, Page, RunView
from services.edge.places import Place
from services.edge.routes.parameters import IdempotencyKey, Limit, Offset
from services.edge.views import run_view

TAGS = ["runs"]
Status = Annotated[
    Literal["running", "waiting_for_answer", "waiting_for_approval", "completed", "failed", "cancelled"] | None,
    QueryParameter(description="only runs in this state", required=False),
]


@post("/v1/projects/{project_id:str}/runs", tags=TAGS, status_code=202, summary="Make a wish: start a run")
async def start_run(
    visit: NamedDependency[Visit], project_id: FromPath[str], data: JSONBody[NewRun], key: IdempotencyKey = None
) -> Response[RunView]:
    await visit.project(project_id)
    base, change = await _base(visit, data)
    known = wishes.idempotency_key(key)
    run_id = derive_id(f"{visit.user.id}/{project_id}", f"run/{known}") if known else new_id()
    ask = RequestRun(
        actor=visit.user.id,
        project_id=project_id,
        run_id=run_id,
        wish=wishes.wish(data.wish) if data.wish or not base else "",
        model=data.model,
        approve=data.approve,
        budget=data.budget,
        base_run_id=base,
        change=change,
        verify=visit.house.verify_runs if data.verify is None else data.verify,
    )
    view = await visit.house.run_after(ask, Place(project_id, run_id, visit.user.id))
    return Response(view, headers={"Location": f"/v1/runs/{run_id}"})


async def _base(visit: Visit, data: NewRun) -> tuple[str, str]:
    if data.base_run_id:
        await visit.run(data.base_run_id)
    change = wishes.text(data.change, "change", "Say what to alter.") if data.change else ""
    return data.base_run_id, change


@get("/v1/projects/{project_id:str}/runs", tags=TAGS, summary="Runs of a project, newest first")
async def list_project_runs(
    visit: NamedDependency[Visit],
    project_id: FromPath[str],
    limit: Limit = 20,
    offset: Offset = 0,
    status: Status = None,
) -> Page[RunView]:
    await visit.project(project_id)
    return await _page(
        visit.house, {"owner": visit.user.id, "project_id": project_id, "status": status or ""}, limit, offset
    )


@get("/v1/runs", tags=TAGS, summary="All my runs, newest first")
async def list_runs(
    visit: NamedDependency[Visit], limit: Limit = 20, offset: Offset = 0, status: Status = None
) -> Page[RunView]:
    return await _page(visit.house, {"owner": visit.user.id, "project_id": "", "status": status or ""}, limit, offset)


async def _page(house: House, which: dict[str, str], limit: int, offset: int) -> Page[RunView]:
    rows = await house.reader.all("list_runs", **which, wish_length=LISTED_WISH, limit=limit, offset=offset)
    return Page([run_view(row) for row in rows], await house.reader.value("count_runs", **which))


@get("/v1/runs/{run_id:str}", tags=TAGS, summary="A run as it stands")
async def show_run(visit: NamedDependency[Visit], run_id: FromPath[str]) -> RunView:
    return await visit.house.run(await visit.run(run_id))


@post("/v1/runs/{run_id:str}/approve", tags=TAGS, status_code=202, summary="Let a run write its code")
async def approve_run(visit: NamedDependency[Visit], run_id: FromPath[str]) -> RunView:
    place = await visit.run(run_id)
    return await visit.house.run_after(ApproveRun(visit.user.id, place.project_id, run_id), place)


@post("/v1/runs/{run_id:str}/revise", tags=TAGS, status_code=202, summary="Answer questions, or have it designed anew")
async def revise_run(visit: NamedDependency[Visit], run_id: FromPath[str], data: JSONBody[Feedback]) -> RunView:
    place = await visit.run(run_id)
    ask = ReviseRun(visit.user.id, place.project_id, run_id, wishes.feedback(data.feedback))
    return await visit.house.run_after(ask, place)


@post("/v1/runs/{run_id:str}/cancel", tags=TAGS, status_code=202, summary="Stop a run")
async def cancel_run(
    visit: NamedDependency[Visit], run_id: FromPath[str], data: JSONBody[Cancellation | None] = None
) -> RunView:
    place = await visit.run(run_id)
    reason = wishes.text(data.reason, "reason", "Leave it out.") if data and data.reason else ""
    return await visit.house.run_after(CancelRun(visit.user.id, place.project_id, run_id, reason), place)


ROUTES: list[Any] = [start_run, list_project_runs, list_runs, show_run, approve_run, revise_run, cancel_run]
