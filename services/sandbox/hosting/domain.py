"""What may be done to a sandbox, and what its host does next: pure functions of its facts and the time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from libs.contracts import sandbox_events as e
from libs.contracts import subjects
from libs.contracts.asks import ConfigureSandbox, DeploySandbox, RestartSandbox, StopSandbox
from libs.contracts.errors import AlreadyExists, Invalid, NotFound, WrongState
from libs.contracts.run import Run
from libs.contracts.sandbox import Sandbox
from libs.contracts.work import HostSandbox

SHORTEST, LONGEST = 10, 30 * 24 * 3600  # seconds that a sandbox may be asked to live
STARTS = 3  # of one version, until it is given up
LOOK_AGAIN = 5.0  # seconds between looks at a sandbox that is idle or waits for its end


@dataclass(frozen=True)
class Times:
    """How long a sandbox lives if nobody says: without a request and in all, in seconds."""

    idle: int
    total: int


Names = tuple[tuple[str, ...], tuple[str, ...]]  # of variables, and of secrets


# Commands


def deploy(
    ask: DeploySandbox, run: Run | None, sandbox: Sandbox | None, names: Names, times: Times
) -> e.SandboxEvent | None:
    """The fact that has a run served; ``None`` if it is.

    Raises:
        NotFound, WrongState: there is no such run, or it has no project. Invalid: the times. AlreadyExists: the id.
    """
    if run is None or run.requested.owner != ask.actor:
        raise NotFound("There is no such run.")
    if run.status != "completed":
        raise WrongState(f"Only a completed run can be deployed; this one is {run.status.replace('_', ' ')}.")
    subjects.token(ask.sandbox_id)
    if sandbox and (sandbox.owner != ask.actor or sandbox.project_id != ask.project_id):
        raise AlreadyExists("This sandbox id is taken.")
    if sandbox and sandbox.lives and not sandbox.stop and sandbox.run_id == ask.run_id and not _changes(ask, sandbox):
        return None
    idle = ask.idle_seconds or (sandbox.idle_seconds if sandbox else times.idle)
    total = ask.total_seconds or (sandbox.total_seconds if sandbox else times.total)
    for seconds in (idle, total):
        if not SHORTEST <= seconds <= LONGEST:
            raise Invalid(f"A sandbox lives {SHORTEST} seconds to {LONGEST // 86400} days, not {seconds} seconds.")
    return e.SandboxDeployRequested(ask.run_id, ask.actor, idle, total, ask.keep_data, *names)


def _changes(ask: DeploySandbox, sandbox: Sandbox) -> bool:
    times = (ask.idle_seconds or sandbox.idle_seconds, ask.total_seconds or sandbox.total_seconds)
    return bool(ask.variables or ask.secrets) or times != (sandbox.idle_seconds, sandbox.total_seconds)


def restart(ask: RestartSandbox, sandbox: Sandbox | None) -> e.SandboxEvent | None:
    """The fact that has it started anew."""
    owned(sandbox, ask.actor)
    return e.SandboxRestartRequested(ask.actor)


def stop(ask: StopSandbox, sandbox: Sandbox | None) -> e.SandboxEvent | None:
    """The fact that ends it; ``None`` if it has ended, or is about to."""
    known = owned(sandbox, ask.actor)
    if (known.stop and known.wipe >= ask.wipe) or (not known.lives and not ask.wipe):
        return None
    return e.SandboxStopRequested(ask.actor, ask.wipe)


def end_with_project(by: str, sandbox: Sandbox | None) -> e.SandboxEvent | None:
    """The fact that ends a sandbox whose project is deleted."""
    return None if sandbox is None or sandbox.wipe else e.SandboxStopRequested(by, wipe=True)


def configure(ask: ConfigureSandbox, names: Names, sandbox: Sandbox | None) -> e.SandboxEvent:
    """The fact that its environment is another one."""
    owned(sandbox, ask.actor)
    return e.SandboxConfigured(ask.actor, *names)


def owned(sandbox: Sandbox | None, actor: str) -> Sandbox:
    """The sandbox, if it is the actor's.

    Raises:
        NotFound: there is none, or it is somebody else's.
    """
    if sandbox is None or sandbox.owner != actor:
        raise NotFound("There is no such sandbox.")
    return sandbox


# What follows from facts


def to_host(sandbox: Sandbox | None, seq: int) -> HostSandbox | None:
    """The order that follows from the fact ``seq``: to host what came to life by it."""
    if sandbox is None or sandbox.life != seq:
        return None
    return HostSandbox(sandbox.project_id, sandbox.run_id, seq, sandbox_id=sandbox.id)


# Hosting


@dataclass(frozen=True)
class Held:
    """What a host has of a sandbox: the terms it began, the version it serves, and for how many seconds nobody asked.

    ``ended`` says why the jail that served is no more; ``steady`` that it had served for a good while by then.
    """

    terms: frozenset[int] = frozenset()
    serving: int = 0
    wanted: int = 0
    idle: float = 0.0
    ended: str = ""
    steady: bool = False


@dataclass(frozen=True)
class Start:
    """Start the wanted version, beside what is served."""

    attempt: int


@dataclass(frozen=True)
class Wait:
    """Nothing is to be done for these seconds, unless something happens."""

    seconds: float


@dataclass(frozen=True)
class LetGo:
    """It is not ours: it has ended, or another host has it."""

    another: bool


Step = Start | Wait | LetGo | e.SandboxEvent


def next_step(sandbox: Sandbox, held: Held, life: int, now: datetime) -> Step:
    """What the host that was given ``life`` does next. An event is the end, still without the app's last words."""
    if sandbox.life != life or not sandbox.lives:
        return LetGo(another=False)
    if held.terms and sandbox.term not in held.terms:
        return LetGo(another=True)
    if ending := _ending(sandbox, held, now):
        return ending
    if held.serving and held.wanted == sandbox.wanted and not held.ended:
        return Wait(min(_left(sandbox, now), sandbox.idle_seconds - held.idle, LOOK_AGAIN))
    attempt = 1 if held.ended and held.steady else sandbox.attempt + 1
    return _given_up(held) if attempt > STARTS and held.terms else Start(attempt)


