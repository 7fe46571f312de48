"""``interius run`` and ``watch`` from wish to files, as a script sees them."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from libs.client.cli import cli
from libs.client.commands import follow
from libs.client.view.screen import Screen, open_screen
from libs.contracts import events as e
from tests.client_stories import PROJECT_ID, REQUESTED, RUN_ID, SOURCES, WISH, code, design, whole
from tests.component.client.fake_edge import FakeEdge, problem

STARTS = f"/v1/projects/{PROJECT_ID}/runs"
WAITS = [*design(), e.ApprovalRequested()]
ASKS = [REQUESTED, e.StageStarted("requirements", "w1", 1), e.ClarificationRequested(("What shall it keep?",))]


def interius(edge: FakeEdge, *arguments: str, given: str | bytes | None = None) -> Result:
    return CliRunner().invoke(cli, ["--url", edge.url, *arguments], input=given)


@pytest.fixture
def person(monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody sits at the terminal."""

    def at_terminal() -> Screen:
        screen = open_screen()
        return Screen(screen.out, screen.err, interactive=True)

    monkeypatch.setattr("libs.client.commands.common.open_screen", at_terminal)


def test_a_wish_becomes_files_and_the_lines_say_how(edge: FakeEdge, place: Path) -> None:
    result = interius(edge, "run", WISH)
    assert result.exit_code == 0, result.output
    assert (place / "generated/library/app/main.py").read_text() == SOURCES["app/main.py"]
    assert "\x1b" not in result.output
    assert "requirements    4 entities, 2 endpoints, 2 rules (1,200 tokens, 0.1 s)" in result.stdout
    assert "Library API is ready: 3 files in generated/library" in result.stdout
    assert "security 9/10 · 1,710 tokens" in result.stdout
    for command in ("cd generated/library", "uvicorn app.main:app", 'interius run --base 1a2b3c4d --change "…"'):
        assert f"  {command}\n" in result.stdout


def test_json_is_one_event_a_line_and_nothing_else(edge: FakeEdge) -> None:
    result = interius(edge, "run", "--json", WISH)
    events = [json.loads(line) for line in result.stdout.splitlines()]
    assert [event["seq"] for event in events] == [event.seq for event in edge.story]
    assert (events[0]["name"], events[-1]["name"], result.exit_code) == ("requested", "completed", 0)


def test_the_wish_comes_from_a_pipe_or_a_file(edge: FakeEdge, place: Path) -> None:
    (place / "wish.txt").write_text("from a file")
    interius(edge, "run", "--no-save", "-", given="from a pipe\n")
    assert edge.body(STARTS)["wish"] == "from a pipe"
    interius(edge, "run", "--no-save", "--file", "wish.txt")
    assert edge.body(STARTS)["wish"] == "from a file"
    assert not (place / "generated").exists()


def test_options_reach_the_run(edge: FakeEdge) -> None:
    options = ["--model", "small", "--approve", "--budget-tokens", "500", "--budget-minutes", "2", "--no-save"]
    interius(edge, "run", *options, WISH)
    budget = {"tokens": 500, "micro_usd": None, "minutes": 2.0}
    assert edge.body(STARTS) == {"wish": WISH, "model": "small", "approve": True, "budget": budget}


def test_a_change_starts_from_an_earlier_run_in_its_project(edge: FakeEdge) -> None:
    assert interius(edge, "run", "--base", "last", "--change", "Add fines.", "--no-save").exit_code == 0
    sent = edge.body(STARTS)
    assert (sent["base_run_id"], sent["change"], sent["wish"]) == (RUN_ID, "Add fines.", WISH)
    assert not edge.requests("/v1/projects")


@pytest.mark.parametrize(
    ("ending", "code", "words"),
    [
        (
            e.Failed("stage_failed", "The model did not answer.", "Use another model.", "planning"),
            1,
            "Use another model.",
        ),
        (e.Cancelled("alice", "no longer needed"), 4, "cancelled: no longer needed"),
    ],
)
def test_other_ends_have_their_exit_codes(edges: Callable[..., FakeEdge], ending: Any, code: int, words: str) -> None:
    result = interius(edges([*design(), ending]), "run", WISH)
    assert (result.exit_code, words in result.stdout) == (code, True)


@pytest.mark.parametrize("flags", [[], ["--json"]])
@pytest.mark.parametrize(
    ("story", "command"), [(WAITS, "interius approve 1a2b3c4d"), (ASKS, 'interius revise 1a2b3c4d "…"')]
)
def test_without_a_person_a_run_that_waits_says_how_to_go_on(
    edges: Callable[..., FakeEdge], story: list[e.RunEvent], command: str, flags: list[str]
) -> None:
    result = interius(edges(story), "run", *flags, WISH)
    assert (result.exit_code, command in result.stderr, command in result.stdout) == (3, True, False)


@pytest.mark.usefixtures("person")
def test_a_person_reads_the_design_and_approves(edges: Callable[..., FakeEdge], place: Path) -> None:
    edge = edges(WAITS, [e.Approved("alice"), *code()])
    result = interius(edge, "run", "--approve", WISH, given="a\n")
    assert result.exit_code == 0, result.output
    assert "R1 A member can borrow at most 5 books." in result.stdout
    assert "A small house of books." in result.stdout
    assert (place / "generated/library/README.md").exists()
    assert len(edge.requests(f"/v1/runs/{RUN_ID}/approve")) == 1


