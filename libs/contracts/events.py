"""Every event: an immutable fact in the past tense, addressed by its owner, versioned in its type tag."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal

from msgspec import Meta

from libs.contracts.artifacts import (
    Architecture,
    Budget,
    FileOrigin,
    Passage,
    PatchRequest,
    PlannedFile,
    Review,
    Usage,
    Verification,
)
from libs.contracts.charter import Charter
from libs.contracts.event import Event
from libs.contracts.sandbox_events import SANDBOX_EVENTS

Stage = Literal["retrieval", "requirements", "architecture", "planning", "implementation", "review", "verification"]
FailureReason = Literal[
    "stage_failed", "not_accepted", "budget_exceeded", "deadline_exceeded", "unanswered", "internal_error"
]


class UserEvent(Event, frozen=True):
    """A fact about a user."""

    scope: ClassVar[str] = "user"


class Registered(UserEvent, frozen=True):
    """A user exists. Secrets (the password's hash) are not here but in identity's own bucket."""

    email: str
    superuser: bool = False


class ProjectEvent(Event, frozen=True):
    """A fact about a project."""

    scope: ClassVar[str] = "project"


class Created(ProjectEvent, frozen=True):
    """A project exists and belongs to ``owner`` (a user id)."""

    name: str
    owner: str


class Renamed(ProjectEvent, frozen=True):
    """A project has another name."""

    name: str


class Deleted(ProjectEvent, frozen=True):
    """A project is gone from every view."""


class RunEvent(Event, frozen=True):
    """A fact in the story of a run."""

    scope: ClassVar[str] = "run"


class Requested(RunEvent, frozen=True):
    """A wish was made. With ``base_run_id``, ``change`` says what to alter in that run; empty resumes it."""

    wish: Annotated[str, Meta(min_length=1)]
    owner: str
    model: str = ""
    approve: bool = False
    verify: bool = False
    budget: Budget = Budget()
    base_run_id: str = ""
    change: str = ""
    documents: tuple[str, ...] = ()


class StageStarted(RunEvent, frozen=True):
    """A worker took up a stage; ``item`` is the file where the stage has one work item per file."""

    stage: Stage
    work_id: str
    attempt: int
    item: str = ""


class StageFailed(RunEvent, frozen=True):
    """An attempt failed. ``retry_at`` is empty when there will be no further attempt."""

    stage: Stage
    work_id: str
    attempt: int
    reason: str
    message: str
    advice: str = ""
    retry_at: str = ""
    item: str = ""
    usage: Usage = Usage()


class ContextRetrieved(RunEvent, frozen=True):
    """The passages of the user's documents that the run rests on."""

    passages: tuple[Passage, ...]
    usage: Usage = Usage()


class RequirementsDrafted(RunEvent, frozen=True):
    """The charter stands."""

    charter: Charter
    usage: Usage = Usage()
    prompt_hash: str = ""
    reused: bool = False


class ClarificationRequested(RunEvent, frozen=True):
    """The wish holds no system that can be built yet; the run waits for an answer."""

    questions: tuple[str, ...]
    usage: Usage = Usage()
    prompt_hash: str = ""


class ArchitectureDrafted(RunEvent, frozen=True):
    """The design stands."""

    architecture: Architecture
    usage: Usage = Usage()
    prompt_hash: str = ""
    reused: bool = False


class ApprovalRequested(RunEvent, frozen=True):
    """The run waits for a person to approve the design before code is written."""


class Approved(RunEvent, frozen=True):
    """A person approved the design."""

    by: str


class RevisionRequested(RunEvent, frozen=True):
    """A person answered the questions, or wants charter and design changed, in the words of ``feedback``."""

    by: str
    feedback: Annotated[str, Meta(min_length=1)]


class FilesPlanned(RunEvent, frozen=True):
    """Which files the project will have, and who writes each."""

    files: tuple[PlannedFile, ...]
    usage: Usage = Usage()


class FileWritten(RunEvent, frozen=True):
    """One file, whole. The code of a run at any moment is the fold of these."""

    path: str
    content: str
    sha256: str
    origin: FileOrigin
    pass_number: int
    usage: Usage = Usage()
    prompt_hash: str = ""


class CodeReviewed(RunEvent, frozen=True):
    """The review of pass ``pass_number`` (from 1)."""

    pass_number: int
    review: Review
    usage: Usage = Usage()
    prompt_hash: str = ""


class PatchRequested(RunEvent, frozen=True):
    """These files, and only these, are written again. Opens pass ``pass_number``."""

    pass_number: int
    patches: tuple[PatchRequest, ...]
    after: Literal["review", "verification"] = "review"


class Verified(RunEvent, frozen=True):
    """What was run in the sandbox and what it answered."""

    pass_number: int
    verification: Verification
    usage: Usage = Usage()


class Completed(RunEvent, frozen=True):
    """The project is done; its files are the fold of this run."""

    name: str
    files: int
    security_score: int
    summary: str
    usage: Usage = Usage()


class Failed(RunEvent, frozen=True):
    """The run ended without a project. ``message`` says why, ``advice`` what to do."""

    reason: FailureReason
    message: str
    advice: str = ""
    stage: str = ""


class Cancelled(RunEvent, frozen=True):
    """A person stopped the run."""

    by: str
    reason: str = ""


EVENTS: tuple[type[Event], ...] = (
    Registered,
    Created,
    Renamed,
    Deleted,
    Requested,
    StageStarted,
    StageFailed,
    ContextRetrieved,
    RequirementsDrafted,
    ClarificationRequested,
    ArchitectureDrafted,
    ApprovalRequested,
    Approved,
    RevisionRequested,
    FilesPlanned,
    FileWritten,
    CodeReviewed,
    PatchRequested,
    Verified,
    Completed,
    Failed,
    Cancelled,
    *SANDBOX_EVENTS,
)
BY_TAG: dict[str, type[Event]] = {cls.type_tag(): cls for cls in EVENTS}
TERMINAL: tuple[type[Event], ...] = (Completed, Failed, Cancelled)


class Unknown(Event, frozen=True, forbid_unknown_fields=False):
    """An event of a type this version does not know: kept and counted, never dropped."""

    tag: str
    body: Any
