"""The system calls a jail may not make, as filters for bubblewrap.

Every call that libseccomp knows is either refused here or allowed; one that it does not know yet is answered as the
kernel would that does not have it, and one of another architecture (32-bit, x32) kills. What is refused is a way
around the namespaces, a means to look into other processes, or a part of the kernel with a history of holes.
"""

from __future__ import annotations

import errno
import os
import stat
from functools import cache
from types import ModuleType
from typing import Any

from services.sandbox.port import DriverError

LAST_CALL = 1023  # numbers of calls are below
NAMESPACES = 0x7E020000  # CLONE_NEW{NS,CGROUP,UTS,IPC,USER,PID,NET}
AF_UNIX = 1
PR_SET_PDEATHSIG = 1  # a process that is no longer killed with its parent would outlive the launcher
TIOCSTI, TIOCLINUX = 0x5412, 0x541C  # type into the terminal of another

REFUSED = {
    "namespaces and mounts": (
        "unshare setns mount umount umount2 pivot_root chroot mount_setattr move_mount open_tree open_tree_attr fsopen"
        " fsconfig fsmount fspick statmount listmount quotactl quotactl_fd swapon swapoff"
    ),
    "other processes": (
        "ptrace process_vm_readv process_vm_writev process_madvise process_mrelease pidfd_getfd kcmp migrate_pages"
        " move_pages lookup_dcookie"
    ),
    "keys": "keyctl add_key request_key",
    "the kernel's own machines": (
        "bpf io_uring_setup io_uring_enter io_uring_register userfaultfd perf_event_open fanotify_init fanotify_mark"
        " seccomp landlock_create_ruleset landlock_add_rule landlock_restrict_self memfd_secret vmsplice uselib"
    ),
    "the machine": (
        "reboot kexec_load kexec_file_load init_module finit_module delete_module create_module query_module"
        " get_kernel_syms iopl ioperm modify_ldt vm86 vm86old syslog acct settimeofday clock_settime clock_settime64"
        " clock_adjtime clock_adjtime64 adjtimex stime sethostname setdomainname vhangup nfsservctl _sysctl sysfs"
        " pciconfig_read pciconfig_write pciconfig_iobase"
    ),
    "files": "open_by_handle_at name_to_handle_at",
    "rank": "personality set_mempolicy mbind set_mempolicy_home_node sched_setattr ioprio_set",
}


@cache
def programs() -> tuple[bytes, ...]:
    """The filters, compiled for this machine; all of them are to be loaded.

    Raises:
        DriverError: libseccomp is missing.
    """
    lib = _pyseccomp()
    return _compiled(_by_name(lib)), _compiled(_by_argument(lib))


def _compiled(made: Any) -> bytes:
    with open(os.memfd_create("seccomp"), "r+b") as file:  # noqa: PTH123  # a handle has no path
        made.export_bpf(file)
        file.seek(0)
        return file.read()


def _pyseccomp() -> ModuleType:
    try:
        import pyseccomp  # noqa: PLC0415  # fails where its library is missing
    except (ImportError, RuntimeError) as error:
        raise DriverError("libseccomp is missing. Install it: apt-get install libseccomp2") from error
    return pyseccomp


def _by_name(lib: ModuleType) -> Any:
    """Known calls that are not refused; clone3 is as if unknown, since its flags are where no filter sees them."""
    refused = {name for names in REFUSED.values() for name in names.split()}
    made = lib.SyscallFilter(lib.ERRNO(errno.ENOSYS))
    for name in sorted(_known(lib) - {"clone3"}):
        made.add_rule(lib.ERRNO(errno.EPERM) if name in refused else lib.ALLOW, name)
    return made


def _by_argument(lib: ModuleType) -> Any:
    """Calls that are refused for some arguments only, compared in the 32 bits that the kernel looks at."""
    made, arg, refuse, low = lib.SyscallFilter(lib.ALLOW), lib.Arg, lib.ERRNO(errno.EPERM), 0xFFFFFFFF
    for bit in (1 << shift for shift in range(32) if NAMESPACES >> shift & 1):
        made.add_rule(refuse, "clone", arg(0, lib.MASKED_EQ, bit, bit))
    for name in ("socket", "socketpair"):
        made.add_rule(lib.ERRNO(errno.EAFNOSUPPORT), name, arg(0, lib.NE, AF_UNIX))
    made.add_rule(refuse, "prctl", arg(0, lib.MASKED_EQ, low, PR_SET_PDEATHSIG))
    for name, at in (("mknod", 1), ("mknodat", 2)):
        for kind in (stat.S_IFCHR, stat.S_IFBLK):
            made.add_rule(refuse, name, arg(at, lib.MASKED_EQ, 0o170000, kind))
    for request in (TIOCSTI, TIOCLINUX):
        made.add_rule(refuse, "ioctl", arg(1, lib.MASKED_EQ, low, request))
    return made


def _known(lib: ModuleType) -> set[str]:
    """Names of the calls of this architecture."""
    found: set[str] = set()
    for number in range(LAST_CALL):
        try:
            found.add(lib.resolve_syscall(lib.Arch.NATIVE, number).decode())
        except ValueError:
            continue
    return found
