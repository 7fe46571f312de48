"""What a jail may use, held by the kernel: cgroups of version 2, or of version 1 where that is what there is."""

from __future__ import annotations

import contextlib
import math
import os
import signal
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from services.sandbox.port import Limits

MOUNTS = Path("/proc/self/mountinfo")
OURS = Path("/proc/self/cgroup")
WEIGHT = {"cpu.shares": "4096", "cpu.weight": "400"}  # as four processes
NEEDED = ("memory", "pids", "cpu")
HELPERS = 2  # bubblewrap's own processes in each jail
PERIOD = 100_000  # microseconds over which the share of the processors is counted
TRIES = 5
PATIENCE = 2.0  # seconds for the processes of a killed jail to be gone


@dataclass(frozen=True)
class Cgroup:
    """Where one jail is counted: one folder with version 2, one for each controller with version 1."""

    folders: tuple[Path, ...]

    @property
    def doors(self) -> list[Path]:
        """Files into which a process writes its id to be counted here."""
        return [folder / "cgroup.procs" for folder in self.folders]

    def memory_kills(self) -> int:
        """How many processes were killed since the memory was used up."""
        return self._count("memory.events", "oom_kill") + self._count("memory.oom_control", "oom_kill")

    def process_refusals(self) -> int:
        """How often a process was refused since there were too many."""
        return self._count("pids.events", "max")

    def _count(self, name: str, key: str) -> int:
        for folder in self.folders:
            with contextlib.suppress(OSError):
                for line in (folder / name).read_text(encoding="ascii").splitlines():
                    if line.split()[0] == key:
                        return int(line.split()[1])
        return 0

    def processes(self) -> set[int]:
        """Who is in it."""
        found: set[int] = set()
        for door in self.doors:
            with contextlib.suppress(OSError):
                found.update(map(int, door.read_text(encoding="ascii").split()))
        return found

    def kill(self) -> None:
        """Kill who is in it; one call is not enough where there is no ``cgroup.kill`` and somebody forks."""
        for folder in self.folders:
            with contextlib.suppress(OSError):
                (folder / "cgroup.kill").write_text("1", encoding="ascii")
                return
        for process in self.processes():
            with contextlib.suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)

    def remove(self) -> bool:
        """Remove it if nobody is in it any more; whether it is gone."""
        for folder in self.folders:
            with contextlib.suppress(OSError):
                folder.rmdir()
        return not any(folder.exists() for folder in self.folders)

    def end(self) -> None:
        """Kill and remove it, waiting for what is killed to be gone."""
        deadline = time.monotonic() + PATIENCE
        while True:
            self.kill()
            if self.remove() or time.monotonic() > deadline:
                return
            time.sleep(0.002)


@dataclass(frozen=True)
class Cgroups:
    """The place under which this house makes its cgroups. ``parents`` are folders that are there already."""

    parents: tuple[Path, ...]
    house: str
    version: int

    def make(self, name: str, limits: Limits) -> Cgroup:
        """A cgroup with these limits.

        Raises:
            OSError: there is no right to.
        """
        made = Cgroup(tuple(parent / f"interius-{self.house}" / name for parent in self.parents))
        try:
            for parent, folder in zip(self.parents, made.folders, strict=True):
                self._make(parent, folder)
            _limit(made, limits)
        except OSError:
            made.remove()
            raise
        return made

    def _make(self, parent: Path, folder: Path) -> None:
        for again in range(TRIES - 1, -1, -1):
            folder.parent.mkdir(exist_ok=True)
            try:
                if self.version == 2:
                    _hand_down(parent)
                    _hand_down(folder.parent)
                _weigh(folder.parent)
                folder.mkdir()
            except FileNotFoundError:  # another process of this house has just removed its own last one
                if not again:
                    raise
            else:
                return

    def left(self) -> dict[str, Cgroup]:
        """All of this house on this machine, by name; also of processes that were counted elsewhere."""
        found: dict[str, list[Path]] = {}
        for top in {_top(parent) for parent in self.parents}:
            for house in _named(top, f"interius-{self.house}"):
                for folder in house.iterdir():
                    if folder.is_dir():
                        found.setdefault(folder.name, []).append(folder)
        return {name: Cgroup(tuple(folders)) for name, folders in found.items()}

    def close(self) -> None:
        """Remove what has no cgroup in it any more."""
        for parent in self.parents:
            with contextlib.suppress(OSError):
                (parent / f"interius-{self.house}").rmdir()


