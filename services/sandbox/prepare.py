"""``python -m services.sandbox.prepare`` makes what the first project would wait for: Python and its packages."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterator

from libs.blueprint import compile_project
from libs.offline import draft_architecture, read_wish
from libs.runtime.settings import read
from services.sandbox.environments import NotNow
from services.sandbox.jails import Jails
from services.sandbox.packages import Refused, wanted
from services.sandbox.port import DriverError
from services.sandbox.settings import SandboxSettings

# Two projects that ask for all that printed ones ask for: with and without people who sign in.
WISHES = ("An API with books. A book has a title.", "An API with books. A book has a title. Members log in.")


def lists() -> Iterator[tuple[str, ...]]:
    """The lists of packages that printed projects have."""
    for wish in WISHES:
        charter = read_wish(wish).charter
        assert charter
        files = compile_project(charter, draft_architecture(charter))
        yield wanted({file.path: file.content for file in files})


async def prepare(settings: SandboxSettings) -> str:
    """Make what is missing; gives a sentence on what came of it, which is never a reason to stop."""
    jails = Jails(settings)
    try:
        environments, _ = await jails.ready()
        for lines in dict.fromkeys(lists()):
            await environments.get(lines)
    except (DriverError, NotNow, Refused) as reason:
        return f"Projects will be made, but not run here for now. {reason}"
    finally:
        await jails.close()
    return f"Projects will be run in jails made with {jails.driver}."


if __name__ == "__main__":
    sys.stdout.write(f"{asyncio.run(prepare(read(SandboxSettings)))}\n")
