"""``deploy`` and what comes after: sandboxes, their logs, their environment, their end."""

from __future__ import annotations

import asyncio
import contextlib
import re
import sys
from collections.abc import AsyncGenerator
from contextlib import aclosing

import click

from libs.client.api import Interius
from libs.client.commands.common import RUN_FAILED, Cli, Minutes, Refusal, find_run, leave
from libs.client.models import RedeployOptions, Sandbox
from libs.client.sandboxes import OVER
from libs.client.view.artifacts import table
from libs.client.view.screen import Screen
from libs.client.view.text import age, clean, one_line, short

PAGE = 100
SEARCHED = 1000  # newest sandboxes that one is looked for in
MINUTES = Minutes(0, 30 * 24 * 60)
WHOLE = re.compile(r".+-[0-9a-f]{16}")
SERVING = frozenset({"requested", "starting", "ready", "expired"})  # what was stopped was stopped on purpose
SANDBOX = click.argument("sandbox", metavar="SANDBOX")


@click.command()
@click.argument("run", metavar="RUN")
@click.option("--into", "into", metavar="SANDBOX", default="", help="Serve it in place of what this sandbox serves.")
@click.option("--new", is_flag=True, help="Give it a sandbox of its own, even if it has one already.")
@click.option("--idle", metavar="MINUTES", type=MINUTES, default=0, help="End it without a request [default: 30].")
@click.option("--total", metavar="MINUTES", type=MINUTES, default=0, help="End it in any case [default: a day].")
@click.option("--ephemeral", is_flag=True, help="Keep no data; it is up sooner.")
@click.option("--env", "env", metavar="NAME=VALUE", multiple=True, help="Set a variable of the app; repeatable.")
@click.option("--secret", "secret", metavar="NAME", multiple=True, help="Set a secret; its value is asked for.")
@click.pass_obj
def deploy(cli: Cli, run: str, into: str, **options: object) -> None:
    """Have a completed run served, and wait until it answers.

    A run that is served already is started anew where it is, without a gap; one whose time was over comes back to the
    address and the data that it had. With --new it gets a sandbox of its own in any case.
    """
    wanted: RedeployOptions = {
        "idle_minutes": float(str(options["idle"])),
        "total_minutes": float(str(options["total"])),
        "variables": _variables(options["env"]),
        "secrets": _secrets(options["secret"]),
    }
    keep = not options["ephemeral"]
    if into and (options["new"] or not keep):
        raise Refusal("--into is for a sandbox that there is: leave out --new and --ephemeral.")

    async def work(api: Interius) -> Sandbox:
        run_id = await find_run(api, run)
        there = await find_sandbox(api, into) if into else "" if options["new"] else await _served(api, run_id, keep)
        if there:
            begun = await api.sandboxes.redeploy(there, run_id, **wanted)
        else:
            begun = await api.sandboxes.deploy(run_id, **wanted, keep_data=keep)
        return await _settled(cli.screen, api, begun)

    _told(cli.screen, cli.ask(work))


async def _served(api: Interius, run_id: str, keep: bool) -> str:
    """The newest sandbox that serves the run, or did until its time was over, and keeps data or not as is wanted."""
    async with aclosing(_newest(api)) as found:
        async for one in found:
            if one.run_id == run_id and one.status in SERVING and one.keep_data == keep:
                return one.id
    return ""


async def _newest(api: Interius) -> AsyncGenerator[Sandbox]:
    for offset in range(0, SEARCHED, PAGE):
        page = await api.sandboxes.all(limit=PAGE, offset=offset)
        for one in page.items:
            yield one
        if offset + PAGE >= page.total:
            return


async def _settled(screen: Screen, api: Interius, begun: Sandbox) -> Sandbox:
    again = f"version {begun.version}, beside the one before" if begun.status == "ready" else "starting"
    screen.say(f"{begun.id}  {again} …", "dim")
    return await api.sandboxes.settled(begun.id, begun.version)


def _told(screen: Screen, sandbox: Sandbox) -> None:
    """How it came out, and the exit code that goes with it."""
    show_sandbox(screen, sandbox)
    if sandbox.status != "ready" or sandbox.message:
        leave(RUN_FAILED)


def show_sandbox(screen: Screen, sandbox: Sandbox) -> None:
    """Where it is, or why it is nowhere."""
    good = sandbox.status == "ready"
    screen.say(f"{sandbox.id}  {sandbox.status}", "bold green" if good else "bold yellow")
    if good:
        screen.say(f"  live at   {sandbox.url}")
        screen.say(f"  try it at {sandbox.docs_url}")
        idle, whole = _span(sandbox.idle_seconds), _span(sandbox.total_seconds)
        screen.say(
            f"  ends after {idle} without a request, or {whole} in all; `interius restart` brings it back", "dim"
        )
    for line in sandbox.log if sandbox.message else ():
        screen.say(f"  | {clean(line)}", "dim")
    if sandbox.message:
        screen.say(f"  {clean(sandbox.message)} {clean(sandbox.advice)}".rstrip(), "yellow")


def _span(seconds: int) -> str:
    return f"{seconds / 3600:.3g} h" if seconds >= 3600 else f"{seconds / 60:.3g} min"


