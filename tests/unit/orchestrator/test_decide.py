"""The story of a run: given these facts, when the last one comes, then these orders and facts follow."""

from __future__ import annotations

from datetime import timedelta

import pytest
from msgspec.structs import replace

from libs.contracts import events as e
from libs.contracts import work as w
from libs.contracts.artifacts import Budget, Check, Usage, Verification
from libs.testing.stories import (
    ARCHITECTURE,
    CHARTER,
    OWNER,
    PROJECT,
    REQUESTED,
    RUN,
    drafted,
    planned,
    reviewed,
    run_of,
    verified,
    written,
)
from services.orchestrator.domain import ANSWER_WITHIN, Decision, decide, due, overdue

IDS = (PROJECT, RUN)


def then(*given: e.RunEvent) -> Decision:
    return decide(run_of(*given), *IDS, given[-1])


def test_a_wish_is_drafted_and_its_deadline_watched() -> None:
    assert then(REQUESTED) == [w.WatchDeadline(*IDS), w.DraftRequirements(*IDS)]


def test_a_wish_with_documents_first_gets_their_passages() -> None:
    assert then(replace(REQUESTED, documents=("d1",)))[-1] == w.RetrieveContext(*IDS)
    assert then(REQUESTED, e.ContextRetrieved(())) == [w.DraftRequirements(*IDS)]


def test_each_stage_orders_the_next() -> None:
    assert then(REQUESTED, e.RequirementsDrafted(CHARTER)) == [w.DraftArchitecture(*IDS)]
    assert then(*drafted()) == [w.PlanFiles(*IDS)]


def test_questions_stop_the_run_until_they_are_answered() -> None:
    asked = (REQUESTED, e.ClarificationRequested(("What should it keep?",)))
    assert then(*asked) == []
    assert run_of(*asked).status == "waiting_for_answer"
    answered = (*asked, e.RevisionRequested(OWNER, "Books and members."))
    assert then(*answered) == [w.DraftRequirements(*IDS)]
    assert run_of(*answered).feedback == ("Books and members.",)


def test_code_is_written_only_after_approval_when_it_was_asked_for() -> None:
    wanted = (replace(REQUESTED, approve=True), *drafted()[1:])
    assert then(*wanted) == [e.ApprovalRequested()]
    assert then(*wanted, e.ApprovalRequested()) == []
    assert then(*wanted, e.ApprovalRequested(), e.Approved(OWNER)) == [w.PlanFiles(*IDS)]
    revised = (*wanted, e.ApprovalRequested(), e.RevisionRequested(OWNER, "Also authors."))
    assert then(*revised) == [w.DraftRequirements(*IDS)]
    assert then(*revised, e.RequirementsDrafted(CHARTER), e.ArchitectureDrafted(ARCHITECTURE)) == [
        e.ApprovalRequested()
    ]


def test_files_of_a_model_are_ordered_one_by_one_and_printed_ones_together() -> None:
    assert then(*drafted(), planned("a.py", "b.py", printed=("main.py", "x.py"))) == [
        w.PrintFiles(*IDS),
        w.WriteFile(*IDS, path="a.py"),
        w.WriteFile(*IDS, path="b.py"),
    ]


def test_a_plan_without_files_fails_and_says_so() -> None:
    [failed] = then(*drafted(), planned())
    assert isinstance(failed, e.Failed)
    assert "nothing to write" in failed.message


def test_only_the_last_file_starts_the_review() -> None:
    given = (*drafted(), planned("a.py", "b.py"))
    assert then(*given, written("b.py")) == []
    assert then(*given, written("b.py"), written("a.py")) == [w.ReviewCode(*IDS)]


def test_an_accepted_review_completes_the_run_with_its_cost() -> None:
    given = (*drafted(), planned("a.py"), written("a.py", tokens=7), reviewed(True))
    [completed] = then(*given)
    assert isinstance(completed, e.Completed)
    assert (completed.name, completed.files, completed.usage.completion_tokens) == ("library", 1, 7)


