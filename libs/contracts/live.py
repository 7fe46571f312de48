"""Fragments: what a stage is doing right now. They may be lost and are never projected."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct


class Fragment(Struct, frozen=True):
    """A piece of a model's answer, a log line, or a word on progress, of one stage and one file (``item``)."""

    kind: Literal["token", "log", "progress"]
    stage: str
    text: str
    item: str = ""