@click.command()
@click.pass_obj
def sandboxes(cli: Cli) -> None:
    """List what is or was served."""
    found = cli.ask(lambda api: api.sandboxes.all(limit=PAGE)).items
    if not found:
        cli.screen.say("Nothing was served yet: `interius deploy last` serves your newest run.")
        return
    rows = [
        (one.id, one.status, short(one.run_id), age(one.created_at), one.url if one.status == "ready" else _why(one))
        for one in found
    ]
    table(cli.screen, ("sandbox", "status", "run", "age", "where"), rows)


def _why(sandbox: Sandbox) -> str:
    expired = {"idle": f"nobody asked for it for {_span(sandbox.idle_seconds)}", "total": "its whole time was over"}
    return one_line(sandbox.message or expired.get(sandbox.reason, sandbox.reason), 60)


@click.command()
@SANDBOX
@click.option("-f", "--follow", is_flag=True, help="Go on with what comes, until Ctrl-C.")
@click.pass_obj
def logs(cli: Cli, sandbox: str, follow: bool) -> None:
    """Show what the app prints."""

    async def work(api: Interius) -> None:
        async for text in api.sandboxes.logs(await find_sandbox(api, sandbox), follow):
            for line in text.splitlines():
                cli.screen.say(clean(line))

    with contextlib.suppress(asyncio.CancelledError):
        cli.ask(work)


@click.command()
@SANDBOX
@click.pass_obj
def restart(cli: Cli, sandbox: str) -> None:
    """Start a sandbox anew, also one that has ended."""

    async def work(api: Interius) -> Sandbox:
        return await _settled(cli.screen, api, await api.sandboxes.restart(await find_sandbox(api, sandbox)))

    _told(cli.screen, cli.ask(work))


@click.command()
@SANDBOX
@click.option("--wipe", is_flag=True, help="Remove its data and secrets too.")
@click.pass_obj
def stop(cli: Cli, sandbox: str, wipe: bool) -> None:
    """End a sandbox; its data stays unless wiped."""

    async def work(api: Interius) -> Sandbox:
        sandbox_id = await find_sandbox(api, sandbox)
        before = await api.sandboxes.one(sandbox_id)
        begun = await api.sandboxes.stop(sandbox_id, wipe)
        if begun.status in OVER and before.status in OVER:
            cli.screen.say("It had ended already.", "dim")
        return await api.sandboxes.ended(sandbox_id)

    stopped = cli.ask(work)
    cli.screen.say(f"{stopped.id}  {stopped.status}")
    if stopped.keep_data and not wipe:
        cli.screen.say("  Its data stays: `interius restart` brings it back, `interius stop --wipe` removes it.", "dim")


@click.command()
@SANDBOX
@click.argument("values", metavar="[NAME=VALUE]...", nargs=-1)
@click.option("--secret", "secret", metavar="NAME", multiple=True, help="Set a secret; its value is asked for.")
@click.option("--unset", "unset", metavar="NAME", multiple=True, help="Take a variable or secret away.")
@click.pass_obj
def env(cli: Cli, sandbox: str, values: tuple[str, ...], secret: tuple[str, ...], unset: tuple[str, ...]) -> None:
    """Set variables and secrets of an app, which is started anew with them; or show their names."""
    variables, hidden = _variables(values), _secrets(secret)

    async def work(api: Interius) -> tuple[Sandbox, bool]:
        sandbox_id = await find_sandbox(api, sandbox)
        if not (variables or hidden or unset):
            return await api.sandboxes.one(sandbox_id), False
        begun = await api.sandboxes.configure(sandbox_id, variables, hidden, unset)
        if begun.status in OVER:
            return begun, False
        return await _settled(cli.screen, api, begun), True

    known, started = cli.ask(work)
    for name in known.variables:
        cli.screen.say(name)
    for name in known.secrets:
        cli.screen.say(f"{name} (secret)")
    if not (known.variables or known.secrets):
        cli.screen.say("Nothing is set: give NAME=VALUE, or --secret NAME.", "dim")
    if started and known.message:  # what came of an earlier start is no matter of these names
        _told(cli.screen, known)


def _variables(values: object) -> dict[str, str]:
    found: dict[str, str] = {}
    for value in values if isinstance(values, tuple) else ():
        name, equals, text = str(value).partition("=")
        if not equals:
            raise Refusal(f"{name!r} is not like NAME=VALUE. A secret is given as --secret NAME.")
        found[name] = text
    return found


def _secrets(names: object) -> dict[str, str]:
    """Asked for without echo, or read a line each from standard input: other users see arguments."""
    given = names if isinstance(names, tuple) else ()
    return {str(name): _secret(str(name)) for name in given}


def _secret(name: str) -> str:
    if sys.stdin.isatty():
        return str(click.prompt(name, hide_input=True))
    line = sys.stdin.readline().rstrip("\r\n")
    if not line:
        raise Refusal(f"Standard input holds no value for the secret {name}.")
    return line


async def find_sandbox(api: Interius, name: str) -> str:
    """The id of the sandbox that ``name`` means: ``last``, an id, or the unique start of one.

    Raises:
        Refusal: there is none, or more than one.
    """
    if WHOLE.fullmatch(name):
        return name  # it may be older than what is listed, or newer, or the views may be away
    fitting: list[str] = []
    async with aclosing(_newest(api)) as found:
        async for one in found:
            if name == "last":
                return one.id
            fitting += [one.id] if one.id.startswith(name) else []
    if len(fitting) > 1:
        raise Refusal(f"{len(fitting)} sandboxes start with {name!r}: give more of the id.")
    if not fitting:
        raise Refusal(f"No sandbox starts with {name!r}: `interius sandboxes` lists them.")
    return fitting[0]
