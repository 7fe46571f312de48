"""The state of a run: the fold of its events. Orchestrator, agents and tests read runs through this alone."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Literal

from msgspec import Struct
from msgspec.structs import replace

from libs.contracts import events as e
from libs.contracts.artifacts import Architecture, Passage, PlannedFile, Review, Usage, Verification
from libs.contracts.charter import Charter
from libs.contracts.codec import Recorded

Status = Literal["running", "waiting_for_answer", "waiting_for_approval", "completed", "failed", "cancelled"]
MAX_PASSES = 3


class Run(Struct, frozen=True):
    """A run as of its newest fact that counted, with sequence ``seq``; ``read`` is that of the newest fact of any kind.

    ``stage`` was taken up last. ``missing`` are the files still to be written in this pass.

    ``done`` holds the ids of orders whose facts stand, so that work delivered twice is done once; ``failures`` counts
    the failed attempts of each order. Times are RFC 3339; ``resumed_at`` is when a person last let it go on.
    """

    seq: int
    read: int
    requested: e.Requested
    requested_at: str
    resumed_at: str
    status: Status = "running"
    stage: str = ""
    waiting_since: str = ""
    passages: tuple[Passage, ...] = ()
    feedback: tuple[str, ...] = ()
    questions: tuple[str, ...] = ()
    charter: Charter | None = None
    architecture: Architecture | None = None
    plan: tuple[PlannedFile, ...] = ()
    files: dict[str, e.FileWritten] = {}
    missing: frozenset[str] = frozenset()
    pass_number: int = 1
    reviews: tuple[Review, ...] = ()
    verifications: tuple[Verification, ...] = ()
    usage: Usage = Usage()
    done: frozenset[str] = frozenset()
    failures: dict[str, int] = {}

    @property
    def over(self) -> bool:
        """Nothing follows any more."""
        return self.status in {"completed", "failed", "cancelled"}


def add_usage(left: Usage, right: Usage) -> Usage:
    """Sum of two costs; the model's name is the newest one."""
    return Usage(
        model=right.model or left.model,
        prompt_tokens=left.prompt_tokens + right.prompt_tokens,
        completion_tokens=left.completion_tokens + right.completion_tokens,
        cached_tokens=left.cached_tokens + right.cached_tokens,
        calls=left.calls + right.calls,
        milliseconds=left.milliseconds + right.milliseconds,
        micro_usd=left.micro_usd + right.micro_usd,
    )


def _file_written(run: Run, event: e.FileWritten) -> dict[str, Any]:
    return {"files": {**run.files, event.path: event}, "missing": run.missing - {event.path}}


def _files_planned(_run: Run, event: e.FilesPlanned) -> dict[str, Any]:
    return {"plan": event.files, "missing": frozenset(f.path for f in event.files)}


def _patch_requested(_run: Run, event: e.PatchRequested) -> dict[str, Any]:
    return {"pass_number": event.pass_number, "missing": frozenset(p.path for p in event.patches)}


def _revision_requested(run: Run, event: e.RevisionRequested) -> dict[str, Any]:
    return {"status": "running", "feedback": (*run.feedback, event.feedback), "questions": ()}


_CHANGES: dict[type[e.Event], Callable[[Run, Any], dict[str, Any]]] = {
    e.ContextRetrieved: lambda _, ev: {"passages": ev.passages},
    e.RequirementsDrafted: lambda _, ev: {"charter": ev.charter},
    e.ClarificationRequested: lambda _, ev: {"status": "waiting_for_answer", "questions": ev.questions},
    e.ArchitectureDrafted: lambda _, ev: {"architecture": ev.architecture},
    e.ApprovalRequested: lambda _, _ev: {"status": "waiting_for_approval"},
    e.Approved: lambda _, _ev: {"status": "running"},
    e.RevisionRequested: _revision_requested,
    e.FilesPlanned: _files_planned,
    e.FileWritten: _file_written,
    e.PatchRequested: _patch_requested,
    e.StageStarted: lambda _, ev: {"stage": ev.stage},
    e.StageFailed: lambda run, ev: {"failures": {**run.failures, ev.work_id: run.failures.get(ev.work_id, 0) + 1}},
    e.CodeReviewed: lambda run, ev: {"reviews": (*run.reviews, ev.review)},
    e.Verified: lambda run, ev: {"verifications": (*run.verifications, ev.verification)},
    e.Completed: lambda _, _ev: {"status": "completed"},
    e.Failed: lambda _, _ev: {"status": "failed"},
    e.Cancelled: lambda _, _ev: {"status": "cancelled"},
}
_WAITS: tuple[type[e.Event], ...] = (e.ClarificationRequested, e.ApprovalRequested)
_RESUMES: tuple[type[e.Event], ...] = (e.Approved, e.RevisionRequested)
_NOT_OUTPUT: tuple[type[e.Event], ...] = (e.StageStarted, e.StageFailed)


def _repeats(run: Run, event: e.Event) -> bool:
    """A file that this pass does not wait for: written by a worker that was thought dead."""
    return isinstance(event, e.FileWritten) and (event.path not in run.missing or event.pass_number != run.pass_number)


def evolve(run: Run | None, recorded: Recorded) -> Run | None:
    """The run after one more event. Before ``requested`` there is no run; after its end nothing changes it.

    ``run.seq`` is the event's sequence exactly if the event counted.
    """
    event = recorded.event
    if isinstance(event, e.Requested):
        return passed_over(run, recorded.seq) or Run(
            recorded.seq,
            recorded.seq,
            event,
            recorded.envelope.time,
            recorded.envelope.time,
            feedback=(event.change,) if event.change else (),
        )
    if run is None or run.over:
        return run
    if _repeats(run, event):
        return passed_over(run, recorded.seq)
    changes = _CHANGES.get(type(event), lambda _, _ev: {})(run, event)
    if isinstance(event, _WAITS):
        changes["waiting_since"] = recorded.envelope.time
    elif isinstance(event, _RESUMES):
        changes |= {"waiting_since": "", "resumed_at": recorded.envelope.time}
    if not isinstance(event, _NOT_OUTPUT):
        changes["done"] = run.done | {recorded.envelope.causationid}
    if not isinstance(event, e.Completed):
        changes["usage"] = add_usage(run.usage, getattr(event, "usage", Usage()))
    return replace(run, seq=recorded.seq, read=recorded.seq, **changes)


def passed_over(run: Run | None, seq: int) -> Run | None:
    """The run after a fact that changes nothing: whoever appends next must know of it all the same."""
    return replace(run, read=seq) if run and not run.over else run


def fold(history: Iterable[Recorded], run: Run | None = None) -> Run | None:
    """The run that ``history`` tells of, starting from ``run`` if some of it was read before."""
    for recorded in history:
        run = evolve(run, recorded)
    return run
