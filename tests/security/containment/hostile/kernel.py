"""Programs that ask the kernel for more than they have."""

from __future__ import annotations

import ctypes
import fcntl
import mmap
import os
import resource
import time

from tools import LIBC, call, refusals

NEWUSER, NEWNS, NEWNET, NEWPID = 0x10000000, 0x20000, 0x40000000, 0x20000000


def trace_itself(_):
    return call("ptrace", 0, 0, 0, 0)


def trace_first_process(_):
    attach, seize = 16, 0x4206
    return refusals(
        {"attach": lambda: call("ptrace", attach, 1, 0, 0), "seize": lambda: call("ptrace", seize, 1, 0, 0)}
    )


def trace_and_leave(_):
    """Stops the first process and goes: a container was seen to hang for ever so."""
    call("ptrace", 16, 1, 0, 0)
    os._exit(0)


def read_first_process(_):
    return call("process_vm_readv", 1, 0, 0, 0, 0, 0)


def take_files_of_another(_):
    return call("pidfd_getfd", os.pidfd_open(1), 0, 0)


def io_uring(_):
    return call("io_uring_setup", 8, ctypes.create_string_buffer(120))


def bpf(_):
    return call("bpf", 0, ctypes.create_string_buffer(120), 120)


def userfault(_):
    return call("userfaultfd", 1)


def performance_counters(_):
    return call("perf_event_open", ctypes.create_string_buffer(b"\1\0\0\0\x70" + bytes(107)), 0, -1, -1, 0)


def keys(_):
    return refusals(
        {
            "join": lambda: call("keyctl", 1, 0),
            "get": lambda: call("keyctl", 0, -3, 1),
            "add": lambda: call("add_key", b"user", b"interius", b"x", 1, -4),
        }
    )


def mounts(_):
    return refusals(
        {
            "tmpfs": lambda: call("mount", b"none", b"/tmp", b"tmpfs", 0, 0),
            "proc": lambda: call("mount", b"none", b"/proc", b"proc", 0, 0),
            "bind": lambda: call("mount", b"/", b"/tmp", 0, 4096, 0),
            "unmount": lambda: call("umount2", b"/proc", 2),
            "new": lambda: call("fsopen", b"tmpfs", 0),
            "tree": lambda: call("open_tree", -100, b"/", 1),
            "change": lambda: call("mount_setattr", -100, b"/", 0, 0, 0),
        }
    )


def new_namespaces(_):
    kinds = (NEWUSER, NEWNS, NEWNET, NEWPID, NEWUSER | NEWNS)
    return refusals({kind: lambda kind=kind: call("unshare", kind) for kind in kinds})


def child_in_new_namespaces(_):
    def clone(flags):
        return lambda: call("clone", flags | 17, 0, 0, 0, 0)

    return refusals({kind: clone(kind) for kind in (NEWUSER, NEWNS, NEWUSER | NEWNET)})


def child_in_new_namespaces_by_clone3(_):
    return call("clone3", ctypes.create_string_buffer(NEWUSER.to_bytes(8, "little") + bytes(56)), 64)


def namespaces_of_another(_):
    return call("setns", os.open("/proc/1/ns/net", os.O_RDONLY), 0)


def change_root(_):
    return call("chroot", b"/tmp")


def pivot_root(_):
    return call("pivot_root", b"/tmp", b"/tmp")


def become_root(_):
    return refusals({"user": lambda: os.setuid(0), "group": lambda: os.setgid(0), "groups": lambda: os.setgroups([0])})


def make_devices(_):
    return refusals(
        {n: lambda n=n: os.mknod("/tmp/device", 0o600 | 0o20000, n) for n in (os.makedev(1, 1), os.makedev(10, 200))}
    )


def modules(_):
    return refusals({"load": lambda: call("init_module", b"", 0, b""), "kexec": lambda: call("kexec_load", 0, 0, 0, 0)})


def reboot(_):
    """Asks for what does nothing: that Ctrl-Alt-Del shall not restart at once."""
    return call("reboot", 0xFEE1DEAD, 672274793, 0)


def clock(_):
    now = time.time()
    return call("clock_settime", 0, ctypes.create_string_buffer(int(now).to_bytes(8, "little") + bytes(8)))


def host_name(_):
    return call("sethostname", b"owned", 5)


def quotas(_):
    return call("quotactl", 0x80000300, b"/dev/vda", 0, 0)


def ranks(_):
    return refusals(
        {
            "nice": lambda: os.setpriority(os.PRIO_PROCESS, 0, -20),
            "real time": lambda: os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(50)),
        }
    )


def raise_limits(_):
    kinds = (resource.RLIMIT_NOFILE, resource.RLIMIT_FSIZE, resource.RLIMIT_CORE)
    most = (1 << 40, 1 << 40)
    return refusals({kind: lambda kind=kind: resource.setrlimit(kind, most) for kind in kinds})


def outlive_the_launcher(_):
    """Asks not to be killed with its parent; also with bits set that the kernel does not look at."""

    def forget(option):
        return lambda: call("prctl", option, 0, 0, 0, 0)

    return refusals({"plain": forget(1), "high": forget((1 << 32) | 1)})


def type_for_another(_):
    return str(fcntl.ioctl(0, 0x5412, b"x"))


def calls_of_32_bits(_):
    """Machine code that asks for unshare as a 32-bit program does, past filters that know 64-bit numbers only."""
    code = mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
    code.write(b"\xb8\x36\x01\0\0\x31\xdb\xcd\x80\xc3")  # eax = 310, ebx = 0; int 0x80; ret
    address = ctypes.addressof(ctypes.c_char.from_buffer(code))
    return str(ctypes.CFUNCTYPE(ctypes.c_int)(address)())


def calls_of_x32(_):
    ctypes.set_errno(0)
    LIBC.syscall(ctypes.c_long(0x40000000 | 272), ctypes.c_long(0))
    return "done" if ctypes.get_errno() == 0 else os.strerror(ctypes.get_errno())


def signal_the_launcher(given):
    return refusals({pid: lambda pid=pid: os.kill(pid, 0) for pid in given["processes"]})


def kill_first_process(_):
    """No handler, no effect: the kernel keeps the first process of a namespace from its own."""
    os.kill(1, 9)
    time.sleep(0.05)
    return "alive"
