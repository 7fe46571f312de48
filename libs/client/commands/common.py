"""What the commands share: the server, the screen, the run that was meant, and how they end."""

from __future__ import annotations

import asyncio
import math
import os
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, NoReturn, TypeVar

import click

from libs.client.api import Interius
from libs.client.config import Access, find_access
from libs.client.errors import ApiError, ClientError, Unreachable
from libs.client.models import RunView
from libs.client.view.screen import Screen, open_screen
from libs.client.view.text import one_line, short

T = TypeVar("T")
OK, RUN_FAILED, USAGE, WAITS, CANCELLED, NO_SERVER, INTERRUPTED = 0, 1, 2, 3, 4, 5, 130
ID_LENGTH = 36  # of a UUID
PAGE = 100
SEARCHED = 1000  # newest runs that a prefix is looked for in


class Refusal(click.ClickException):
    """Ends the command with a sentence and an exit code."""

    def __init__(self, message: str, exit_code: int = USAGE) -> None:
        super().__init__(message)
        self.exit_code = exit_code  # pyright: ignore[reportAttributeAccessIssue]  # click reads it off the instance


class Interrupted(Refusal):
    """The person pressed Ctrl-C, which is no error."""

    def __init__(self, message: str = "Interrupted.") -> None:
        super().__init__(message, INTERRUPTED)

    def show(self, file: IO[Any] | None = None) -> None:
        """Say so, on a line of its own."""
        click.echo(f"\n{self.message}", file or sys.stderr)


@dataclass(frozen=True)
class Cli:
    """What the options before the command say, and what all commands need."""

    url: str
    token: str

    @property
    def screen(self) -> Screen:
        """Where to write."""
        return open_screen()

    def access(self) -> Access:
        """The server and who we are there."""
        return find_access(self.url, self.token, Path.cwd())

    def client(self) -> Interius:
        """A client of that server."""
        access = self.access()
        return Interius(access.url, access.token, access.credentials)

    def ask(self, work: Callable[[Interius], Awaitable[T]]) -> T:
        """What ``work`` gives, with a client that is closed after it."""

        async def within() -> T:
            async with self.client() as api:
                return await work(api)

        return asyncio.run(within())


class Minutes(click.FloatRange):
    """A length of time, which "nan" is not, although it is below no bound."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """The minutes."""
        minutes = float(super().convert(value, param, ctx))
        if math.isnan(minutes):
            self.fail(f"{value!r} is no number of minutes.", param, ctx)
        return minutes


class Commands(click.Group):
    """A group whose commands end with our exit codes and one sentence, never with a traceback."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The commands in the order in which they are needed."""
        return list(self.commands)

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command that was named."""
        try:
            return super().invoke(ctx)
        except ClientError as error:
            raise Refusal(str(error) + advice(error), code_of(error)) from error
        except (KeyboardInterrupt, click.Abort):
            raise Interrupted from None


def advice(error: ClientError) -> str:
    """What to do about ``error`` beyond its own words."""
    signed_out = isinstance(error, ApiError) and error.status == 401
    return " Sign in with `interius login`." if signed_out else ""


def code_of(error: ClientError) -> int:
    """The exit code of ``error``: 5 where the server or the sign-in is at fault, 2 where the input is."""
    if isinstance(error, ApiError):
        theirs = error.status in {401, 403, 410, 429} or error.status >= 500
        return NO_SERVER if theirs or error.code == "unexpected_answer" else USAGE
    return NO_SERVER if isinstance(error, Unreachable) else USAGE


def leave(code: int) -> NoReturn:
    """End the command with ``code``."""
    click.get_current_context().exit(code)
    raise AssertionError("exit() raises")


async def find_run(api: Interius, name: str) -> str:
    """The id of the run that ``name`` means: ``last``, an id, or the unique start of one.

    Raises:
        Refusal: there is none, or more than one.
    """
    if name == "last":
        newest = (await api.runs(limit=1)).items
        if not newest:
            raise Refusal('There are no runs yet: start one with `interius run "…"`.')
        return newest[0].id
    return name if len(name) >= ID_LENGTH else _only(name, await _starting_with(api, name))


async def _starting_with(api: Interius, prefix: str) -> list[RunView]:
    found: list[RunView] = []
    for offset in range(0, SEARCHED, PAGE):
        page = await api.runs(limit=PAGE, offset=offset)
        found += [run for run in page.items if run.id.startswith(prefix.lower())]
        if offset + PAGE >= page.total:
            break
    return found


def _only(prefix: str, found: list[RunView]) -> str:
    if not found:
        raise Refusal(f"No run starts with {prefix!r}: `interius runs` lists them.")
    if len(found) > 1:
        names = "; ".join(f"{run.id} ({one_line(run.wish, 30)})" for run in found[:5])
        raise Refusal(f"{len(found)} runs start with {prefix!r}: give more of the id. They are {names}.")
    return found[0].id


def hint(run: RunView, verb: str) -> str:
    """``interius <verb> 1a2b3c4d``."""
    return f"interius {verb} {short(run.id)}"


def here(path: Path) -> Path:
    """``path`` as seen from the present folder, where that is shorter."""
    relative = os.path.relpath(path)
    return Path(relative) if len(relative) < len(str(path)) else path
