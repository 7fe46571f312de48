"""``up`` and ``demo`` hand over to the local stack, and tell what it did."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest
from click.testing import CliRunner, Result

from deploy.local.nats import StartError
from libs.client.cli import cli
from libs.eventlog.provision import Drift
from tests.client_stories import PROJECT_ID, SOURCES
from tests.component.client.fake_edge import PASSWORD, FakeEdge


def interius(*arguments: str) -> Result:
    return CliRunner().invoke(cli, list(arguments))


@pytest.fixture
def stack(edge: FakeEdge, monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """A stack that is the scripted edge; what it was started with."""
    asked: list[Any] = []

    @asynccontextmanager
    async def embedded(data: Path, port: int = 0) -> AsyncIterator[Any]:
        asked.append((data, port))
        yield SimpleNamespace(url=edge.url, email="alice@example.org", password=PASSWORD)

    def up(*given: Any) -> int:
        asked.append(given)
        return 0

    for name, function in (("stack", embedded), ("up", up)):
        module = ModuleType(f"deploy.local.{name}")
        setattr(module, function.__name__, function)
        monkeypatch.setitem(sys.modules, module.__name__, module)
    monkeypatch.delenv("INTERIUS_TOKEN")
    return asked


def test_the_demo_shows_the_run_its_log_and_its_files(stack: list[Any], edge: FakeEdge, place: Path) -> None:
    result = interius("demo")
    assert result.exit_code == 0, result.output
    assert stack == [(Path(".interius/demo"), 0)]
    assert edge.body(f"/v1/projects/{PROJECT_ID}/runs")["model"] == "offline"
    for words in (
        "A member can borrow at most 5 books",
        "requirements    4 entities, 2 endpoints, 2 rules",
        "seq   +ms    event                  what",
        "5     200    requirements_drafted   Library API: 4 entities, 2 endpoints, 2 rules",
        "Library API is ready: 3 files in generated/library",
        "All of this took",
        "interius up",
    ):
        assert words in result.stdout
    assert "interius show" not in result.stdout  # its stack has gone
    assert (place / "generated/library/app/main.py").read_text() == SOURCES["app/main.py"]


def test_a_second_demo_replaces_the_first(stack: list[Any], place: Path) -> None:
    assert interius("demo").exit_code == interius("demo", "--data", "elsewhere").exit_code == 0
    assert [path.name for path in (place / "generated").iterdir()] == ["library"]
    assert stack[1] == (Path("elsewhere"), 0)


def test_up_hands_its_options_over(stack: list[Any]) -> None:
    scaled = ["--scale", "implementer=3", "--scale", "reviewer=2"]
    assert interius("up", "--processes", *scaled, "--port", "8100", "--data", "d").exit_code == 0
    assert interius("up").exit_code == 0
    assert stack == [(True, {"implementer": 3, "reviewer": 2}, 8100, Path("d")), (False, {}, 8000, Path(".interius"))]


@pytest.mark.usefixtures("stack")
@pytest.mark.parametrize("wrong", [["--scale", "implementer=3"], ["--processes", "--scale", "x"], ["--port", "70000"]])
def test_up_refuses_what_makes_no_sense(wrong: list[str]) -> None:
    assert interius("up", *wrong).exit_code == 2


@pytest.mark.parametrize("command", ["up", "demo"])
@pytest.mark.parametrize("error", [StartError("Port 8000 is taken."), Drift("The stream EVENTS differs.")])
def test_a_stack_that_does_not_start_says_why(
    command: str, error: Exception, stack: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: Any) -> Any:
        raise error

    monkeypatch.setattr(sys.modules["deploy.local.up"], "up", refuse)
    monkeypatch.setattr(sys.modules["deploy.local.stack"], "embedded", refuse)
    result = interius(command)
    assert (result.exit_code, result.stderr) == (5, f"Error: {error}\n")
    assert stack == []
