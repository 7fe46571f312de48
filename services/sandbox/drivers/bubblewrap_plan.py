"""What bubblewrap and its launcher are told for one jail."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from services.sandbox.drivers.disk import Kept
from services.sandbox.drivers.launch import BASE
from services.sandbox.port import DATA, MEBIBYTE, PYTHON, RUN, Limits, Spec
from services.sandbox.rootfs import PLACES, USER

RUN_SIZE, RUN_INODES = MEBIBYTE, 64  # sockets need no bytes
SHARED_MEMORY = 16 * MEBIBYTE
WRITABLE = {"run": RUN, "tmp": "/tmp", "data": DATA, "shm": "/dev/shm"}  # noqa: S108  # places in the jail
FIXED = (
    *("--unshare-all", "--unshare-user", "--disable-userns", "--die-with-parent", "--new-session", "--clearenv"),
    *("--uid", str(USER), "--gid", str(USER), "--hostname", "box", "--cap-drop", "ALL"),
    *("--proc", "/proc", "--dev", "/dev"),
)
# What the kernel tells in there is of the whole machine.
MASKED = ("kcore", "keys", "timer_list", "sched_debug", "latency_stats", "kallsyms", "kmsg", "modules", "interrupts")
UNCHANGEABLE = ("sys", "sysrq-trigger", "irq", "bus", "fs")  # some of it may be written by who has a namespace
# Where there is no cgroup the limits of each process stand in; set here, since bubblewrap itself must not have them.
LIMITER = (
    "import os, resource as r, sys; n, m = int(sys.argv[1]), int(sys.argv[2]);"
    "r.setrlimit(r.RLIMIT_NPROC, (n, n)); r.setrlimit(r.RLIMIT_AS, (m, m)); os.nice(5);"
    "os.execvp(sys.argv[3], sys.argv[3:])"
)


@dataclass(frozen=True)
class Handles:
    """Open files that the launcher passes on."""

    arguments: int
    status: int
    seccomp: tuple[int, ...]


def writable(limits: Limits) -> dict[str, tuple[int, int]]:
    """Places that can be written: bytes and files of each."""
    return {
        "run": (RUN_SIZE, RUN_INODES),
        "tmp": (limits.disk, limits.inodes),
        "data": (limits.disk, limits.inodes),
        "shm": (min(SHARED_MEMORY, limits.disk), 1024),
    }


def arguments(spec: Spec, root: Path, handles: Handles) -> bytes:
    """Options of bubblewrap, as it reads them from a file."""
    sources = {f"/{name}": f"root/{name}" for name in _parts(root)}
    sources |= {place: f"ro{at}" for at, place in enumerate(spec.read_only)}
    given = [
        *FIXED,
        *(word for place, source in sources.items() for word in ("--ro-bind", f"{BASE}/{source}", place)),
        *(word for name in _of_proc(MASKED) for word in ("--ro-bind", "/dev/null", name)),
        *(word for name in _of_proc(UNCHANGEABLE) for word in ("--ro-bind", name, name)),
        *(word for name, place in WRITABLE.items() for word in ("--bind", f"{BASE}/{name}", place)),
        *("--remount-ro", "/dev", "--remount-ro", "/", "--chdir", "/"),
        *(word for name, value in spec.env.items() for word in ("--setenv", name, value)),
        *(word for handle in handles.seccomp for word in ("--add-seccomp-fd", str(handle))),
        *("--json-status-fd", str(handles.status)),
    ]
    return b"".join(os.fsencode(word) + b"\0" for word in given)


def _of_proc(names: tuple[str, ...]) -> list[str]:
    return [path for name in names if os.path.exists(path := f"/proc/{name}")]  # noqa: PTH110  # it stays a string


def _parts(root: Path) -> list[str]:
    """What of the root folder is seen in a jail, without the empty places that others are put on."""
    places = {root / place for place in PLACES} | {root / "opt", root / "run"}
    return sorted(str(path.relative_to(root)) for path in {*root.iterdir(), *(root / "opt").iterdir()} - places)


def command(spec: Spec, limited: bool) -> tuple[str, ...]:
    """What bubblewrap starts; ``limited`` says that cgroups hold its limits."""
    if limited:
        return spec.argv
    space = spec.limits.memory * 2 + 512 * MEBIBYTE  # of addresses, of which many are never used; use is watched
    return (PYTHON, "-I", "-S", "-c", LIMITER, str(spec.limits.processes), str(space), *spec.argv)


def rlimits(limits: Limits) -> dict[str, int]:
    """Limits of each process that hold for bubblewrap as well."""
    return {
        "RLIMIT_NOFILE": limits.open_files,
        "RLIMIT_FSIZE": limits.disk,
        "RLIMIT_CORE": 0,
        "RLIMIT_MEMLOCK": 0,
        "RLIMIT_MSGQUEUE": 0,
    }


def plan(spec: Spec, root: Path, uid: int, kept: Kept | None) -> dict[str, Any]:
    """What the launcher is told, without what it is handed open."""
    sources = {"root": root, **{f"ro{at}": folder for at, folder in enumerate(spec.read_only.values())}}
    return {
        "parent": os.getpid(),
        "uid": uid,
        "gid": uid if os.getuid() == 0 else os.getgid(),
        "read_only": {name: str(path.absolute()) for name, path in sources.items()},
        "writable": writable(spec.limits),
        "data": str(kept.folder.absolute()) if kept else "",
        "image": str(kept.image.absolute()) if kept and kept.image else "",
        "fresh": bool(kept and kept.fresh),
        "rlimits": rlimits(spec.limits),
    }
