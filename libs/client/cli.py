"""The ``interius`` command."""

from __future__ import annotations

import contextlib
import io
import sys
from importlib.metadata import PackageNotFoundError, version

import click

from libs.client.commands.common import Cli, Commands
from libs.client.commands.doctor import doctor
from libs.client.commands.login import login
from libs.client.commands.parked import parked, replay
from libs.client.commands.run import run
from libs.client.commands.sandbox import deploy, env, logs, restart, sandboxes, stop
from libs.client.commands.show import diff, runs, show
from libs.client.commands.stack import demo, up
from libs.client.commands.watch import approve, cancel, revise, watch

EPILOG = """\b
RUN and SANDBOX are an id, the unique start of one, or last.

\b
Exit codes:
    0  done: the run is completed
    1  the run failed, or doctor found something missing
    2  usage: the input cannot be used
    3  the run waits for a person
    4  the run was cancelled
    5  the server cannot be reached or started, or you are not signed in
  130  interrupted; a run that was started goes on

\b
Environment:
  INTERIUS_URL    server to use, if not this folder's or the remembered one
  INTERIUS_TOKEN  access token for it
  NO_COLOR        no colours
"""


def _version() -> str:
    try:
        return version("interius")
    except PackageNotFoundError:  # run from a checkout that is not installed
        return "unreleased"


@click.group(
    cls=Commands, epilog=EPILOG, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100}
)
@click.option("--url", envvar="INTERIUS_URL", default="", help="Server to use.", show_default="this folder's stack")
@click.option("--token", envvar="INTERIUS_TOKEN", default="", help="Access token for it.")
@click.version_option(_version(), prog_name="interius")
@click.pass_context
def cli(ctx: click.Context, url: str, token: str) -> None:
    """Interius turns a sentence into a reviewed, running FastAPI backend.

    \b
    Start here:
      interius demo                      one wish, start to end, in seconds
      interius up                        start the stack on this machine
      interius run "A library API …"     turn a wish into ./generated/<name>/
      interius run --base last --change "Add late fees."
      interius deploy last               serve it, at an address of its own
    """
    ctx.obj = Cli(url, token)


RUNS = (demo, up, run, watch, runs, show, diff, approve, revise, cancel)
SANDBOXES = (deploy, sandboxes, logs, env, restart, stop)
for command in (*RUNS, *SANDBOXES, login, doctor, parked, replay):
    cli.add_command(command)


def main() -> None:
    """Entry point of the console script."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            with contextlib.suppress(ValueError):
                stream.reconfigure(errors="replace")  # a terminal without Unicode shows ? instead of failing
    cli(prog_name="interius")
