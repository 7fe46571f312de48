"""What may be done to a project: each rule gives the fact to append, or none when nothing changes."""

from __future__ import annotations

from libs.contracts.asks import CreateProject, DeleteProject, RenameProject
from libs.contracts.errors import AlreadyExists, Invalid, NotFound
from libs.contracts.events import Created, Deleted, ProjectEvent, Renamed
from libs.contracts.project import Project


def create(project: Project | None, ask: CreateProject) -> ProjectEvent | None:
    name = title(ask.name)
    if project is None:
        return Created(name=name, owner=ask.actor)
    if project.owner != ask.actor or project.first_name != name or project.deleted:
        raise AlreadyExists("This project id was used for another project. Send the request with a new one.")
    return None


def rename(project: Project | None, ask: RenameProject) -> ProjectEvent | None:
    name = title(ask.name)
    return Renamed(name) if owned(project, ask.actor).name != name else None


def delete(project: Project | None, ask: DeleteProject) -> ProjectEvent | None:
    owned(project, ask.actor)
    return Deleted()


def owned(project: Project | None, actor: str) -> Project:
    if project is None or project.deleted or project.owner != actor:
        raise NotFound("There is no such project.")
    return project


def title(name: str) -> str:
    clean = " ".join(name.split())
    if not clean or not clean.isprintable():
        raise Invalid("Give the project a name: 1 to 120 characters that can be printed.")
    return clean
