"""How a run ended, and what to do next."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

from libs.client.saving import Saved
from libs.client.view.board import Board
from libs.client.view.screen import Screen
from libs.client.view.text import clean, count, duration, money, one_line, short
from libs.contracts import events as e
from libs.contracts.run import Run

_FIRST_COMMANDS = re.compile(r"^```(?:sh|bash|console|shell)\n(.*?)^```", re.DOTALL | re.MULTILINE)
MAX_COMMANDS = 6


def conclude(screen: Screen, board: Board, saved: Saved | None, url: str) -> None:
    """Say how the run of ``board`` ended, where its files are, and what can be done with them.

    Without ``url`` the server has gone, and only what needs none is told.
    """
    fact = board.fact
    if isinstance(fact, e.Completed):
        _completed(screen, board, fact, saved, url)
    elif isinstance(fact, e.Failed):
        screen.say(f"✗ failed{f' in {fact.stage}' if fact.stage else ''}: {clean(fact.message)}", "bold red")
        if fact.advice:
            screen.say(f"  {clean(fact.advice)}")
        screen.say(f"  What happened: interius show {short(board.run_id)} log")
    elif isinstance(fact, e.Cancelled):
        screen.say(f"– cancelled{f': {one_line(fact.reason)}' if fact.reason else ''}", "yellow")


def _completed(screen: Screen, board: Board, fact: e.Completed, saved: Saved | None, url: str) -> None:
    assert board.run is not None
    title = board.run.charter.title if board.run.charter else fact.name
    place = f" in {saved.folder}" if saved else ""
    screen.say()
    screen.say(f"✓ {one_line(title)} is ready: {count(fact.files, 'file')}{place}", "bold green")
    screen.say(f"  {' · '.join(_figures(board, board.run, fact))}")
    if saved and saved.kept:
        screen.say(f"  kept as you wrote it: {', '.join(saved.kept)}")
    screen.say()
    screen.say("Next:", "bold")
    for line in next_steps(board.run_id, saved, url):
        screen.say(f"  {line}")


def _figures(board: Board, run: Run, fact: e.Completed) -> Iterator[str]:
    spent = run.usage
    yield f"security {fact.security_score}/10"
    if spent.prompt_tokens + spent.completion_tokens:
        yield f"{spent.prompt_tokens + spent.completion_tokens:,} tokens"
    if spent.micro_usd:
        yield money(spent.micro_usd)
    yield duration(board.elapsed())
    if spent.model:
        yield one_line(spent.model, 60)


def next_steps(run_id: str, saved: Saved | None, url: str) -> list[str]:
    """Commands that use the result, the project's own ones first."""
    name = short(run_id)
    if saved is None:
        return [f"interius watch {name} --save", f"interius show {name} files", f"interius show {name} review"]
    own = run_commands(saved.folder)
    busy = ["# (add --port 8001 to uvicorn while interius itself is on port 8000)"] if url.endswith(":8000") else []
    server = [f"interius show {name}", f'interius run --base {name} --change "…"'] if url else []
    note = busy if any("uvicorn" in line for line in own) else []
    return [f"cd {shlex.quote(str(saved.folder))}", *own, *note, *server]


def run_commands(folder: Path) -> list[str]:
    """The first commands that the project's README shows: those that start it."""
    try:
        text = (folder / "README.md").read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return []
    found = _FIRST_COMMANDS.search(text)
    lines = found[1].splitlines() if found else []
    return [one_line(line, 200) for line in lines if line.strip()][:MAX_COMMANDS]


def ways_on(screen: Screen, board: Board) -> None:
    """What a run that waits needs, and which command gives it; on standard error, so that JSON stays JSON."""
    assert board.run is not None
    name = short(board.run_id)
    if board.status == "waiting_for_answer":
        screen.note("The run waits for your answer:", "bold yellow")
        for number, question in enumerate(board.run.questions, 1):
            screen.note(f"  {number}. {one_line(question, 400)}")
        screen.note(f'Answer with:    interius revise {name} "…"')
    else:
        screen.note("The run waits for your approval before code is written.", "bold yellow")
        screen.note(f"Read it with:   interius show {name} charter   and   interius show {name} architecture")
        screen.note(f"Approve with:   interius approve {name}")
        screen.note(f'Change it with: interius revise {name} "what to change"')
    screen.note(f"Stop it with:   interius cancel {name}")
    screen.note(f"Then go on:     interius watch {name} --save")
