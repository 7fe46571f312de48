"""The built-in offline model: a deterministic, rule-based reader of wishes, without key, network or model."""

from __future__ import annotations

from libs.offline.architecture import draft_architecture
from libs.offline.reading import read_wish
from libs.offline.reviewing import review

__all__ = ["draft_architecture", "read_wish", "review"]
