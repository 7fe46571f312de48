"""Streams and durable consumers as data: what is deployed is compared with this at every start."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

MINUTE = 60


@dataclass(frozen=True)
class StreamSpec:
    """A JetStream stream. Ages and windows in seconds, sizes in bytes; 0 or -1 is no bound."""

    name: str
    subjects: tuple[str, ...]
    storage: Literal["file", "memory"] = "file"
    retention: Literal["limits", "workqueue"] = "limits"
    discard: Literal["old", "new"] = "new"
    max_age: int = 0
    max_msgs_per_subject: int = -1
    max_bytes: int = -1
    duplicate_window: int = 10 * MINUTE
    deny_delete: bool = False
    allow_direct: bool = True
    description: str = ""


@dataclass(frozen=True)
class DurableSpec:
    """A durable pull consumer, shared by every copy of one service. ``ack_wait`` in seconds."""

    stream: str
    name: str
    subjects: tuple[str, ...]
    ack_wait: int = 15
    max_ack_pending: int = 1000


EVENTS = StreamSpec(
    "EVENTS", ("events.>",), deny_delete=True, description="Every fact, for ever: the one memory of the house."
)
WORK = StreamSpec("WORK", ("work.>",), retention="workqueue", description="Orders, each to exactly one worker.")
PARKED = StreamSpec("PARKED", ("parked.>",), description="Work that failed for good, with its reason.")
LIVE = StreamSpec(
    "LIVE",
    ("live.>",),
    storage="memory",
    discard="old",
    max_age=15 * MINUTE,
    max_msgs_per_subject=2000,
    max_bytes=128 * 1024 * 1024,  # half of what the embedded broker keeps in memory: the oldest go
    duplicate_window=2 * MINUTE,
    description="Tokens and log lines as they appear; may be lost.",
)
STREAMS = (EVENTS, WORK, PARKED, LIVE)

# A deadline is watched by one work item that is handed back until it is due, so each open run keeps one pending.
UNBOUNDED = -1

# Nothing follows from a started stage or from the end of a run; they are not delivered to whom they would only cost.
_FOLLOWED = (
    "requested",
    "context_retrieved",
    "requirements_drafted",
    "clarification_requested",
    "architecture_drafted",
    "approved",
    "revision_requested",
    "files_planned",
    "file_written.*",
    "patch_requested",
    "code_reviewed",
    "verified",
    "stage_failed",
)
# A sandbox that has ended comes to life by one of these, or is wiped.
_GIVES_LIFE = ("deploy_requested", "restart_requested", "stop_requested")
DURABLES = (
    DurableSpec(
        "EVENTS",
        "orchestrator",
        (*(f"events.project.*.run.*.{name}" for name in _FOLLOWED), "events.project.*.deleted"),
    ),
    DurableSpec(
        "EVENTS",
        "sandboxes",
        (*(f"events.project.*.sandbox.*.{name}" for name in _GIVES_LIFE), "events.project.*.deleted"),
    ),
    DurableSpec("WORK", "deadlines", ("work.deadlines.>",), max_ack_pending=UNBOUNDED),
    DurableSpec("WORK", "requirements", ("work.requirements.>",)),
    DurableSpec("WORK", "architecture", ("work.architecture.>",)),
    DurableSpec("WORK", "implementer", ("work.implementer.>",)),
    DurableSpec("WORK", "reviewer", ("work.reviewer.>",)),
    DurableSpec("WORK", "sandbox", ("work.sandbox.verify_code",)),
    # Held for as long as the sandbox lives: a host that dies is missed after this time.
    DurableSpec("WORK", "hosts", ("work.sandbox.host_sandbox",), ack_wait=6, max_ack_pending=UNBOUNDED),
)


def durable(name: str) -> DurableSpec:
    """The durable called ``name``."""
    return next(spec for spec in DURABLES if spec.name == name)
