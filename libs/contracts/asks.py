"""Questions: request and reply, answered at once or refused by name. The only messages that may carry a secret."""

from __future__ import annotations

import re
from typing import Annotated, ClassVar

from msgspec import Meta, Struct

from libs.contracts import subjects
from libs.contracts.artifacts import Budget
from libs.contracts.fields import END

MAX_WISH_BYTES = 65_536
STATUS_HEADER = "Interius-Status"

Email = Annotated[str, Meta(min_length=3, max_length=254, pattern=r"^[^@\s]+@[^@\s]+" + END)]
Password = Annotated[str, Meta(min_length=8, max_length=256)]
Title = Annotated[str, Meta(min_length=1, max_length=120)]


class Ask(Struct, frozen=True, forbid_unknown_fields=True):
    """Base of all questions. ``reply`` is the struct of the answer."""

    service: ClassVar[str] = ""
    reply: ClassVar[type[Struct]]

    @classmethod
    def verb(cls) -> str:
        """``CreateProject`` is the verb ``create_project``."""
        return re.sub(r"(?<!^)(?=[A-Z])", "_", cls.__name__).lower()

    @classmethod
    def subject(cls) -> str:
        """Where the question is asked."""
        return subjects.ask(cls.service, cls.verb())


class Problem(Struct, frozen=True):
    """A refusal: HTTP status, a stable code, a sentence a person understands, and seconds to wait (0: no matter)."""

    status: int
    code: str
    detail: str
    retry_after: int = 0


class Receipt(Struct, frozen=True):
    """A command was done: the id it concerns, and the stream sequence of its fact (for read-your-writes)."""

    id: str
    seq: int


class Session(Struct, frozen=True):
    """A signed-in user. ``expires_at`` is RFC 3339."""

    access_token: str
    expires_at: str
    user_id: str


class KeySet(Struct, frozen=True):
    """Public keys as a JSON Web Key Set (RFC 7517), JSON text."""

    jwks: str


class Login(Ask, frozen=True):
    """Exchange e-mail and password for an access token."""

    service: ClassVar[str] = "identity"
    reply: ClassVar[type[Struct]] = Session

    email: Email
    password: Annotated[str, Meta(min_length=1, max_length=256)]


class CreateUser(Ask, frozen=True):
    """Register a user; ``actor`` must be a superuser."""

    service: ClassVar[str] = "identity"
    reply: ClassVar[type[Struct]] = Receipt

    actor: str
    email: Email
    password: Password
    superuser: bool = False


class PublicKeys(Ask, frozen=True):
    """The keys that access tokens are verified with."""

    service: ClassVar[str] = "identity"
    reply: ClassVar[type[Struct]] = KeySet


class CreateProject(Ask, frozen=True):
    """Make a project that belongs to ``actor``. The same ``project_id`` twice makes it once."""

    service: ClassVar[str] = "projects"
    reply: ClassVar[type[Struct]] = Receipt

    actor: str
    project_id: str
    name: Title


class RenameProject(Ask, frozen=True):
    """Give a project another name."""

    service: ClassVar[str] = "projects"
    reply: ClassVar[type[Struct]] = Receipt

    actor: str
    project_id: str
    name: Title


class DeleteProject(Ask, frozen=True):
    """Take a project out of every view and cancel its open runs."""

    service: ClassVar[str] = "projects"
    reply: ClassVar[type[Struct]] = Receipt

    actor: str
    project_id: str


class RequestRun(Ask, frozen=True):
    """Start a run. The same ``run_id`` twice starts it once. ``wish`` is at most 64 KiB."""

    service: ClassVar[str] = "orchestrator"
    reply: ClassVar[type[Struct]] = Receipt

    actor: str
    project_id: str
    run_id: str
    wish: str
    model: Annotated[str, Meta(max_length=120)] = ""
    approve: bool = False
    budget: Budget = Budget()
    base_run_id: str = ""
    change: str = ""
    verify: bool = False


class ApproveRun(Ask, frozen=True):
    """Let a run that waits for approval write its code."""

    service: ClassVar[str] = "orchestrator"
    reply: ClassVar[type[Struct]] = Receipt

    actor: str
    project_id: str
    run_id: str


class ReviseRun(Ask, frozen=True):
    """Answer a run's questions, or have its design changed."""

    service: ClassVar[str] = "orchestrator"
    reply: ClassVar[type[Struct]] = Receipt

    actor: str
    project_id: str
    run_id: str
    feedback: str


class CancelRun(Ask, frozen=True):
    """Stop a run."""

    service: ClassVar[str] = "orchestrator"
    reply: ClassVar[type[Struct]] = Receipt

    actor: str
    project_id: str
    run_id: str
    reason: str = ""


class Variable(Struct, frozen=True):
    """A variable of an app's environment; its value may be a secret and is not shown."""

    name: Annotated[str, Meta(max_length=64)]
    value: Annotated[str, Meta(max_length=8192)]

    def __repr__(self) -> str:
        return f"Variable(name={self.name!r})"


class DeploySandbox(Ask, frozen=True):
    """Serve a completed run in a sandbox, new or not. The same run in the same sandbox twice serves it once.

    Times of 0 are the service's own; bounds are its too. ``secrets`` are kept apart and never shown again.
    """

    service: ClassVar[str] = "sandbox"
    reply: ClassVar[type[Struct]] = Receipt

    actor: str
    project_id: str
    sandbox_id: str
    run_id: str
    idle_seconds: Annotated[int, Meta(ge=0)] = 0
    total_seconds: Annotated[int, Meta(ge=0)] = 0
    keep_data: bool = True
    variables: tuple[Variable, ...] = ()
    secrets: tuple[Variable, ...] = ()


class ConfigureSandbox(Ask, frozen=True):
    """Set variables and secrets of a sandbox, and take those in ``unset`` away; an app that runs is started anew."""

    service: ClassVar[str] = "sandbox"
    reply: ClassVar[type[Struct]] = Receipt

    actor: str
    project_id: str
    sandbox_id: str
    variables: tuple[Variable, ...] = ()
    secrets: tuple[Variable, ...] = ()
    unset: tuple[str, ...] = ()


class RestartSandbox(Ask, frozen=True):
    """Start a sandbox anew with the version that it has, also one that has ended."""

    service: ClassVar[str] = "sandbox"
    reply: ClassVar[type[Struct]] = Receipt

    actor: str
    project_id: str
    sandbox_id: str


class StopSandbox(Ask, frozen=True):
    """End a sandbox; with ``wipe`` its data and secrets go too."""

    service: ClassVar[str] = "sandbox"
    reply: ClassVar[type[Struct]] = Receipt

    actor: str
    project_id: str
    sandbox_id: str
    wipe: bool = False


ASKS: tuple[type[Ask], ...] = (
    Login,
    CreateUser,
    PublicKeys,
    CreateProject,
    RenameProject,
    DeleteProject,
    RequestRun,
    ApproveRun,
    ReviseRun,
    CancelRun,
    DeploySandbox,
    ConfigureSandbox,
    RestartSandbox,
    StopSandbox,
)
