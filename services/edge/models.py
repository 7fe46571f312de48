"""What goes in and out over REST."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Generic, TypeVar

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType

from libs.contracts.artifacts import Budget, FileOrigin
from libs.contracts.asks import Email, Password, Title

T = TypeVar("T")
LISTED_WISH = 400  # characters of a wish that a list shows


class Input(Struct, frozen=True, forbid_unknown_fields=True):
    """Base of request bodies: unknown fields are refused by name."""


class Credentials(Input, frozen=True):
    """Who signs in."""

    email: Email
    password: Annotated[str, Meta(min_length=1, max_length=256)]


class NewUser(Input, frozen=True):
    """A user to add."""

    email: Email
    password: Password
    superuser: bool = False


class ProjectName(Input, frozen=True):
    """What a project is called."""

    name: Title


class NewRun(Input, frozen=True):
    """A wish, and how to go about it. With ``base_run_id``, ``change`` says what to alter in that run's wish.

    ``verify``: whether the project is run in a sandbox at the end; without it, as the operator has set it (it is).
    """

    wish: str = ""
    model: Annotated[str, Meta(max_length=120)] = ""
    approve: bool = False
    budget: Budget = Budget()
    base_run_id: Annotated[str, Meta(max_length=64)] = ""
    change: str = ""
    verify: bool | None = None


class Feedback(Input, frozen=True):
    """An answer to a run's questions, or what should be different."""

    feedback: str


class Cancellation(Input, frozen=True):
    """Why a run is stopped."""

    reason: Annotated[str, Meta(max_length=400)] = ""


Texts = dict[Annotated[str, Meta(max_length=64)], Annotated[str, Meta(max_length=8192)]]
Minutes = Annotated[float, Meta(ge=0, le=43_200)]


class Deployment(Input, frozen=True):
    """How a run is served. 0 minutes are the server's own. ``secrets`` are given to the app and never shown again."""

    idle_minutes: Minutes = 0
    total_minutes: Minutes = 0
    keep_data: bool = True
    variables: Texts = {}
    secrets: Texts = {}


class Redeployment(Input, frozen=True):
    """The run to serve from now on, which may be the one that is. 0 minutes are as before; so is what is not named."""

    run_id: Annotated[str, Meta(min_length=1, max_length=64)]
    idle_minutes: Minutes = 0
    total_minutes: Minutes = 0
    variables: Texts = {}
    secrets: Texts = {}


class Stop(Input, frozen=True):
    """How to end a sandbox: with ``wipe``, its data and secrets go too."""

    wipe: bool = False


class Environment(Input, frozen=True):
    """What to set and what to take away; what is not named stays."""

    variables: Texts = {}
    secrets: Texts = {}
    unset: tuple[Annotated[str, Meta(max_length=64)], ...] = ()


class SandboxView(Struct, frozen=True, kw_only=True):
    """A project that runs, or ran. ``url`` is the app's own origin; of its environment only names are shown.

    ``version`` is the newest that was asked for, ``served`` the one that answers or did last; both count from 1.
    """

    id: str
    project_id: str
    run_id: str
    status: str
    version: int
    served: int
    url: str
    docs_url: str
    created_at: datetime
    updated_at: datetime
    ends_at: datetime
    idle_seconds: int
    total_seconds: int
    keep_data: bool
    variables: tuple[str, ...]
    secrets: tuple[str, ...]
    reason: str = ""
    message: str = ""
    advice: str = ""
    log: tuple[str, ...] = ()


class Token(Struct, frozen=True):
    """An access token and until when it is good."""

    access_token: str
    expires_at: str
    user_id: str
    token_type: str = "bearer"  # noqa: S105  # RFC 6750, not a secret


class Me(Struct, frozen=True):
    """Who is signed in."""

    id: str
    email: str
    superuser: bool


class Identified(Struct, frozen=True):
    """The id of what was made."""

    id: str


class Page(Struct, Generic[T], frozen=True):
    """Part of a list, and how many there are in all."""

    items: list[T]
    total: int


class Project(Struct, frozen=True):
    """A project."""

    id: str
    name: str
    created_at: datetime
    updated_at: datetime


class Cost(Struct, frozen=True):
    """Tokens, wall milliseconds, and price in millionths of a US dollar."""

    prompt_tokens: int = 0
    completion_tokens: int = 0
    cached_tokens: int = 0
    micro_usd: int = 0
    milliseconds: int = 0


class RunFailure(Struct, frozen=True):
    """Why a run ended without a project, and what to do."""

    reason: str
    message: str
    advice: str
    stage: str


class StageView(Struct, frozen=True):
    """A piece of work in a run. ``item`` is the file it is about, ``error`` what went wrong in the newest attempt."""

    stage: str
    item: str
    attempts: int
    started_at: datetime | None
    finished_at: datetime | None
    error: str
    usage: Cost


class RunView(Struct, frozen=True, kw_only=True):
    """A run. In lists the wish is cut to 400 characters and ``stages`` are left out."""

    id: str
    project_id: str
    project_name: str = ""
    wish: str
    name: str = ""
    title: str = ""
    summary: str = ""
    status: str
    stage: str = ""
    model: str
    approve: bool
    base_run_id: str
    change: str
    requested_at: datetime
    updated_at: datetime
    finished_at: datetime | None = None
    pass_number: int = 1
    files_total: int = 0
    files_written: int = 0
    usage: Cost = Cost()
    questions: tuple[str, ...] = ()
    failure: RunFailure | None = None
    security_score: int | None = None
    stages: tuple[StageView, ...] | UnsetType = UNSET


class FileEntry(Struct, frozen=True):
    """A version of a file. ``seq`` is where it stands in the log; ``size`` is in bytes."""

    path: str
    version: int
    seq: int
    size: int
    sha256: str
    origin: FileOrigin
    pass_number: int
    written_at: datetime


class FileContent(FileEntry, frozen=True):
    """A version of a file with its text."""

    content: str


class FileDiff(Struct, frozen=True):
    """How a file differs, as a unified diff. ``status`` is added, removed, changed or same."""

    path: str
    status: str
    diff: str


class Diff(Struct, frozen=True):
    """The files that differ."""

    files: list[FileDiff]


class HistoryEntry(Struct, frozen=True):
    """An event of a run as it stands in the log."""

    seq: int
    id: str
    type: str
    name: str
    time: str
    data: msgspec.Raw


class ParkedView(Struct, frozen=True):
    """Work that failed for good. ``run_id`` is the story it belongs to."""

    seq: int
    work_id: str
    type: str
    reason: str
    parked_at: str
    run_id: str
