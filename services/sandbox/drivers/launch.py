"""Becomes bubblewrap: prepares what a jail needs in mounts that nobody else sees, gives up all rights, and goes.

Runs alone as ``python -I -S launch.py PLAN``, where PLAN is a handle on the plan as JSON. All it mounts is in a mount
namespace of its own, so that nothing is left when it is killed at any point. Says on the plan's socket that all is
prepared, with handles on the run folder and what else can be written, or why it is not.
"""

from __future__ import annotations

import ctypes
import json
import os
import resource
import signal
import socket
import subprocess
import sys
from typing import Any

Plan = dict[str, Any]

BASE = "/tmp"  # noqa: S108  # is everywhere, and covered by a mount of our own at once
MS_NOSUID, MS_NODEV, MS_NOEXEC, MS_REMOUNT, MS_BIND, MS_REC, MS_PRIVATE = 2, 4, 8, 32, 4096, 16384, 1 << 18
CLONE_NEWNS, CLONE_NEWUSER = 0x20000, 0x10000000
PR_SET_PDEATHSIG, PR_SET_NO_NEW_PRIVS = 1, 38
HARMLESS = MS_NOSUID | MS_NODEV | MS_NOEXEC

_libc = ctypes.CDLL(None, use_errno=True)


def main(plan: Plan) -> None:
    """Prepare, say so, and become bubblewrap. Handles that Python opens end with that by themselves."""
    told = socket.socket(fileno=plan["socket"])
    told.set_inheritable(False)
    try:
        _die_with(plan["parent"])
        _leave_the_mounts(plan["uid"])
        _prepare(plan)
        _enter(plan["cgroup"])
        handles = [os.open(f"{BASE}/{name}", os.O_PATH | os.O_DIRECTORY) for name in plan["writable"]]
        _give_up(plan)
        _die_with(plan["parent"])  # a change of user forgets it
        socket.send_fds(told, [b"{}"], handles)
        os.execve(plan["bubblewrap"], plan["argv"], {})  # noqa: S606
    except (OSError, subprocess.CalledProcessError) as error:
        told.send(json.dumps({"error": f"{type(error).__name__}: {error}"}).encode())
        sys.exit(1)


def _die_with(parent: int) -> None:
    _call("prctl", PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:
        sys.exit(1)


def _call(name: str, *arguments: object) -> None:
    if getattr(_libc, name)(*arguments) < 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{name}: {os.strerror(number)}")


def _mount(source: str, target: str, kind: str = "", flags: int = 0, options: str = "") -> None:
    _call("mount", source.encode(), target.encode(), kind.encode(), ctypes.c_ulong(flags), options.encode() or None)


def _leave_the_mounts(uid: int) -> None:
    """A mount namespace of our own; who is not root needs a user namespace for that."""
    if os.getuid() == 0:
        _call("unshare", CLONE_NEWNS)
    else:
        group = os.getgid()
        _call("unshare", CLONE_NEWUSER | CLONE_NEWNS)
        for name, text in (("setgroups", "deny"), ("uid_map", f"{uid} {uid} 1"), ("gid_map", f"{group} {group} 1")):
            with open(f"/proc/self/{name}", "w", encoding="ascii") as file:  # noqa: PTH123
                file.write(text)
    _mount("none", "/", flags=MS_REC | MS_PRIVATE)


def _prepare(plan: Plan) -> None:
    """What bubblewrap binds into the jail, below one folder that its user can reach."""
    if plan["image"]:  # mount(8) takes the loop device that the file has already, if another jail has it
        command = ["mount", "-t", "ext4", "-o", "loop,nosuid,nodev,noexec", plan["image"], plan["data"]]
        subprocess.run(command, check=True, capture_output=True)  # noqa: S603
        found = f"{plan['data']}/lost+found"
        if plan["fresh"] and os.path.isdir(found) and not os.listdir(found):  # noqa: PTH112, PTH208
            os.rmdir(found)  # noqa: PTH106
    sources = {name: os.open(path, os.O_PATH) for name, path in plan["read_only"].items()}
    kept = os.open(plan["data"], os.O_PATH) if plan["data"] else None
    _mount("tmpfs", BASE, "tmpfs", MS_NOSUID | MS_NODEV, "size=1m,mode=0755")
    for name, handle in sources.items():
        _bind(handle, f"{BASE}/{name}")
    for name, (size, inodes) in plan["writable"].items():
        if name == "data" and kept is not None:
            _bind(kept, f"{BASE}/data")
            _mount("none", f"{BASE}/data", flags=MS_BIND | MS_REMOUNT | HARMLESS)
        else:
            os.mkdir(f"{BASE}/{name}")  # noqa: PTH102
            owner = f"uid={plan['uid']},gid={plan['gid']},mode=0700"
            _mount("tmpfs", f"{BASE}/{name}", "tmpfs", HARMLESS, f"size={size},nr_inodes={inodes},{owner}")


def _bind(handle: int, target: str) -> None:
    source = f"/proc/self/fd/{handle}"
    if os.path.isdir(source):  # noqa: PTH112
        os.mkdir(target)  # noqa: PTH102
    else:
        os.close(os.open(target, os.O_CREAT, 0o644))
    _mount(source, target, flags=MS_BIND | MS_REC)


def _enter(doors: list[str]) -> None:
    for door in doors:
        with open(door, "w", encoding="ascii") as file:  # noqa: PTH123
            file.write("0")


def _give_up(plan: Plan) -> None:
    for name, wanted in plan["rlimits"].items():
        number = getattr(resource, name)
        hard = resource.getrlimit(number)[1]
        value = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(number, (value, value))
    with open("/proc/self/oom_score_adj", "w", encoding="ascii") as file:  # noqa: PTH123
        file.write("500")  # sooner one of these than anything of the host
    if os.getuid() == 0:
        os.setgroups([])
        os.setresgid(plan["gid"], plan["gid"], plan["gid"])
        os.setresuid(plan["uid"], plan["uid"], plan["uid"])
    _call("prctl", PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)


if __name__ == "__main__":
    with open(int(sys.argv[1]), encoding="utf-8") as given:  # noqa: PTH123
        order = json.load(given)
    main(order)
