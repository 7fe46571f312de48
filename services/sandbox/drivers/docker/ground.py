"""What of this machine a container stands on: a user of its own, and the folders of the host it may write to."""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

from services.sandbox.drivers import disk, uids
from services.sandbox.port import DATA, RUN, DriverError, Limits, Spec


@dataclass
class Ground:
    """``place`` is a folder for this jail alone; ``watched`` are folders that no file system bounds."""

    place: Path
    uid: int = field(default_factory=os.getuid)
    claim: uids.Claim | None = None
    writable: dict[str, Path] = field(default_factory=dict[str, Path])  # place in the jail -> folder of the host
    watched: list[Path] = field(default_factory=list[Path])

    def is_full(self, limits: Limits) -> bool:
        """Whether there is more in a folder than there may be."""
        found = [disk.used(folder) for folder in self.watched]
        return any(size > limits.disk or count > limits.inodes for size, count in found)

    def started(self) -> None:
        """The container has its folders: what was mounted here for it need not stay."""
        unmount(self.place)

    def clear(self) -> None:
        """Remove what is not to be kept."""
        remove(self.place)
        if self.claim:
            self.claim.release()


def ground(spec: Spec, place: Path, *, shared: bool) -> Ground:
    """Folders for a jail; ``shared`` if dockerd does not see what we mount, nor we what it mounts. Blocking.

    Raises:
        DriverError: they cannot be made.
    """
    made = Ground(place)
    try:
        place.mkdir(parents=True)
        if spec.data:
            _keep(made, disk.keep(spec.data, spec.limits.disk, spec.limits.inodes), shared=shared)
        elif os.getuid() == 0:
            made.claim = uids.claim()
            made.uid = made.claim.uid
        if shared:
            _share(made)
    except (OSError, subprocess.CalledProcessError) as error:
        made.clear()
        raise DriverError(f"The folders of the jail {spec.id} cannot be made: {error}") from error
    return made


def _keep(made: Ground, kept: disk.Kept, *, shared: bool) -> None:
    made.uid, made.writable[DATA] = kept.uid, kept.folder
    if shared or not kept.image:
        made.watched.append(kept.folder)
        return
    made.writable[DATA] = target = made.place / "data"
    target.mkdir()
    options = "loop,nosuid,nodev,noexec"
    subprocess.run(  # noqa: S603
        ["mount", "-t", "ext4", "-o", options, kept.image, target],  # noqa: S607  # where distributions have it
        check=True,
        capture_output=True,
    )
    found = target / "lost+found"
    if kept.fresh and found.is_dir() and not any(found.iterdir()):
        found.rmdir()


def _share(made: Ground) -> None:
    folder = made.writable[RUN] = made.place / "run"
    folder.mkdir(mode=0o700)
    made.watched.append(folder)
    if os.getuid() == 0:
        os.chown(folder, made.uid, made.uid)


def unmount(place: Path) -> None:
    """Take away what is mounted for a jail."""
    if (place / "data").is_mount():
        subprocess.run(["umount", "--lazy", place / "data"], check=False, capture_output=True)  # noqa: S603, S607


def remove(place: Path) -> None:
    """Remove a folder that a jail wrote to, however deep it is; no link is followed, and no mount entered."""
    unmount(place)
    subprocess.run(["rm", "-rf", "--one-file-system", "--", place], check=False, capture_output=True)  # noqa: S603, S607
