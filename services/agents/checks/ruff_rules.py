"""Which of ruff's rules are asked, and how grave each is."""

from __future__ import annotations

import sys

from msgspec import Struct

from libs.contracts.artifacts import Severity, SourceFile
from services.agents.checks.fault import Fault, is_test

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


class Place(Struct):
    """Where a finding is; both count from 1."""

    row: int
    column: int


class Finding(Struct):
    """One entry of ruff's JSON."""

    filename: str
    message: str
    code: str | None = None
    location: Place | None = None


def fault_of(found: Finding, file: SourceFile) -> Fault:
    """The finding as a fault of ``file``."""
    row = found.location.row if found.location else 0
    return Fault(
        _severity(found, file), found.message, row, "parse" if found.code in (None, "invalid-syntax") else found.code
    )


def _severity(found: Finding, file: SourceFile) -> Severity:
    code = found.code or "invalid-syntax"
    if code == "invalid-syntax":
        return "error"
    if code == "F811" and (is_test(file.path) or not _defines(found.location, file)):
        return "warning"
    return "error" if code.startswith(ERRORS) and not code.startswith(NOT_ERRORS) else "warning"


def _defines(place: Place | None, file: SourceFile) -> bool:
    """A ``def`` or ``class`` stands before the place: not an import or a parameter of that name."""
    line = "".join(file.content.splitlines()[place.row - 1 : place.row]) if place else ""
    return line[: place.column - 1 if place else 0].split()[-1:] in (["def"], ["class"])
