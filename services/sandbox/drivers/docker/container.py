"""What a jail is as a container: everything that is not needed is taken away."""

from __future__ import annotations

import math
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from docker.types import HostConfig, LogConfig, Mount, Ulimit

from services.sandbox.drivers.docker.profile import profile
from services.sandbox.port import DATA, RUN, Limits, Spec

HOUSE, LIFE, JAIL, EXPIRES = "interius.house", "interius.life", "interius.jail", "interius.expires"  # labels
OOM_SCORE = 500  # where the whole machine runs out of memory, jails go before services
SMALL = (1024 * 1024, 256)  # bytes, files: sockets and semaphores take hardly any
SHM = "/dev/shm"  # noqa: S108  # of the jail
NANO = 1_000_000_000
# Docker's own, and all of /sys: it tells about the machine, and nothing needs it.
MASKED = [
    *("/proc/asound", "/proc/acpi", "/proc/kcore", "/proc/keys", "/proc/latency_stats", "/proc/timer_list"),
    *("/proc/timer_stats", "/proc/sched_debug", "/proc/scsi", "/proc/interrupts", "/proc/kallsyms"),
    *("/proc/modules", "/sys"),
]


def labels(house: str, life: str, spec: Spec) -> dict[str, str]:
    """By which the reaper knows it; and when it ends by itself, in seconds since 1970, or 0."""
    seconds = spec.limits.seconds
    expires = str(math.ceil(time.time() + seconds) if seconds else 0)
    return {HOUSE: house, LIFE: life, JAIL: spec.id, EXPIRES: expires}


def configuration(spec: Spec, image: str, uid: int) -> dict[str, Any]:
    """The container itself, without its name and host part; arguments of create_container."""
    return {
        "image": image,
        "command": list(spec.argv),
        "environment": dict(spec.env),
        "user": f"{uid}:{uid}",
        "stdin_open": True,
        "hostname": "jail",
        "network_disabled": True,
        "stop_signal": "SIGKILL",  # dockerd would give each ten seconds when it is stopped itself
    }


def host(spec: Spec, uid: int, writable: Mapping[str, Path], runtime: str) -> HostConfig:
    """What of the host it has, which is little. What is not in ``writable`` is in memory, and counts as that."""
    limits = spec.limits
    config = HostConfig(
        version="1.41",
        runtime=runtime or None,
        network_mode="none",
        read_only=True,
        cap_drop=["ALL"],
        security_opt=["no-new-privileges:true", f"seccomp={profile()}"],
        ipc_mode="none",
        mem_limit=limits.memory,
        memswap_limit=limits.memory,
        nano_cpus=round(limits.cpus * NANO),
        pids_limit=limits.processes,
        ulimits=_ulimits(limits),
        oom_score_adj=OOM_SCORE,
        tmpfs=_tmpfs(limits, uid, writable),
        mounts=[*_binds(spec.read_only, read_only=True), *_binds(writable, read_only=False)],
        log_config=LogConfig(type="none"),  # we read it ourselves, and bound it
        restart_policy={"Name": "no"},
    )
    config["MaskedPaths"] = MASKED
    return config


def _ulimits(limits: Limits) -> list[Ulimit]:
    held = {"nofile": limits.open_files, "fsize": limits.disk, "core": 0, "msgqueue": 0, "memlock": 0}
    return [Ulimit(name=name, soft=value, hard=value) for name, value in held.items()]


def _tmpfs(limits: Limits, uid: int, writable: Mapping[str, Path]) -> dict[str, str]:
    options = "rw,noexec,nosuid,nodev,size={},nr_inodes={},mode=0700,uid={},gid={}"
    disk = (limits.disk, limits.inodes)
    sizes = {RUN: SMALL, SHM: SMALL, DATA: disk, "/tmp": disk}  # noqa: S108  # of the jail
    return {place: options.format(*size, uid, uid) for place, size in sizes.items() if place not in writable}


def _binds(folders: Mapping[str, Path], *, read_only: bool) -> list[Mount]:
    return [
        Mount(target=place, source=str(folder.absolute()), type="bind", read_only=read_only)
        for place, folder in folders.items()
    ]
