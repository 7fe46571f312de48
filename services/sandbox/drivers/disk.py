"""Data of a jail that is kept: a file system in a file, which cannot outgrow it, or a folder that is watched."""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock

TOOLS = "/usr/sbin:/sbin:/usr/bin:/bin"  # mkfs is not where users look
DEEPEST = 50  # folders in each other: each is an open file of ours, and a step of the search
MENDED = 1  # what e2fsck says when all is well now
SMALLEST = 4 * 1024 * 1024  # bytes that a file system needs itself
# Above the users that distributions, subordinate ids and systemd hand out; lower ones of ours are of jails that keep
# nothing. Each kept place has its own, since several jails, one after the other or at once, may use it.
FIRST, COUNT = 1_950_000_000, 50_000_000


@dataclass(frozen=True)
class Kept:
    """Where it is on the host, whose it is, and the image that is to be mounted there, if one is.

    ``fresh``: it was made or grown just now, so there is a folder for what is found again, which no program is to see.
    """

    folder: Path
    uid: int
    image: Path | None
    fresh: bool = False


def keep(folder: Path, size: int, inodes: int) -> Kept:
    """The place for data that is kept in ``folder``; made if it is not there."""
    folder.mkdir(parents=True, exist_ok=True)
    inner = folder / "files"
    if os.getuid() != 0:
        inner.mkdir(exist_ok=True)
        return Kept(inner, os.getuid(), None)
    folder.chmod(0o700)  # nobody else is to have the file system opened for them
    with FileLock(folder / "lock"):
        fresh = not inner.exists()
        if fresh:
            _make(folder, size, inodes)
        image = folder / "disk.ext4"
        if not fresh and image.exists():
            fresh = _grow(image, size)
    return Kept(inner, inner.stat().st_uid, image if image.exists() else None, fresh)


def _make(folder: Path, size: int, inodes: int) -> None:
    uid = FIRST + secrets.randbelow(COUNT)
    if maker := _maker():
        _make_image(maker, folder / "disk.ext4", max(size, SMALLEST), inodes, uid)
    (folder / "files").mkdir(mode=0o700)
    os.chown(folder / "files", uid, uid)


def _grow(image: Path, size: int) -> bool:
    """Give a file system the room that it may have by now; whether it was. One in use has to wait for a later jail."""
    checker, resizer = (shutil.which(name, path=TOOLS) for name in ("e2fsck", "resize2fs"))
    if image.stat().st_size >= size or not checker or not resizer or _is_mounted(image):
        return False
    checked = subprocess.run([checker, "-f", "-p", str(image)], check=False, capture_output=True)  # noqa: S603
    if checked.returncode not in (0, MENDED):
        return False
    subprocess.run([resizer, str(image), f"{size // 1024}K"], check=True, capture_output=True)  # noqa: S603
    return True


def _is_mounted(image: Path) -> bool:
    for backing in Path("/sys/block").glob("loop*/loop/backing_file"):
        with contextlib.suppress(OSError):
            if backing.read_text(encoding="utf-8").strip() == str(image):
                return True
    return False


def _maker() -> str | None:
    return shutil.which("mkfs.ext4", path=TOOLS) if Path("/dev/loop-control").exists() else None


def _make_image(maker: str, image: Path, size: int, inodes: int, uid: int) -> None:
    handle, name = tempfile.mkstemp(dir=image.parent)
    os.ftruncate(handle, size)
    os.close(handle)
    options = ["-q", "-F", "-m", "0", "-N", str(inodes), "-E", f"root_owner={uid}:{uid}"]
    subprocess.run([maker, *options, name], check=True, capture_output=True)  # noqa: S603
    Path(name).rename(image)


def used(folder: int | Path) -> tuple[int, int]:
    """Bytes and files below a folder that is not limited by itself; links are not followed.

    Folders too deep in each other to be looked at count as more files than anybody may have.
    """
    size = count = 0
    top = folder if isinstance(folder, Path) else f"/proc/self/fd/{folder}/."  # the dot: what is linked, not the link
    for path, folders, names, handle in os.fwalk(top):
        if path.count("/") - str(top).count("/") > DEEPEST:
            return size, sys.maxsize
        for name in (*folders, *names):
            with contextlib.suppress(OSError):
                size += os.stat(name, dir_fd=handle, follow_symlinks=False).st_blocks * 512
                count += 1
    return size, count


def full(handle: int) -> bool:
    """Whether a file system that has a size has no room, or no file, left."""
    left = os.statvfs(f"/proc/self/fd/{handle}")
    return left.f_bavail * left.f_frsize < 4096 or left.f_favail == 0
