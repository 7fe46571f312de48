"""The commands that look, steer and sign in."""

from __future__ import annotations

import json
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from libs.client.config import config_path
from tests.client_stories import PROJECT_ID, RUN_ID, design
from tests.component.client.fake_edge import PASSWORD, FakeEdge, problem
from tests.component.client.test_cli_run import interius

OTHER = "1a2b3c4d-ffff-4000-8000-000000000002"


def test_runs_are_listed(edge: FakeEdge) -> None:
    result = interius(edge, "runs")
    assert "1a2b3c4d" in result.stdout
    assert "completed" in result.stdout
    assert not any(line.endswith(" ") for line in result.stdout.splitlines())
    assert json.loads(interius(edge, "runs", "--json").stdout)["id"] == RUN_ID


def test_no_runs_says_how_to_start_one(edge: FakeEdge) -> None:
    edge.ids = []
    assert "interius run" in interius(edge, "runs").stdout


@pytest.mark.parametrize(
    ("part", "words"),
    [
        ([], "completed"),
        (["charter"], "POST     /loans/{loan_id}/return   Return a book"),
        (["charter"], "authors -> Authors"),
        (["architecture"], "app/rules.py   R1, R2   business rules"),
        (["review"], "accepted, security 9/10"),
        (["files"], "app/main.py"),
        (["files", "app/main.py"], "app = 1"),
        (["log"], "completed              library: 3 files, security 9/10"),
    ],
)
def test_what_a_run_made_can_be_read(edge: FakeEdge, part: list[str], words: str) -> None:
    result = interius(edge, "show", "last", *part)
    assert result.exit_code == 0, result.output
    assert words in result.stdout
    json.loads(interius(edge, "show", "last", *part, "--json").stdout)


def test_the_log_has_stream_sequences_and_milliseconds(edge: FakeEdge) -> None:
    lines = interius(edge, "show", "last", "log").stdout.splitlines()
    assert lines[2].split()[:3] == ["1", "0", "requested"]
    assert lines[4].split()[:3] == ["5", "200", "requirements_drafted"]
    assert len(lines) == len(edge.story) + 2


def test_an_artifact_that_is_not_there_yet_is_a_sentence(edge: FakeEdge) -> None:
    edge.refusals[f"/v1/runs/{RUN_ID}/review"] = problem(404, "not_found", "This run has no review yet.")
    result = interius(edge, "show", RUN_ID, "review")
    assert (result.exit_code, "This run has no review yet." in result.stderr) == (2, True)


def test_an_ambiguous_run_is_not_guessed(edge: FakeEdge) -> None:
    edge.ids = [RUN_ID, OTHER]
    result = interius(edge, "cancel", "1a2b")
    assert (result.exit_code, OTHER in result.stderr) == (2, True)
    assert not edge.requests(f"/v1/runs/{RUN_ID}/cancel")


def test_a_run_is_cancelled_with_its_reason(edge: FakeEdge) -> None:
    assert interius(edge, "cancel", "last", "--reason", "no need").exit_code == 0
    assert edge.body(f"/v1/runs/{RUN_ID}/cancel") == {"reason": "no need"}


def test_feedback_may_be_given_without_quotes(edge: FakeEdge) -> None:
    edge.acts.append([])
    assert interius(edge, "revise", "last", "add", "late", "fines").exit_code == 0
    assert edge.body(f"/v1/runs/{RUN_ID}/revise") == {"feedback": "add late fines"}


def test_approval_says_how_to_watch(edge: FakeEdge) -> None:
    edge.acts.append([])
    assert "interius watch 1a2b3c4d" in interius(edge, "approve", "last").stdout


def test_runs_are_compared(edge: FakeEdge) -> None:
    edge.ids = [RUN_ID, OTHER]
    assert "--- a\n+++ b\n-x\n+y\n" in interius(edge, "diff", RUN_ID, "--against", OTHER).stdout
    assert interius(edge, "diff", RUN_ID, "--against", RUN_ID).exit_code == 2
    assert "Nothing differs" in interius(edge, "diff", RUN_ID).stderr


