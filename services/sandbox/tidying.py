"""What is removed of downloaded packages: folders that were not asked for lately, old wheels, and half-made folders."""

from __future__ import annotations

import fcntl
import os
import re
import secrets
import shutil
import time
from contextlib import suppress
from pathlib import Path

from filelock import FileLock, Timeout

from services.sandbox.port import MEBIBYTE

NAME = re.compile(r"[0-9a-f]{20}")
HALF_MADE = re.compile(r"([0-9a-f]{20})\.[0-9a-f]{8}")
REST_SECONDS = 600.0  # that a folder is left alone after somebody asked for it: its jails may be about to start
WHEELS = 2048 * MEBIBYTE  # of downloaded files in all: any of them can be downloaded again


def hold(folder: Path) -> int:
    """A handle that keeps a folder of packages from being removed until it is closed, or its process is gone.

    Raises:
        OSError: it is not there any more.
    """
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        fcntl.flock(handle, fcntl.LOCK_SH)
        if not folder.exists():  # it was taken away while we waited
            raise FileNotFoundError(f"{folder.name} was removed.")
    except OSError:
        os.close(handle)
        raise
    return handle


def take_away(folder: Path) -> bool:
    """Remove it, if no process holds it."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        gone = folder.with_name(f"{folder.name}.{secrets.token_hex(4)}")
        folder.rename(gone)  # at once, so that nobody finds half of it
    except BlockingIOError:
        return False
    finally:
        os.close(handle)
    shutil.rmtree(gone, ignore_errors=True)
    return True


def tidy(folder: Path, most: int) -> list[str]:
    """Leave the ``most`` folders that were asked for last, and those in use; the names of what was removed."""
    _remove_half_made(folder)
    _remove_wheels(folder / "wheels")
    made = sorted((path for path in folder.iterdir() if NAME.fullmatch(path.name) and path.is_dir()), key=_used)
    idle = [path for path in made[: max(len(made) - most, 0)] if time.time() - _used(path) > REST_SECONDS]
    return [path.name for path in idle if take_away(path)]


def _used(path: Path) -> float:
    """When it was asked for last: `Environments` sets it."""
    with suppress(OSError):
        return path.stat().st_mtime
    return time.time()  # somebody else is at it


def _remove_half_made(folder: Path) -> None:
    """Who makes a folder holds its lock: with nobody there, it is what a killed process left."""
    for path in folder.iterdir():
        if found := HALF_MADE.fullmatch(path.name):
            with suppress(Timeout), FileLock(folder / f"{found[1]}.lock", timeout=0):
                shutil.rmtree(path, ignore_errors=True)


def _remove_wheels(folder: Path) -> None:
    wheels = sorted(folder.glob("*.whl"), key=_used, reverse=True)
    room = WHEELS
    for wheel in wheels:
        with suppress(OSError):
            room -= wheel.stat().st_size
            if room < 0:
                wheel.unlink()
