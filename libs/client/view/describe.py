"""What each event says, in a few words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from typing import Any

from libs.client.view.text import count, listing, one_line, short, size, some
from libs.contracts import events as e
from libs.contracts import sandbox_events as s
from libs.contracts.artifacts import Architecture, Review, Verification
from libs.contracts.charter import Charter

ORIGINS = {"blueprint": "printed", "model": "written", "reused": "reused"}


def charter_made(charter: Charter) -> str:
    """``3 entities, 15 endpoints, 4 rules``."""
    return listing(
        count(len(charter.entities), "entity"),
        count(len(charter.endpoints), "endpoint"),
        some(len(charter.rules), "rule"),
    )


def architecture_made(architecture: Architecture) -> str:
    """``2 modules to write, 3 diagrams``."""
    asked = some(len(architecture.modules), "module")
    return listing(f"{asked} to write" if asked else "all of it printable", some(len(architecture.diagrams), "diagram"))


def origins_made(origins: Iterable[str]) -> str:
    """``12 files printed, 2 written``."""
    counted = Counter(origins)
    parts = [(counted[origin], word) for origin, word in ORIGINS.items() if counted[origin]]
    first, *rest = parts or [(0, "written")]
    return listing(f"{count(first[0], 'file')} {first[1]}", *(f"{number} {word}" for number, word in rest))


def review_made(review: Review) -> str:
    """``accepted, security 9/10, 2 warnings``."""
    severities = Counter(issue.severity for issue in review.issues)
    return listing(
        "accepted" if review.accepted else "not accepted",
        f"security {review.security_score}/10",
        some(severities["error"], "error"),
        some(severities["warning"], "warning"),
    )


def verification_made(verification: Verification) -> str:
    """``accepted, 11 of 12 checks passed``, or that nothing was run."""
    if verification.not_run:
        return one_line(verification.not_run, 200)
    checks = verification.checks
    passed = sum(check.passed for check in checks)
    verdict = "accepted" if verification.accepted else "not accepted"
    return f"{verdict}, {passed} of {count(len(checks), 'check')} passed"


def _started(event: e.StageStarted) -> str:
    again = f" (attempt {event.attempt})" if event.attempt > 1 else ""
    return f"{event.stage}{f' of {one_line(event.item)}' if event.item else ''}{again}"


def _failed_stage(event: e.StageFailed) -> str:
    then = "will be tried again" if event.retry_at else "given up"
    return f"{event.stage}: {one_line(event.message, 200)} ({then})"


def _again(reused: bool) -> str:
    return " (reused)" if reused else ""


_WORDS: dict[type[e.Event], Callable[[Any], str]] = {
    e.Registered: lambda ev: one_line(ev.email),
    e.Created: lambda ev: one_line(ev.name),
    e.Renamed: lambda ev: one_line(ev.name),
    e.Deleted: lambda _: "",
    e.Requested: lambda ev: one_line(ev.change or ev.wish),
    e.StageStarted: _started,
    e.StageFailed: _failed_stage,
    e.ContextRetrieved: lambda ev: count(len(ev.passages), "passage"),
    e.RequirementsDrafted: lambda ev: f"{ev.charter.title}: {charter_made(ev.charter)}{_again(ev.reused)}",
    e.ClarificationRequested: lambda ev: count(len(ev.questions), "question"),
    e.ArchitectureDrafted: lambda ev: architecture_made(ev.architecture) + _again(ev.reused),
    e.ApprovalRequested: lambda _: "the design waits for a person",
    e.Approved: lambda _: "code may be written",
    e.RevisionRequested: lambda ev: one_line(ev.feedback),
    e.FilesPlanned: lambda ev: count(len(ev.files), "file"),
    e.FileWritten: lambda ev: f"{one_line(ev.path)}, {size(len(ev.content.encode()))}, {ORIGINS[ev.origin]}",
    e.CodeReviewed: lambda ev: review_made(ev.review),
    e.PatchRequested: lambda ev: listing(*(one_line(patch.path) for patch in ev.patches)),
    e.Verified: lambda ev: verification_made(ev.verification),
    e.Completed: lambda ev: f"{one_line(ev.name)}: {count(ev.files, 'file')}, security {ev.security_score}/10",
    e.Failed: lambda ev: one_line(f"{ev.message} {ev.advice}", 300),
    e.Cancelled: lambda ev: one_line(ev.reason),
    s.SandboxDeployRequested: lambda ev: f"of run {short(ev.run_id)}",
    s.SandboxConfigured: lambda ev: (
        listing(some(len(ev.variables), "variable"), some(len(ev.secrets), "secret")) or "-"
    ),
    s.SandboxRestartRequested: lambda _: "to be started anew",
    s.SandboxStopRequested: lambda ev: "to be ended, and wiped" if ev.wipe else "to be ended",
    s.SandboxStarting: lambda ev: f"at {one_line(ev.host, 60)}, attempt {ev.attempt}",
    s.SandboxReady: lambda ev: f"after {ev.milliseconds} ms",
    s.SandboxFailed: lambda ev: one_line(f"{ev.message} {ev.advice}", 300),
    s.SandboxStopped: lambda ev: "and wiped" if ev.wiped else "its data is kept",
    s.SandboxExpired: lambda ev: "nobody asked for it" if ev.cause == "idle" else "its time is over",
}


def describe(fact: e.Event) -> str:
    """What ``fact`` says, on one line; empty for what this client does not know."""
    return _WORDS.get(type(fact), lambda _: "")(fact)
