"""Taking files out of a jail: as a stream that is checked piece by piece, since no folder of a jail is ever read."""

from __future__ import annotations

import shutil
import socket
import tarfile
from pathlib import Path, PurePosixPath
from typing import BinaryIO, Self

QUIET_SECONDS = 60.0  # that a jail may let us wait for the next piece
MOST_FILES = 60_000
MOST_HEADER = 8 * 1024  # bytes of what stands before a file besides its head: a long name


class Unfit(Exception):
    """What came is not what may be taken; the message says why."""


class _Member(tarfile.TarInfo):
    """A head of which no more is read in than a file needs."""

    @classmethod
    def frombuf(cls, buf: bytes | bytearray, encoding: str, errors: str) -> Self:
        member = super().frombuf(buf, encoding, errors)
        if member.size < 0 or (not member.isreg() and member.size > MOST_HEADER):
            raise Unfit(f"{member.name[:200]!r} has a head that is no plain file's.")
        return member


def receive(connected: socket.socket, folder: Path, most: int) -> None:
    """Write the files that come as a tar archive into ``folder``: plain ones, at most ``most`` bytes. Blocks.

    Raises:
        Unfit: something else came, or too much, or not all of it.
    """
    connected.settimeout(QUIET_SECONDS)
    try:
        with connected, connected.makefile("rb") as stream, _opened(stream) as archive:
            for number, member in enumerate(archive):
                most -= member.size
                if member.size < 0 or most < 0 or number >= MOST_FILES:
                    raise Unfit("They take more room than there is.")
                _take(archive, member, folder)
    except (tarfile.TarError, OSError, EOFError, ValueError, RecursionError) as error:
        raise Unfit(f"Not all of it came: {error}") from error


def _opened(stream: BinaryIO) -> tarfile.TarFile:
    return tarfile.open(fileobj=stream, mode="r|", tarinfo=_Member)


def _take(archive: tarfile.TarFile, member: tarfile.TarInfo, folder: Path) -> None:
    path = PurePosixPath(member.name)
    if not member.isreg() or member.issparse() or path.is_absolute() or ".." in path.parts or not path.parts:
        raise Unfit(f"{member.name[:200]!r} is no plain file in its own folder.")
    target = folder / path
    target.parent.mkdir(parents=True, exist_ok=True)
    source = archive.extractfile(member)
    assert source is not None
    with source, target.open("xb") as written:
        shutil.copyfileobj(source, written)
    target.chmod(0o644)
