"""What an answer must hold."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def is_page(body: Any) -> bool:
    """Tell whether this is a page of a list."""
    return isinstance(body, dict) and isinstance(body.get("items"), list) and isinstance(body.get("total"), int)


def lost(sent: Mapping[str, Any], before: Mapping[str, Any], after: Any) -> list[str]:
    """The fields that are as they were before, though another value was sent."""
    return [name for name in sent if isinstance(after, dict) and name in before and after.get(name) == before[name]]
