"""``watch`` and the commands that steer a run: ``approve``, ``revise``, ``cancel``."""

from __future__ import annotations

from pathlib import Path

import click

from libs.client.api import Interius
from libs.client.commands.common import Cli, find_run, here, hint, leave
from libs.client.commands.follow import Wishes, follow_to_end
from libs.client.models import RunView


@click.command()
@click.argument("run", metavar="RUN")
@click.option("--json", "as_json", is_flag=True, help="Write one event a line as JSON, and nothing else.")
@click.option("--save", is_flag=True, help="Write the project's files when it is done.")
@click.option("--out", type=click.Path(path_type=Path), help="Folder for them [default: ./generated/<name>].")
@click.pass_obj
def watch(cli: Cli, run: str, as_json: bool, save: bool, out: Path | None) -> None:
    """Watch a run from its start to its end."""
    found = cli.ask(lambda api: find_run(api, run))
    leave(follow_to_end(cli, found, Wishes(as_json, save or out is not None, here(out) if out else None)))


@click.command()
@click.argument("run", metavar="RUN")
@click.pass_obj
def approve(cli: Cli, run: str) -> None:
    """Let a run that waits for approval write its code."""

    async def send(api: Interius) -> RunView:
        return await api.approve(await find_run(api, run))

    done = cli.ask(send)
    cli.screen.say(f"Approved. Watch it with `{hint(done, 'watch')}`.")


@click.command()
@click.argument("run", metavar="RUN")
@click.argument("feedback", nargs=-1, required=True)
@click.pass_obj
def revise(cli: Cli, run: str, feedback: tuple[str, ...]) -> None:
    """Answer a run's questions, or have its design changed."""

    async def send(api: Interius) -> RunView:
        return await api.revise(await find_run(api, run), " ".join(feedback))

    done = cli.ask(send)
    cli.screen.say(f"Sent. Watch it with `{hint(done, 'watch')}`.")


@click.command()
@click.argument("run", metavar="RUN")
@click.option("--reason", default="", help="Why, for the record.")
@click.pass_obj
def cancel(cli: Cli, run: str, reason: str) -> None:
    """Stop a run."""

    async def send(api: Interius) -> RunView:
        return await api.cancel(await find_run(api, run), reason)

    done = cli.ask(send)
    cli.screen.say(f"Cancelled. What was done so far: `{hint(done, 'show')}`.")
