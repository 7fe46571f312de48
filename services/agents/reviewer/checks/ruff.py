"""Ruff's findings: one bounded run of its binary over a folder of our own, for the files not seen before."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec
import structlog
from msgspec import Struct
from ruff import find_ruff_bin

from libs.contracts.artifacts import Severity, SourceFile
from services.agents.reviewer.checks.cache import Cache, key_of
from services.agents.reviewer.checks.fault import Fault, Said, is_test, worst

log = structlog.get_logger(__name__)
TIMEOUT = 10.0  # seconds; a run of eight small files takes about 0.01
# Fails when the line is reached, or says something other than it means.
ERRORS = (
    *("F404", "F407", "F50", "F52", "F601", "F62", "F63", "F70", "F722", "F811", "F82", "F901"),
    *("B002", "B015", "B016", "B020", "B021", "B029", "B030", "B032"),
    *("PLE0100", "PLE0101", "PLE0115", "PLE0117", "PLE0118", "PLE0241", "PLE0302", "PLE0604", "PLE0605"),
    *("PLE0704", "PLE1132", "PLE1142", "PLE1205", "PLE1206", "PLE13", "PLE1700", "PLE2502"),
)
# Unused names in a format are harmless; so is a name imported twice.
NOT_ERRORS = ("F504", "F522", "F523")
WARNINGS = ("F4", "F5", "F841", "F842", "B0", "B904", "E722", "ASYNC210", "ASYNC212", "ASYNC22", "ASYNC251", "PLE")
# B008 is FastAPI's own idiom, B011 and B017 are taste in tests, B027 and B024 are design.
IGNORED = ("B008", "B011", "B017", "B024", "B027", "B028", "F541")
ARGUMENTS = (
    *("check", "--isolated", "--no-cache", "--ignore-noqa", "--no-respect-gitignore", "--quiet"),
    *("--exit-zero", "--no-fix", "--output-format", "json"),
    *("--target-version", f"py{sys.version_info.major}{sys.version_info.minor}"),
    *("--select", ",".join((*ERRORS, *WARNINGS)), "--ignore", ",".join(IGNORED)),
)


class _Place(Struct):
    row: int
    column: int


class _Finding(Struct):
    filename: str
    message: str
    code: str | None = None
    location: _Place | None = None


_seen: Cache[tuple[Fault, ...]] = Cache()


def check_style(files: Sequence[SourceFile]) -> Iterator[Said]:
    """Findings for each file, which must parse."""
    keys = {file.path: key_of(file.path, file.content) for file in files}
    fresh = {key: file for file in files if _seen.get(key := keys[file.path]) is None}
    failure = _inspect(fresh) if fresh else None
    for path, key in keys.items():
        yield from ((path, fault) for fault in _seen.get(key) or ())
    if failure:
        yield "", failure


def _inspect(fresh: Mapping[bytes, SourceFile]) -> Fault | None:
    try:
        findings = _run(list(fresh.values()))
    except (OSError, subprocess.SubprocessError, msgspec.DecodeError) as error:
        log.error("ruff_failed", action="check_code", error=repr(error)[:500])  # noqa: TRY400 - the trace says no more
        message = f"Ruff gave no answer ({type(error).__name__}); names and style are unchecked."
        return Fault("warning", message, 0, "ruff")
    for index, (key, file) in enumerate(fresh.items()):
        of_file = (found for found in findings if Path(found.filename).parent.name == str(index))
        _seen.put(key, worst(_fault(found, file) for found in of_file), len(file.content))
    return None


def _run(files: Sequence[SourceFile]) -> list[_Finding]:
    with TemporaryDirectory(prefix="interius-ruff-") as folder:
        for index, file in enumerate(files):
            # Numbers for folders: a hostile path never reaches the disk. Rules look at the name `__init__.py` only.
            name = "__init__.py" if file.path.endswith("/__init__.py") else "module.py"
            target = Path(folder, str(index), name)
            target.parent.mkdir()
            target.write_bytes(file.content.encode())
        command = [find_ruff_bin(), *ARGUMENTS, folder]
        done = subprocess.run(command, capture_output=True, timeout=TIMEOUT, check=True, cwd=folder, env={})  # noqa: S603
    return msgspec.json.decode(done.stdout, type=list[_Finding])


def _fault(found: _Finding, file: SourceFile) -> Fault:
    row = found.location.row if found.location else 0
    return Fault(_severity(found, file), found.message, row, found.code or "parse")


def _severity(found: _Finding, file: SourceFile) -> Severity:
    code = found.code or "invalid-syntax"
    if code == "invalid-syntax":
        return "error"
    if code == "F811" and (is_test(file.path) or not _defines(found.location, file)):
        return "warning"
    return "error" if code.startswith(ERRORS) and not code.startswith(NOT_ERRORS) else "warning"


def _defines(place: _Place | None, file: SourceFile) -> bool:
    """A ``def`` or ``class`` stands before the place: not an import or a parameter of that name."""
    line = "".join(file.content.splitlines()[place.row - 1 : place.row]) if place else ""
    return line[: place.column - 1 if place else 0].split()[-1:] in (["def"], ["class"])
