"""run_artifacts: what the stages of a run handed on, each version of it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import msgspec
from msgspec import Struct

from libs.contracts import events as e
from services.projector.intake import Fact


class Artifact(Struct, frozen=True):
    """A row of ``run_artifacts``."""

    run_id: str
    seq: int
    kind: str
    pass_number: int
    written_at: datetime
    body: str  # JSON


ROWS: dict[type[e.Event], tuple[str, Callable[[Any], Any]]] = {
    e.ContextRetrieved: ("passages", lambda ev: ev.passages),
    e.RequirementsDrafted: ("charter", lambda ev: ev.charter),
    e.ArchitectureDrafted: ("architecture", lambda ev: ev.architecture),
    e.FilesPlanned: ("plan", lambda ev: ev.files),
    e.CodeReviewed: ("review", lambda ev: ev.review),
    e.PatchRequested: ("patch", lambda ev: ev.patches),
    e.Verified: ("verification", lambda ev: ev.verification),
}


def row(run_id: str, pass_number: int, fact: Fact) -> Artifact | None:
    """The row of a fact that hands something on, in the pass that the run is in."""
    found = ROWS.get(type(fact.event))
    if found is None:
        return None
    kind, body = found
    return Artifact(run_id, fact.seq, kind, pass_number, fact.time, msgspec.json.encode(body(fact.event)).decode())
