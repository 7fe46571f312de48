"""The image of every jail: the files that all drivers share, taken in without a registry."""

from __future__ import annotations

import tarfile
import tempfile
from functools import partial
from pathlib import Path
from typing import Any

from docker.errors import ImageNotFound

from services.sandbox.port import DriverError
from services.sandbox.rootfs import rootfs

REPOSITORY = "interius-jail"
PIECE = 1024 * 1024


def image(api: Any, folder: Path) -> str:
    """Its name; it is imported if dockerd does not have it yet (a few seconds). Blocking.

    Raises:
        DriverError: dockerd does not take it.
    """
    files = rootfs(folder)
    name = f"{REPOSITORY}:{files.name}"
    try:
        api.inspect_image(name)
    except ImageNotFound:
        _take_in(api, files)
    return name


def _take_in(api: Any, files: Path) -> None:
    with tempfile.TemporaryFile(dir=files.parent) as packed:
        with tarfile.open(fileobj=packed, mode="w") as archive:
            archive.add(files, ".", filter=_of_root)
        packed.seek(0)
        pieces = iter(partial(packed.read, PIECE), b"")  # of a file itself its client tells the length, and then pieces
        told = str(api.import_image_from_stream(pieces, repository=REPOSITORY, tag=files.name))
    if '"error"' in told:
        raise DriverError(f"Docker did not take the image: {told}")


def _of_root(entry: tarfile.TarInfo) -> tarfile.TarInfo:
    entry.uid = entry.gid = 0
    entry.uname = entry.gname = ""
    return entry
