"""What every event is: an immutable fact in the past tense, addressed by its owner, versioned in its type tag."""

from __future__ import annotations

import re
from typing import ClassVar

from msgspec import Struct


class Event(Struct, frozen=True, forbid_unknown_fields=True):
    """Base of all events. ``scope`` is the kind of aggregate the fact belongs to."""

    scope: ClassVar[str] = ""
    version: ClassVar[int] = 1

    @classmethod
    def event_name(cls) -> str:
        """``RequirementsDrafted`` is called ``requirements_drafted`` on subjects and in type tags."""
        return re.sub(r"(?<!^)(?=[A-Z])", "_", cls.__name__).lower()

    @classmethod
    def type_tag(cls) -> str:
        """CloudEvents type: ``interius.run.requirements_drafted.v1``."""
        return f"interius.{cls.scope}.{cls.event_name()}.v{cls.version}"
