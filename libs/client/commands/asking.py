"""A run that waits asks the person at the terminal."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import click

from libs.client.api import Interius
from libs.client.models import RunView
from libs.client.view.artifacts import show_architecture, show_charter
from libs.client.view.board import Board
from libs.client.view.screen import Screen
from libs.client.view.text import clean

Command = Callable[[Interius], Awaitable[RunView]]


def ask_person(screen: Screen, board: Board) -> Command:
    """What the person wants done with the run that ``board`` shows waiting."""
    if board.status == "waiting_for_approval":
        return _ask_approval(screen, board)
    return _ask_questions(screen, board)


def _ask_questions(screen: Screen, board: Board) -> Command:
    screen.say()
    for number, question in enumerate(board.run.questions if board.run else (), 1):
        screen.say(f"{number}. {clean(question)}", "bold")
    return _revise(board, _words("Your answer"))


def _ask_approval(screen: Screen, board: Board) -> Command:
    run = board.run
    screen.say()
    if run and run.charter:
        show_charter(screen, run.charter)
    if run and run.architecture:
        show_architecture(screen, run.architecture, with_diagrams=False)
    choice = click.prompt("[a]pprove, [r]evise or [c]ancel", type=click.Choice(["a", "r", "c"]), show_choices=False)
    if choice == "r":
        return _revise(board, _words("What should change"))
    return (lambda api: api.approve(board.run_id)) if choice == "a" else (lambda api: api.cancel(board.run_id))


def _words(question: str) -> str:
    while not (said := str(click.prompt(question)).strip()):
        pass
    return said


def _revise(board: Board, feedback: str) -> Command:
    return lambda api: api.revise(board.run_id, feedback)
