"""Folders of packages, one for each list of requirements: downloaded here, unpacked in a jail, kept while in use.

What is downloaded are wheels only, so no code of a package runs to get it, and none runs on this machine afterwards.
"""

from __future__ import annotations

import asyncio
import os
import re
import resource
import shutil
import sys
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import structlog
from filelock import AsyncFileLock

from services.sandbox.inside.unpack import MOST, READY
from services.sandbox.packages import FILES, Refused, digest
from services.sandbox.parcels import Unfit, receive
from services.sandbox.port import APP, DATA, DEPS, MEBIBYTE, PYTHON, RUN, TOOLS, Driver, Jail, Limits, Spec
from services.sandbox.sockets import SocketError, connect
from services.sandbox.tidying import tidy

INSIDE = Path(__file__).parent / "inside"
DOWNLOAD_SECONDS = 180.0
LARGEST = 200 * MEBIBYTE  # of one downloaded file
MEMORY = 2048 * MEBIBYTE  # of the downloader, which reads what is in the wheels
BUILDING = Limits(memory=1536 * MEBIBYTE, cpus=2.0, disk=1024 * MEBIBYTE, inodes=65_536, seconds=180.0)
PARCEL = "packages.sock"
MOST_KEPT = 30  # lists of packages, of about 70 MB each
KEPT_OUTPUT = 4000  # characters
# How the downloader says that it reached no index, or not well enough to know what is there.
UNREACHED = re.compile(
    r"NewConnectionError|ConnectTimeout|ReadTimeout|ProxyError|SSLError|Could not fetch URL|Connection(?:Error|Reset)"
    r"|Temporary failure|Max retries|Network is unreachable|ProtocolError|(?:50[0234]|429) (?:Server|Client) Error",
)


log = structlog.get_logger(__name__)


class NotNow(Exception):
    """It cannot be had now, through no fault of the project: another attempt may."""


@dataclass(frozen=True)
class Environment:
    """Packages, unpacked and compiled, in a folder that is only ever read."""

    id: str
    folder: Path


class Environments:
    """Makes each folder once, whoever asks, in whichever process."""

    def __init__(self, folder: Path, driver: Driver, most: int = MOST_KEPT) -> None:
        self._folder = folder.absolute() / "environments"
        self._driver = driver
        self._most = most

    async def get(self, lines: tuple[str, ...]) -> Environment:
        """The folder for a list of packages, as ``packages.wanted`` gives it.

        Raises:
            Refused: the packages cannot be had together, or one of them is broken.
            NotNow: nothing could be downloaded.
            DriverError: there is no jail to unpack them in.
        """
        name = digest(lines)
        place = self._folder / name
        if not place.is_dir():
            self._folder.mkdir(parents=True, exist_ok=True)
            async with AsyncFileLock(self._folder / f"{name}.lock"):
                if not place.is_dir():
                    await self._make(lines, place)
            await self.tidy()
        with suppress(FileNotFoundError):  # removed in this very moment: whoever starts a jail with it is told
            os.utime(place)
        return Environment(name, place)

    async def tidy(self) -> None:
        """Remove what has not been asked for in a long time, and what killed processes left."""
        self._folder.mkdir(parents=True, exist_ok=True)
        if gone := await asyncio.to_thread(tidy, self._folder, self._most):
            log.info("packages_removed", lists=gone)

    async def _make(self, lines: tuple[str, ...], place: Path) -> None:
        staging = self._folder / f"{place.name}.{uuid4().hex[:8]}"
        wheels, unpacked = staging / "wheels", staging / "unpacked"
        try:
            for folder in (wheels, unpacked):
                folder.mkdir(parents=True)
            await self._download(lines, wheels)
            await self._unpack(wheels, unpacked)
            unpacked.rename(place)
        finally:
            await asyncio.to_thread(shutil.rmtree, staging, ignore_errors=True)

    async def _download(self, lines: tuple[str, ...], wheels: Path) -> None:
        """First from what was downloaded before, which takes no network; then from the index."""
        if not lines:
            return
        kept = self._folder / "wheels"
        kept.mkdir(exist_ok=True)
        told = await _pip(lines, wheels, "--no-index", "--find-links", str(kept))
        if told is not None:
            told = await _pip(lines, wheels, "--find-links", str(kept))
        if told is not None:
            raise _fault(told)
        _keep(wheels, kept)

    async def _unpack(self, wheels: Path, unpacked: Path) -> None:
        spec = Spec(
            f"unpack-{uuid4().hex[:12]}",
            (PYTHON, "-S", f"{TOOLS}/unpack.py", APP, DATA, DEPS, f"{RUN}/{PARCEL}"),
            read_only={TOOLS: INSIDE, APP: wheels},
            limits=BUILDING,
        )
        jail = await self._driver.start(spec)
        try:
            await _said_ready(jail)
            connected = await connect(jail, PARCEL)
            await asyncio.to_thread(receive, connected, unpacked, MOST)
        except (Unfit, SocketError) as error:
            raise Refused(FILES[0], 0, f"The packages cannot be unpacked: {error}") from error
        finally:
            await jail.kill()


async def _said_ready(jail: Jail) -> None:
    """Wait until the packages are unpacked."""
    said: list[str] = []
    async for line in jail.lines():
        if line == READY.encode():
            return
        said.append(line.decode(errors="replace"))
    ended = await jail.wait()
    reason = "\n".join([*said[-20:], ended.message]).strip() or f"status {ended.code}"
    raise Refused(FILES[0], 0, f"The packages cannot be unpacked: {reason[-KEPT_OUTPUT:]}")


async def _pip(lines: tuple[str, ...], wheels: Path, *options: str) -> str | None:
    """What pip has to complain about; None when it got everything."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-I", "-m", "pip", "--disable-pip-version-check", "--no-input", "download", "--quiet"),
        *("--no-cache-dir", "--only-binary", ":all:", "--retries", "2", "--timeout", "30", "--dest", str(wheels)),
        *options,
        "--",
        *lines,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        preexec_fn=_bounded,
    )
    try:
        async with asyncio.timeout(DOWNLOAD_SECONDS):
            said, _ = await process.communicate()
    except TimeoutError:
        return f"ConnectTimeout: it was not done within {DOWNLOAD_SECONDS:g} s"
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    return said.decode(errors="replace") if process.returncode else None


def _keep(wheels: Path, kept: Path) -> None:
    """Another list may want them too."""
    for wheel in wheels.iterdir():
        wheel.chmod(0o644)
        with suppress(FileExistsError):
            os.link(wheel, kept / wheel.name)
        os.utime(kept / wheel.name)  # those that are wanted stay longest


def _bounded() -> None:
    """What a wheel says of itself is read on this machine: it may not fill it."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (LARGEST, LARGEST))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))


def _fault(told: str) -> Exception:
    if UNREACHED.search(told):
        return NotNow("The packages could not be downloaded: the package index was not reached.")
    complaints = [line for line in told.splitlines() if line.startswith("ERROR:")] or told.splitlines()[-3:]
    return Refused(FILES[0], 0, "The packages cannot be had together. " + " ".join(complaints)[-KEPT_OUTPUT:])
