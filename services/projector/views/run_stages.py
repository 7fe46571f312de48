"""run_stages: one row for each order that an agent took up, with its attempts and costs."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from msgspec import Struct

from libs.contracts import events as e
from services.projector.intake import Fact
from services.projector.views.runs import add


class Stage(Struct, kw_only=True):
    """A row of ``run_stages``; each fact changes it in place."""

    run_id: str
    work_id: str
    stage: str
    item: str
    attempt: int
    seq: int
    started_at: datetime | None = None
    finished_at: datetime | None = None
    failed_at: datetime | None = None
    retry_at: str = ""
    failure_reason: str = ""
    failure_message: str = ""
    failure_advice: str = ""
    model: str = ""
    prompt_tokens: int = 0
    completion_tokens: int = 0
    cached_tokens: int = 0
    calls: int = 0
    milliseconds: int = 0
    micro_usd: int = 0


def _new(run_id: str, seq: int, ev: e.StageStarted | e.StageFailed) -> Stage:
    return Stage(run_id=run_id, work_id=ev.work_id, stage=ev.stage, item=ev.item, attempt=ev.attempt, seq=seq)


def _started(ev: e.StageStarted, time: datetime) -> dict[str, Any]:
    return {"attempt": ev.attempt, "started_at": time, "retry_at": ""}


def _failed(ev: e.StageFailed, time: datetime) -> dict[str, Any]:
    return {
        "attempt": ev.attempt,
        "failed_at": time,
        "retry_at": ev.retry_at,
        "failure_reason": ev.reason,
        "failure_message": ev.message,
        "failure_advice": ev.advice,
    }


def _finished(_ev: e.Event, time: datetime) -> dict[str, Any]:
    return {"finished_at": time}


ATTEMPTS = (e.StageStarted, e.StageFailed)
CHANGES: dict[type[e.Event], Callable[[Any, datetime], dict[str, Any]]] = {
    e.StageStarted: _started,
    e.StageFailed: _failed,
    e.ContextRetrieved: _finished,
    e.RequirementsDrafted: _finished,
    e.ClarificationRequested: _finished,
    e.ArchitectureDrafted: _finished,
    e.FilesPlanned: _finished,
    e.FileWritten: _finished,
    e.CodeReviewed: _finished,
    e.Verified: _finished,
}


def order_of(fact: Fact) -> str:
    """Id of the order that a fact is about; empty for facts that no order led to."""
    event = fact.event
    if isinstance(event, ATTEMPTS):
        return event.work_id
    return fact.cause if type(event) in CHANGES else ""


def evolve(row: Stage | None, run_id: str, fact: Fact) -> Stage | None:
    """The row, changed by one more fact; an output of an order that nobody was seen to take up makes none."""
    event = fact.event
    if row is None and isinstance(event, ATTEMPTS):
        row = _new(run_id, fact.seq, event)
    if row is None:
        return None
    for name, value in CHANGES[type(event)](event, fact.time).items():
        setattr(row, name, value)
    if usage := getattr(event, "usage", None):
        add(row, usage)
        row.model = usage.model or row.model
    return row
