"""The hostile programs: what each tries, what it is answered, and what stops it. docs/containment.md shows them."""

from __future__ import annotations

from dataclasses import dataclass

CALLS = "filtered system calls"
ROOT = "a root of its own"
NET = "a network namespace with nothing in it"


@dataclass(frozen=True)
class Program:
    """``answer`` has the words that it may be told, and it must be told one; ``docker`` is what Docker's differs in."""

    name: str
    tries: str
    answer: str
    by: str
    docker: str = ""

    def answers(self, driver: str) -> set[str]:
        told = self.docker if driver == "docker" and self.docker else self.answer
        return set(told.split())


FILES = [
    Program("files.host_file", "read a file of the host", "ENOENT", ROOT),
    Program("files.host_file_by_dots", "the same through ../../..", "ENOENT", ROOT),
    Program("files.host_file_by_link", "the same through a symbolic link", "ENOENT", ROOT),
    Program("files.host_file_by_hard_link", "the same through a hard link", "ENOENT", ROOT),
    Program("files.host_file_by_process_root", "the same through /proc/N/root", "none", "a process namespace"),
    Program("files.host_file_by_handle", "open the host's root by its number", "EPERM", CALLS),
    Program("files.passwords", "read /etc/shadow", "ENOENT", ROOT),
    Program("files.home_folders", "list /root, /home, /var, /mnt", "ENOENT", ROOT),
    Program("files.docker_socket", "find the sockets of Docker and containerd", "ENOENT", ROOT),
    Program("files.environment", "find a secret in any process's environment", "none", "an environment of its own"),
    Program("files.other_processes", "see processes of others", "none", "a process namespace"),
    Program(
        "files.inherited_files", "use files that the launcher left open", "none", "handles close when a program starts"
    ),
    Program(
        "files.kernel_memory",
        "read /proc/kcore, /dev/mem, /proc/kallsyms",
        "EACCES ENOENT empty",
        "masks, no devices",
    ),
    Program("files.kernel_log", "read the kernel's log", "ENOENT EPERM", CALLS + "; no devices"),
    Program("files.kernel_keys", "read /proc/keys", "EACCES ENOENT", "masks", "done EACCES ENOENT"),
    Program("files.kernel_settings", "write to /proc/sys", "EACCES EROFS", "its user; read-only mounts"),
    Program(
        "files.kernel_devices",
        "write to /proc/sysrq-trigger and /sys",
        "EACCES ENOENT EROFS",
        "its user; no /sys",
    ),
    Program("files.out_of_memory_score", "be the last to be killed when memory is short", "EACCES", "no capabilities"),
    Program("files.cgroup", "leave its cgroup", "none EROFS EACCES", "no /sys"),
    Program("files.raw_disk", "make a device of the host's disk", "EPERM", CALLS + "; no capabilities"),
    Program(
        "files.read_only_places",
        "write to programs, packages, project and /dev",
        "EACCES EROFS",
        "read-only mounts",
    ),
    Program(
        "files.read_only_folder", "write to a folder that the host lets anybody write", "EROFS", "read-only mounts"
    ),
    Program("files.remount", "make them writable", "EPERM", CALLS),
    Program("files.program_of_its_own", "run a program that it wrote", "EACCES", "noexec mounts", "EACCES ENOENT"),
    Program("files.library_of_its_own", "load a library that it wrote", "noexec", "noexec mounts"),
    Program("files.set_user_bit", "leave a program that gives its rights to who runs it", "nosuid", "nosuid mounts"),
    Program(
        "files.capabilities", "have any right of root, or be unfiltered", "none", "no capabilities, no new privileges"
    ),
]
NETWORK = [
    Program("network.host_loopback", "connect to a server on the host's 127.0.0.1", "EAFNOSUPPORT", CALLS + "; " + NET),
    Program("network.host_loopback_v6", "the same on ::1", "EAFNOSUPPORT", CALLS + "; " + NET),
    Program("network.gateway", "connect to the gateway", "EAFNOSUPPORT", CALLS + "; " + NET),
    Program("network.metadata", "ask 169.254.169.254 for the machine's keys", "EAFNOSUPPORT", CALLS + "; " + NET),
    Program("network.name_server", "ask the name server", "EAFNOSUPPORT", CALLS + "; " + NET),
    Program("network.names", "have a name resolved", "gaierror EAI_AGAIN", "no name server; " + NET),
    Program("network.broadcast", "send to everybody", "EAFNOSUPPORT", CALLS + "; " + NET),
    Program("network.family_in_high_bits", "ask for a socket in a way that filters may not see", "EAFNOSUPPORT", CALLS),
    Program("network.vsock", "talk to the machine below this one", "EAFNOSUPPORT", CALLS),
    Program("network.netlink", "configure the network", "EAFNOSUPPORT", CALLS),
    Program("network.packets", "see or send raw packets", "EAFNOSUPPORT", CALLS),
    Program("network.rare_families", "reach six families with a history of holes", "EAFNOSUPPORT", CALLS),
    Program("network.host_abstract_socket", "connect to an abstract socket of the host", "ECONNREFUSED", NET),
    Program("network.host_unix_socket", "connect to a socket file of the host", "ENOENT", ROOT),
    Program("network.interfaces", "find a network card", "none EAFNOSUPPORT", NET),
]
KERNEL = [
    Program("kernel.trace_itself", "be traced", "EPERM", CALLS),
    Program("kernel.trace_first_process", "trace process 1", "EPERM", CALLS),
    Program("kernel.trace_and_leave", "stop process 1 and go, so that the container never ends", "EPERM", CALLS),
    Program("kernel.read_first_process", "read the memory of process 1", "EPERM", CALLS),
    Program("kernel.take_files_of_another", "take an open file from process 1", "EPERM", CALLS),
    Program("kernel.io_uring", "io_uring", "EPERM", CALLS),
    Program("kernel.bpf", "bpf", "EPERM", CALLS),
    Program("kernel.userfault", "userfaultfd", "EPERM", CALLS),
    Program("kernel.performance_counters", "perf_event_open", "EPERM", CALLS),
    Program("kernel.keys", "the kernel's key rings, which all jails share", "EPERM", CALLS),
    Program("kernel.mounts", "mount, unmount, and change mounts, in seven ways", "EPERM", CALLS),
    Program("kernel.new_namespaces", "unshare, to be root in a namespace", "EPERM", CALLS),
    Program("kernel.child_in_new_namespaces", "the same by clone", "EPERM", CALLS),
    Program(
        "kernel.child_in_new_namespaces_by_clone3", "the same by clone3, whose flags no filter sees", "ENOSYS", CALLS
    ),
    Program("kernel.namespaces_of_another", "join a namespace", "EPERM", CALLS),
    Program("kernel.change_root", "chroot", "EPERM", CALLS),
    Program("kernel.pivot_root", "pivot_root", "EPERM", CALLS),
    Program(
        "kernel.become_root",
        "setuid, setgid and setgroups to root",
        "EPERM EINVAL",
        "a user namespace",
        "EPERM",
    ),
    Program("kernel.make_devices", "mknod of memory and of a network tunnel", "EPERM", CALLS + "; no capabilities"),
    Program("kernel.modules", "load a module or another kernel", "EPERM", CALLS),
    Program("kernel.reboot", "reboot", "EPERM", CALLS),
    Program("kernel.clock", "set the clock", "EPERM", CALLS),
    Program("kernel.host_name", "set the host's name", "EPERM", CALLS),
    Program("kernel.quotas", "change quotas of the disk", "EPERM", CALLS),
    Program("kernel.ranks", "go before all others", "EACCES EPERM", "no capabilities"),
    Program("kernel.raise_limits", "raise its limits", "ValueError", "no capabilities"),
    Program("kernel.outlive_the_launcher", "not be killed with its parent", "EPERM", CALLS, "done EPERM"),
    Program("kernel.type_for_another", "type into a terminal", "EPERM", CALLS, "EPERM ENOTTY"),
    Program("kernel.calls_of_32_bits", "unshare as a 32-bit program", "SIGSYS", CALLS),
    Program("kernel.calls_of_x32", "unshare as an x32 program", "SIGSYS", CALLS),
    Program("kernel.signal_the_launcher", "signal the launcher and our processes", "ESRCH", "a process namespace"),
    Program("kernel.kill_first_process", "kill process 1", "alive", "a process namespace"),
]
BOMBS = [
    Program("bombs.processes", "fork for ever", "EAGAIN", "processes: cgroup"),
    Program("bombs.daemons", "fork daemons for ever", "EAGAIN", "processes: cgroup"),
    Program("bombs.threads", "start threads for ever", "EAGAIN", "processes: cgroup"),
    Program("bombs.open_files", "open files for ever", "EMFILE", "files: RLIMIT_NOFILE"),
    Program("bombs.sockets", "connect to itself for ever", "EMFILE", "files: RLIMIT_NOFILE"),
    Program("bombs.disk_tmp", "fill /tmp", "ENOSPC", "disk: a file system with a size"),
    Program("bombs.disk_data", "fill /data", "ENOSPC", "disk: a file system with a size"),
    Program(
        "bombs.disk_shared_memory", "fill /dev/shm", "ENOSPC", "disk: a file system with a size", "ENOSPC EACCES EROFS"
    ),
    Program("bombs.disk_run_folder", "fill the folder that the host sees", "ENOSPC", "disk: a file system with a size"),
    Program("bombs.one_large_file", "reserve a hundred times its disk in one file", "EFBIG", "disk: RLIMIT_FSIZE"),
    Program("bombs.inodes", "make files for ever", "ENOSPC", "disk: a file system with a number of files"),
    Program(
        "bombs.sockets_in_run_folder",
        "make sockets for the host to look at",
        "ENOSPC",
        "disk: a file system with a number of files",
    ),
    Program(
        "bombs.deep_folders", "make folders in folders for ever", "ENOSPC", "disk: a file system with a number of files"
    ),
    Program("bombs.processor", "use all processors for ever", "held", "processor: cgroup"),
]
TOGETHER = [*FILES, *NETWORK, *KERNEL, *BOMBS]

