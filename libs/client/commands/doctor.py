"""``interius doctor``: what is installed, reachable and configured, and what to do about what is not."""

from __future__ import annotations

from pathlib import Path

import click
from rich import box
from rich.table import Table
from rich.text import Text

from libs.client.commands.checks import Finding, all_local, server
from libs.client.commands.common import OK, RUN_FAILED, Cli, leave
from libs.client.view.screen import Screen
from libs.client.view.text import clean, plain_ascii

MARKS = {"ok": ("✓ ok", "green"), "warn": ("! warn", "yellow"), "fail": ("✗ fail", "bold red")}


@click.command()
@click.option("--data", type=click.Path(path_type=Path), default=Path(".interius"), show_default=True)
@click.pass_obj
def doctor(cli: Cli, data: Path) -> None:
    """Check what is installed, reachable and configured."""
    findings = [*all_local(data), *server(cli)]
    _show(cli.screen, findings)
    failed = sum(finding.state == "fail" for finding in findings)
    cli.screen.say()
    cli.screen.say("All that is needed is there." if not failed else f"{failed} to be mended before Interius can run.")
    leave(RUN_FAILED if failed else OK)


def _show(screen: Screen, findings: list[Finding]) -> None:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False, header_style="bold")
    for column in ("", "check", "found, and what to do"):
        table.add_column(column, no_wrap=column != "found, and what to do", overflow="fold")
    for finding in findings:
        mark, style = MARKS[finding.state]
        words = " ".join(part for part in (finding.found, finding.advice) if part)
        cells = (Text(mark, style), Text(finding.name), Text(clean(words)))
        table.add_row(*(Text(plain_ascii(cell.plain), cell.style) if screen.ascii_only else cell for cell in cells))
    screen.show(table)
