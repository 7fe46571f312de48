"""What each stage has made so far, read off the run."""

from __future__ import annotations

from collections.abc import Callable

from libs.client.view.board import APPROVAL, Board
from libs.client.view.describe import architecture_made, charter_made, origins_made, review_made, verification_made
from libs.client.view.text import count, listing, one_line
from libs.contracts.run import Run


def made(board: Board, stage: str) -> str:
    """What ``stage`` made, or what it is at; empty while there is nothing to say."""
    row = board.row(stage)
    if row.note:
        return one_line(f"{'trying again: ' if row.state == 'retrying' else ''}{row.note}", 160)
    if board.run is None or row.state in {"pending", "cancelled"}:
        return ""
    return _DOING.get(stage, "") if row.state == "running" and stage != "implementation" else _made(board.run, stage)


_DOING = {
    "retrieval": "looking for passages in the documents",
    "requirements": "reading the wish",
    "architecture": "drawing the design",
    "planning": "deciding which files there will be",
    "review": "reading the code",
    "verification": "running the project",
}


def _made(run: Run, stage: str) -> str:
    return _MADE[stage](run)


def _requirements(run: Run) -> str:
    if run.questions:
        return f"{count(len(run.questions), 'question')} to answer"
    return charter_made(run.charter) if run.charter else ""


def _approval(run: Run) -> str:
    return "waits for you" if run.status == "waiting_for_approval" else "given"


def _planning(run: Run) -> str:
    by_model = sum(file.origin == "model" for file in run.plan)
    return listing(count(len(run.plan), "file"), f"{by_model} for the model to write" if by_model else "")


def _implementation(run: Run) -> str:
    again = f" (pass {run.pass_number})" if run.pass_number > 1 else ""
    if run.missing:
        total = len(run.plan) if run.pass_number == 1 else len(run.missing | _rewritten(run))
        return f"{total - len(run.missing)} of {count(total, 'file')}{again}"
    return origins_made(file.origin for file in run.files.values()) + again


def _rewritten(run: Run) -> frozenset[str]:
    return frozenset(path for path, file in run.files.items() if file.pass_number == run.pass_number)


_MADE: dict[str, Callable[[Run], str]] = {
    "retrieval": lambda run: count(len(run.passages), "passage"),
    "requirements": _requirements,
    "architecture": lambda run: architecture_made(run.architecture) if run.architecture else "",
    APPROVAL: _approval,
    "planning": _planning,
    "implementation": _implementation,
    "review": lambda run: review_made(run.reviews[-1]) if run.reviews else "",
    "verification": lambda run: verification_made(run.verifications[-1]) if run.verifications else "",
}
