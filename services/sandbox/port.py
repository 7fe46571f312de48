"""What a sandbox driver offers: jails, in which hostile programs run with no network and little else."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, Protocol

MEBIBYTE = 1024 * 1024

# Where things are inside every jail.
PYTHON = "/opt/python/bin/python3"
TOOLS = "/opt/interius"  # our own programs, read-only
DEPS = "/opt/deps"  # packages, read-only
APP = "/app"  # the generated project, read-only
DATA = "/data"  # the only place that may outlive the jail
RUN = "/run/box"  # the only folder that host and jail both see: sockets, made by the jail, trusted by nobody

Ending = Literal["exited", "memory", "time", "output", "disk", "stopped", "lost"]


@dataclass(frozen=True)
class Limits:
    """What a jail may use. Bytes, cores, seconds; ``seconds`` of 0 is no end."""

    memory: int = 256 * MEBIBYTE
    cpus: float = 1.0
    processes: int = 64  # threads count
    open_files: int = 512
    disk: int = 64 * MEBIBYTE  # of each place that can be written: /data and /tmp
    inodes: int = 8192  # of each place that can be written
    output: int = 4 * MEBIBYTE  # a second at most; a flood ends the jail
    seconds: float = 120.0


@dataclass(frozen=True)
class Spec:
    """A jail to start. ``id`` is letters, digits and ``-``, and no other jail of this machine has it."""

    id: str
    argv: tuple[str, ...]
    env: Mapping[str, str] = field(default_factory=dict[str, str])  # all of it: nothing is inherited
    read_only: Mapping[str, Path] = field(default_factory=dict[str, Path])  # place in the jail -> folder on the host
    data: Path | None = None  # folder of the host that keeps /data; without it /data ends with the jail
    limits: Limits = Limits()


@dataclass(frozen=True)
class Exit:
    """How a jail ended. ``code`` is its status, negative for a signal; ``message`` is for people."""

    ending: Ending
    code: int = 0
    message: str = ""


class DriverError(Exception):
    """The driver cannot do it; the message says what to do."""


def no_place(folder: Path, error: OSError) -> DriverError:
    """What keeps anything from being made there, in words."""
    why = error.strerror or "not everything could be copied"  # shutil names each file
    return DriverError(f"Nothing can be made in {folder} ({why}). Make room there, or set SANDBOX_FOLDER.")


class Jail(Protocol):
    """One running jail. Whatever comes out of it is hostile."""

    id: str
    run: Path  # RUN, as the host sees it; only for sockets.py, since what is in it is not to be trusted
    uid: int  # whose its processes and sockets are, as the host sees it

    def path(self, place: str) -> str:
        """What the jailed program calls ``place`` (``/app``): the same, unless nothing is really jailed."""
        ...

    async def send(self, line: bytes) -> None:
        """Give it a line on its standard input.

        Raises:
            DriverError: it has ended.
        """
        ...

    def lines(self) -> AsyncIterator[bytes]:
        """Lines of its output and errors, without their ends, each at most 64 KiB; ends with the jail.

        Nobody needs to read: what is not read is dropped, oldest first. There is one reader.
        """
        ...

    async def wait(self) -> Exit:
        """How it ended, once it has; may be asked again."""
        ...

    async def kill(self) -> None:
        """End it with everything in it, at once, and leave nothing behind. Again does nothing."""
        ...


class Driver(Protocol):
    """Makes jails."""

    name: str

    async def start(self, spec: Spec) -> Jail:
        """Start a jail.

        Raises:
            DriverError: it cannot be started.
        """
        ...

    async def reap(self, keep: Collection[str] = ()) -> list[str]:
        """End every jail of this house on this machine whose id is not in ``keep``; the ids of those that were there.

        Also removes mounts, cgroups, containers and folders that a killed process of ours left.
        """
        ...

    async def close(self) -> None:
        """End every jail of this process."""
        ...
