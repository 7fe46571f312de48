"""A run as a table that moves: for terminals."""

from __future__ import annotations

from rich.console import Group, RenderableType
from rich.live import Live
from rich.spinner import Spinner
from rich.table import Table
from rich.text import Text

from libs.client.models import Event
from libs.client.view.board import Board, State
from libs.client.view.made import made
from libs.client.view.screen import Screen
from libs.client.view.text import clean, duration, one_line, plain_ascii, short
from libs.contracts.live import Fragment

REFRESH_PER_SECOND = 10
NARROW = 64  # columns below which the tokens are left out
GLYPHS: dict[State, tuple[str, str]] = {
    "pending": ("·", "dim"),
    "retrying": ("!", "yellow"),
    "waiting": ("?", "bold yellow"),
    "done": ("✓", "green"),
    "failed": ("✗", "bold red"),
    "cancelled": ("–", "dim"),
}
KEPT = 2000  # characters of the newest live text that are kept for its last line


class LiveView:
    """Shows ``board`` until it is closed; the last state stays on the screen."""

    wants_live = True

    def __init__(self, screen: Screen, board: Board) -> None:
        self._board = board
        self._screen = screen
        self._said = ("", "")
        self._spinner = Spinner("line" if screen.ascii_only else "dots", style="cyan")
        self._live = Live(
            console=screen.out, get_renderable=self.render, refresh_per_second=REFRESH_PER_SECOND, transient=False
        )

    def __enter__(self) -> LiveView:
        self._live.__enter__()
        return self

    def __exit__(self, *_: object) -> None:
        self._said = ("", "")
        self._live.__exit__(None, None, None)

    def event(self, _event: Event, board: Board, /) -> None:
        """The run moved on."""
        self._board = board

    def fragment(self, fragment: Fragment, /) -> None:
        """Somebody is writing."""
        who = f"{fragment.stage} {fragment.item}".strip()
        before = self._said[1] if self._said[0] == who and fragment.kind == "token" else ""
        self._said = (who, (before + fragment.text)[-KEPT:])

    def render(self) -> RenderableType:
        """The screen as it should be now."""
        newest = () if self._board.over or self._board.waiting else (self._newest(),)
        return Group(self._title(), self._table(), *newest)

    def _text(self, words: str, style: str = "") -> Text:
        return Text(plain_ascii(words) if self._screen.ascii_only else words, style, no_wrap=True, overflow="ellipsis")

    def _title(self) -> Text:
        run = self._board.run
        wish = (run.requested.change or run.requested.wish) if run else "…"
        room = max(20, self._screen.out.width - 16)
        return self._text(f"run {short(self._board.run_id)}  ", "bold").append(one_line(wish, room), "not bold dim")

    def _table(self) -> Table:
        wide = self._screen.out.width >= NARROW
        table = Table.grid(padding=(0, 1), expand=True)
        table.add_column(width=1)
        table.add_column(no_wrap=True)
        table.add_column(ratio=1, no_wrap=True, overflow="ellipsis")
        for _ in range(2 if wide else 1):
            table.add_column(justify="right", no_wrap=True)
        for stage in self._board.stages():
            table.add_row(*self._cells(stage, wide))
        return table

    def _cells(self, stage: str, wide: bool) -> list[RenderableType]:
        row = self._board.row(stage)
        glyph, style = GLYPHS.get(row.state, ("", ""))
        mark = self._spinner if row.state == "running" else self._text(glyph, style)
        tokens = f"{row.tokens:,} tokens" if row.tokens else ""
        seconds = duration(row.seconds()) if row.since or row.spent else ""
        faint = "dim" if row.state in {"pending", "cancelled"} else ""
        cells = [mark, self._text(stage, faint), self._text(made(self._board, stage)), self._text(tokens, "dim")]
        return [*(cells if wide else cells[:3]), self._text(seconds, "dim")]

    def _newest(self) -> Text:
        who, said = self._said
        if not who:
            return self._text("")
        lines = [line for line in clean(said).splitlines() if line.strip()] or [""]
        room = max(10, self._screen.out.width - len(who) - 6)
        return self._text(f"  {who}: ", "cyan").append(lines[-1].expandtabs(2)[-room:], "dim not cyan")
