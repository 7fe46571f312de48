"""Runs, their stages, files and events as tables."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from libs.client.models import Event, RunView, StageRow, StoredFile
from libs.client.view.artifacts import table
from libs.client.view.describe import ORIGINS, describe
from libs.client.view.screen import Screen
from libs.client.view.text import age, count, duration, money, one_line, seconds_between, short, size

STYLES = {"completed": "bold green", "failed": "bold red", "cancelled": "yellow"}
LOG_COLUMNS = ("seq", "+ms", "event", "what")


def show_runs(screen: Screen, runs: Iterable[RunView]) -> None:
    """One run a row, newest first."""
    table(screen, ("run", "status", "age", "files", "tokens", "wish"), map(_run, runs))


def _run(run: RunView) -> Sequence[str]:
    tokens = f"{run.usage.tokens:,}" if run.usage.tokens else ""
    wish = one_line(run.change or run.wish, 60)
    return short(run.id), run.status, age(run.requested_at), str(run.files_written or ""), tokens, wish


def show_run(screen: Screen, run: RunView) -> None:
    """All that is known of one run."""
    screen.say(f"{one_line(run.title or run.name or 'run')}  {run.status}", STYLES.get(run.status, "bold cyan"))
    for label, value in _facts(run):
        if value:
            screen.say(f"  {label:<9} {value}")
    if run.stages:
        screen.say()
        table(screen, ("stage", "attempts", "time", "tokens", "error"), map(_stage, _without_items(run.stages)))
    _failure(screen, run)
    for number, question in enumerate(run.questions, 1):
        screen.say(f"  {number}. {one_line(question, 400)}", "yellow")


def _facts(run: RunView) -> list[tuple[str, str]]:
    written = f"{run.files_written} of {count(run.files_total, 'file')}" if run.files_total else ""
    return [
        ("run", run.id),
        ("project", run.project_name or run.project_id),
        ("wish", one_line(run.wish, 200)),
        ("from", f"run {short(run.base_run_id)}" if run.base_run_id else ""),
        ("change", one_line(run.change or "", 200)),
        ("model", run.model or ""),
        ("started", age(run.requested_at)),
        ("took", duration(seconds_between(run.requested_at, run.finished_at)) if run.finished_at else ""),
        ("files", written + (f", pass {run.pass_number}" if written and run.pass_number > 1 else "")),
        ("security", f"{run.security_score}/10" if run.security_score else ""),
        ("tokens", f"{run.usage.tokens:,}" if run.usage.tokens else ""),
        ("cost", money(run.usage.micro_usd)),
    ]


def _without_items(stages: Iterable[StageRow]) -> list[StageRow]:
    # One row for each stage; of single files only those that went wrong.
    return [row for row in stages if not row.item or row.error]


def _stage(row: StageRow) -> Sequence[str]:
    tokens = f"{row.usage.tokens:,}" if row.usage and row.usage.tokens else ""
    took = duration(seconds_between(row.started_at, row.finished_at)) if row.started_at else ""
    return f"{row.stage} {row.item}".strip(), str(row.attempts), took, tokens, one_line(row.error or "", 200)


def _failure(screen: Screen, run: RunView) -> None:
    if run.failure:
        screen.say(f"  {one_line(run.failure.message, 400)}", "red")
        screen.say(f"  {one_line(run.failure.advice, 400)}")


def show_files(screen: Screen, files: Sequence[StoredFile]) -> None:
    """One file a row."""
    if not files:
        screen.say("No files yet.")
        return
    rows = (
        (size(file.size), str(file.version), str(file.pass_number), ORIGINS.get(file.origin, file.origin), file.path)
        for file in files
    )
    table(screen, ("size", "version", "pass", "origin", "path"), rows)


def show_log(screen: Screen, events: Sequence[Event]) -> None:
    """One event a row: its place in the stream, milliseconds since the first, and what it says."""
    start = events[0].time if events else ""
    rows = (
        (str(event.seq), f"{seconds_between(start, event.time) * 1000:.0f}", event.name, describe(event.fact()))
        for event in events
    )
    table(screen, LOG_COLUMNS, rows)