def test_a_review_that_does_not_accept_has_only_the_named_files_written_again() -> None:
    given = (*drafted(), planned("a.py", "b.py"), written("a.py"), written("b.py"), reviewed(False, "b.py"))
    [patch] = then(*given)
    assert isinstance(patch, e.PatchRequested)
    assert (patch.pass_number, [p.path for p in patch.patches]) == (2, ["b.py"])
    assert then(*given, patch) == [w.WriteFile(*IDS, path="b.py", pass_number=2, reasons=("wrong",))]
    assert then(*given, patch, written("b.py", 2)) == [w.ReviewCode(*IDS, pass_number=2)]


def test_the_third_refusal_fails_the_run_with_what_the_review_said() -> None:
    given: tuple[e.RunEvent, ...] = (*drafted(), planned("a.py"), written("a.py"))
    for number in (1, 2):
        given = (*given, reviewed(False, "a.py", pass_number=number))
        given = (*given, *then(*given), written("a.py", number + 1))  # type: ignore[arg-type]
    [failed] = then(*given, reviewed(False, "a.py", pass_number=3))
    assert isinstance(failed, e.Failed)
    assert failed.reason == "not_accepted"
    assert "3 attempts" in failed.message


def test_a_refusal_that_names_no_file_fails_at_once() -> None:
    [failed] = then(*drafted(), planned("a.py"), written("a.py"), reviewed(False))
    assert isinstance(failed, e.Failed)


def test_verification_follows_the_review_when_asked_for_and_can_send_files_back() -> None:
    wanted = (replace(REQUESTED, verify=True), *drafted()[1:], planned("a.py"), written("a.py"), reviewed(True))
    assert then(*wanted) == [w.VerifyCode(*IDS)]
    [completed] = then(*wanted, verified(True))
    assert isinstance(completed, e.Completed)
    [patch] = then(*wanted, verified(False, "a.py"))
    assert isinstance(patch, e.PatchRequested)
    assert patch.after == "verification"


def test_the_third_verification_that_does_not_accept_fails_the_run_whatever_reviews_said_between() -> None:
    given = (replace(REQUESTED, verify=True), *drafted()[1:], planned("a.py"), written("a.py"))
    for number in (1, 2):
        given = (*given, reviewed(True, pass_number=number))
        assert then(*given) == [w.VerifyCode(*IDS, pass_number=number)]
        given = (*given, verified(False, "a.py", pass_number=number))
        [patch] = then(*given)
        given = (*given, patch, written("a.py", number + 1))  # type: ignore[assignment]
        assert then(*given) == [w.ReviewCode(*IDS, pass_number=number + 1)]
    [failed] = then(*given, reviewed(True, pass_number=3), verified(False, "a.py", pass_number=3))
    assert isinstance(failed, e.Failed)
    assert (failed.reason, failed.stage) == ("not_accepted", "verification")
    assert "after 3 attempts" in failed.message


def test_reviews_that_did_not_accept_leave_verification_its_own_attempts() -> None:
    given = (replace(REQUESTED, verify=True), *drafted()[1:], planned("a.py"), written("a.py"))
    for number in (1, 2):
        given = (*given, reviewed(False, "a.py", pass_number=number))
        given = (*given, *then(*given), written("a.py", number + 1))  # type: ignore[assignment]
    [patch] = then(*given, reviewed(True, pass_number=3), verified(False, "a.py", pass_number=3))
    assert isinstance(patch, e.PatchRequested)
    assert (patch.pass_number, patch.after) == (4, "verification")


