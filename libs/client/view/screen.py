"""Where the command writes: results to standard output, the rest to standard error, each as rich as it can show."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass

from rich.console import Console, RenderableType
from rich.text import Text

from libs.client.view.text import plain_ascii

PIPE_WIDTH = 120  # columns of tables where there is no terminal to ask


@dataclass(frozen=True)
class Screen:
    """Standard output and error of this process. ``interactive``: a person sits there and can be asked."""

    out: Console
    err: Console
    interactive: bool

    @property
    def ascii_only(self) -> bool:
        """The output's encoding knows ASCII only."""
        return self.out.options.ascii_only

    @property
    def animated(self) -> bool:
        """Lines on the output can be written over."""
        return self.out.file.isatty() and not self.out.is_dumb_terminal

    def say(self, text: str = "", style: str = "") -> None:
        """One line of result; it is never broken, so that it can be cut and searched."""
        _put(self.out, text, style)

    def note(self, text: str = "", style: str = "") -> None:
        """One line beside the result, on standard error."""
        _put(self.err, text, style)

    def show(self, what: RenderableType) -> None:
        """A table or another layout; in a pipe without the spaces that fill its lines."""
        if self.out.is_terminal:
            self.out.print(what)
            return
        with self.out.capture() as captured:
            self.out.print(what)
        for line in captured.get().splitlines():
            self.out.file.write(line.rstrip() + "\n")


def open_screen() -> Screen:
    """The screen of this process as it is now."""
    interactive = sys.stdin.isatty() and sys.stdout.isatty()
    return Screen(_console(), _console(stderr=True), interactive)


def _console(stderr: bool = False) -> Console:
    stream = sys.stderr if stderr else sys.stdout
    piped = not stream.isatty() and "COLUMNS" not in os.environ
    return Console(stderr=stderr, highlight=False, emoji=False, width=PIPE_WIDTH if piped else None)


def _put(console: Console, text: str, style: str) -> None:
    words = plain_ascii(text) if console.options.ascii_only else text
    console.print(Text(words, style=style), soft_wrap=True)
