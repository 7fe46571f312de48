"""``interius run``: a wish becomes a project."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from libs.client.api import Interius
from libs.client.commands.common import OK, Cli, Minutes, Refusal, find_run, here, leave
from libs.client.commands.follow import Wishes, follow_to_end
from libs.client.models import RunOptions, RunView
from libs.client.saving import check_folder
from libs.client.view.text import short
from libs.contracts.artifacts import Budget
from libs.contracts.asks import MAX_WISH_BYTES

DEFAULT_PROJECT = "default"
PAGE = 100


@click.command()
@click.argument("wish", nargs=-1)
@click.option("--file", "file", type=click.Path(path_type=Path), help="Read the wish from a file: text, .sql, .yaml …")
@click.option("--model", default="", help="Model to use, if not the server's default.")
@click.option("--out", type=click.Path(path_type=Path), help="Folder for the files [default: ./generated/<name>].")
@click.option("--no-save", is_flag=True, help="Leave the files on the server.")
@click.option("--approve", is_flag=True, help="Ask before code is written.")
@click.option("--no-verify", is_flag=True, help="Leave out running the project in a sandbox.")
@click.option("--json", "as_json", is_flag=True, help="Write one event a line as JSON, and nothing else.")
@click.option("--budget-tokens", type=click.IntRange(min=1), help="End the run when it has used more tokens.")
@click.option("--budget-minutes", type=Minutes(0, 1440, min_open=True), help="End it after this time.")
@click.option("--project", default="", help=f"Project to work in, made if missing [default: {DEFAULT_PROJECT}].")
@click.option("--base", metavar="RUN", default="", help="Start from an earlier run: its id, the start of it, or last.")
@click.option("--change", default="", help="What to change in that run; without it, the run is resumed.")
@click.pass_obj
def run(cli: Cli, wish: tuple[str, ...], file: Path | None, **options: Any) -> None:
    """Turn WISH into a backend, and watch it become one.

    WISH is a sentence, a specification, or a document (OpenAPI, SQL tables, a JSON sample, a Mermaid ER diagram) of at
    most 64 KiB; - reads it from standard input.
    """
    text = read_wish(wish, file, bool(options["base"]))
    if options["change"] and not options["base"]:
        raise click.UsageError("--change says what to change in an earlier run: name it with --base RUN (or last).")
    out: Path | None = options["out"]
    if out and not options["no_save"]:
        check_folder(out)
    started = cli.ask(lambda api: start(api, text, options))
    if not options["as_json"]:
        cli.screen.say(f"Run {short(started.id)} at {cli.access().url}", "dim")
    wishes = Wishes(options["as_json"], not options["no_save"], here(out) if out else None)
    leave(follow_to_end(cli, started.id, wishes) or OK)


def read_wish(words: tuple[str, ...], file: Path | None, has_base: bool) -> str:
    """The wish, from the one place it is given in; empty where an earlier run has it.

    Raises:
        click.UsageError: it is nowhere or in two places. Refusal: it is empty, too large, or no text.
    """
    if bool(words) + bool(file) > 1:
        raise click.UsageError("Give the wish as words or with --file, not both.")
    if not words and not file:
        if has_base:
            return ""
        raise click.UsageError('Say what to build: interius run "A library API with members, books and loans."')
    content = _bytes_of(words, file)
    if len(content) > MAX_WISH_BYTES:
        raise Refusal(f"The wish is {len(content):,} bytes; the limit is {MAX_WISH_BYTES:,} (64 KiB). Shorten it.")
    return _text_of(content)


def _bytes_of(words: tuple[str, ...], file: Path | None) -> bytes:
    if file is None:
        given = " ".join(words)
        return sys.stdin.buffer.read(MAX_WISH_BYTES + 1) if given == "-" else given.encode(errors="surrogateescape")
    try:
        with file.open("rb") as opened:
            return opened.read(MAX_WISH_BYTES + 1)
    except OSError as error:
        raise Refusal(f"{file} cannot be read: {error.strerror}.") from error


def _text_of(content: bytes) -> str:
    try:
        text = content.decode().strip()
    except UnicodeDecodeError:
        text = "\0"
    if "\0" in text:
        raise Refusal("The wish is not text: give it as UTF-8.")
    if not text:
        raise Refusal("The wish is empty: say what to build.")
    return text


async def start(api: Interius, wish: str, options: dict[str, Any]) -> RunView:
    """The run that was started."""
    base = await api.run(await find_run(api, options["base"])) if options["base"] else None
    asked: RunOptions = {"model": options["model"], "approve": options["approve"], "budget": _budget(options)}
    if options["no_verify"]:
        asked["verify"] = False
    if base:
        asked |= {"base_run_id": base.id, "change": options["change"]}
    named: str = options["project"]
    project = base.project_id if base and not named else await project_id(api, named or DEFAULT_PROJECT)
    return await api.start_run(project, wish or (base.wish if base else ""), **asked)


def _budget(options: dict[str, Any]) -> Budget:
    minutes: float | None = options["budget_minutes"]
    tokens: int | None = options["budget_tokens"]
    return Budget(tokens=tokens) if minutes is None else Budget(tokens=tokens, minutes=minutes)


async def project_id(api: Interius, name: str) -> str:
    """The id of my project called ``name``, which is made if there is none."""
    offset = 0
    while True:
        page = await api.projects(limit=PAGE, offset=offset)
        for project in page.items:
            if project.name == name:
                return project.id
        offset += PAGE
        if offset >= page.total:
            return (await api.create_project(name)).id
