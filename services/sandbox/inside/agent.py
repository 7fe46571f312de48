"""Runs inside the jail: reads in the packages, then does what it is told, one JSON line each on standard input.

Standard library only, since it is read by whatever Python the jail has. It talks to the host in lines on standard
output that begin with the mark it was given; everything else there is what the jailed program printed. The program may
forge such lines: what they say about it is its own word, and nothing is done with them but to report.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import runpy
import signal
import site
import sys
import threading
import time
import traceback
from typing import Any

Order = dict[str, Any]


def main(mark: str, warm: list[str]) -> None:
    """Import ``warm``, say so, and follow orders until there are none."""
    site.setquit()  # python -S leaves out exit()
    gc.disable()  # next to nothing of what importing makes is garbage
    for name in warm:
        try:
            importlib.import_module(name)
        except ImportError:  # an environment without it starts no slower than it must
            continue
    gc.freeze()  # nor will it be: neither this process nor its copies look at it again
    gc.enable()
    _say(mark, {"is": "ready"})
    for line in sys.stdin:
        order: Order = json.loads(line)
        if order["do"] == "serve":
            _serve(order)
            return
        _say(mark, _run(order))


def _say(mark: str, told: Order) -> None:
    sys.stdout.write(f"{mark}{json.dumps(told)}\n")
    sys.stdout.flush()


def _settle(order: Order) -> None:
    """Become the program: its environment, folder and import path."""
    os.environ.update(order.get("env", {}))
    os.chdir(order["cwd"])
    sys.path[:0] = order.get("path", [])


def _serve(order: Order) -> None:
    """Serve an ASGI application on a socket of the run folder, until told to end."""
    import uvicorn  # noqa: PLC0415  # only here, and read in before

    _settle(order)
    threading.Thread(target=_hear, args=(order["cwd"],), daemon=True).start()
    # What is asked is the app's own to log: projects do, a line a request.
    uvicorn.run(order["app"], uds=order["socket"], log_level="info", access_log=False)


def _hear(project: str) -> None:
    """While it serves there is one further order: to say where it is."""
    for line in sys.stdin:
        if json.loads(line)["do"] == "where":
            where(project, sys.stdout.fileno())


def where(project: str, to: int) -> None:
    """Print where each thread is that runs code of the project, a folder.

    Not by ``faulthandler``: it reads stacks while they change, which may end a process that was only slow.
    """
    frames = sys._current_frames()  # pyright: ignore[reportPrivateUsage]  # there is no other way
    for frame in frames.values():
        stack = traceback.extract_stack(frame)
        if any(each.filename.startswith(f"{project}/") for each in stack):
            lines = [f'  File "{each.filename}", line {each.lineno}, in {each.name}' for each in stack]
            os.write(to, "\n".join(["", "Traceback (most recent call last):", *lines, ""]).encode())


def _run(order: Order) -> Order:
    """Run a module in a copy of this process, which has everything read in already."""
    began = time.monotonic()
    child = os.fork()
    if child == 0:
        os._exit(_module(order))
    code = _wait(child, began + order["seconds"])
    return {"is": "ran", "id": order["id"], "code": code, "milliseconds": round((time.monotonic() - began) * 1000)}


def _module(order: Order) -> int:
    """Be ``python -m module arguments``; gives its exit status."""
    os.setsid()
    sys.stdin = open(os.devnull)  # noqa: PTH123, SIM115  # orders are not for it
    os.dup2(sys.stdin.fileno(), 0)
    _settle(order)
    sys.argv = [order["module"], *order["arguments"]]
    late = threading.Timer(order["seconds"] * 0.8, where, (order["cwd"], os.dup(1)))  # where it hangs, if it does
    late.daemon = True
    late.start()
    try:
        runpy.run_module(order["module"], run_name="__main__", alter_sys=True)
    except SystemExit as left:
        if isinstance(left.code, str):
            sys.stderr.write(f"{left.code}\n")
        return left.code if isinstance(left.code, int) else int(left.code is not None)
    except BaseException:
        traceback.print_exc()
        return 1
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
    return 0


def _wait(child: int, deadline: float) -> int:
    """Its status; -9 if it was not done in time."""
    while time.monotonic() < deadline:
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            return os.waitstatus_to_exitcode(status)
        time.sleep(0.005)
    os.killpg(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return -signal.SIGKILL


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
