"""Which driver makes jails here: the one that is named, or the first that really works."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from services.sandbox.drivers.unsafe import UnsafeDriver
from services.sandbox.port import Driver, DriverError
from services.sandbox.settings import SandboxSettings

INSTALL = "Start Docker or install bubblewrap: deploy/debian.sh installs both on Debian and Ubuntu."
UNSAFE = "No jail at all: SANDBOX_DRIVER=unsafe runs what is generated with your rights. Only for development."


class Checked(Driver, Protocol):
    """A driver that can say whether it works."""

    async def check(self) -> str:
        """Empty if its jails run, else why not and what to do."""
        ...


@dataclass(frozen=True)
class Choice:
    """``driver`` is none where none works; ``why`` is a sentence for people in either case."""

    driver: Driver | None
    why: str


async def choose(settings: SandboxSettings) -> Choice:
    """Look what works. Docker comes first, since its daemon also holds limits for who is not root.

    Raises:
        DriverError: the driver that the settings name does not work.
    """
    named = settings.sandbox_driver
    if named == "unsafe":
        return Choice(UnsafeDriver(), UNSAFE)
    faults: list[str] = []
    for name, make in MAKERS.items():
        if named in {"auto", name}:
            driver = make(settings)
            fault = await driver.check()
            if not fault:
                return Choice(driver, " ".join([f"SANDBOX_DRIVER={named}, and {name} works.", *faults]))
            await driver.close()
            faults.append(f"Not {name}: {fault.rstrip('.')}.")
    if named != "auto":
        raise DriverError(f"SANDBOX_DRIVER={named} cannot be used. {faults[0]} {INSTALL}")
    return Choice(None, " ".join(["Generated code cannot be run here.", *faults, INSTALL]))


def _docker(settings: SandboxSettings) -> Checked:
    from services.sandbox.drivers.docker.driver import DockerDriver  # noqa: PLC0415  # its client is large

    return DockerDriver(settings.sandbox_folder, settings.docker_host, settings.sandbox_docker_runtime)


def _bubblewrap(settings: SandboxSettings) -> Checked:
    from services.sandbox.drivers.bubblewrap import BubblewrapDriver  # noqa: PLC0415  # needs Linux

    return BubblewrapDriver(settings.sandbox_folder)


MAKERS: dict[str, Callable[[SandboxSettings], Checked]] = {"docker": _docker, "bubblewrap": _bubblewrap}
