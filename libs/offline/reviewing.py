"""The offline model's review: a few things that can be told by looking, and an honest word about the rest."""

from __future__ import annotations

import re

from libs.contracts.artifacts import Issue, ModelReview, SourceFile
from libs.contracts.charter import Charter

_LOOKS: tuple[tuple[str, str, re.Pattern[str]], ...] = (
    ("CWE-95", "Text is run as code; parse it instead.", re.compile(r"(?<![\w.])(?:eval|exec)\(")),
    (
        "CWE-78",
        "A shell runs a command; pass a list of arguments instead.",
        re.compile(r"shell\s*=\s*True|os\.system\("),
    ),
    ("CWE-502", "Pickled data is loaded; use JSON instead.", re.compile(r"\bpickle\.loads?\(")),
    (
        "CWE-798",
        "A secret is written into the code; read it from the environment.",
        re.compile(r"(?i)(?:password|secret|api_key|token)\s*(?::\s*str\s*)?=\s*[\"'][^\"'{}]{6,}[\"']"),
    ),
    (
        "CWE-89",
        "SQL is put together from text; use parameters.",
        re.compile(r"(?i)f[\"'](?:select|insert|update|delete)\s.*\{"),
    ),
)
# What the score starts from when nothing was seen; a look by rules alone earns no ten.
_BEST = 9
_MAX_ISSUES = 60


def review(files: tuple[SourceFile, ...], charter: Charter) -> ModelReview:
    """Return the review of generated files: always accepted, since refusing is left to the checks that run the code."""
    issues = [issue for file in files if file.path.endswith(".py") and not _tests(file) for issue in _issues(file)]
    named = " ".join(file.content for file in files if _tests(file) or file.path.startswith("app/rules"))
    missing = [rule.id for rule in charter.rules if not re.search(rf"\b{rule.id}\b", named)]
    return ModelReview(
        accepted=True,
        security_score=max(1, _BEST - 2 * len({issue.rule for issue in issues})),
        summary=_summary(files, issues, missing),
        issues=tuple(issues[:_MAX_ISSUES]),
    )


def _tests(file: SourceFile) -> bool:
    return file.path.startswith("tests/")


def _issues(file: SourceFile) -> list[Issue]:
    return [
        Issue("warning", file.path, message, number, code, "model")
        for number, line in enumerate(file.content.splitlines(), 1)
        for code, message, shape in _LOOKS
        if not line.lstrip().startswith("#") and shape.search(line)
    ]


def _summary(files: tuple[SourceFile, ...], issues: list[Issue], missing: list[str]) -> str:
    found = f"{len(issues)} line{'s' if len(issues) != 1 else ''} to look at" if issues else "nothing"
    said = (
        f"This review is rule based: the offline model looked through {len(files)} files for text run as code, shell "
        f"commands, pickled data, secrets in the code and SQL made of text, and found {found}. It did not judge "
        "whether the code does what was asked; the deterministic checks and the sandbox do that part."
    )
    return f"{said} No file names {', '.join(missing[:40])}." if missing else said
