"""``runs``, ``show`` and ``diff``: what there is, and what each run made."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import click
import msgspec

from libs.client.api import Interius
from libs.client.commands.common import Cli, Refusal, find_run
from libs.client.models import Event, FileDiff
from libs.client.view.artifacts import show_architecture, show_charter, show_diffs, show_endpoints, show_review
from libs.client.view.checks import show_verification
from libs.client.view.lists import show_files, show_log, show_run, show_runs
from libs.client.view.screen import Screen
from libs.client.view.text import clean, short
from libs.contracts.charter import Charter

PARTS = ("charter", "architecture", "review", "verification", "files", "log")


@click.command()
@click.option("--limit", type=click.IntRange(1, 100), default=20, show_default=True, help="How many.")
@click.option("--status", default="", help="Only those: running, completed, failed, cancelled, …")
@click.option("--json", "as_json", is_flag=True, help="Write one run a line as JSON.")
@click.pass_obj
def runs(cli: Cli, limit: int, status: str, as_json: bool) -> None:
    """List my runs, newest first."""
    found = cli.ask(lambda api: api.runs(limit=limit, status=status)).items
    if as_json:
        for run in found:
            click.echo(msgspec.json.encode(run))
    elif found:
        show_runs(cli.screen, found)
    else:
        cli.screen.say('No runs. Start one with: interius run "…"')


@click.command()
@click.argument("run", metavar="RUN")
@click.argument("part", type=click.Choice(PARTS), required=False)
@click.argument("path", required=False)
@click.option("--json", "as_json", is_flag=True, help="Write it as JSON.")
@click.pass_obj
def show(cli: Cli, run: str, part: str | None, path: str | None, as_json: bool) -> None:
    """Show a run, or what one of its stages made.

    With `files` and a PATH, the text of that file.
    """
    if path and part != "files":
        raise click.UsageError("A path goes with `files`: interius show RUN files app/main.py")
    run_id, value = cli.ask(lambda api: _fetch(api, run, part, path))
    if as_json:
        click.echo(msgspec.json.format(msgspec.json.encode(value)))
    else:
        _SHOW["file" if path else part or "run"](cli.screen, value)
        _show_more(cli.screen, run_id, part)


async def _fetch(api: Interius, name: str, part: str | None, path: str | None) -> tuple[str, Any]:
    run_id = await find_run(api, name)
    return run_id, await (api.file(run_id, path) if path else _FETCH[part or "run"](api, run_id))


async def _log(api: Interius, run_id: str) -> list[Event]:
    return [event async for event in api.whole_history(run_id)]


_FETCH: dict[str, Callable[[Interius, str], Awaitable[Any]]] = {
    "run": Interius.run,
    "charter": Interius.charter,
    "architecture": Interius.architecture,
    "review": Interius.review,
    "verification": Interius.verification,
    "files": Interius.files,
    "log": _log,
}


def _charter(screen: Screen, charter: Charter) -> None:
    show_charter(screen, charter)
    show_endpoints(screen, charter)


_SHOW: dict[str, Callable[[Screen, Any], None]] = {
    "run": show_run,
    "charter": _charter,
    "architecture": show_architecture,
    "review": show_review,
    "verification": show_verification,
    "files": show_files,
    "log": show_log,
    # What goes on to another program goes as it is; a terminal is kept safe from control characters.
    "file": lambda screen, file: click.echo(clean(file.content) if screen.animated else file.content, nl=False),
}


def _show_more(screen: Screen, run_id: str, part: str | None) -> None:
    if part is None and screen.animated:
        screen.say(f"  More: interius show {short(run_id)} {' | '.join(PARTS)}", "dim")


@click.command()
@click.argument("run", metavar="RUN")
@click.option(
    "--against", metavar="RUN", default="", help="The run to compare with [default: the one it started from]."
)
@click.pass_obj
def diff(cli: Cli, run: str, against: str) -> None:
    """Show how a run's files differ from those of another run.

    Without --against: from the run it started from, or else between the passes of its review."""
    found = cli.ask(lambda api: _diff(api, run, against))
    if not show_diffs(cli.screen, found):
        cli.screen.note("Nothing differs. Compare with another run: --against RUN")


async def _diff(api: Interius, name: str, against: str) -> tuple[FileDiff, ...]:
    run = await api.run(await find_run(api, name))
    other = await find_run(api, against) if against else run.base_run_id
    if other == run.id:
        raise Refusal("These are the same run: name another one with --against.")
    if other:
        return await api.diff(run.id, other)
    rewritten = [file for file in await api.files(run.id) if file.version > 1]
    found = [await api.diff_file(run.id, file.path, 1, file.version) for file in rewritten]
    return tuple(diff for diffs in found for diff in diffs)
