"""A pytest plugin inside the jail: one line of JSON for each test, past whatever pytest does with the output."""

from __future__ import annotations

import json
import os
import threading
import time
from pathlib import Path
from typing import Any

MARK = "@interius-test "
PATIENCE = "INTERIUS_TEST_SECONDS"  # variable: how long no test need be done until one is taken to hang
HUNG = 124  # exit status then
LONGEST = 12_000  # characters of a failure's text: its end says most
_OUT = os.dup(1)  # before pytest takes the output for itself
_spent: dict[str, float] = {}
_failed: dict[str, str] = {}
_seen: dict[str, Any] = {"test": "", "at": time.monotonic()}


def pytest_configure() -> None:
    """Begin to watch for a test that hangs. Slow tests are no fault: the machine may have other things to do."""
    _go_on("")
    threading.Thread(target=_watch, args=(str(Path.cwd()), float(os.environ[PATIENCE])), daemon=True).start()


def pytest_runtest_logstart(nodeid: str) -> None:
    """Take down which test is run."""
    _go_on(nodeid)


def pytest_runtest_logreport(report: Any) -> None:
    """Add up the phases of a test; say how it went when the last one is done."""
    _go_on(report.nodeid)
    _spent[report.nodeid] = _spent.get(report.nodeid, 0.0) + report.duration
    if report.failed:
        _failed[report.nodeid] = f"{_failed.get(report.nodeid, '')}{report.longreprtext}\n"
    if report.when == "teardown":
        outcome = "failed" if report.nodeid in _failed else "passed"
        _say(report.nodeid, outcome, _failed.pop(report.nodeid, ""), _spent.pop(report.nodeid))


def pytest_collectreport(report: Any) -> None:
    """Say that a module cannot be read in."""
    _go_on("")
    if report.failed:
        _say(report.nodeid, "failed", report.longreprtext, 0.0)


def _go_on(test: str) -> None:
    _seen.update(test=test, at=time.monotonic())


def _watch(project: str, seconds: float) -> None:
    """End everything once nothing was done for so long, and say where it hangs."""
    from agent import where  # noqa: PLC0415  # pyright: ignore[reportMissingImports]  # of the jail

    while (left := _seen["at"] + seconds - time.monotonic()) > 0:
        time.sleep(left)
    where(project, _OUT)
    if _seen["test"]:
        _say(_seen["test"], "failed", f"It did not end within {seconds:g} s.", seconds)
    os._exit(HUNG)


def _say(name: str, outcome: str, text: str, seconds: float) -> None:
    told = {"test": name, "outcome": outcome, "text": text[-LONGEST:], "milliseconds": round(seconds * 1000)}
    os.write(_OUT, f"\n{MARK}{json.dumps(told)}\n".encode())
