"""Sandboxes: having a run served, and what is done with it from then on."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated, Any

import msgspec
from litestar import Request, Response, get, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody, QueryParameter
from litestar.types import ASGIApp

from libs.contracts.asks import ConfigureSandbox, DeploySandbox, RestartSandbox, StopSandbox, Variable
from libs.contracts.sandbox import Sandbox
from services.edge.archive import slug
from services.edge.house import Visit
from services.edge.logs import LogStream, LogWatch
from services.edge.models import Deployment, Environment, Page, Redeployment, SandboxView, Stop
from services.edge.routes.parameters import Limit, Offset
from services.edge.routes.streams import LastEventId, LastEventIdQuery

TAGS = ["sandboxes"]
LONGEST_NAME = 40  # characters; with the rest it is one label of a host name, of 63 at most
Follow = Annotated[bool, QueryParameter(description="go on with what comes")]
AnyRequest = Request[Any, Any, Any]


@post("/v1/runs/{run_id:str}/deploy", tags=TAGS, status_code=202, summary="Serve a completed run in a new sandbox")
async def deploy_run(
    request: AnyRequest,
    visit: NamedDependency[Visit],
    run_id: FromPath[str],
    data: JSONBody[Deployment | None] = None,
) -> Response[SandboxView]:
    place = await visit.run(run_id)
    wanted = data or Deployment()
    ask = DeploySandbox(
        actor=visit.user.id,
        project_id=place.project_id,
        sandbox_id=await _new_id(visit, run_id),
        run_id=run_id,
        idle_seconds=round(wanted.idle_minutes * 60),
        total_seconds=round(wanted.total_minutes * 60),
        keep_data=wanted.keep_data,
        variables=_listed(wanted.variables),
        secrets=_listed(wanted.secrets),
    )
    sandbox = await visit.house.sandbox_after(ask, ask.sandbox_id)
    return Response(view(request, visit, sandbox), headers={"Location": f"/v1/sandboxes/{sandbox.id}"})


async def _new_id(visit: Visit, run_id: str) -> str:
    """The name of a host that nobody guesses: whoever knows it can send requests to the app."""
    run = await visit.house.platform.runs.load((await visit.run(run_id)).project_id, run_id)
    name = slug(run.charter.name, "app") if run and run.charter else "app"
    return f"{name.lower()[:LONGEST_NAME].strip('-') or 'app'}-{secrets.token_hex(8)}"


def _listed(values: Mapping[str, str]) -> tuple[Variable, ...]:
    return tuple(Variable(name, value) for name, value in values.items())


@get("/v1/sandboxes", tags=TAGS, summary="All my sandboxes, newest first")
async def list_sandboxes(
    request: AnyRequest, visit: NamedDependency[Visit], limit: Limit = 20, offset: Offset = 0
) -> Page[SandboxView]:
    return await _page(request, visit, "", {"limit": limit, "offset": offset})


@get("/v1/projects/{project_id:str}/sandboxes", tags=TAGS, summary="Sandboxes of a project, newest first")
async def list_project_sandboxes(
    request: AnyRequest,
    visit: NamedDependency[Visit],
    project_id: FromPath[str],
    limit: Limit = 20,
    offset: Offset = 0,
) -> Page[SandboxView]:
    return await _page(request, visit, await visit.project(project_id), {"limit": limit, "offset": offset})


async def _page(request: AnyRequest, visit: Visit, project_id: str, part: dict[str, int]) -> Page[SandboxView]:
    reader, which = visit.house.reader, {"owner": visit.user.id, "project_id": project_id}
    rows = await reader.all("list_sandboxes", **which, **part)
    found = [msgspec.json.decode(row["state"], type=Sandbox) for row in rows]
    return Page([view(request, visit, sandbox) for sandbox in found], await reader.value("count_sandboxes", **which))


@get("/v1/sandboxes/{sandbox_id:str}", tags=TAGS, summary="A sandbox as it stands")
async def show_sandbox(request: AnyRequest, visit: NamedDependency[Visit], sandbox_id: FromPath[str]) -> SandboxView:
    return view(request, visit, await visit.sandbox(sandbox_id))


@post("/v1/sandboxes/{sandbox_id:str}/redeploy", tags=TAGS, status_code=202, summary="Serve another run, without a gap")
async def redeploy_sandbox(
    request: AnyRequest, visit: NamedDependency[Visit], sandbox_id: FromPath[str], data: JSONBody[Redeployment]
) -> SandboxView:
    sandbox = await visit.sandbox(sandbox_id)
    await visit.run(data.run_id)
    ask = DeploySandbox(
        actor=visit.user.id,
        project_id=sandbox.project_id,
        sandbox_id=sandbox_id,
        run_id=data.run_id,
        idle_seconds=round(data.idle_minutes * 60),
        total_seconds=round(data.total_minutes * 60),
        keep_data=sandbox.keep_data,
        variables=_listed(data.variables),
        secrets=_listed(data.secrets),
    )
    before = await visit.house.sandboxes.reload(sandbox_id) or sandbox
    after = await visit.house.sandbox_after(ask, sandbox_id)
    if after.version == before.version:  # it is what is served already: whoever asks again wants it started anew
        after = await visit.house.sandbox_after(RestartSandbox(*_whose(visit, sandbox)), sandbox_id)
    return view(request, visit, after)


def _whose(visit: Visit, sandbox: Sandbox) -> tuple[str, str, str]:
    return visit.user.id, sandbox.project_id, sandbox.id


@post("/v1/sandboxes/{sandbox_id:str}/restart", tags=TAGS, status_code=202, summary="Start it anew, or again")
async def restart_sandbox(request: AnyRequest, visit: NamedDependency[Visit], sandbox_id: FromPath[str]) -> SandboxView:
    sandbox = await visit.sandbox(sandbox_id)
    ask = RestartSandbox(*_whose(visit, sandbox))
    return view(request, visit, await visit.house.sandbox_after(ask, sandbox_id))


@post("/v1/sandboxes/{sandbox_id:str}/stop", tags=TAGS, status_code=202, summary="End it; its data stays unless wiped")
async def stop_sandbox(
    request: AnyRequest,
    visit: NamedDependency[Visit],
    sandbox_id: FromPath[str],
    data: JSONBody[Stop | None] = None,
) -> SandboxView:
    sandbox = await visit.sandbox(sandbox_id)
    ask = StopSandbox(*_whose(visit, sandbox), data.wipe if data else False)
    return view(request, visit, await visit.house.sandbox_after(ask, sandbox_id))


@put("/v1/sandboxes/{sandbox_id:str}/env", tags=TAGS, status_code=202, summary="Set variables and secrets of the app")
async def configure_sandbox(
    request: AnyRequest, visit: NamedDependency[Visit], sandbox_id: FromPath[str], data: JSONBody[Environment]
) -> SandboxView:
    sandbox = await visit.sandbox(sandbox_id)
    ask = ConfigureSandbox(*_whose(visit, sandbox), _listed(data.variables), _listed(data.secrets), data.unset)
    return view(request, visit, await visit.house.sandbox_after(ask, sandbox_id))


@get("/v1/sandboxes/{sandbox_id:str}/logs", tags=TAGS, summary="What the app prints, live", sse=True)
async def follow_logs(
    visit: NamedDependency[Visit],
    sandbox_id: FromPath[str],
    seen: LastEventId = None,
    last_event_id: LastEventIdQuery = None,
    follow: Follow = True,
) -> ASGIApp:
    sandbox = await visit.sandbox(sandbox_id)
    after = seen or last_event_id or ""
    number = int(after) if after.isascii() and after.isdecimal() and len(after) < 19 else 0
    stream: Any = LogStream(visit.house.logs, LogWatch(sandbox, number, follow, visit.user.expires))
    return stream


def view(request: AnyRequest, visit: Visit, sandbox: Sandbox) -> SandboxView:
    """A sandbox as REST shows it, with addresses that work from where the request came."""
    port = request.url.port
    host = f"{sandbox.id}.{visit.house.domain}" + (f":{port}" if port else "")
    url = f"{request.url.scheme}://{host}"
    names = [name for name in SandboxView.__struct_fields__ if name in Sandbox.__struct_fields__ and name != "served"]
    return SandboxView(
        **{name: getattr(sandbox, name) for name in names},
        served=sandbox.served_version,
        url=url,
        docs_url=f"{url}/docs",
        ends_at=sandbox.lives_since + timedelta(seconds=sandbox.total_seconds),
    )


ROUTES: list[Any] = [
    deploy_run,
    list_sandboxes,
    list_project_sandboxes,
    show_sandbox,
    redeploy_sandbox,
    restart_sandbox,
    stop_sandbox,
    configure_sandbox,
    follow_logs,
]
