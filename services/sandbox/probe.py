"""Whether a driver works: it starts a jail, and what that does is looked at."""

from __future__ import annotations

import secrets
from typing import Protocol

from services.sandbox import sockets
from services.sandbox.port import PYTHON, RUN, DriverError, Jail, Limits, Spec

NAME = "probe.sock"
# It says that it runs, and listens until it is told to end.
PROGRAM = f"""
import socket, sys
listening = socket.socket(socket.AF_UNIX)
listening.bind("{RUN}/{NAME}")
listening.listen()
print("works", flush=True)
sys.stdin.readline()
"""
SECONDS = 60.0


class Starter(Protocol):
    """What is looked at."""

    name: str

    async def start(self, spec: Spec) -> Jail:
        """As a driver."""
        ...


async def probe(driver: Starter) -> str:
    """Empty if its jails run and can be talked with, else a sentence that says why not and what to do."""
    spec = Spec(f"probe-{secrets.token_hex(4)}", (PYTHON, "-I", "-S", "-c", PROGRAM), limits=Limits(seconds=SECONDS))
    try:
        jail = await driver.start(spec)
    except DriverError as error:
        return str(error)
    try:
        return await _look(driver.name, jail)
    finally:
        await jail.kill()


async def _look(name: str, jail: Jail) -> str:
    told = b""
    async for line in jail.lines():
        if line == b"works":
            break
        told = line
    else:
        ended = await jail.wait()
        return f"A jail of {name} did not run. {ended.message} {told.decode(errors='replace')}".strip()
    try:
        (await sockets.connect(jail, NAME)).close()
    except (OSError, DriverError) as error:
        return f"A jail of {name} runs, but its socket cannot be reached: {error}"
    return ""
