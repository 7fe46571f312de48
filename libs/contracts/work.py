"""Orders: each is taken by exactly one worker, which appends facts and then acknowledges.

An order names what it is about and no more; the worker reads the run it belongs to from the log.
"""

from __future__ import annotations

import re
from typing import ClassVar

from msgspec import Struct

from libs.contracts import subjects
from libs.contracts.events import Stage


class Work(Struct, frozen=True, forbid_unknown_fields=True):
    """Base of all orders of a run. ``service`` takes it; ``stage`` is what its facts are counted under.

    ``as_of`` is the sequence of the fact that led to it: whoever has read the run up to there has read enough.
    """

    service: ClassVar[str] = ""
    stage: ClassVar[Stage]
    version: ClassVar[int] = 1
    many: ClassVar[bool] = False  # gives several facts, so that one of them does not mean it is done

    project_id: str
    run_id: str
    as_of: int = 0

    @classmethod
    def task(cls) -> str:
        """``DraftRequirements`` is the task ``draft_requirements``."""
        return re.sub(r"(?<!^)(?=[A-Z])", "_", cls.__name__).lower()

    @classmethod
    def type_tag(cls) -> str:
        """CloudEvents type: ``interius.work.requirements.draft_requirements.v1``."""
        return f"interius.work.{cls.service}.{cls.task()}.v{cls.version}"

    @classmethod
    def subject(cls) -> str:
        """Where the order is put."""
        return subjects.work(cls.service, cls.task())

    @property
    def item(self) -> str:
        """The file the order is about, where it is about one."""
        return ""


class RetrieveContext(Work, frozen=True):
    """Find the passages of the run's documents that its wish rests on."""

    service: ClassVar[str] = "rag"
    stage: ClassVar[Stage] = "retrieval"


class DraftRequirements(Work, frozen=True):
    """Write the charter, or ask back."""

    service: ClassVar[str] = "requirements"
    stage: ClassVar[Stage] = "requirements"


class DraftArchitecture(Work, frozen=True):
    """Write the design."""

    service: ClassVar[str] = "architecture"
    stage: ClassVar[Stage] = "architecture"


class PlanFiles(Work, frozen=True):
    """Say which files the project will have."""

    service: ClassVar[str] = "implementer"
    stage: ClassVar[Stage] = "planning"


class PrintFiles(Work, frozen=True):
    """Print the files that charter and architecture determine, and copy what an earlier run already wrote."""

    service: ClassVar[str] = "implementer"
    stage: ClassVar[Stage] = "implementation"
    many: ClassVar[bool] = True

    pass_number: int = 1


class WriteFile(Work, frozen=True):
    """Write one file. With ``reasons`` it is written again because of them."""

    service: ClassVar[str] = "implementer"
    stage: ClassVar[Stage] = "implementation"

    path: str = ""
    pass_number: int = 1
    reasons: tuple[str, ...] = ()

    @property
    def item(self) -> str:
        """The file to write."""
        return self.path


class ReviewCode(Work, frozen=True):
    """Review the code as it stands."""

    service: ClassVar[str] = "reviewer"
    stage: ClassVar[Stage] = "review"

    pass_number: int = 1


class VerifyCode(Work, frozen=True):
    """Run the project in the sandbox and say what it answered."""

    service: ClassVar[str] = "sandbox"
    stage: ClassVar[Stage] = "verification"

    pass_number: int = 1


class HostSandbox(Work, frozen=True):
    """Serve a sandbox for as long as it lives; whoever holds this order is its host. ``run_id`` came first."""

    service: ClassVar[str] = "sandbox"
    stage: ClassVar[Stage] = "verification"

    sandbox_id: str = ""


class WatchDeadline(Work, frozen=True):
    """End the run when its time is over; handed back until then."""

    service: ClassVar[str] = "deadlines"
    stage: ClassVar[Stage] = "requirements"


WORK: tuple[type[Work], ...] = (
    RetrieveContext,
    DraftRequirements,
    DraftArchitecture,
    PlanFiles,
    PrintFiles,
    WriteFile,
    ReviewCode,
    VerifyCode,
    HostSandbox,
    WatchDeadline,
)
BY_TAG: dict[str, type[Work]] = {cls.type_tag(): cls for cls in WORK}
