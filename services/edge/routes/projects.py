"""Projects."""

from __future__ import annotations

from typing import Any

from litestar import delete, get, patch, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from libs.contracts.asks import CreateProject, DeleteProject, RenameProject
from libs.contracts.envelope import derive_id, new_id
from libs.contracts.errors import NotFound
from services.edge.house import Visit
from services.edge.models import Page, Project, ProjectName
from services.edge.routes.parameters import IdempotencyKey, Limit, Offset
from services.edge.views import project_view
from services.edge.wishes import idempotency_key

TAGS = ["projects"]


@get("/v1/projects", tags=TAGS, summary="My projects, newest first")
async def list_projects(visit: NamedDependency[Visit], limit: Limit = 20, offset: Offset = 0) -> Page[Project]:
    rows = await visit.house.reader.all("list_projects", owner=visit.user.id, limit=limit, offset=offset)
    total = await visit.house.reader.value("count_projects", owner=visit.user.id)
    return Page([project_view(row) for row in rows], total)


@post("/v1/projects", tags=TAGS, summary="Make a project")
async def create_project(
    visit: NamedDependency[Visit], data: JSONBody[ProjectName], key: IdempotencyKey = None
) -> Project:
    known = idempotency_key(key)
    project_id = derive_id(visit.user.id, f"project/{known}") if known else new_id()
    return await visit.house.project_after(CreateProject(visit.user.id, project_id, data.name), project_id)


@get("/v1/projects/{project_id:str}", tags=TAGS, summary="A project")
async def show_project(visit: NamedDependency[Visit], project_id: FromPath[str]) -> Project:
    row = await visit.house.reader.one("find_project", id=await visit.project(project_id))
    if row is None:
        raise NotFound("There is no such project.")
    return project_view(row)


@patch("/v1/projects/{project_id:str}", tags=TAGS, summary="Rename a project")
async def rename_project(
    visit: NamedDependency[Visit], project_id: FromPath[str], data: JSONBody[ProjectName]
) -> Project:
    await visit.project(project_id)
    return await visit.house.project_after(RenameProject(visit.user.id, project_id, data.name), project_id)


@delete("/v1/projects/{project_id:str}", tags=TAGS, summary="Delete a project with its runs")
async def delete_project(visit: NamedDependency[Visit], project_id: FromPath[str]) -> None:
    await visit.project(project_id)
    await visit.house.command(DeleteProject(visit.user.id, project_id))
    visit.house.places.forget(project_id)


ROUTES: list[Any] = [list_projects, create_project, show_project, rename_project, delete_project]