def test_what_failed_is_named_as_far_as_a_person_reads() -> None:
    wanted = (replace(REQUESTED, verify=True), *drafted()[1:], planned("a.py"), written("a.py"), reviewed(True))
    report = Verification(False, (Check("import", True), *(Check(f"test_{n}", False) for n in range(12))))
    [failed] = then(*wanted, e.Verified(1, report))
    assert isinstance(failed, e.Failed)
    assert failed.message.endswith("Failed: test_0, " + ", ".join(f"test_{n}" for n in range(1, 10)) + ", and 2 more.")
    assert "no file can be written anew" in failed.message


def test_a_failed_attempt_that_is_tried_again_changes_nothing_and_the_last_one_ends_the_run() -> None:
    attempt = e.StageFailed("requirements", "w1", 1, "server", "Status 500.", "Try later.", "2026-01-01T00:00:05Z")
    assert then(REQUESTED, attempt) == []
    [failed] = then(REQUESTED, replace(attempt, retry_at=""))
    assert isinstance(failed, e.Failed)
    assert (failed.stage, failed.advice) == ("requirements", "Try later.")
    assert "requirements stage failed: Status 500." in failed.message


@pytest.mark.parametrize(
    ("budget", "usage"),
    [(Budget(tokens=100), Usage(prompt_tokens=60, completion_tokens=41)), (Budget(micro_usd=50), Usage(micro_usd=51))],
)
def test_crossing_the_budget_ends_the_run_wherever_it_is(budget: Budget, usage: Usage) -> None:
    [failed] = then(replace(REQUESTED, budget=budget), e.RequirementsDrafted(CHARTER, usage))
    assert isinstance(failed, e.Failed)
    assert failed.reason == "budget_exceeded"


def test_a_budget_that_is_just_met_is_not_crossed() -> None:
    spent = Usage(prompt_tokens=60, completion_tokens=40)
    assert then(replace(REQUESTED, budget=Budget(tokens=100)), e.RequirementsDrafted(CHARTER, spent)) == [
        w.DraftArchitecture(*IDS)
    ]


def test_failed_attempts_count_towards_the_budget() -> None:
    attempt = e.StageFailed("requirements", "w1", 1, "server", "x", retry_at="later", usage=Usage(prompt_tokens=2))
    [failed] = then(replace(REQUESTED, budget=Budget(tokens=1)), attempt)
    assert isinstance(failed, e.Failed)


@pytest.mark.parametrize("end", [e.Cancelled(OWNER), e.Failed("deadline_exceeded", "late"), e.Completed("x", 1, 8, "")])
def test_nothing_follows_after_the_end(end: e.RunEvent) -> None:
    late = e.RequirementsDrafted(CHARTER)
    run = run_of(REQUESTED, end, late)
    assert run.charter is None
    assert decide(run, *IDS, late) == []


def test_minutes_do_not_pass_while_the_run_waits_for_a_person() -> None:
    running = run_of(REQUESTED)
    waiting = run_of(REQUESTED, e.ClarificationRequested(("?",)))
    first, second = due(running), due(waiting)
    assert first and second
    assert second - first == ANSWER_WITHIN - timedelta(minutes=60)
    assert overdue(running).reason == "deadline_exceeded"
    assert overdue(waiting).reason == "unanswered"


def test_what_is_out_of_time_or_money_says_which_stage_it_stopped_in() -> None:
    begun = e.StageStarted("architecture", "w2", 1)
    late = overdue(run_of(REQUESTED, e.StageStarted("requirements", "w1", 1), begun))
    spent = e.StageFailed("architecture", "w2", 1, "server", "x", retry_at="later", usage=Usage(prompt_tokens=2))
    [poor] = then(replace(REQUESTED, budget=Budget(tokens=1)), begun, spent)
    assert isinstance(poor, e.Failed)
    assert (late.stage, poor.stage) == ("architecture", "architecture")
    assert "architecture stage" in late.message and "architecture stage" in poor.message


def test_a_run_without_a_limit_is_never_overdue() -> None:
    assert due(run_of(replace(REQUESTED, budget=Budget(minutes=None)))) is None
