"""The state of a run as it is shown: stages, their clocks and costs."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from libs.client.view.board import Board
from libs.client.view.live import LiveView
from libs.client.view.screen import Screen
from libs.contracts import events as e
from libs.contracts.artifacts import PatchRequest, Review
from libs.contracts.live import Fragment
from tests.client_stories import RUN_ID, board, code, design, file, whole


def states(shown: Board) -> dict[str, str]:
    return {stage: shown.row(stage).state for stage in shown.stages()}


def picture(shown: Board, *fragments: Fragment, width: int = 100, encoding: str = "utf-8") -> str:
    stream = io.TextIOWrapper(io.BytesIO(), encoding, errors="replace")
    out = Console(file=stream, width=width, color_system=None)
    view = LiveView(Screen(out, out, interactive=True), shown)
    for fragment in fragments:
        view.fragment(fragment)
    with out.capture() as captured:
        out.print(view.render())
    return "\n".join(line.rstrip() for line in captured.get().splitlines())


def test_before_anything_is_known_every_run_has_its_five_stages() -> None:
    assert set(states(Board(RUN_ID)).values()) == {"pending"}
    assert Board(RUN_ID).stages() == ["requirements", "architecture", "planning", "implementation", "review"]


def test_stages_follow_their_facts_and_keep_time_and_tokens() -> None:
    shown = board(whole()[:4])
    assert states(shown) | {"requirements": "done", "architecture": "running", "planning": "pending"} == states(shown)
    assert (shown.row("requirements").tokens, shown.row("requirements").spent) == (1200, pytest.approx(0.1))
    assert set(states(board(whole())).values()) == {"done"}
    assert board(whole()).over


def test_a_late_start_does_not_open_what_stands() -> None:
    assert states(board([*design(), e.StageStarted("requirements", "w1", 2)]))["requirements"] == "done"


def test_a_revision_opens_requirements_and_architecture_again() -> None:
    shown = board([*design(), e.ApprovalRequested(), e.RevisionRequested("alice", "more")])
    assert {shown.row(stage).state for stage in ("requirements", "architecture", "approval")} == {"pending"}
    assert not shown.waiting
    assert "approval" not in board([*design(), e.RevisionRequested("alice", "more")]).stages()


def test_a_run_waits_for_answers_and_for_approval() -> None:
    assert board([*design()[:2], e.ClarificationRequested(("What?",))]).waiting
    assert board([*design(), e.ApprovalRequested()]).waiting
    assert not board([*design(), e.ApprovalRequested(), e.Approved("alice")]).waiting


def test_a_patch_opens_implementation_and_review_until_both_are_done_again() -> None:
    story = [*design(), *code()[:-2], e.CodeReviewed(1, Review(False, 4, "No."))]
    patched = [*story, e.PatchRequested(2, (PatchRequest("app/main.py", ("x",)),))]
    assert (board(patched).row("implementation").state, board(patched).row("review").state) == ("running", "pending")
    assert board([*patched, file("app/main.py", "model", 2)]).row("implementation").state == "done"


def test_the_end_closes_every_clock() -> None:
    failed = board([*design()[:4], e.Failed("stage_failed", "No.", stage="architecture")])
    assert failed.row("architecture").state == "failed"
    cancelled = board([*design()[:4], e.Cancelled("alice")])
    assert cancelled.row("architecture").state == "cancelled"
    assert not any(row.since for row in (*failed.rows.values(), *cancelled.rows.values()))


def test_nothing_moves_a_run_that_is_over() -> None:
    assert states(board([*whole(), e.StageStarted("review", "w9", 2)])) == states(board(whole()))


def test_the_live_table_shows_what_each_stage_made() -> None:
    text = picture(board(whole()))
    assert "✓ requirements   4 entities, 2 endpoints, 2 rules" in text
    assert "1,200 tokens" in text
    assert "✓ review         accepted, security 9/10, 2 warnings" in text


def test_a_narrow_terminal_gets_no_line_longer_than_itself() -> None:
    lines = picture(board(whole()), width=40).splitlines()
    assert max(map(len, lines)) <= 40
    assert "tokens" not in "\n".join(lines)


def test_a_terminal_without_unicode_gets_ascii() -> None:
    text = picture(board([*design()[:4], e.Failed("stage_failed", "No.", stage="architecture")]), encoding="ascii")
    assert text.isascii()
    assert "+ requirements" in text
    assert "x architecture" in text


def test_the_newest_words_of_the_model_stand_below_cleaned() -> None:
    pieces = [Fragment("token", "requirements", text) for text in ("first\nsecond \x1b[2J", "line")]
    assert picture(board(design()[:2]), *pieces).splitlines()[-1] == "  requirements: second [2Jline"
