"""A pytest plugin inside the jail: one line of JSON for each test, past whatever pytest does with the output."""

from __future__ import annotations

import json
import os
from typing import Any

MARK = "@interius-test "
LONGEST = 12_000  # characters of a failure's text: its end says most
_OUT = os.dup(1)  # before pytest takes the output for itself
_spent: dict[str, float] = {}
_failed: dict[str, str] = {}


def pytest_runtest_logreport(report: Any) -> None:
    """Add up the phases of a test; say how it went when the last one is done."""
    _spent[report.nodeid] = _spent.get(report.nodeid, 0.0) + report.duration
    if report.failed:
        _failed[report.nodeid] = f"{_failed.get(report.nodeid, '')}{report.longreprtext}\n"
    if report.when == "teardown":
        outcome = "failed" if report.nodeid in _failed else "passed"
        _say(report.nodeid, outcome, _failed.pop(report.nodeid, ""), _spent.pop(report.nodeid))


def pytest_collectreport(report: Any) -> None:
    """Say that a module cannot be read in."""
    if report.failed:
        _say(report.nodeid, "failed", report.longreprtext, 0.0)


def _say(name: str, outcome: str, text: str, seconds: float) -> None:
    told = {"test": name, "outcome": outcome, "text": text[-LONGEST:], "milliseconds": round(seconds * 1000)}
    os.write(_OUT, f"\n{MARK}{json.dumps(told)}\n".encode())
