from __future__ import annotations

from libs.contracts.artifacts import FileOrigin, Issue, ModelReview, Review, SourceFile
from services.agents.reviewer.merge import merge

FILES = (SourceFile("app/rules.py", "a = 1\nb = 2\n"), SourceFile("app/main.py", "c = 3\n"))
ORIGINS: dict[str, FileOrigin] = {"app/rules.py": "model", "app/main.py": "blueprint"}
F821 = Issue("error", "app/rules.py", "Undefined name `x`", 2, "F821")


def claim(path: str, line: int = 1, message: str = "The limit is not kept.") -> Issue:
    return Issue("error", path, message, line, "R1", "model")


def review(*issues: Issue, accepted: bool = True, score: int = 9, claims: tuple[Issue, ...] = ()) -> Review:
    return merge(issues, ModelReview(accepted, score, "Fine.", claims), FILES, ORIGINS)


def test_it_is_accepted_when_the_model_accepts_and_nobody_found_an_error() -> None:
    merged = review(Issue("warning", "app/rules.py", "Unused.", 1, "F401"))
    assert (merged.accepted, merged.security_score, merged.summary, merged.patches) == (True, 9, "Fine.", ())
    assert not review(F821).accepted
    assert not review(claims=(claim("app/rules.py"),)).accepted


def test_an_error_of_the_checks_orders_its_file_with_line_rule_and_what_to_do() -> None:
    (patch,) = review(F821, F821).patches
    assert patch.path == "app/rules.py"
    assert patch.reasons == ("Line 2: Undefined name `x` [F821] Import or define the name before it is used.",)


def test_printed_code_is_ordered_again_when_the_checks_blame_it() -> None:
    merged = review(Issue("error", "app/main.py", "This is not Python.", 1, "parse"))
    assert [patch.path for patch in merged.patches] == ["app/main.py"]


def test_printed_code_that_only_the_model_blames_is_noted_and_not_ordered() -> None:
    merged = review(claims=(claim("app/main.py"), claim("app/rules.py")), accepted=False)
    assert [patch.path for patch in merged.patches] == ["app/rules.py"]
    assert {issue.path for issue in merged.issues} == {"app/main.py", "app/rules.py"}


def test_the_model_is_believed_only_of_files_and_lines_that_exist() -> None:
    merged = review(claims=(claim("app/gone.py"), claim("app/rules.py", 99), claim("app/rules.py", -1, "Other.")))
    assert [(issue.path, issue.line, issue.source) for issue in merged.issues] == [("app/rules.py", 0, "model")] * 2
    assert not any(reason.startswith("Line") for patch in merged.patches for reason in patch.reasons)


def test_a_model_that_refuses_without_an_error_has_its_warnings_mended() -> None:
    doubt = Issue("warning", "app/rules.py", "Money as float.", 1, "R2", "model")
    assert [patch.path for patch in review(claims=(doubt,), accepted=False).patches] == ["app/rules.py"]


def test_a_refusal_that_no_file_can_mend_says_so() -> None:
    merged = review(Issue("error", "", "Empty.", 0, "path"))
    assert not merged.patches
    assert "no file can be named" in merged.summary


def test_what_the_model_alone_holds_against_printed_code_is_reported_and_decides_nothing() -> None:
    for merged in (review(accepted=False), review(accepted=False, claims=(claim("app/main.py"),))):
        assert merged.accepted
        assert "did not accept" in merged.summary


def test_the_score_is_lowered_by_what_the_checks_found_about_security() -> None:
    error, warning = (Issue(kind, "app/rules.py", "Shell.", 1, "B602") for kind in ("error", "warning"))
    assert review(warning).security_score == 8
    assert review(error).security_score == 5
    assert review(error, warning, score=6).security_score == 2
    assert review(error, error, error, score=3).security_score == 1
    assert review(F821, Issue("error", "app/rules.py", "Bug.", 1, "B006")).security_score == 9


def test_the_report_stays_within_its_contract() -> None:
    many = tuple(Issue("error", "app/rules.py", "x" * 990 + str(n), n, "F821") for n in range(200))
    merged = merge(many, ModelReview(False, 1, "s" * 2000, (claim("app/rules.py"),) * 60), FILES, ORIGINS)
    assert len(merged.patches[0].reasons) == 40
    assert all(len(reason) <= 1200 for reason in merged.patches[0].reasons)
    assert len(merged.summary) <= 2000
    assert merged.summary.startswith("The checks found 200 errors.")
