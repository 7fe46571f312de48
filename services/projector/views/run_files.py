"""run_files: every version of every file of a run."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct

from libs.contracts import events as e
from services.projector.intake import Fact


class File(Struct, frozen=True):
    """A row of ``run_files``; ``size`` in bytes."""

    run_id: str
    path: str
    version: int
    seq: int
    pass_number: int
    content: str
    sha256: str
    origin: str
    size: int
    written_at: datetime


def _written(run_id: str, version: int, fact: Fact, ev: e.FileWritten) -> File:
    size, time = len(ev.content.encode()), fact.time
    return File(run_id, ev.path, version, fact.seq, ev.pass_number, ev.content, ev.sha256, ev.origin, size, time)


ROWS = {e.FileWritten: _written}
