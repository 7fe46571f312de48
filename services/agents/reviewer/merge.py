"""Deterministic checks and the model's review as one report."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from msgspec import structs

from libs.contracts.artifacts import FileOrigin, Issue, ModelReview, PatchRequest, Review, Severity, SourceFile
from services.agents.reviewer.hints import hint, is_security

MAX_ISSUES = 250
MAX_REASONS = 40  # as the contract of a patch request has it
REASON_LIMIT = 1200  # characters, likewise
SUMMARY_LIMIT = 2000  # characters, likewise
# The model's score is lowered by what is certain: 3 for each error and 1 for each warning about security. An error
# about security leaves at most 5, whatever the model thought.
ERROR_COST, WARNING_COST, SCORE_WITH_ERROR = 3, 1, 5


def merge(
    issues: tuple[Issue, ...], model: ModelReview, files: Sequence[SourceFile], origins: Mapping[str, FileOrigin]
) -> Review:
    """One report: not accepted where there is an error, or where the model refuses and names what to write again.

    What a model alone says against printed code is reported and decides nothing: the compiler prints it, and no model
    writes it anew.
    """
    claimed = _believable(model.issues, files)
    of_model = [issue for issue in claimed if origins.get(issue.path) != "blueprint"]
    patches = _patches(_faults(issues), _faults(of_model)) or _patches((), _faults(of_model, "warning"))
    accepted = not _faults((*issues, *of_model)) and (model.accepted or not patches)
    return Review(
        accepted=accepted,
        security_score=_score(model.security_score, issues),
        summary=_summary(model, issues, accepted=accepted, fixable=bool(patches)),
        issues=(*issues, *claimed)[:MAX_ISSUES],
        patches=() if accepted else patches,
    )


def _believable(issues: Sequence[Issue], files: Sequence[SourceFile]) -> tuple[Issue, ...]:
    """What the model says of files that exist; a line that does not exist becomes the file as a whole."""
    lines = {file.path: file.content.count("\n") + 1 for file in files}
    return tuple(
        structs.replace(issue, source="model", line=issue.line if 0 <= issue.line <= lines[issue.path] else 0)
        for issue in dict.fromkeys(issues)
        if issue.path in lines
    )


def _faults(issues: Sequence[Issue], severity: Severity = "error") -> list[Issue]:
    return [issue for issue in issues if issue.severity == severity]


def _patches(certain: Sequence[Issue], claimed: Sequence[Issue]) -> tuple[PatchRequest, ...]:
    reasons: dict[str, list[str]] = {}
    for issue in (*certain, *claimed):
        if _can_be_written(issue):
            reasons.setdefault(issue.path, []).append(_reason(issue))
    return tuple(PatchRequest(path, tuple(dict.fromkeys(why))[:MAX_REASONS]) for path, why in sorted(reasons.items()))


def _can_be_written(issue: Issue) -> bool:
    # A file cannot be mended under a name that is itself the fault; the project as a whole has no name.
    return bool(issue.path) and issue.rule != "path"


def _reason(issue: Issue) -> str:
    place = f"Line {issue.line}: " if issue.line else ""
    rule = f" [{issue.rule}]" if issue.rule else ""
    return f"{place}{issue.message}{rule} {hint(issue.rule)}".strip()[:REASON_LIMIT]


def _score(score: int, issues: Sequence[Issue]) -> int:
    security = [issue.severity for issue in issues if is_security(issue.rule)]
    lowered = score - ERROR_COST * security.count("error") - WARNING_COST * security.count("warning")
    return max(1, min(lowered, SCORE_WITH_ERROR) if "error" in security else lowered)


def _summary(model: ModelReview, issues: Sequence[Issue], *, accepted: bool, fixable: bool) -> str:
    errors = len(_faults(issues))
    said = [f"The checks found {errors} error{'s' * (errors > 1)}."] if errors else []
    if not accepted and not fixable:
        said.append("The code is not accepted, and no file can be named that would mend it when written again.")
    if accepted and not model.accepted:
        said.append("The model did not accept it, but named no fault in a file that a model writes; read its issues.")
    room = SUMMARY_LIMIT - sum(len(sentence) + 1 for sentence in said)
    return " ".join([*said, model.summary[:room]]).strip()
