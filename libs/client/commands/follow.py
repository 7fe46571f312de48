"""Watching a run to its end: ask the person where it waits, save its files, and end with the right exit code."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import click

from libs.client.commands.asking import ask_person
from libs.client.commands.common import CANCELLED, OK, RUN_FAILED, WAITS, Cli, Interrupted, Refusal
from libs.client.errors import ApiError, FolderRefused
from libs.client.saving import Saved, check_folder
from libs.client.view.board import Board
from libs.client.view.screen import Screen
from libs.client.view.summary import conclude, ways_on
from libs.client.view.text import clean, short
from libs.client.view.viewers import viewer_for
from libs.client.watching import watch

GENERATED = Path("generated")
ENDINGS = {"completed": OK, "failed": RUN_FAILED, "cancelled": CANCELLED}
TRIED_FOLDERS = 100


@dataclass(frozen=True)
class Wishes:
    """How to follow a run. ``save``: write its files, to ``out`` or else to ``./generated/<name>``."""

    as_json: bool = False
    save: bool = True
    out: Path | None = None


def follow_to_end(cli: Cli, run_id: str, wishes: Wishes) -> int:
    """Watch the run until it is over, and give the exit code."""
    screen = cli.screen
    try:
        return _follow(cli, screen, Board(run_id), wishes)
    except (KeyboardInterrupt, click.Abort):
        name = short(run_id)
        words = f"The run goes on. Watch it with `interius watch {name}`, stop it with `interius cancel {name}`."
        raise Interrupted(words) from None


def _follow(cli: Cli, screen: Screen, board: Board, wishes: Wishes) -> int:
    while True:
        with viewer_for(screen, board, wishes.as_json) as viewer:
            board = cli.ask(lambda api, at=board: watch(api, at, viewer))
        if not board.waiting:
            return _finish(cli, screen, board, wishes)
        if wishes.as_json or not screen.interactive:
            ways_on(screen, board)
            return WAITS
        _answer(cli, screen, board)


def _finish(cli: Cli, screen: Screen, board: Board, wishes: Wishes) -> int:
    saved = _save(cli, screen, board, wishes) if wishes.save and board.status == "completed" else None
    if not wishes.as_json:
        conclude(screen, board, saved, cli.access().url)
    return ENDINGS.get(board.status, RUN_FAILED)


def _save(cli: Cli, screen: Screen, board: Board, wishes: Wishes) -> Saved:
    folder = wishes.out or free_folder(screen, project_name(board))
    return cli.ask(lambda api: api.save(board.run_id, folder))


def project_name(board: Board) -> str:
    """The project's slug, as the charter gives it."""
    return board.run.charter.name if board.run and board.run.charter else short(board.run_id)


def free_folder(screen: Screen, name: str) -> Path:
    """``generated/<name>``, or the first of ``<name>-2`` … where nothing of the user's is in the way."""
    for number in range(1, TRIED_FOLDERS):
        folder = GENERATED / (name if number == 1 else f"{name}-{number}")
        try:
            check_folder(folder)
            return folder
        except FolderRefused as reason:
            screen.note(f"{clean(str(reason)).split(':')[0]}; using another folder.", "dim")
    raise Refusal(f"{GENERATED / name} and {TRIED_FOLDERS} like it are taken: choose a folder with --out.")


def _answer(cli: Cli, screen: Screen, board: Board) -> None:
    """Ask the person, and send what they say; somebody else may have been quicker."""
    try:
        cli.ask(ask_person(screen, board))
    except ApiError as error:
        if error.status != 409:  # wrong state: it was answered meanwhile
            raise
        screen.note(error.detail, "yellow")
