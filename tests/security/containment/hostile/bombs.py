"""Programs that take all they can get. Each tells where it was stopped, and cleans up as a good neighbour would not."""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
import signal
import socket
import threading
import time

MEBIBYTE = 1 << 20


def _until_refused(step) -> tuple[int, str]:
    count = 0
    while True:
        try:
            step(count)
        except OSError as error:
            return count, errno.errorcode[error.errno]
        except RuntimeError:  # of threads
            return count, "EAGAIN"
        count += 1


def _within(count: int, most: int, stopped: str) -> str:
    return stopped if 0 < count <= most else f"{count} and then {stopped}"


def processes(given):
    children = []

    def fork(_):
        child = os.fork()
        if child == 0:
            time.sleep(60)
        children.append(child)

    count, stopped = _until_refused(fork)
    for child in children:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
    return _within(count, given["limit_processes"], stopped)


def daemons(given):
    """Each leaves its session and its parent."""

    def fork(_):
        child = os.fork()
        if child == 0:
            os.setsid()
            try:
                grandchild = os.fork()
            except OSError:
                os._exit(1)
            if grandchild == 0:
                time.sleep(1)
            os._exit(0)
        if os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]):
            raise BlockingIOError(errno.EAGAIN, "fork")

    count, stopped = _until_refused(fork)
    time.sleep(1.2)
    return _within(count, given["limit_processes"], stopped)


def threads(given):
    stop = threading.Event()
    count, stopped = _until_refused(lambda _: threading.Thread(target=stop.wait, daemon=True).start())
    stop.set()
    return _within(count, given["limit_processes"], stopped)


def open_files(given):
    handles = []
    count, stopped = _until_refused(lambda _: handles.append(os.open("/dev/null", os.O_RDONLY)))
    for handle in handles:
        os.close(handle)
    return _within(count, given["limit_files"], stopped)


def sockets(given):
    """Connections to itself, half of them never taken."""
    pairs = []
    count, stopped = _until_refused(lambda _: pairs.append(socket.socketpair()))
    return _within(count, given["limit_files"], stopped)


def _fill(place: str, most: int) -> str:
    """One file after the other, each of a mebibyte."""
    os.makedirs(f"{place}/fill", exist_ok=True)
    block = bytes(65_536)

    def write(count):
        handle = os.open(f"{place}/fill/{count // 16}", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        try:
            if os.write(handle, block) < len(block):
                raise OSError(errno.ENOSPC, place)
        finally:
            os.close(handle)

    count, stopped = _until_refused(write)
    shutil.rmtree(f"{place}/fill")
    return _within(count * len(block), most, stopped)


def disk_tmp(given):
    return _fill("/tmp", given["limit_disk"])


def disk_data(given):
    return _fill("/data", given["limit_disk"])


def disk_shared_memory(given):
    return _fill("/dev/shm", given["limit_disk"])


def disk_run_folder(given):
    return _fill("/run/box", given["limit_disk"])


def one_large_file(given):
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    handle = os.open("/tmp/large", os.O_WRONLY | os.O_CREAT)
    try:
        os.posix_fallocate(handle, 0, 100 * given["limit_disk"])
    finally:
        os.close(handle)
        os.unlink("/tmp/large")
    return "done"


def _many(place: str, make) -> tuple[int, str]:
    os.makedirs(f"{place}/many", exist_ok=True)
    result = _until_refused(lambda count: make(f"{place}/many/{count}"))
    shutil.rmtree(f"{place}/many")
    return result


def inodes(given):
    answers = {_within(*pair) for pair in ((n, given["limit_inodes"], e) for n, e in [_many("/tmp", os.mkdir)])}
    return " ".join(answers)


def sockets_in_run_folder(given):
    """Sockets that nobody listens at, and links."""

    def bind(path):
        with socket.socket(socket.AF_UNIX) as made:
            made.bind(path)

    count, stopped = _many("/run/box", bind)
    return _within(count, given["limit_inodes"], stopped)


def deep_folders(given):
    """Deeper than a path can say, or than a recursive removal can go."""
    os.mkdir("/tmp/deep")
    os.chdir("/tmp/deep")

    def deeper(_):
        os.mkdir("d")
        os.chdir("d")

    count, stopped = _until_refused(deeper)
    os.chdir("/tmp")
    with contextlib.suppress(RecursionError, OSError):
        shutil.rmtree("/tmp/deep")
    return _within(count, given["limit_inodes"], stopped)


def processor(given):
    """Several that never rest, so that they would have most of a busy machine; tells if they had more than theirs."""
    began, children = time.monotonic(), []
    for _ in range(8):
        child = os.fork()
        if child == 0:
            while True:
                pass
        children.append(child)
    time.sleep(1)
    for child in children:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
    used, share = os.times(), given["limit_cpus"]
    had = (used.children_user + used.children_system) / (time.monotonic() - began)
    return "held" if had < share + 0.2 else f"{had:.2f} of {share}"
