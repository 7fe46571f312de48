"""The built-in offline model: a deterministic, rule-based reader of wishes. It needs no key, no network and no model."""

from __future__ import annotations

from libs.offline.reading import read_wish

__all__ = ["read_wish"]
