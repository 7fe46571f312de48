"""Which files are to be written again for the checks that failed, each with its reasons."""

from __future__ import annotations

from collections.abc import Sequence

from libs.contracts.artifacts import Check, PatchRequest
from services.sandbox.checking.project import Project

MOST_REASONS = 12  # of one file; each failure has its own, and the first tell most
REASON = 1200  # characters, as the contract has it
FEW = 3  # files of a model, all of which are suspect where none is named


def patches(project: Project, checks: Sequence[Check]) -> tuple[PatchRequest, ...]:
    """Orders for the files that a model wrote; what was printed is not written by a model."""
    reasons: dict[str, list[str]] = {}
    for check in (each for each in checks if not each.passed):
        for path in _paths(project, check):
            reasons.setdefault(path, []).append(_reason(check, path))
    return tuple(PatchRequest(path, tuple(why[:MOST_REASONS])) for path, why in sorted(reasons.items()))


def _paths(project: Project, check: Check) -> list[str]:
    if check.path in project.written:
        return [check.path]
    named = project.blame.of_text(check.output).path
    if named in project.written:
        return [named]
    about = [path for path in sorted(project.written) if path.startswith("app/")]
    return about if not check.path.startswith("requirements") and len(about) <= FEW else []


def _reason(check: Check, path: str) -> str:
    place = f"Line {check.line}: " if check.line and check.path == path else ""
    rules = f" (proves {', '.join(check.rules)})" if check.rules else ""
    head = f"{place}the check {check.test or check.name!r}{rules} did not pass. "
    return head + check.output[-(REASON - len(head)) :]
