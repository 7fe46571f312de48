"""Word lists of the offline reader, one kind of word a module."""

from __future__ import annotations


def words(text: str) -> frozenset[str]:
    """Return the words of a text, in no order."""
    return frozenset(text.split())
