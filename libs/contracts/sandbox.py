"""The state of a sandbox: the fold of its events. Hosts, the edge and the views read sandboxes through this alone."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any, Literal

from msgspec import Struct
from msgspec.structs import replace

from libs.contracts import sandbox_events as e
from libs.contracts import subjects
from libs.contracts.codec import Recorded
from libs.contracts.event import Event

SandboxStatus = Literal["requested", "starting", "ready", "stopping", "failed", "stopped", "expired"]
LIVING = frozenset({"requested", "starting", "ready", "stopping"})


class Sandbox(Struct, frozen=True, kw_only=True):
    """A sandbox as of stream sequence ``seq``.

    ``life`` is the sequence of the fact that it was last brought to life by: the work of hosting it belongs to that.
    ``wanted`` is the fact whose version is to be served, ``served`` the one whose is; versions count from 1.
    ``term`` is the newest host's, ``serving`` the one that answers requests (0: none).
    ``wiped`` is the fact that its data was done away with by (0: none); what is kept since is other data.
    """

    seq: int
    id: str
    project_id: str
    owner: str
    run_id: str
    status: SandboxStatus = "requested"
    life: int
    wanted: int
    served: int = 0
    served_run_id: str = ""
    version: int = 1
    served_version: int = 0
    term: int = 0
    serving: int = 0
    attempt: int = 0
    host: str = ""
    idle_seconds: int
    total_seconds: int
    keep_data: bool
    variables: tuple[str, ...] = ()
    secrets: tuple[str, ...] = ()
    stop: bool = False
    wipe: bool = False
    wiped: int = 0
    reason: str = ""
    message: str = ""
    advice: str = ""
    log: tuple[str, ...] = ()
    created_at: datetime
    lives_since: datetime
    updated_at: datetime

    @property
    def lives(self) -> bool:
        """Whether a host has it, or is to take it up."""
        return self.status in LIVING

    @property
    def path(self) -> str:
        """Its owner path on subjects."""
        return subjects.sandbox(self.project_id, self.id)


class At(Struct, frozen=True):
    """Where and when a fact stands."""

    seq: int
    project_id: str
    sandbox_id: str
    time: datetime


Fields = dict[str, Any]
ASKED = ("run_id", "idle_seconds", "total_seconds", "keep_data", "variables", "secrets")
NO_FAULT: Fields = {"reason": "", "message": "", "advice": "", "log": ()}


def _made(at: At, event: e.SandboxDeployRequested) -> Sandbox:
    return Sandbox(
        seq=at.seq,
        id=at.sandbox_id,
        project_id=at.project_id,
        owner=event.owner,
        run_id=event.run_id,
        life=at.seq,
        wanted=at.seq,
        idle_seconds=event.idle_seconds,
        total_seconds=event.total_seconds,
        keep_data=event.keep_data,
        variables=event.variables,
        secrets=event.secrets,
        created_at=at.time,
        lives_since=at.time,
        updated_at=at.time,
    )


def _wanted(sandbox: Sandbox, at: At) -> Fields:
    """Another version is wanted; a sandbox that has ended comes to life again."""
    again: Fields = {"wanted": at.seq, "version": sandbox.version + 1, "attempt": 0, "stop": False, "wipe": False}
    if sandbox.status == "stopping":
        again["status"] = "ready" if sandbox.serving else "starting"
    if sandbox.lives:
        return again
    return again | NO_FAULT | {"status": "requested", "life": at.seq, "lives_since": at.time, "host": ""}


def _deploy(sandbox: Sandbox, at: At, event: e.SandboxDeployRequested) -> Fields:
    return _wanted(sandbox, at) | {name: getattr(event, name) for name in ASKED}


def _configured(sandbox: Sandbox, at: At, event: e.SandboxConfigured) -> Fields:
    names: Fields = {"variables": event.variables, "secrets": event.secrets}
    return names | (_wanted(sandbox, at) if sandbox.lives and sandbox.status != "stopping" else {})


def _stop(sandbox: Sandbox, at: At, event: e.SandboxStopRequested) -> Fields:
    if sandbox.lives:
        return {"stop": True, "wipe": sandbox.wipe or event.wipe, "status": "stopping"}
    # What has ended may still have data: to wipe it is the work of a host.
    return {"stop": True, "wipe": True, "status": "stopping", "life": at.seq, "host": ""} if event.wipe else {}


def _starting(sandbox: Sandbox, at: At, event: e.SandboxStarting) -> Fields:
    taken: Fields = {"term": at.seq, "host": event.host, "attempt": event.attempt}
    if sandbox.serving and event.host == sandbox.host:
        return taken  # a new version beside the old one
    return taken | {"serving": 0, "status": "stopping" if sandbox.stop else "starting"}


def _ready(sandbox: Sandbox, _at: At, event: e.SandboxReady) -> Fields:
    newest = sandbox.version if event.wanted == sandbox.wanted else sandbox.served_version
    served = {"served_version": newest, "serving": event.term, "served": event.wanted, "served_run_id": event.run_id}
    return served | NO_FAULT | {"status": "stopping" if sandbox.stop else "ready"}


def _failed(sandbox: Sandbox, _at: At, event: e.SandboxFailed) -> Fields:
    told: Fields = {name: getattr(event, name) for name in NO_FAULT}
    if event.serving:
        return told | {"wanted": sandbox.served, "run_id": sandbox.served_run_id}
    return told | {"status": "failed", "serving": 0, "stop": False, "wipe": False}


def _ended(status: SandboxStatus, event: e.SandboxStopped | e.SandboxExpired) -> Fields:
    return {"status": status, "serving": 0, "stop": False, "wipe": False, "log": event.log}


def _stopped(_sandbox: Sandbox, at: At, event: e.SandboxStopped) -> Fields:
    """What is wiped has no environment either."""
    return _ended("stopped", event) | ({"variables": (), "secrets": (), "wiped": at.seq} if event.wiped else {})


CHANGES: dict[type[Event], Callable[[Sandbox, At, Any], Fields]] = {
    e.SandboxDeployRequested: _deploy,
    e.SandboxConfigured: _configured,
    e.SandboxRestartRequested: lambda sandbox, at, _: _wanted(sandbox, at),
    e.SandboxStopRequested: _stop,
    e.SandboxStarting: _starting,
    e.SandboxReady: _ready,
    e.SandboxFailed: _failed,
    e.SandboxStopped: _stopped,
    e.SandboxExpired: lambda _, __, event: _ended("expired", event) | {"reason": event.cause},
}


def evolve(sandbox: Sandbox | None, at: At, event: Event) -> Sandbox | None:
    """The sandbox after one more fact; one that stands already changes nothing."""
    if sandbox is None:
        return _made(at, event) if isinstance(event, e.SandboxDeployRequested) else None
    if at.seq <= sandbox.seq:
        return sandbox
    change = CHANGES.get(type(event))
    fields = change(sandbox, at, event) if change else {}
    return replace(sandbox, seq=at.seq, updated_at=at.time, **fields)


def apply(sandbox: Sandbox | None, recorded: Recorded) -> Sandbox | None:
    """``evolve`` by a fact as it stands in the log."""
    address = subjects.parse(recorded.subject)
    time = datetime.fromisoformat(recorded.envelope.time)
    return evolve(sandbox, At(recorded.seq, address.project_id, address.sandbox_id, time), recorded.event)


def fold(history: Iterable[Recorded]) -> Sandbox | None:
    """The sandbox that ``history`` tells of."""
    sandbox = None
    for recorded in history:
        sandbox = apply(sandbox, recorded)
    return sandbox
