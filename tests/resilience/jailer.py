"""``python -m tests.resilience.jailer docker|bubblewrap HOUSE URL``: starts jails, says so, and waits to be killed."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from services.sandbox.drivers.bubblewrap import BubblewrapDriver
from services.sandbox.drivers.docker.driver import DockerDriver
from services.sandbox.port import PYTHON, Driver, Limits, Spec

# It does not end with its input, and has children in sessions of their own.
PROGRAM = """
import os, time
if os.fork() == 0:
    os.setsid()
print("up", flush=True)
while True: time.sleep(100)
"""


async def main(driver: Driver, house: Path) -> None:
    places = (None, house.parent / "kept")
    jails = [
        await driver.start(Spec(f"orphan-{n}", (PYTHON, "-c", PROGRAM), data=place, limits=Limits(seconds=0)))
        for n, place in enumerate(places)
    ]
    for jail in jails:
        await anext(jail.lines())
    print("ready", flush=True)  # noqa: T201  # to the test
    await asyncio.sleep(1000)


if __name__ == "__main__":
    name, folder, url = sys.argv[1:]
    made = DockerDriver(Path(folder), url) if name == "docker" else BubblewrapDriver(Path(folder))
    asyncio.run(main(made, Path(folder)))
