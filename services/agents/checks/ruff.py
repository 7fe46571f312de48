"""Ruff's findings: one bounded run of its binary over a folder of our own, for the files not seen before."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Timer

import msgspec
import structlog
from ruff import find_ruff_bin

from libs.contracts.artifacts import Severity, SourceFile
from services.agents.checks.cache import Cache, key_of
from services.agents.checks.fault import Fault, Said, worst
from services.agents.checks.ruff_rules import ARGUMENTS, Finding, fault_of

log = structlog.get_logger(__name__)
# Memory where there is some: on a slow disk the folder takes longer than ruff.
FOLDER = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None  # noqa: S108 - a name of its own is made inside
TIMEOUT = 10.0  # seconds; a run of eight small files takes about 0.01
MAX_OUTPUT = 16 * 1024 * 1024  # bytes, some 40,000 findings
_seen: Cache[tuple[Fault, ...]] = Cache()


def check_style(files: Sequence[SourceFile]) -> Iterator[Said]:
    """Findings for each file, all Python that parses."""
    fresh: list[tuple[bytes, SourceFile]] = []
    for file in files:
        key = key_of(file.path, file.content)
        known = _seen.get(key)
        if known is None:
            fresh.append((key, file))
        yield from ((file.path, fault) for fault in known or ())
    if fresh:
        yield from _inspect(fresh, time.monotonic() + TIMEOUT)


def _inspect(fresh: Sequence[tuple[bytes, SourceFile]], end: float) -> list[Said]:
    """What ruff says, kept for the next time; files that it cannot read are found by halving."""
    try:
        findings = _run([file for _, file in fresh], max(end - time.monotonic(), 0.1))
    except (OSError, subprocess.SubprocessError, msgspec.DecodeError) as error:
        log.error("ruff_failed", action="check_code", files=len(fresh), error=repr(error)[:80])  # noqa: TRY400 - no trace
        half = len(fresh) // 2
        if half and not isinstance(error, OSError) and time.monotonic() < end:
            return [*_inspect(fresh[:half], end), *_inspect(fresh[half:], end)]
        return [(file.path, _unread(error)) for _, file in fresh]
    said: list[Said] = []
    for index, (key, file) in enumerate(fresh):
        faults = worst(fault_of(found, file) for found in findings.get(str(index), ()))
        _seen.put(key, faults, len(file.content))
        said += ((file.path, fault) for fault in faults)
    return said


def _unread(error: Exception) -> Fault:
    # No binary and no time are our fault; a file that ruff falls over is the file's.
    severity: Severity = "warning" if isinstance(error, OSError | subprocess.TimeoutExpired) else "error"
    return Fault(severity, "Ruff could not read this file; write it in a simpler form.", 0, "ruff")


def _run(files: Sequence[SourceFile], seconds: float) -> dict[str, list[Finding]]:
    with TemporaryDirectory(prefix="interius-ruff-", dir=FOLDER) as folder:
        for index, file in enumerate(files):
            # Numbers for folders: a hostile path never reaches the disk. Rules look at the name `__init__.py` only.
            name = "__init__.py" if file.path.endswith("/__init__.py") else "module.py"
            target = Path(folder, str(index), name)
            target.parent.mkdir()
            target.write_bytes(file.content.encode())
        output = _output([find_ruff_bin(), *ARGUMENTS, folder], folder, seconds)
    findings: dict[str, list[Finding]] = {}
    for found in msgspec.json.decode(output, type=list[Finding]):
        findings.setdefault(Path(found.filename).parent.name, []).append(found)
    return findings


def _output(command: list[str], folder: str, seconds: float) -> bytes:
    process = subprocess.Popen(  # noqa: S603 - our own arguments
        command, cwd=folder, env={}, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )
    alarm = Timer(seconds, process.kill)
    with process:
        assert process.stdout
        alarm.start()
        output = process.stdout.read(MAX_OUTPUT + 1)
        if len(output) > MAX_OUTPUT:
            process.kill()
    if alarm.finished.is_set():
        raise subprocess.TimeoutExpired("ruff", seconds)
    alarm.cancel()
    if process.returncode or len(output) > MAX_OUTPUT:
        raise subprocess.CalledProcessError(process.returncode, "ruff")
    return output
