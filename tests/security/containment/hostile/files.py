"""Programs that read and write what is not theirs."""

from __future__ import annotations

import ctypes
import os
import shutil
import stat
from pathlib import Path

from tools import LIBC, attempt, call, refusals, write


def host_file(given):
    return Path(given["secret_file"]).read_text()


def host_file_by_dots(given):
    return Path("/app/" + "../" * 40 + given["secret_file"]).read_text()


def host_file_by_link(given):
    os.symlink(given["secret_file"], "/tmp/link")
    return Path("/tmp/link").read_text()


def host_file_by_hard_link(given):
    os.link(given["secret_file"], "/tmp/hard")
    return Path("/tmp/hard").read_text()


def host_file_by_process_root(given):
    """Through the root folder of any process that can be seen."""
    found = [Path(f"/proc/{n}/root{given['secret_file']}") for n in os.listdir("/proc") if n.isdigit()]
    return next((path.read_text() for path in found if path.exists()), "none")


def host_file_by_handle(given):
    """Opens the root of the file system by its number, as a container was once left."""
    handle = ctypes.create_string_buffer(b"\x08\0\0\0\x01\0\0\0\x02" + bytes(7))
    return call("open_by_handle_at", os.open("/etc/hosts", os.O_RDONLY), handle, 0)


def passwords(_):
    return Path("/etc/shadow").read_text()


def home_folders(_):
    return refusals({place: lambda place=place: os.listdir(place) for place in ("/root", "/home", "/var", "/mnt")})


def docker_socket(_):
    return refusals(
        {p: lambda p=p: os.stat(p) for p in ("/var/run/docker.sock", "/run/docker.sock", "/run/containerd")}
    )


def environment(given):
    """Of us, of the first process, and of every other."""
    told = [Path(f"/proc/{n}/environ") for n in os.listdir("/proc") if n.isdigit()]
    text = repr(dict(os.environ)) + "".join(str(attempt(lambda p=p: p.read_bytes())) for p in told)
    return "found" if given["secret"] in text else "none"


def other_processes(_):
    """Any that is not of this jail."""
    ours = ("python", "bwrap", "interius-jail", "init", "tini", "sh")
    names = [Path(f"/proc/{n}/comm").read_text().strip() for n in os.listdir("/proc") if n.isdigit()]
    return "none" if len(names) < 8 and all(name.startswith(ours) for name in names) else " ".join(names)


def inherited_files(_):
    mine = os.open("/", os.O_RDONLY)
    others = [n for n in os.listdir("/proc/self/fd") if int(n) > 2 and int(n) < mine]
    kinds = [os.readlink(f"/proc/self/fd/{n}") for n in others]
    return " ".join(kind for kind in kinds if not kind.startswith("pipe:")) or "none"


def kernel_memory(_):
    paths = ("/proc/kcore", "/dev/mem", "/dev/kmem", "/dev/port", "/proc/kallsyms")
    return refusals({p: lambda p=p: "empty" if not Path(p).open("rb").read(16) else "read" for p in paths})


def kernel_log(_):
    buffer = ctypes.create_string_buffer(4096)
    return refusals({"call": lambda: call("syslog", 3, buffer, 4096), "file": lambda: Path("/dev/kmsg").read_bytes()})


def kernel_keys(_):
    return refusals({"keys": lambda: Path("/proc/keys").read_text() and "read"})


def kernel_settings(_):
    paths = ("kernel/hostname", "kernel/core_pattern", "vm/overcommit_memory", "kernel/pid_max")
    return refusals({p: lambda p=p: write(f"/proc/sys/{p}", "x") for p in paths})


def kernel_devices(_):
    """Hot keys, module and power switches; what is written does nothing where it is allowed."""
    return refusals(
        {
            p: lambda p=p: write(p, "\n")
            for p in ("/proc/sysrq-trigger", "/sys/power/state", "/sys/kernel/uevent_helper")
        }
    )


def out_of_memory_score(_):
    return write("/proc/self/oom_score_adj", "-1000")


def cgroup(_):
    found = list(Path("/sys/fs").rglob("cgroup.procs")) if Path("/sys/fs").exists() else []
    return refusals({str(p): lambda p=p: write(str(p), "0") for p in found} or {"none": lambda: "none"})


def raw_disk(_):
    """A device of the host's disk."""
    os.mknod("/tmp/disk", 0o600 | stat.S_IFBLK, os.makedev(254, 0))
    return Path("/tmp/disk").open("rb").read(16).hex()


def read_only_places(_):
    places = ("/x", "/app/x", "/etc/passwd", "/opt/python/x", "/usr/x", "/lib/x", "/dev/x", "/run/x")
    return refusals({p: lambda p=p: write(p) for p in places})


def read_only_folder(given):
    """One that anybody may write, as the host has it."""
    return write(given["read_only_folder"] + "/x")


def remount(_):
    remount, bind = 32, 4096
    return refusals({p: lambda p=p: call("mount", b"none", p, 0, remount | bind, 0) for p in (b"/", b"/app", b"/etc")})


def program_of_its_own(_):
    """A program that it wrote itself: the loader, which is one that fits into any place."""
    os.makedirs("/tmp/own", exist_ok=True)
    program = next(Path("/").glob("lib*/ld-linux*"))
    answers = set()
    for place in ("/tmp/own/python3", "/dev/shm/python3", "/run/box/python3"):
        answers.add(attempt(lambda place=place: (shutil.copy(program, place), os.execv(place, [place, "--help"]))))
        if os.path.exists(place):
            os.unlink(place)
    return " ".join(sorted(answers))


def library_of_its_own(_):
    library = next(Path("/lib").rglob("libz.so*"))
    ctypes.CDLL(str(library))  # as it stands it can be loaded
    shutil.copy(library, "/tmp/lib.so")
    try:
        ctypes.CDLL("/tmp/lib.so")
    except OSError as error:
        return "noexec" if "failed to map segment" in str(error) else str(error)
    return "loaded"


def set_user_bit(_):
    Path("/tmp/suid").write_bytes(b"#!/opt/python/bin/python3\n")
    os.chmod("/tmp/suid", 0o6755)
    held = os.statvfs("/tmp").f_flag & os.ST_NOSUID
    return "nosuid" if held else "counts"


def capabilities(_):
    """Any right of root, and whether calls are filtered."""
    lines = dict(line.split(":\t") for line in Path("/proc/self/status").read_text().splitlines() if ":\t" in line)
    rights = {lines[name] for name in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb")}
    held = int(LIBC.prctl(39, 0, 0, 0, 0)) == 1  # no new privileges
    return "none" if rights == {"0" * 16} and held and lines["Seccomp"] == "2" else repr(rights)
