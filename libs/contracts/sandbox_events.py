"""What happens to a sandbox: a project that runs and answers requests. Names of variables and secrets, never values."""

from __future__ import annotations

from typing import ClassVar, Literal

from libs.contracts.event import Event

Expiry = Literal["idle", "total"]
SandboxFailure = Literal["start", "crash", "limit", "project", "host"]


class SandboxEvent(Event, frozen=True):
    """A fact about a sandbox."""

    scope: ClassVar[str] = "sandbox"

    @classmethod
    def event_name(cls) -> str:
        """``SandboxFailed`` is called ``failed``: runs fail too, and the subject says who it was."""
        return super().event_name().removeprefix("sandbox_")


class SandboxDeployRequested(SandboxEvent, frozen=True):
    """A run is to be served. The first such fact makes the sandbox, a later one puts another version into it.

    ``idle_seconds`` and ``total_seconds`` are its times to live: without a request, and in all. ``variables`` and
    ``secrets`` are the names of all that are set.
    """

    run_id: str
    owner: str
    idle_seconds: int
    total_seconds: int
    keep_data: bool = True
    variables: tuple[str, ...] = ()
    secrets: tuple[str, ...] = ()


class SandboxConfigured(SandboxEvent, frozen=True):
    """Its environment is another one. These are all names that are set now; an app that runs is started anew."""

    by: str
    variables: tuple[str, ...] = ()
    secrets: tuple[str, ...] = ()


class SandboxRestartRequested(SandboxEvent, frozen=True):
    """It is to be started anew, with the same version."""

    by: str


class SandboxStopRequested(SandboxEvent, frozen=True):
    """It is to end; with ``wipe`` its data and secrets go too."""

    by: str
    wipe: bool = False


class SandboxStarting(SandboxEvent, frozen=True):
    """``host`` has taken it up. The sequence of this fact is its term: what earlier hosts say no longer counts.

    ``wanted`` is the sequence of the fact whose version is started; ``attempt`` counts from 1 for each.
    """

    host: str
    run_id: str
    wanted: int
    attempt: int


class SandboxReady(SandboxEvent, frozen=True):
    """It answers requests in ``term``; ``milliseconds`` is how long that took."""

    term: int
    run_id: str
    wanted: int
    milliseconds: int


class SandboxFailed(SandboxEvent, frozen=True):
    """It could not be served. With ``serving`` the version before goes on. ``log`` is what the app said last."""

    reason: SandboxFailure
    message: str
    advice: str = ""
    serving: bool = False
    log: tuple[str, ...] = ()


class SandboxStopped(SandboxEvent, frozen=True):
    """It has ended because somebody wanted it to."""

    wiped: bool = False
    log: tuple[str, ...] = ()


class SandboxExpired(SandboxEvent, frozen=True):
    """It has ended because its time was over: ``idle`` without a request, or ``total``."""

    cause: Expiry
    log: tuple[str, ...] = ()


SANDBOX_EVENTS: tuple[type[Event], ...] = (
    SandboxDeployRequested,
    SandboxConfigured,
    SandboxRestartRequested,
    SandboxStopRequested,
    SandboxStarting,
    SandboxReady,
    SandboxFailed,
    SandboxStopped,
    SandboxExpired,
)
