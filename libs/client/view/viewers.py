"""The three ways to watch a run: a moving table, plain lines, or JSON lines."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Protocol

import click
import msgspec

from libs.client.models import Event
from libs.client.view.board import Board
from libs.client.view.live import LiveView
from libs.client.view.plain import narrate
from libs.client.view.screen import Screen
from libs.contracts.live import Fragment


class Viewer(AbstractContextManager["Viewer"], Protocol):
    """Is told each event with the board after it, and fragments if it wants them."""

    wants_live: bool

    def event(self, event: Event, board: Board, /) -> None:
        """The run moved on."""
        ...

    def fragment(self, fragment: Fragment, /) -> None:
        """Somebody is writing."""
        ...


class PlainView:
    """One line per step."""

    wants_live = False

    def __init__(self, screen: Screen) -> None:
        self._screen = screen

    def __enter__(self) -> PlainView:
        return self

    def __exit__(self, *_: object) -> None:
        return None

    def event(self, _event: Event, board: Board, /) -> None:
        """Say what the newest event did."""
        line = narrate(board)
        if line:
            self._screen.say(line)

    def fragment(self, fragment: Fragment, /) -> None:
        """Fragments are not for logs."""


class JsonView(PlainView):
    """One event per line, as JSON, and nothing else."""

    def event(self, event: Event, _board: Board, /) -> None:
        """Write the event."""
        click.echo(msgspec.json.encode(event))


def viewer_for(screen: Screen, board: Board, as_json: bool) -> Viewer:
    """The best way to show ``board`` on ``screen``."""
    if as_json:
        return JsonView(screen)
    return LiveView(screen, board) if screen.animated else PlainView(screen)
