"""The command as a process of its own: in a pipe, at a terminal, and interrupted."""

from __future__ import annotations

import os
import pty
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from libs.contracts import events as e
from tests.client_stories import WISH, design, whole
from tests.component.client.fake_edge import FakeEdge

COMMAND = [sys.executable, "-c", "from libs.client.cli import main; main()"]
LIMIT = 60.0  # seconds
ROOT = os.getcwd()  # noqa: PTH109


@pytest.fixture(autouse=True)
def importable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", ROOT)


def piped(edge: FakeEdge, *arguments: str, **environment: str) -> subprocess.CompletedProcess[bytes]:
    command = [*COMMAND, "--url", edge.url, *arguments]
    return subprocess.run(command, capture_output=True, timeout=LIMIT, env=os.environ | environment, check=False)


@contextmanager
def at_terminal(edge: FakeEdge, *arguments: str, **environment: str) -> Iterator[tuple[int, subprocess.Popen[bytes]]]:
    screen, keyboard = pty.openpty()
    ours = {"TERM": "xterm-256color", "COLUMNS": "100"} | environment
    process = subprocess.Popen(
        [*COMMAND, "--url", edge.url, *arguments],
        stdin=keyboard,
        stdout=keyboard,
        stderr=keyboard,
        env=os.environ | ours,
    )
    os.close(keyboard)
    try:
        yield screen, process
    finally:
        process.kill()
        process.wait(LIMIT)
        os.close(screen)


def read_until(screen: int, words: bytes, limit: float = LIMIT) -> bytes:
    seen = read_for(screen, words, limit)
    assert words in seen, seen
    return seen


def read_for(screen: int, words: bytes, limit: float) -> bytes:
    seen, deadline = b"", time.monotonic() + limit
    while words not in seen and select.select([screen], [], [], max(0.0, deadline - time.monotonic()))[0]:
        try:
            seen += os.read(screen, 65_536)
        except OSError:  # the other side is gone
            break
    return seen


def interrupt(screen: int, process: subprocess.Popen[bytes], words: bytes) -> bytes:
    """Ctrl-C, and once more if it fell between Python's prompt and its reading, where the interpreter loses it."""
    process.send_signal(signal.SIGINT)
    seen = read_for(screen, words, LIMIT / 10)
    if words not in seen and process.poll() is None:
        process.send_signal(signal.SIGINT)
        seen += read_for(screen, words, LIMIT / 4)
    return seen


def test_a_pipe_gets_plain_lines(edge: FakeEdge) -> None:
    done = piped(edge, "run", WISH)
    assert (done.returncode, done.stderr) == (0, b"")
    assert b"\x1b" not in done.stdout
    assert b"review          accepted, security 9/10, 2 warnings" in done.stdout


def test_an_output_without_unicode_is_no_obstacle(edge: FakeEdge) -> None:
    done = piped(edge, "run", "--no-save", WISH, PYTHONIOENCODING="ascii", PYTHONUTF8="0")
    assert done.returncode == 0, done.stderr
    assert b"+ Library API is ready" in done.stdout


def test_a_terminal_gets_a_table_that_moves(edge: FakeEdge) -> None:
    with at_terminal(edge, "run", "--no-save", WISH) as (screen, process):
        seen = read_until(screen, b"Next:")
        assert process.wait(LIMIT) == 0
    assert b"\x1b[" in seen
    assert "✓".encode() in seen
    assert b"started" not in seen


def test_no_color_means_none(edge: FakeEdge) -> None:
    with at_terminal(edge, "run", "--no-save", WISH, NO_COLOR="1") as (screen, _):
        seen = read_until(screen, b"Next:")
    assert not any(b"\x1b[%dm" % color in seen or b";%dm" % color in seen for color in range(31, 38))


def test_a_person_at_the_terminal_is_asked(edges: Callable[..., FakeEdge]) -> None:
    waits = [*design(), e.ApprovalRequested()]
    with at_terminal(edges(waits, [e.Approved("alice"), *whole()[5:]]), "run", "--no-save", WISH) as (screen, process):
        read_until(screen, b"or [c]ancel")
        os.write(screen, b"a\n")
        read_until(screen, b"is ready")
        assert process.wait(LIMIT) == 0


@pytest.mark.parametrize("story", [design()[:4], [*design(), e.ApprovalRequested()]], ids=["working", "asking"])
def test_ctrl_c_leaves_the_run_alone(edges: Callable[..., FakeEdge], story: list[e.RunEvent]) -> None:
    edge = edges(story)
    with at_terminal(edge, "run", WISH) as (screen, process):
        read_until(screen, b"or [c]ancel: " if len(story) > 4 else b"drawing the design")
        seen = interrupt(screen, process, b"interius cancel 1a2b3c4d")
        assert process.wait(LIMIT) == 130
    assert b"The run goes on. Watch it with `interius watch 1a2b3c4d`" in seen
    assert not [path for _, path, _, _ in edge.asked if path.endswith("/cancel")]
