"""What follows from each fact of a run: a pure function of the log up to that fact."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from libs.contracts import events as e
from libs.contracts import work as w
from libs.contracts.artifacts import Usage
from libs.contracts.run import MAX_PASSES, Run

Decision = list[w.Work | e.RunEvent]
NAMED = 10  # checks in the sentence that ends a run; the report has them all
ANSWER_WITHIN = timedelta(days=7)  # a run that waits for a person longer than this is over


def decide(run: Run, project_id: str, run_id: str, event: e.Event) -> Decision:
    """Orders and facts that follow from ``event``; ``run`` is the run with it applied.

    The one exception to "facts follow from facts" is time: see ``overdue``.
    """
    if run.over:
        return []
    if exceeded := _budget(run):
        return [exceeded]
    rule = _RULES.get(type(event))
    return rule(run, (project_id, run_id), event) if rule else []


Ids = tuple[str, str]


def _requested(run: Run, ids: Ids, event: e.Requested) -> Decision:
    first = w.RetrieveContext(*ids) if event.documents else w.DraftRequirements(*ids)
    return [w.WatchDeadline(*ids), first]


def _architecture_drafted(run: Run, ids: Ids, _event: e.Event) -> Decision:
    return [e.ApprovalRequested()] if run.requested.approve else [w.PlanFiles(*ids)]


def _files_planned(_run: Run, ids: Ids, event: e.FilesPlanned) -> Decision:
    if not event.files:
        return [_failed_with("not_accepted", "There is nothing to write: the design names no file.", "planning")]
    asked = [w.WriteFile(*ids, path=f.path) for f in event.files if f.origin == "model"]
    printed = [w.PrintFiles(*ids)] if len(asked) < len(event.files) else []
    return [*printed, *asked]


def _file_written(run: Run, ids: Ids, _event: e.Event) -> Decision:
    return [] if run.missing else [w.ReviewCode(*ids, pass_number=run.pass_number)]


def _patch_requested(_run: Run, ids: Ids, event: e.PatchRequested) -> Decision:
    return [
        w.WriteFile(*ids, path=patch.path, pass_number=event.pass_number, reasons=patch.reasons)
        for patch in event.patches
    ]


def _code_reviewed(run: Run, ids: Ids, event: e.CodeReviewed) -> Decision:
    if not event.review.accepted:
        rejected = sum(not review.accepted for review in run.reviews)
        return [_again(run, rejected, "review", event.review.patches, event.review.summary)]
    if run.requested.verify:
        return [w.VerifyCode(*ids, pass_number=run.pass_number)]
    return [_completed(run)]


def _verified(run: Run, _ids: Ids, event: e.Verified) -> Decision:
    if event.verification.accepted:
        return [_completed(run)]
    rejected = sum(not report.accepted for report in run.verifications)
    failed = [check.name for check in event.verification.checks if not check.passed]
    more = f", and {len(failed) - NAMED} more" if len(failed) > NAMED else ""
    why = f"Failed: {', '.join(failed[:NAMED])}{more}."
    return [_again(run, rejected, "verification", event.verification.patches, why)]


def _again(run: Run, rejected: int, after: Any, patches: Any, why: str) -> e.RunEvent:
    if patches and rejected < MAX_PASSES:
        return e.PatchRequested(run.pass_number + 1, patches, after)
    tries = f"after {rejected} attempts" if patches else "and no file can be written anew to mend it"
    return _failed_with("not_accepted", f"The {after} did not accept the code {tries}. {why}", after)


def _stage_failed(_run: Run, _ids: Ids, event: e.StageFailed) -> Decision:
    if event.retry_at:
        return []
    reason = "internal_error" if event.reason == "internal_error" else "stage_failed"
    return [e.Failed(reason, f"The {event.stage} stage failed: {event.message}", event.advice, event.stage)]


def _failed_with(reason: e.FailureReason, message: str, stage: str) -> e.Failed:
    advice = 'Say it in other words with: interius run --base RUN --change "…", or use a stronger model.'
    return e.Failed(reason, message, advice, stage)


def _completed(run: Run) -> e.Completed:
    review = run.reviews[-1]
    name = run.charter.name if run.charter else "project"
    return e.Completed(name, len(run.files), review.security_score, review.summary, run.usage)


_RULES: dict[type[e.Event], Callable[[Run, Ids, Any], Decision]] = {
    e.Requested: _requested,
    e.ContextRetrieved: lambda _run, ids, _event: [w.DraftRequirements(*ids)],
    e.RequirementsDrafted: lambda _run, ids, _event: [w.DraftArchitecture(*ids)],
    e.RevisionRequested: lambda _run, ids, _event: [w.DraftRequirements(*ids)],
    e.ArchitectureDrafted: _architecture_drafted,
    e.Approved: lambda _run, ids, _event: [w.PlanFiles(*ids)],
    e.FilesPlanned: _files_planned,
    e.FileWritten: _file_written,
    e.PatchRequested: _patch_requested,
    e.CodeReviewed: _code_reviewed,
    e.Verified: _verified,
    e.StageFailed: _stage_failed,
}


def _budget(run: Run) -> e.Failed | None:
    budget, spent = run.requested.budget, run.usage
    if budget.tokens is not None and _tokens(spent) > budget.tokens:
        return _over(run, f"It used {_tokens(spent)} tokens, more than its budget of {budget.tokens}")
    if budget.micro_usd is not None and spent.micro_usd > budget.micro_usd:
        cost, most = spent.micro_usd / 1e6, budget.micro_usd / 1e6
        return _over(run, f"It cost ${cost:.4f}, more than its budget of ${most:.4f}")
    return None


def _tokens(usage: Usage) -> int:
    return usage.prompt_tokens + usage.completion_tokens


def _over(run: Run, message: str) -> e.Failed:
    advice = "Go on from here with a larger budget: interius run --base RUN --budget-tokens N."
    return e.Failed("budget_exceeded", f"{message}{_in_stage(run)}.", advice, run.stage)


def _in_stage(run: Run) -> str:
    return f", and stopped in the {run.stage} stage" if run.stage else ""


def due(run: Run) -> datetime | None:
    """When the run's time is over; ``None`` is never. Waiting for a person does not use up its minutes."""
    if run.waiting_since:
        return datetime.fromisoformat(run.waiting_since) + ANSWER_WITHIN
    minutes = run.requested.budget.minutes
    return datetime.fromisoformat(run.resumed_at) + timedelta(minutes=minutes) if minutes is not None else None


def overdue(run: Run) -> e.Failed:
    """The fact that ends a run whose time is over."""
    if run.waiting_since:
        return e.Failed(
            "unanswered", f"Nobody answered for {ANSWER_WITHIN.days} days.", "Start it again with --base RUN."
        )
    minutes = run.requested.budget.minutes
    message = f"It was not done within its {minutes:g} minutes{_in_stage(run)}."
    advice = "Go on from here with more time: interius run --base RUN --budget-minutes N."
    return e.Failed("deadline_exceeded", message, advice, run.stage)