@pytest.mark.usefixtures("person")
def test_a_person_has_the_design_revised_and_then_cancels(edges: Callable[..., FakeEdge]) -> None:
    edge = edges(WAITS, [e.RevisionRequested("alice", "Add fines."), *design()[1:], e.ApprovalRequested()])
    result = interius(edge, "run", "--approve", WISH, given="x\nr\nAdd fines.\nc\n")
    assert edge.body(f"/v1/runs/{RUN_ID}/revise") == {"feedback": "Add fines."}
    assert result.exit_code == 4


@pytest.mark.usefixtures("person")
def test_a_person_answers_the_questions(edges: Callable[..., FakeEdge]) -> None:
    edge = edges(ASKS, [e.RevisionRequested("alice", "books"), *whole()[2:]])
    result = interius(edge, "run", WISH, given="books\n")
    assert (result.exit_code, "1. What shall it keep?" in result.stdout) == (0, True)
    assert edge.body(f"/v1/runs/{RUN_ID}/revise") == {"feedback": "books"}


@pytest.mark.usefixtures("person")
def test_a_question_that_somebody_else_answers_first_is_passed_by(edges: Callable[..., FakeEdge]) -> None:
    edge = edges(WAITS, [e.Approved("bob"), *code()])
    edge.refusals[f"/v1/runs/{RUN_ID}/approve"] = problem(409, "wrong_state", "This run does not wait for approval.")
    edge.next_act()
    edge.once[f"/v1/runs/{RUN_ID}/history"] = [(200, [])]  # the answer came after we looked
    result = interius(edge, "run", WISH, given="a\n")
    assert (result.exit_code, "does not wait for approval" in result.stderr) == (0, True)


@pytest.mark.usefixtures("person")
def test_questions_answered_long_ago_are_not_asked_again(edges: Callable[..., FakeEdge]) -> None:
    result = interius(edges([*WAITS, e.Approved("bob"), *code()]), "watch", "last")
    assert (result.exit_code, "[a]pprove" in result.stdout) == (0, False)


@pytest.mark.usefixtures("person")
def test_leaving_at_a_question_says_that_the_run_goes_on(edges: Callable[..., FakeEdge]) -> None:
    result = interius(edges(WAITS), "run", WISH, given="")
    assert (result.exit_code, "interius watch 1a2b3c4d" in result.stderr) == (130, True)


def test_watch_saves_only_when_asked(edge: FakeEdge, place: Path) -> None:
    assert interius(edge, "watch", "1a2b").exit_code == 0
    assert not (place / "generated").exists()
    assert interius(edge, "watch", "last", "--out", "here").exit_code == 0
    assert (place / "here/app/main.py").exists()


def test_a_folder_that_is_not_ours_is_refused_before_a_run_is_started(edge: FakeEdge, place: Path) -> None:
    (place / "mine").mkdir()
    (place / "mine/thesis.txt").write_text("x")
    result = interius(edge, "run", "--out", "mine", WISH)
    assert (result.exit_code, edge.requests(STARTS)) == (2, [])
    assert "choose another --out" in result.stderr


def test_where_generated_is_taken_the_next_name_is_used(edge: FakeEdge, place: Path) -> None:
    assert interius(edge, "run", WISH).exit_code == 0
    (place / "generated/library/app/main.py").write_text("my own work")
    result = interius(edge, "run", WISH)
    assert "3 files in generated/library-2" in result.stdout
    assert (place / "generated/library/app/main.py").read_text() == "my own work"


def test_files_wait_for_the_views_to_reach_the_end(edge: FakeEdge) -> None:
    late = {"id": RUN_ID, "project_id": PROJECT_ID, "status": "running"}
    edge.once[f"/v1/runs/{RUN_ID}"] = [(200, late), (200, late)]
    assert interius(edge, "run", WISH).exit_code == 0
    order = [path for _, path, _, _ in edge.asked]
    assert order[-4:] == [f"/v1/runs/{RUN_ID}"] * 3 + [f"/v1/runs/{RUN_ID}/archive"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["run"], "Say what to build"),
        (["run", "--change", "x", WISH], "--base"),
        (["run", "  "], "is empty"),
        (["run", "--file", "missing.txt"], "cannot be read"),
        (["watch", "zzz"], "No run starts with 'zzz'"),
        (["run", "--budget-tokens", "0", WISH], "budget-tokens"),
        (["nonsense"], "No such command"),
    ],
)
def test_bad_input_is_exit_code_2_and_a_sentence(edge: FakeEdge, arguments: list[str], words: str) -> None:
    result = interius(edge, *arguments)
    assert (result.exit_code, words in result.stderr, edge.requests(STARTS)) == (2, True, [])


def test_no_server_or_no_sign_in_is_exit_code_5(edge: FakeEdge, monkeypatch: pytest.MonkeyPatch) -> None:
    result = CliRunner().invoke(cli, ["--url", "http://127.0.0.1:9", "run", WISH])
    assert (result.exit_code, "start it with `interius up`" in result.stderr) == (5, True)
    monkeypatch.setenv("INTERIUS_TOKEN", "wrong")
    result = interius(edge, "runs")
    assert (result.exit_code, "Sign in with `interius login`" in result.stderr) == (5, True)


def test_ctrl_c_says_that_the_run_goes_on(edge: FakeEdge, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(follow, "_follow", interrupted)
    result = interius(edge, "run", WISH)
    assert result.exit_code == 130
    assert "interius watch 1a2b3c4d" in result.stderr
    assert "interius cancel 1a2b3c4d" in result.stderr
