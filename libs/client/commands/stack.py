"""``up`` and ``demo``: the stack on this machine."""

from __future__ import annotations

import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import click

from libs.client.api import Interius
from libs.client.commands.common import NO_SERVER, OK, RUN_FAILED, Cli, Refusal, leave
from libs.client.commands.follow import ENDINGS, free_folder, project_name
from libs.client.commands.run import DEFAULT_PROJECT, project_id
from libs.client.live import show_live
from libs.client.saving import Saved
from libs.client.signin import Credentials
from libs.client.view.board import Board
from libs.client.view.lists import show_log
from libs.client.view.screen import Screen
from libs.client.view.summary import conclude
from libs.client.view.text import duration
from libs.client.view.viewers import viewer_for
from libs.client.watching import watch

DATA = Path(".interius")
DEMO_DATA = DATA / "demo"
WISH = (
    "A library API with members, books and loans. A book has a title, author, ISBN and number of copies. "
    "A member can borrow at most 5 books and a book cannot be lent when no copy is left. Only librarians add books."
)


class Copies(click.ParamType[tuple[str, int]]):
    """``implementer=3``."""

    name = "service=copies"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> tuple[str, int]:
        """The service and how many of it."""
        service, _, copies = str(value).partition("=")
        if not service or not copies.isdecimal() or not int(copies):
            self.fail(f"{value!r} is not like implementer=3.", param, ctx)
        return service, int(copies)


@contextmanager
def starting() -> Generator[None]:
    """What keeps a stack from starting, as a sentence."""
    from deploy.local.nats import StartError  # noqa: PLC0415
    from libs.eventlog.provision import Drift  # noqa: PLC0415

    try:
        yield
    except (StartError, Drift) as error:
        raise Refusal(str(error), NO_SERVER) from error


@click.command()
@click.option("--processes", is_flag=True, help="Run every service in a process of its own.")
@click.option("--scale", type=Copies(), multiple=True, help="Copies of one service, e.g. implementer=3; repeatable.")
@click.option("--port", type=click.IntRange(0, 65535), default=8000, show_default=True, help="0 is any free port.")
@click.option("--data", type=click.Path(path_type=Path, file_okay=False), default=DATA, show_default=True)
def up(processes: bool, scale: tuple[tuple[str, int], ...], port: int, data: Path) -> None:
    """Start the whole stack on this machine, until Ctrl-C."""
    from deploy.local.up import up as start  # noqa: PLC0415  # the stack is large; other commands start without it

    if scale and not processes:
        raise click.UsageError("--scale needs --processes: copies are processes of their own.")
    with starting():
        leave(start(processes, dict(scale), port, data))


@click.command()
@click.option("--data", type=click.Path(path_type=Path, file_okay=False), default=DEMO_DATA, show_default=True)
@click.pass_obj
def demo(cli: Cli, data: Path) -> None:
    """Send one wish through a stack of its own, live."""
    from libs.runtime.main import run_loop  # noqa: PLC0415  # the stack is large; other commands start without it

    ended: list[str] = []
    with starting():
        run_loop(_demo(cli.screen, data, ended))
    leave(ENDINGS.get(ended[0], RUN_FAILED) if ended else OK)


async def _demo(screen: Screen, data: Path, ended: list[str]) -> None:
    from deploy.local.stack import embedded  # noqa: PLC0415

    begun = time.monotonic()
    screen.say(f"Starting nats-server, PostgreSQL and all services in {data} …", "dim")
    async with embedded(data) as access:
        screen.say(f"Up at {access.url} after {duration(time.monotonic() - begun)}. The wish:", "dim")
        screen.say(f"  {WISH}")
        screen.say()
        async with Interius(access.url, credentials=Credentials(access.email, access.password)) as api:
            board, saved = await _one_wish(screen, api)
    took = duration(time.monotonic() - begun)
    conclude(screen, board, saved, "")
    screen.say()
    screen.say("Or with a wish of yours:", "bold")
    screen.say("  interius up      # a stack that stays; then, in another terminal:")
    screen.say('  interius run "I want a todo app for several users; each sees only their own lists."')
    screen.say("  interius deploy last     # its API, live at an address of its own")
    screen.say()
    screen.say(f"All of this took {took}, with start and stop of the stack; its data is in {data}.", "dim")
    ended.append(board.status)


async def _one_wish(screen: Screen, api: Interius) -> tuple[Board, Saved | None]:
    started = await api.start_run(await project_id(api, DEFAULT_PROJECT), WISH, model="offline")
    board = Board(started.id)
    with viewer_for(screen, board, as_json=False) as viewer:
        board = await watch(api, board, viewer)
    saved = None
    if board.status == "completed":
        saved = await api.save(started.id, free_folder(screen, project_name(board)))
    screen.say()
    screen.say("The run's event log, which is all its memory:", "bold")
    show_log(screen, [event async for event in api.whole_history(started.id)])
    if board.status == "completed":
        await show_live(screen, api, started.id)
    return board, saved
