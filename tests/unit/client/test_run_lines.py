"""A run in a pipe: one plain line per step, and nothing for what is no step of its own."""

from __future__ import annotations

import pytest

from libs.client.view.board import Board, advance
from libs.client.view.describe import describe
from libs.client.view.plain import narrate
from libs.contracts import events as e
from libs.contracts import sandbox_events as s
from libs.contracts.artifacts import Budget, Check, Passage, PatchRequest, Review, Verification
from tests.client_stories import (
    REQUESTED,
    RUN_ID,
    boards,
    code,
    design,
    file,
    planned,
    told,
    unknown_to_us,
    usage,
    whole,
)


def lines(facts: list[e.RunEvent]) -> list[str]:
    return [line for line in map(narrate, boards(facts)) if line]


def last_line(*facts: e.RunEvent) -> str:
    return narrate(boards(list(facts))[-1])


def test_a_run_that_goes_well_is_told_step_by_step() -> None:
    assert lines(whole()) == [
        "    0.0 s  wish            A library API with members, books and loans.",
        "    0.1 s  requirements    started",
        "    0.2 s  requirements    4 entities, 2 endpoints, 2 rules (1,200 tokens, 0.1 s)",
        "    0.3 s  architecture    started",
        "    0.4 s  architecture    1 module to write (300 tokens, 0.1 s)",
        "    0.5 s  planning        3 files, 1 for the model to write (0.0 s)",
        "    0.6 s  implementation  started",
        "    1.0 s  implementation  2 files printed, 1 written (60 tokens, 0.4 s)",
        "    1.1 s  review          started",
        "    1.2 s  review          accepted, security 9/10, 2 warnings (150 tokens, 0.1 s)",
    ]


def test_printed_files_are_told_together_and_written_ones_each() -> None:
    given = [*design(), planned("a.py", "b.py", asked=("c.py", "d.py"))]
    assert last_line(*given, file("a.py")) == ""
    assert last_line(*given, file("c.py", "model")).endswith("implementation  c.py, 6 B, written")
    every = [file("a.py"), file("b.py"), file("c.py", "model"), file("d.py", "model")]
    assert "implementation  2 files printed, 2 written" in last_line(*given, *every)


def test_a_failed_attempt_says_why_and_what_follows() -> None:
    failed = e.StageFailed(
        "architecture", "w2", 1, "timeout", "The model took too long.", retry_at="2026-01-01T00:01:00Z"
    )
    assert last_line(*design()[:4], failed).endswith("architecture    The model took too long. (will be tried again)")
    again = e.StageStarted("architecture", "w2", 2)
    assert last_line(*design()[:4], failed, again).endswith("architecture    attempt 2")
    given_up = e.StageFailed("architecture", "w2", 3, "timeout", "The model took too long.")
    assert last_line(*design()[:4], given_up).endswith("(given up)")


def test_a_patch_names_its_files_and_counts_them_again() -> None:
    patch = e.PatchRequested(2, (PatchRequest("app/main.py", ("wrong",)),))
    story = [*design(), *code()[:-2], e.CodeReviewed(1, Review(False, 4, "No.")), patch]
    assert last_line(*story).endswith("patch           1 file again: app/main.py")
    rewritten = file("app/main.py", "model", pass_number=2)
    assert "implementation  1 file printed, 2 written (pass 2)" in last_line(*story, rewritten)


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ([e.ClarificationRequested(("What?", "Who?"))], "requirements    2 questions to answer"),
        ([*design(), e.ApprovalRequested()], "approval        waits for you"),
        ([*design(), e.ApprovalRequested(), e.Approved("alice")], "approval        given"),
        ([*design(), e.RevisionRequested("alice", "Add\nfines.")], "revision        Add fines."),
        ([e.ContextRetrieved((Passage("p", "d", "text"),))], "retrieval       1 passage (0.0 s)"),
        (
            [e.Verified(1, Verification(True, (Check("it starts", True),)))],
            "verification    accepted, 1 of 1 check passed",
        ),
    ],
)
def test_each_step_has_its_words(facts: list[e.RunEvent], words: str) -> None:
    assert words in last_line(*(facts if facts[0] is REQUESTED else [REQUESTED, *facts]))


def test_the_end_is_left_to_the_conclusion() -> None:
    for end in (e.Failed("stage_failed", "No."), e.Cancelled("alice"), whole()[-1]):
        assert last_line(*design(), end) == ""


def test_no_text_of_others_can_reach_the_terminal_as_a_command() -> None:
    nasty = "red \x1b[31m alert \x07\x9b2J\u202e end"
    line = last_line(e.Requested(nasty, "alice"))
    assert line.endswith("wish            red [31m alert 2J end")


def test_an_event_of_a_newer_version_is_named_not_dropped() -> None:
    told_of = [*told(design()[:1]), unknown_to_us(told(design()[:3])[2])]
    board = Board(RUN_ID)
    for event in told_of:
        board = advance(board, event)
    assert narrate(board).endswith("requirements_drafted")


SAMPLES: list[e.Event] = [
    e.Registered("alice@example.org"), e.Created("Library", "u1"), e.Renamed("Books"), *whole(),
    e.StageFailed("review", "w", 1, "timeout", "Too long."), e.PatchRequested(2, (PatchRequest("a.py", ("x",)),)),
    e.ClarificationRequested(("What?",)), e.ApprovalRequested(), e.Approved("u1"), e.RevisionRequested("u1", "more"),
    e.ContextRetrieved(()), e.Verified(1, Verification(False)), e.Failed("not_accepted", "No."),
    e.Cancelled("u1", "why"),
    s.SandboxDeployRequested("r", "u1", 60, 600), s.SandboxConfigured("u1", ("A",)), s.SandboxRestartRequested("u1"),
    s.SandboxStopRequested("u1"), s.SandboxStarting("h", "r", 1, 1), s.SandboxReady(2, "r", 1, 400),
    s.SandboxFailed("start", "why"), s.SandboxStopped(), s.SandboxExpired("idle"),
    e.Requested("w", "u1", budget=Budget(tokens=1), base_run_id="r", change="Add fines."),
]  # fmt: skip


def test_every_kind_of_event_has_words_on_one_line() -> None:
    wordless = {e.Deleted, e.Unknown}
    assert {type(sample) for sample in SAMPLES} == set(e.EVENTS) - wordless
    for sample in SAMPLES:
        words = describe(sample)
        assert words
        assert "\n" not in words
    assert describe(SAMPLES[-1]) == "Add fines."
    assert describe(e.StageStarted("implementation", "w", 2, "a.py")) == "implementation of a.py (attempt 2)"
    assert describe(e.RequirementsDrafted(whole()[2].charter, usage(1), reused=True)).endswith("(reused)")  # type: ignore[attr-defined]
