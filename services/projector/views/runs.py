"""runs: one row for each run, the fold of its facts that lists and headers show."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from msgspec import Struct

from libs.contracts import events as e
from libs.contracts.artifacts import Usage
from libs.contracts.run import Status
from services.projector.intake import Fact


class Run(Struct, kw_only=True):
    """A row of ``runs``; each fact changes it in place: to copy it would cost more than all the rest."""

    id: str
    project_id: str
    owner: str
    wish: str
    model: str
    approve: bool
    verify: bool
    base_run_id: str
    change: str
    requested_at: datetime
    updated_at: datetime
    last_seq: int
    finished_at: datetime | None = None
    name: str = ""
    title: str = ""
    summary: str = ""
    status: Status = "running"
    stage: str = ""
    pass_number: int = 1
    files_total: int = 0
    files_written: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0
    cached_tokens: int = 0
    calls: int = 0
    milliseconds: int = 0
    micro_usd: int = 0
    failure_reason: str = ""
    failure_message: str = ""
    failure_advice: str = ""
    failure_stage: str = ""
    security_score: int | None = None
    questions: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()

    @property
    def over(self) -> bool:
        """Nothing follows any more."""
        return self.finished_at is not None


def add(row: Any, usage: Usage) -> None:
    """Put ``usage`` on top of the cost columns of a row."""
    row.prompt_tokens += usage.prompt_tokens
    row.completion_tokens += usage.completion_tokens
    row.cached_tokens += usage.cached_tokens
    row.calls += usage.calls
    row.milliseconds += usage.milliseconds
    row.micro_usd += usage.micro_usd


def requested(project_id: str, run_id: str, fact: Fact, event: e.Requested) -> Run:
    """The row of a new run."""
    return Run(
        id=run_id,
        project_id=project_id,
        owner=event.owner,
        wish=event.wish,
        model=event.model,
        approve=event.approve,
        verify=event.verify,
        base_run_id=event.base_run_id,
        change=event.change,
        requested_at=fact.time,
        updated_at=fact.time,
        last_seq=fact.seq,
    )


def _failed(ev: e.Failed) -> dict[str, Any]:
    return {
        "status": "failed",
        "failure_reason": ev.reason,
        "failure_message": ev.message,
        "failure_advice": ev.advice,
        "failure_stage": ev.stage,
    }


def _completed(ev: e.Completed) -> dict[str, Any]:
    return {"status": "completed", "name": ev.name, "summary": ev.summary, "security_score": ev.security_score}


CHANGES: dict[type[e.Event], Callable[[Any], dict[str, Any]]] = {
    e.StageStarted: lambda ev: {"stage": ev.stage},
    e.StageFailed: lambda _: {},
    e.ContextRetrieved: lambda _: {},
    e.RequirementsDrafted: lambda ev: {"name": ev.charter.name, "title": ev.charter.title},
    e.ClarificationRequested: lambda ev: {"status": "waiting_for_answer", "questions": ev.questions},
    e.ArchitectureDrafted: lambda _: {},
    e.ApprovalRequested: lambda _: {"status": "waiting_for_approval"},
    e.Approved: lambda _: {"status": "running"},
    e.RevisionRequested: lambda _: {"status": "running", "questions": ()},
    e.FilesPlanned: lambda ev: {"files_total": len(ev.files), "missing": tuple(file.path for file in ev.files)},
    e.FileWritten: lambda _: {},
    e.CodeReviewed: lambda ev: {"security_score": ev.review.security_score},
    e.PatchRequested: lambda ev: {"pass_number": ev.pass_number, "missing": tuple(patch.path for patch in ev.patches)},
    e.Verified: lambda _: {},
    e.Completed: _completed,
    e.Failed: _failed,
    e.Cancelled: lambda ev: {"status": "cancelled", "failure_reason": "cancelled", "failure_message": ev.reason},
}


def counts(row: Run, event: e.Event) -> bool:
    """Whether a fact changes the run: not after its end, and no file that this pass does not wait for (run.evolve)."""
    if row.over or type(event) not in CHANGES:
        return False
    if isinstance(event, e.FileWritten):
        return event.path in row.missing and event.pass_number == row.pass_number
    return True


def evolve(row: Run, fact: Fact, files_written: int) -> None:
    """Change the row by one more fact, by which ``files_written`` paths have been written."""
    event = fact.event
    row.updated_at, row.last_seq, row.files_written = fact.time, fact.seq, files_written
    for name, value in CHANGES[type(event)](event).items():
        setattr(row, name, value)
    if isinstance(event, e.FileWritten):
        row.missing = tuple([path for path in row.missing if path != event.path])
    if isinstance(event, e.TERMINAL):
        row.stage, row.finished_at = "", fact.time
    elif usage := getattr(event, "usage", None):  # what ends a run repeats the costs of its stages
        add(row, usage)
