"""``parked`` and ``replay``: work that failed for good, for operators."""

from __future__ import annotations

from collections.abc import Sequence

import click
import msgspec

from libs.client.commands.common import Cli
from libs.client.models import ParkedWork
from libs.client.view.artifacts import table
from libs.client.view.text import age, one_line, short


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Write one item a line as JSON.")
@click.pass_obj
def parked(cli: Cli, as_json: bool) -> None:
    """List work that failed for good (superusers only)."""
    found = cli.ask(lambda api: api.parked())
    if as_json:
        for item in found:
            click.echo(msgspec.json.encode(item))
    elif found:
        table(cli.screen, ("seq", "work", "run", "parked", "reason"), map(_row, found))
        cli.screen.say("Send one again with: interius replay SEQ", "dim")
    else:
        cli.screen.say("Nothing is parked.")


def _row(item: ParkedWork) -> Sequence[str]:
    work = item.type.removeprefix("interius.work.")
    return str(item.seq), work, short(item.run_id), age(item.parked_at), one_line(item.reason, 300)


@click.command()
@click.argument("seq", type=click.IntRange(min=1))
@click.pass_obj
def replay(cli: Cli, seq: int) -> None:
    """Send parked work again (superusers only)."""
    cli.ask(lambda api: api.replay(seq))
    cli.screen.say(f"Sent {seq} again.")