def _weigh(folder: Path) -> None:
    """All jails of a house together would weigh as much as one process beside them, and starve on a busy machine."""
    for name, value in WEIGHT.items():
        if (folder / name).exists():
            (folder / name).write_text(value, encoding="ascii")


def _hand_down(folder: Path) -> None:
    there = (folder / "cgroup.subtree_control").read_text(encoding="ascii").split()
    for controller in (name for name in NEEDED if name not in there):
        (folder / "cgroup.subtree_control").write_text(f"+{controller}", encoding="ascii")


def _limit(made: Cgroup, limits: Limits) -> None:
    """Each value where its controller is; what a kernel does not have (swap, say) is not needed there."""
    memory, quota = str(limits.memory), str(math.ceil(limits.cpus * PERIOD))
    values = {
        "memory.max": memory,
        "memory.swap.max": "0",
        "memory.limit_in_bytes": memory,
        "memory.memsw.limit_in_bytes": memory,
        "pids.max": str(limits.processes + HELPERS),
        "cpu.max": f"{quota} {PERIOD}",
        "cpu.cfs_period_us": str(PERIOD),
        "cpu.cfs_quota_us": quota,
    }
    for name, value in values.items():
        for folder in made.folders:
            if (folder / name).exists():
                (folder / name).write_text(value, encoding="ascii")


def of(process: int) -> Cgroup:
    """Where a process is counted, whoever made that; its limits are theirs.

    Raises:
        OSError: it has ended.
    """
    mounts, own = _mounts(), _own(Path(f"/proc/{process}/cgroup"))
    names = [name for name in (*NEEDED, "") if name in mounts and name in own]
    return Cgroup(tuple(dict.fromkeys(_inside(mounts[name], own[name]) for name in names)))


def find(house: str) -> Iterator[Cgroups]:
    """Places where cgroups could be made, best first; whether there is a right to shows when one is made."""
    mounts, own = _mounts(), _own(OURS)
    if all(name in mounts for name in NEEDED):
        folders = dict.fromkeys(_inside(mounts[name], own.get(name, "/")) for name in NEEDED)
        yield Cgroups(tuple(folders), house, 1)
        yield Cgroups(tuple(dict.fromkeys(mounts[name] for name in NEEDED)), house, 1)
    elif "" in mounts:
        here = _inside(mounts[""], own.get("", "/"))
        # A cgroup that has processes hands nothing down, so ours has to stand beside us and not below.
        for parent in (*here.parents, here):
            if parent.is_relative_to(mounts[""]):
                yield Cgroups((parent,), house, 2)


def _inside(mount: Path, path: str) -> Path:
    folder = mount / path.lstrip("/")
    return folder if folder.is_dir() else mount  # a container may see less of the tree than it is told


def _mounts() -> dict[str, Path]:
    """Where each controller is mounted; the tree of version 2 has no name."""
    found: dict[str, Path] = {}
    for line in MOUNTS.read_text(encoding="utf-8").splitlines():
        before, _, after = line.partition(" - ")
        place, (kind, _, options) = Path(before.split()[4]), after.split()[:3]
        if kind == "cgroup2":
            found.setdefault("", place)
        elif kind == "cgroup":
            found.update({name: place for name in options.split(",") if name in NEEDED})
    return found


def _own(told: Path) -> dict[str, str]:
    """In which cgroup a process is, by controller."""
    lines = (line.split(":", 2) for line in told.read_text(encoding="utf-8").splitlines())
    return {name: path for _, names, path in lines for name in names.split(",")}


def _top(folder: Path) -> Path:
    """The mount that ``folder`` is in."""
    return next((parent for parent in (folder, *folder.parents) if os.path.ismount(parent)), folder)


def _named(top: Path, name: str) -> Iterator[Path]:
    for folder, names, _ in os.walk(top):
        if name in names:
            yield Path(folder) / name
            names.remove(name)
