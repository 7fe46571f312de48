"""Which system calls a container may make: those of Docker's own default profile, less what a jail has no use for.

Docker's list is profiles/seccomp/default.json of moby 24, for 64-bit machines and without what it adds for
capabilities, which no jail has. What every jail is refused is taken out of it. Sockets are Unix sockets: vsock and
netlink, which Docker lets through, reach the kernel of the host, and for the rest there is no network anyway.
"""

from __future__ import annotations

import errno
import json
import platform
from collections.abc import Mapping
from typing import Any

from services.sandbox.drivers.seccomp import AF_UNIX, NAMESPACES, REFUSED

ARCHITECTURES = {"x86_64": "SCMP_ARCH_X86_64", "aarch64": "SCMP_ARCH_AARCH64", "arm64": "SCMP_ARCH_AARCH64"}

FILES = """access chdir chmod chown close close_range copy_file_range creat dup dup2 dup3 faccessat faccessat2
fadvise64 fallocate fchdir fchmod fchmodat fchmodat2 fchown fchownat fcntl fdatasync fgetxattr flistxattr flock
fremovexattr fsetxattr fstat fstatfs fsync ftruncate futimesat getcwd getdents getdents64 getxattr inotify_add_watch
inotify_init inotify_init1 inotify_rm_watch ioctl lchown lgetxattr link linkat listxattr llistxattr lremovexattr lseek
lsetxattr lstat mkdir mkdirat mknod mknodat newfstatat open openat openat2 pread64 preadv preadv2 pwrite64 pwritev
pwritev2 read readahead readlink readlinkat readv removexattr rename renameat renameat2 rmdir sendfile setxattr splice
stat statfs statx symlink symlinkat sync sync_file_range syncfs tee truncate umask unlink unlinkat utime utimensat
utimes vmsplice write writev io_cancel io_destroy io_getevents io_pgetevents io_setup io_submit io_uring_enter
io_uring_register io_uring_setup fanotify_mark name_to_handle_at"""
WAITING = """adjtimex alarm clock_adjtime clock_getres clock_gettime clock_nanosleep epoll_create epoll_create1
epoll_ctl epoll_pwait epoll_pwait2 epoll_wait eventfd eventfd2 getitimer gettimeofday nanosleep pause poll ppoll
pselect6 select setitimer signalfd signalfd4 time timer_create timer_delete timer_getoverrun timer_gettime
timer_settime timerfd_create timerfd_gettime timerfd_settime times"""
MEMORY = """brk madvise membarrier memfd_create memfd_secret mincore mlock mlock2 mlockall mmap mprotect mremap msync
munlock munlockall munmap remap_file_pages pkey_alloc pkey_free pkey_mprotect shmat shmctl shmdt shmget semctl semget
semop semtimedop msgctl msgget msgrcv msgsnd mq_getsetattr mq_notify mq_open mq_timedreceive mq_timedsend mq_unlink"""
PROCESSES = """arch_prctl capget capset execve execveat exit exit_group fork futex futex_waitv get_robust_list
get_thread_area getcpu getegid geteuid getgid getgroups getpgid getpgrp getpid getppid getpriority getrandom getresgid
getresuid getrlimit getrusage getsid gettid getuid ioprio_get ioprio_set kill landlock_add_rule
landlock_create_ruleset landlock_restrict_self pidfd_open pidfd_send_signal prctl prlimit64 process_mrelease
restart_syscall rseq rt_sigaction rt_sigpending rt_sigprocmask rt_sigqueueinfo rt_sigreturn rt_sigsuspend
rt_sigtimedwait rt_tgsigqueueinfo sched_get_priority_max sched_get_priority_min sched_getaffinity sched_getattr
sched_getparam sched_getscheduler sched_rr_get_interval sched_setaffinity sched_setattr sched_setparam
sched_setscheduler sched_yield seccomp set_robust_list set_thread_area set_tid_address setfsgid setfsuid setgid
setgroups setpgid setpriority setregid setresgid setresuid setreuid setrlimit setsid setuid sigaltstack sysinfo tgkill
tkill uname vfork wait4 waitid"""
SOCKETS = """accept accept4 bind connect getpeername getsockname getsockopt listen pipe pipe2 recvfrom recvmmsg
recvmsg sendmmsg sendmsg sendto setsockopt shutdown"""

Rule = Mapping[str, Any]


def profile(machine: str = "") -> str:
    """The profile as JSON, as the Docker API takes it; ``machine`` is as platform.machine() has it."""
    return json.dumps(
        {
            "defaultAction": "SCMP_ACT_ERRNO",
            "defaultErrnoRet": errno.EPERM,
            "architectures": [ARCHITECTURES[machine or platform.machine()]],
            "syscalls": [
                _allow(allowed()),
                _allow(["clone"], _when(0, "SCMP_CMP_MASKED_EQ", NAMESPACES, 0)),
                _allow(["socket", "socketpair"], _when(0, "SCMP_CMP_EQ", AF_UNIX)),
                _refuse(["socket", "socketpair"], errno.EAFNOSUPPORT, _when(0, "SCMP_CMP_NE", AF_UNIX)),
                _refuse(["clone3"], errno.ENOSYS),  # its flags are in memory, out of sight: the C library takes clone
            ],
        }
    )


def allowed() -> list[str]:
    """Docker's calls without those that every jail is refused."""
    refused = {name for names in REFUSED.values() for name in names.split()}
    return [name for name in f"{FILES} {WAITING} {MEMORY} {PROCESSES} {SOCKETS}".split() if name not in refused]


def _when(index: int, operator: str, value: int, second: int = 0) -> Rule:
    return {"index": index, "value": value, "valueTwo": second, "op": operator}


def _allow(names: list[str], *args: Rule) -> Rule:
    return {"names": names, "action": "SCMP_ACT_ALLOW", "args": list(args)}


def _refuse(names: list[str], number: int, *args: Rule) -> Rule:
    return {"names": names, "action": "SCMP_ACT_ERRNO", "errnoRet": number, "args": list(args)}
