"""Runs inside a jail: unpacks wheels, compiles what is in them, and hands it out. No code of theirs is executed.

Standard library only, since it is read by whatever Python the jail has.
"""

from __future__ import annotations

import compileall
import os
import shutil
import socket
import sys
import tarfile
import zipfile
from pathlib import Path, PurePosixPath
from py_compile import PycInvalidationMode

MOST = 600 * 1024 * 1024  # bytes unpacked, all wheels together; the blueprint's take 70 MB
KEPT = ("purelib", "platlib")  # of a wheel's .data folder; scripts, headers and data are for installations


READY = "unpacked"


def main(wheels: str, target: str, place: str, name: str) -> None:
    """Unpack every wheel of a folder into ``target``, which will be seen as ``place``, and send it to who connects.

    Leaves with a sentence where a wheel is not as it should be.
    """
    room = MOST
    for wheel in sorted(Path(wheels).glob("*.whl")):
        room = _unpack(wheel, Path(target), room)
    compileall.compile_dir(
        target,
        maxlevels=20,
        quiet=2,
        workers=min(4, os.cpu_count() or 1),
        stripdir=target,
        prependdir=place,
        invalidation_mode=PycInvalidationMode.UNCHECKED_HASH,
    )
    _send(Path(target), name)


def _send(folder: Path, name: str) -> None:
    """Be asked for the files once, at a socket of this name."""
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(name)
        listening.listen(1)
        sys.stdout.write(f"{READY}\n")
        sys.stdout.flush()
        taken = listening.accept()[0]
    with taken, taken.makefile("wb") as stream, tarfile.open(fileobj=stream, mode="w|") as archive:
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                archive.add(path, path.relative_to(folder).as_posix())


def _unpack(wheel: Path, target: Path, room: int) -> int:
    """Unpack one; gives the bytes that are left for others."""
    try:
        with zipfile.ZipFile(wheel) as archive:
            room -= sum(member.file_size for member in archive.infolist())  # no more is ever read of each
            if room < 0:
                sys.exit(f"{wheel.name} unpacks to more than there is room for.")
            for member in archive.infolist():
                place = _place(wheel, member.filename)
                if place and not member.is_dir():
                    _write(archive, member, target / place)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError) as error:
        sys.exit(f"{wheel.name} cannot be unpacked: {error}")
    return room


def _place(wheel: Path, name: str) -> PurePosixPath | None:
    """Where a member goes; None for what is not unpacked."""
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts or "\\" in name or "\0" in name:
        sys.exit(f"{wheel.name} holds a file outside its own folder: {name[:200]!r}.")
    if path.parts and path.parts[0].endswith(".data"):
        return PurePosixPath(*path.parts[2:]) if len(path.parts) > 2 and path.parts[1] in KEPT else None
    return None if len(path.parts) == 1 and path.suffix == ".pth" else path


def _write(archive: zipfile.ZipFile, member: zipfile.ZipInfo, place: Path) -> None:
    """As a plain file that all may read, whatever the archive calls it."""
    place.parent.mkdir(parents=True, exist_ok=True)
    with archive.open(member) as source, place.open("wb") as written:
        shutil.copyfileobj(source, written)
    place.chmod(0o644)


if __name__ == "__main__":
    main(*sys.argv[1:5])