def _ending(sandbox: Sandbox, held: Held, now: datetime) -> e.SandboxEvent | None:
    if sandbox.stop:
        return e.SandboxStopped(sandbox.wipe)
    if _left(sandbox, now) <= 0:
        return e.SandboxExpired("total")
    if held.idle >= sandbox.idle_seconds:
        return e.SandboxExpired("idle")
    return None


def _left(sandbox: Sandbox, now: datetime) -> float:
    """Seconds until its time is over, by the clock on the wall: it is counted over all hosts and their restarts."""
    return (sandbox.lives_since + timedelta(seconds=sandbox.total_seconds) - now).total_seconds()


def _given_up(held: Held) -> e.SandboxFailed:
    why = held.ended or "It did not start."
    return e.SandboxFailed("crash", f"It was started {STARTS} times. {why}", "Read its logs, then deploy it again.")


def refuse(life: int, why: str, sandbox: Sandbox | None) -> e.SandboxFailed | None:
    """The end of a sandbox that was one too many when it came to life at ``life``; ``None`` if it has ended."""
    return e.SandboxFailed("limit", why) if sandbox and sandbox.life == life and sandbox.lives else None


def give_up(life: int, reason: str, sandbox: Sandbox | None) -> e.SandboxFailed | None:
    """The end of a sandbox that was brought to life at ``life`` and cannot be hosted; ``None`` if it has ended."""
    if sandbox is None or sandbox.life != life or not sandbox.lives:
        return None
    return e.SandboxFailed("host", f"Something broke on our side ({reason}).", "Start it again: interius restart")
