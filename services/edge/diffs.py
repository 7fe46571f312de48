"""How texts differ, as unified diffs."""

from __future__ import annotations

import difflib
from collections.abc import Mapping

from services.edge.models import Diff, FileDiff

MOST_LINES = 5000  # of one file: beyond that a line diff takes seconds


def compare(path: str, before: str | None, after: str | None) -> FileDiff:
    """One file; ``None`` is no file."""
    if before == after:
        return FileDiff(path, "same", "")
    status = "added" if before is None else "removed" if after is None else "changed"
    return FileDiff(path, status, unified(path, before, after))


def unified(path: str, before: str | None, after: str | None) -> str:
    """A unified diff; empty where a file has too many lines."""
    old, new = (before or "").splitlines(), (after or "").splitlines()
    if max(len(old), len(new)) > MOST_LINES:
        return ""
    from_name = f"a/{path}" if before is not None else "/dev/null"
    to_name = f"b/{path}" if after is not None else "/dev/null"
    lines = difflib.unified_diff(old, new, from_name, to_name, lineterm="")
    return "".join(f"{line}\n" for line in lines)


def compare_all(before: Mapping[str, str], after: Mapping[str, str]) -> Diff:
    """Every file that differs, by path."""
    paths = sorted(before.keys() | after.keys())
    found = [compare(path, before.get(path), after.get(path)) for path in paths]
    return Diff([diff for diff in found if diff.status != "same"])
