"""The state of a run as a person watches it: the fold of its events, stage by stage, with what each made and cost."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from msgspec import Struct
from msgspec.structs import replace

from libs.client.models import Event
from libs.client.view.text import seconds_between
from libs.contracts import events as e
from libs.contracts.codec import Recorded
from libs.contracts.envelope import Envelope
from libs.contracts.run import Run, evolve

State = Literal["pending", "running", "retrying", "waiting", "done", "failed", "cancelled"]
APPROVAL = "approval"
ORDER = ("retrieval", "requirements", "architecture", APPROVAL, "planning", "implementation", "review", "verification")
ALWAYS = frozenset({"requirements", "architecture", "planning", "implementation", "review"})
REVISED = frozenset({"requirements", "architecture", APPROVAL})
OPEN: frozenset[State] = frozenset({"running", "retrying", "waiting"})


class Row(Struct, frozen=True):
    """One stage. ``since`` is when it was taken up (RFC 3339); ``spent`` are the seconds of what is closed."""

    state: State = "pending"
    tokens: int = 0
    since: str = ""
    spent: float = 0.0
    note: str = ""

    def seconds(self) -> float:
        """How long it took, or has taken so far."""
        return self.spent + (seconds_between(self.since, None) if self.since else 0.0)


class Board(Struct, frozen=True):
    """A run as of ``cursor``. ``run`` is the fold that the services themselves read."""

    run_id: str
    run: Run | None = None
    rows: Mapping[str, Row] = {}
    fact: e.Event | None = None
    at: str = ""
    cursor: str = ""

    @property
    def status(self) -> str:
        """The run's status; ``running`` before anything is known."""
        return self.run.status if self.run else "running"

    @property
    def waiting(self) -> bool:
        """A person has to answer."""
        return self.status in {"waiting_for_answer", "waiting_for_approval"}

    @property
    def over(self) -> bool:
        """Nothing follows any more."""
        return self.run is not None and self.run.over

    def elapsed(self) -> float:
        """Seconds from the wish to the newest event."""
        return seconds_between(self.run.requested_at, self.at) if self.run else 0.0

    def row(self, stage: str) -> Row:
        """The row of ``stage``."""
        return self.rows.get(stage, Row())

    def stages(self) -> list[str]:
        """The stages to show: those every run has, and those this one came to."""
        requested = self.run.requested if self.run else None
        asked = {APPROVAL} if requested and requested.approve else set[str]()
        asked |= {"verification"} if requested and requested.verify else set()
        return [stage for stage in ORDER if stage in ALWAYS | asked | self.rows.keys()]


def advance(board: Board, event: Event) -> Board:
    """The board after one more event."""
    fact = event.fact()
    run = evolve(board.run, _recorded(event, fact))
    moved = replace(board, run=run, fact=fact, at=event.time, cursor=event.cursor or board.cursor)
    if board.over:
        return moved
    changes = _changes(moved, fact)
    return replace(moved, rows={**board.rows, **{s: _moved(board.row(s), c, event.time) for s, c in changes.items()}})


def _recorded(event: Event, fact: e.Event) -> Recorded:
    envelope = Envelope(
        id=event.id,
        type=event.type,
        source="",
        time=event.time,
        subject=event.subject,
        correlationid="",
        causationid=event.causationid,
        actor=event.actor,
    )
    return Recorded(event.seq, event.subject, envelope, fact)


def _moved(row: Row, change: dict[str, Any], time: str) -> Row:
    """``row`` in its next state; its clock runs from the first moment it is open until it is not."""
    tokens = row.tokens + change.pop("tokens", 0)
    state: State = change.get("state", row.state)
    ticking = state in {"running", "retrying"}
    spent = row.spent if ticking or not row.since else row.spent + seconds_between(row.since, time)
    since = (row.since or time) if ticking else ""
    return Row(state, tokens, since, spent, change.get("note", ""))


def _changes(board: Board, fact: e.Event) -> dict[str, dict[str, Any]]:
    """Which stages ``fact`` moves, and to what."""
    usage = getattr(fact, "usage", None)
    spent = {"tokens": usage.prompt_tokens + usage.completion_tokens} if usage else {}
    match fact:
        case e.StageStarted():
            return {} if _finished(board, fact.stage) else {fact.stage: {"state": "running"}}
        case e.StageFailed():
            state = "retrying" if fact.retry_at else "failed"
            return {fact.stage: {"state": state, "note": fact.message, **spent}}
        case e.RevisionRequested():
            return {stage: {"state": "pending"} for stage in board.rows if stage in REVISED}
        case e.FileWritten():
            return {"implementation": {"state": "done" if _all_written(board) else "running", **spent}}
        case e.PatchRequested():
            return {"implementation": {"state": "running"}, fact.after: {"state": "pending"}}
        case e.Failed() | e.Cancelled():
            return _ended(board, fact)
        case _:
            stage, state = OUTPUT.get(type(fact), ("", "done"))
            return {stage: {"state": state, **spent}} if stage else {}


OUTPUT: dict[type[e.Event], tuple[str, State]] = {
    e.ContextRetrieved: ("retrieval", "done"),
    e.RequirementsDrafted: ("requirements", "done"),
    e.ClarificationRequested: ("requirements", "waiting"),
    e.ArchitectureDrafted: ("architecture", "done"),
    e.ApprovalRequested: (APPROVAL, "waiting"),
    e.Approved: (APPROVAL, "done"),
    e.FilesPlanned: ("planning", "done"),
    e.CodeReviewed: ("review", "done"),
    e.Verified: ("verification", "done"),
}


def _finished(board: Board, stage: str) -> bool:
    # A late or repeated start must not open what stands; revisions and patches put their stages back to pending first.
    return board.row(stage).state == "done"


def _all_written(board: Board) -> bool:
    return board.run is not None and bool(board.run.plan) and not board.run.missing


def _ended(board: Board, fact: e.Failed | e.Cancelled) -> dict[str, dict[str, Any]]:
    changes: dict[str, dict[str, Any]] = {
        stage: {"state": "cancelled"} for stage, row in board.rows.items() if row.state in OPEN
    }
    if isinstance(fact, e.Failed) and fact.stage:
        changes[fact.stage] = {"state": "failed", "note": fact.message}
    return changes
