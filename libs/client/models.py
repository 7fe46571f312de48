"""What the edge answers, as far as a client reads it. Unknown fields are ignored, so that a newer edge can be read."""

from __future__ import annotations

from typing import Any, Generic, TypedDict, TypeVar

import msgspec
from msgspec import Struct

from libs.contracts.artifacts import Budget
from libs.contracts.events import BY_TAG, Unknown
from libs.contracts.events import Event as Fact

T = TypeVar("T")


class Page(Struct, Generic[T], frozen=True):
    """Some of the things asked for, and how many there are in all."""

    items: tuple[T, ...]
    total: int = 0


class Session(Struct, frozen=True):
    """A signed-in user. ``expires_at`` is RFC 3339."""

    access_token: str
    expires_at: str = ""
    user_id: str = ""


class User(Struct, frozen=True):
    """Who is signed in."""

    id: str
    email: str = ""
    superuser: bool = False


class Project(Struct, frozen=True):
    """A project; times are RFC 3339."""

    id: str
    name: str
    created_at: str = ""
    updated_at: str = ""


class RunUsage(Struct, frozen=True):
    """What a run or a stage cost; ``micro_usd`` are millionths of a US dollar."""

    prompt_tokens: int = 0
    completion_tokens: int = 0
    cached_tokens: int = 0
    micro_usd: int = 0
    milliseconds: int = 0

    @property
    def tokens(self) -> int:
        """Prompt and completion together."""
        return self.prompt_tokens + self.completion_tokens


class RunFailure(Struct, frozen=True):
    """Why a run ended without a project, and what to do."""

    reason: str = ""
    message: str = ""
    advice: str = ""
    stage: str = ""


class StageRow(Struct, frozen=True):
    """A stage of a run, or one file of it (``item``)."""

    stage: str
    item: str = ""
    attempts: int = 0
    started_at: str | None = None
    finished_at: str | None = None
    error: str | None = None
    usage: RunUsage | None = None


class RunView(Struct, frozen=True):
    """A run as the edge shows it; ``security_score`` is ``None`` until a review stands."""

    id: str
    project_id: str
    status: str
    wish: str = ""
    project_name: str | None = None
    name: str | None = None
    title: str | None = None
    stage: str | None = None
    model: str | None = None
    approve: bool = False
    base_run_id: str | None = None
    change: str | None = None
    requested_at: str | None = None
    updated_at: str | None = None
    finished_at: str | None = None
    pass_number: int = 1
    files_total: int = 0
    files_written: int = 0
    usage: RunUsage = RunUsage()
    questions: tuple[str, ...] = ()
    failure: RunFailure | None = None
    security_score: int | None = None
    stages: tuple[StageRow, ...] = ()


class StoredFile(Struct, frozen=True):
    """A file of a run at its newest version, without its text."""

    path: str
    version: int = 1
    seq: int = 0
    size: int = 0
    sha256: str = ""
    origin: str = ""
    pass_number: int = 1
    written_at: str | None = None


class FileVersion(Struct, frozen=True):
    """One version of a file, whole."""

    path: str
    content: str
    version: int = 1


class FileDiff(Struct, frozen=True):
    """How one file differs: ``diff`` is unified."""

    path: str
    status: str = ""
    diff: str = ""


class FileDiffs(Struct, frozen=True):
    """The files that differ."""

    files: tuple[FileDiff, ...] = ()


class Readiness(Struct, frozen=True):
    """Whether the server can do its work, and what hinders it."""

    ready: bool = False
    faults: Any = ()


class ParkedWork(Struct, frozen=True):
    """Work that failed for good. ``seq`` is what it is sent again by, ``run_id`` the run it belongs to."""

    seq: int
    type: str = ""
    reason: str = ""
    parked_at: str = ""
    run_id: str = ""
    work_id: str = ""


class Sandbox(Struct, frozen=True):
    """A project that runs, or ran. ``url`` is its own origin; of its environment there are names only."""

    id: str
    project_id: str
    run_id: str
    status: str
    version: int
    served: int
    url: str
    docs_url: str
    created_at: str
    updated_at: str
    ends_at: str
    idle_seconds: int = 0
    total_seconds: int = 0
    keep_data: bool = True
    variables: tuple[str, ...] = ()
    secrets: tuple[str, ...] = ()
    reason: str = ""
    message: str = ""
    advice: str = ""
    log: tuple[str, ...] = ()


class RedeployOptions(TypedDict, total=False):
    """What is different from now on; minutes of 0, and what is not named, are as they were."""

    idle_minutes: float
    total_minutes: float
    variables: dict[str, str]
    secrets: dict[str, str]


class DeployOptions(RedeployOptions, total=False):
    """How a run is served; minutes of 0 are the server's own."""

    keep_data: bool


class Event(Struct, frozen=True):
    """A fact as it travels to clients. ``cursor`` is what to resume after; ``time`` is RFC 3339."""

    seq: int
    id: str
    type: str
    name: str = ""
    time: str = ""
    subject: str = ""
    actor: str = ""
    causationid: str = ""
    data: dict[str, Any] = {}
    cursor: str = ""

    def fact(self) -> Fact:
        """The event as its type in the contracts; ``Unknown`` where this client does not know its type or shape."""
        kind = BY_TAG.get(self.type)
        try:
            return msgspec.convert(self.data, kind) if kind else Unknown(self.type, self.data)
        except msgspec.ValidationError:
            return Unknown(self.type, self.data)


class RunOptions(TypedDict, total=False):
    """How a run is made; with ``base_run_id``, ``change`` says what to alter in that run."""

    model: str
    approve: bool
    budget: Budget
    base_run_id: str
    change: str
    verify: bool
