"""Taking files out of a jail: as a stream that is checked piece by piece, since no folder of a jail is ever read."""

from __future__ import annotations

import shutil
import socket
import tarfile
from pathlib import Path, PurePosixPath

QUIET_SECONDS = 60.0  # that a jail may let us wait for the next piece
MOST_FILES = 60_000


class Unfit(Exception):
    """What came is not what may be taken; the message says why."""


def receive(connected: socket.socket, folder: Path, most: int) -> None:
    """Write the files that come as a tar archive into ``folder``: plain ones, at most ``most`` bytes. Blocks.

    Raises:
        Unfit: something else came, or too much, or not all of it.
    """
    connected.settimeout(QUIET_SECONDS)
    try:
        with connected, connected.makefile("rb") as stream, tarfile.open(fileobj=stream, mode="r|") as archive:
            for number, member in enumerate(archive):
                most -= member.size
                if most < 0 or number >= MOST_FILES:
                    raise Unfit("They take more room than there is.")
                _take(archive, member, folder)
    except (tarfile.TarError, OSError, EOFError) as error:
        raise Unfit(f"Not all of it came: {error}") from error


def _take(archive: tarfile.TarFile, member: tarfile.TarInfo, folder: Path) -> None:
    path = PurePosixPath(member.name)
    if not member.isreg() or path.is_absolute() or ".." in path.parts or not path.parts:
        raise Unfit(f"{member.name[:200]!r} is no plain file in its own folder.")
    target = folder / path
    target.parent.mkdir(parents=True, exist_ok=True)
    source = archive.extractfile(member)
    assert source is not None
    with source, target.open("xb") as written:
        shutil.copyfileobj(source, written)
    target.chmod(0o644)
