"""Sentences that change a charter: rename, remove, add, and anything else a wish may say, on top of what is there."""

from __future__ import annotations

from libs.contracts.artifacts import Charter


def change(charter: Charter, text: str) -> Charter:
    return charter
