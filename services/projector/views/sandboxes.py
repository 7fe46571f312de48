"""sandboxes: one row for each sandbox, with its whole state as contracts fold it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec
from msgspec import Struct

from libs.contracts.sandbox import At, Sandbox, evolve
from services.projector.intake import Fact


class Row(Struct, frozen=True):
    """A row of ``sandboxes``."""

    id: str
    project_id: str
    owner: str
    status: str
    created_at: datetime
    state: Any


def row(sandbox: Sandbox) -> Row:
    """The row that says what the sandbox is."""
    state = msgspec.to_builtins(sandbox)
    return Row(sandbox.id, sandbox.project_id, sandbox.owner, sandbox.status, sandbox.created_at, state)


def changed(sandbox: Sandbox | None, fact: Fact) -> Sandbox | None:
    """The sandbox after one more fact."""
    address = fact.address
    return evolve(sandbox, At(fact.seq, address.project_id, address.sandbox_id, fact.time), fact.event)
