"""Rows and folds as what REST shows."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from libs.contracts import events as e
from libs.contracts.artifacts import Usage
from libs.contracts.project import Project as ProjectState
from libs.contracts.run import Run
from libs.runtime.postgres import Row
from services.edge.models import Cost, FileContent, FileEntry, Project, RunFailure, RunView, StageView
from services.edge.places import Place

COST = ("prompt_tokens", "completion_tokens", "cached_tokens", "micro_usd", "milliseconds")
SAME = (
    *("id", "project_id", "name", "title", "summary", "status", "stage", "model", "approve", "base_run_id", "change"),
    *("requested_at", "updated_at", "finished_at", "pass_number", "files_total", "files_written", "security_score"),
)
FILE = ("path", "version", "seq", "size", "sha256", "origin", "pass_number", "written_at")


def _picked(row: Row, names: tuple[str, ...]) -> dict[str, Any]:
    return {name: row[name] for name in names}


def run_view(row: Row) -> RunView:
    return RunView(
        **_picked(row, SAME),
        project_name=row["project_name"] or "",
        wish=row["short_wish"],
        usage=Cost(**_picked(row, COST)),
        questions=tuple(row["questions"]),
        failure=_failure(row),
    )


def _failure(row: Row) -> RunFailure | None:
    if not row["failure_reason"]:
        return None
    return RunFailure(row["failure_reason"], row["failure_message"], row["failure_advice"], row["failure_stage"])


def stage_view(row: Row) -> StageView:
    failed = row["failed_at"] is not None and row["finished_at"] is None
    return StageView(
        stage=row["stage"],
        item=row["item"],
        attempts=row["attempt"],
        started_at=row["started_at"],
        finished_at=row["finished_at"],
        error=row["failure_message"] if failed else "",
        usage=Cost(**_picked(row, COST)),
    )


def file_entry(row: Row) -> FileEntry:
    return FileEntry(**_picked(row, FILE))


def file_content(row: Row) -> FileContent:
    return FileContent(**_picked(row, FILE), content=row["content"])


def project_view(row: Row) -> Project:
    return Project(row["id"], row["name"], row["created_at"], row["updated_at"])


def project_of(project_id: str, state: ProjectState) -> Project:
    """A project that the views do not tell of yet."""
    return Project(project_id, state.name, _time(state.created_at), _time(state.updated_at))


def run_of(place: Place, run: Run, ending: e.Event | None, updated_at: str) -> RunView:
    """A run that the views do not tell of yet, as the log has it."""
    requested = run.requested
    return RunView(
        id=place.run_id,
        project_id=place.project_id,
        wish=requested.wish,
        name=run.charter.name if run.charter else "",
        title=run.charter.title if run.charter else "",
        status=run.status,
        model=requested.model,
        approve=requested.approve,
        base_run_id=requested.base_run_id,
        change=requested.change,
        requested_at=_time(run.requested_at),
        updated_at=_time(updated_at),
        finished_at=_time(updated_at) if run.over else None,
        pass_number=run.pass_number,
        files_total=len(run.plan),
        files_written=len(run.files),
        usage=_cost(run.usage),
        questions=run.questions,
        failure=_ending(ending),
        stages=(),
    )


def _cost(usage: Usage) -> Cost:
    return Cost(**{name: getattr(usage, name) for name in COST})


def _ending(event: e.Event | None) -> RunFailure | None:
    if isinstance(event, e.Cancelled):
        return RunFailure("cancelled", event.reason, "", "")
    if not isinstance(event, e.Failed):
        return None
    return RunFailure(event.reason, event.message, event.advice, event.stage)


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text)
