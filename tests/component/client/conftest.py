"""A scripted edge for each test, and a place of its own for the command."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.client_stories import whole
from tests.component.client.fake_edge import TOKEN, Door, FakeEdge, serving


@pytest.fixture(scope="session")
def door() -> Iterator[Door]:
    """The port that all of them are reached at."""
    with serving() as opened:
        yield opened


@pytest.fixture
def edges(door: Door) -> Callable[..., FakeEdge]:
    """Makes an edge that plays the acts it is given."""
    return door.open


@pytest.fixture
def edge(edges: Callable[..., FakeEdge]) -> FakeEdge:
    """An edge with one run that goes well."""
    return edges(whole())


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder to work in, no saved login, and the token in the environment."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("INTERIUS_TOKEN", TOKEN)
    monkeypatch.delenv("INTERIUS_URL", raising=False)
    monkeypatch.delenv("COLUMNS", raising=False)  # some test runners set it
    return tmp_path
