"""What projects answers: load, decide, append, and again if somebody was faster."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from libs.contracts import subjects
from libs.contracts.asks import Ask, CreateProject, DeleteProject, Receipt, RenameProject
from libs.contracts.envelope import Envelope, new_id, now
from libs.contracts.errors import NotFound, Unavailable
from libs.contracts.events import ProjectEvent
from libs.contracts.project import Project, fold, own_events
from libs.eventlog.port import Conflict, EventLog, Expected
from libs.runtime import tracing
from libs.runtime.asking import AskHandler
from services.projects import domain

ATTEMPTS = 5

Command = CreateProject | RenameProject | DeleteProject
Decide = Callable[[Project | None, Any], ProjectEvent | None]


async def change(log: EventLog, decide: Decide, ask: Command) -> Receipt:
    for _ in range(ATTEMPTS):
        project = await load(log, ask.project_id)
        fact = decide(project, ask)
        seq = project.seq if project else 0
        if fact is None:
            return Receipt(ask.project_id, seq)
        try:
            return Receipt(ask.project_id, await append(log, ask, fact, seq))
        except Conflict:
            continue
    raise Unavailable("The project is being changed by somebody else. Try again.")


async def load(log: EventLog, project_id: str) -> Project | None:
    try:
        own = own_events(project_id)
    except ValueError:
        raise NotFound("There is no such project.") from None
    return fold(record.recorded for record in await log.load(own))


async def append(log: EventLog, ask: Command, fact: ProjectEvent, seq: int) -> int:
    envelope = Envelope(
        id=new_id(),
        type=fact.type_tag(),
        source="projects",
        time=now(),
        subject=ask.project_id,
        correlationid=ask.project_id,
        actor=ask.actor,
        traceparent=tracing.current(),
    )
    subject = subjects.event(subjects.project(ask.project_id), fact.event_name())
    return await log.append(subject, fact, envelope, Expected(own_events(ask.project_id), seq))


def asks(log: EventLog) -> Mapping[type[Ask], AskHandler]:
    table: dict[type[Ask], Decide] = {
        CreateProject: domain.create,
        RenameProject: domain.rename,
        DeleteProject: domain.delete,
    }
    return {kind: partial(change, log, decide) for kind, decide in table.items()}