def test_login_remembers_the_server_for_its_owner_only(edge: FakeEdge, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("INTERIUS_TOKEN")
    result = interius(edge, "login", given=f"alice@example.org\n{PASSWORD}\n")
    assert result.exit_code == 0, result.output
    assert PASSWORD not in result.output
    assert stat.S_IMODE(config_path().stat().st_mode) == 0o600
    assert interius(edge, "runs").exit_code == 0


def test_a_wrong_password_or_token_is_not_remembered(edge: FakeEdge) -> None:
    assert interius(edge, "login", "--email", "a@b.c", "--password", "wrong").exit_code == 5
    assert interius(edge, "login", "--token", "wrong").exit_code == 5
    assert not config_path().exists()


def test_a_run_without_files_says_so(edges: Callable[..., FakeEdge]) -> None:
    assert interius(edges(design()), "show", "last", "files").stdout == "No files yet.\n"


def test_the_stack_of_this_folder_needs_no_login(edge: FakeEdge, place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("INTERIUS_TOKEN")
    (place / ".interius").mkdir()
    credentials = {"url": edge.url, "email": "alice@example.org", "password": PASSWORD}
    (place / ".interius/credentials.json").write_text(json.dumps(credentials))
    assert interius(edge, "runs").exit_code == 0


def test_parked_work_is_listed_and_sent_again(edge: FakeEdge) -> None:
    assert "7     reviewer.review_code.v1" in interius(edge, "parked").stdout
    assert interius(edge, "replay", "7").exit_code == 0
    assert edge.requests("/v1/parked/7/replay")


def test_projects_are_found_by_name_or_made(edge: FakeEdge) -> None:
    project = {"id": PROJECT_ID, "name": "books"}
    edge.once["/v1/projects"] = [(200, {"items": [project], "total": 1})]
    assert interius(edge, "run", "--project", "books", "--no-save", "x").exit_code == 0
    assert len(edge.requests("/v1/projects")) == 1
    assert interius(edge, "run", "--project", "films", "--no-save", "x").exit_code == 0
    assert edge.body("/v1/projects") == {"name": "films"}


@pytest.fixture
def unjailed(monkeypatch: pytest.MonkeyPatch) -> None:
    """The doctor looks for no sandbox, which takes seconds."""
    monkeypatch.setenv("SANDBOX_DRIVER", "unsafe")


@pytest.mark.usefixtures("unjailed")
def test_the_doctor_finds_what_is_there(edge: FakeEdge, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LLM_API_KEY", "sk-very-secret")
    monkeypatch.setenv("MODEL_DEFAULT", "gpt-test")
    result = interius(edge, "doctor")
    assert result.exit_code == 0, result.output
    for words in ("nats-server: v2", "PostgreSQL", f"{edge.url} is ready", "alice@example.org", "gpt-test", "key set"):
        assert words in result.stdout
    assert "sk-very-secret" not in result.output


@pytest.mark.usefixtures("unjailed")
def test_the_doctor_fails_where_something_needed_is_wrong(
    edge: FakeEdge, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (place / "file").write_text("")
    assert interius(edge, "doctor", "--data", "file").exit_code == 1
    monkeypatch.setenv("LLM_BASE_URL", "nonsense")
    result = interius(edge, "doctor")
    assert (result.exit_code, "LLM_BASE_URL" in result.stdout) == (1, True)
    edge.refusals["/ready"] = (503, {"ready": False, "faults": ["no consumer"]})
    assert "no consumer" in interius(edge, "doctor").stdout


def test_the_doctor_says_with_what_projects_are_run_and_why(edge: FakeEdge, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SANDBOX_DRIVER", "unsafe")
    assert "No jail at all" in " ".join(interius(edge, "doctor").stdout.split())
    monkeypatch.setenv("SANDBOX_DRIVER", "docker")
    monkeypatch.setenv("DOCKER_HOST", "unix:///nobody/listens")
    result = interius(edge, "doctor")
    assert "SANDBOX_DRIVER=docker cannot be used. Not docker: Docker does not answer" in " ".join(result.stdout.split())
    assert result.exit_code == 1
    monkeypatch.setenv("SANDBOX_DRIVER", "magic")
    assert "what jails are made with" in " ".join(interius(edge, "doctor").stdout.split())


@pytest.mark.usefixtures("unjailed")
def test_the_doctor_does_not_mind_that_nothing_runs_yet(edge: FakeEdge) -> None:
    edge.url = "http://127.0.0.1:9"
    result = interius(edge, "doctor")
    assert (result.exit_code, "start it with `interius up`" in result.stdout) == (0, True)