HANDLE = "the host connects to a handle on the socket, and checks what and whose it is"
# Each has a jail of its own, and a test of its own that looks at it from outside.
ALONE = {
    "memory": ("take memory for ever", "memory: cgroup; the jail ends"),
    "output": ("print for ever", "output is counted; the jail ends"),
    "time": ("ignore every signal and never end", "the wall clock; the jail ends"),
    "stopped": ("stop itself, so that it never ends", "the wall clock; the jail ends"),
    "unread_output": ("print what nobody reads, so that it or we block", "always drained, into a bounded store"),
    "one_endless_line": ("print a line without end, and bytes that are no text", "lines are cut at 64 KiB"),
    "daemon": ("leave a daemon behind", "a process namespace: it ends with its first process"),
    "kill_everybody": ("send SIGKILL to everybody", "a process namespace"),
    "swapped_socket": ("swap its socket for a link to a socket of the host, again and again", HANDLE),
    "strange_sockets": ("put a file, folder, pipe, link or foreign name where the host looks", HANDLE),
    "file_names": ("keep files with names that harm who lists them, in deep folders", "the host lists and reads none"),
    "other_jail": ("read, signal and connect to another jail", "namespaces; a user of its own"),
}


def table() -> str:
    """The page of the documentation."""
    rows = [(p.name, p.tries, p.by) for p in TOGETHER]
    rows += [(f"alone.{name}", tries, by) for name, (tries, by) in ALONE.items()]
    lines = ["| program | it tries to | what stops it |", "| --- | --- | --- |"]
    return "\n".join([*lines, *(f"| `{name}` | {tries} | {by} |" for name, tries, by in rows)])
