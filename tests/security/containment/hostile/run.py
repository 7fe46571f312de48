"""Runs hostile programs one after the other, each in a process of its own, and tells what came of each."""

from __future__ import annotations

import contextlib
import importlib
import json
import os
import signal
import sys
import time

from tools import attempt

SECONDS = 8.0  # for each


def main() -> None:
    given = json.loads(sys.stdin.readline())
    for name in given["programs"]:
        bury()
        print("@@" + json.dumps({"name": name, "answer": apart(name, given)}), flush=True)
    print("@@done", flush=True)
    for _ in sys.stdin:  # lives on until it is ended
        pass


def apart(name: str, given: dict[str, object]) -> str:
    readable, writable = os.pipe()
    child = os.fork()
    if child == 0:
        os.setsid()
        os.close(readable)
        module, _, function = name.partition(".")
        answer = attempt(lambda: getattr(importlib.import_module(module), function)(given))
        os.write(writable, answer.encode(errors="replace")[:4000])
        os._exit(0)
    os.close(writable)
    status = ended(child)
    answer = os.read(readable, 5000).decode()
    os.close(readable)
    return answer or status


def ended(child: int) -> str:
    deadline = time.monotonic() + SECONDS
    while time.monotonic() < deadline:
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            code = os.waitstatus_to_exitcode(status)
            return signal.Signals(-code).name if code < 0 else f"status {code}"
        time.sleep(0.002)
    os.killpg(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return "still running"


def bury() -> None:
    """Who is the first process of a jail has the orphans of the others."""
    with contextlib.suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass


main()
