"""A fault in one file, before the file's path is put to it: what is cached per content must not know the path."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Iterable
from pathlib import PurePosixPath

import structlog
from msgspec import Struct, structs

from libs.contracts.artifacts import Issue, Severity

log = structlog.get_logger(__name__)
MESSAGE_LIMIT = 1000  # characters, as the contract of an issue has it
MAX_ISSUES_OF_FILE = 40
RANK: dict[Severity, int] = {"error": 0, "warning": 1, "info": 2}


class Fault(Struct, frozen=True):
    """``line`` counts from 1; 0 is the file as a whole."""

    severity: Severity
    message: str
    line: int
    rule: str


Said = tuple[str, Fault]  # of which path what is said; the empty path is the project as a whole


def issue(path: str, fault: Fault) -> Issue:
    """The fault as an issue of ``path``; text that cannot be sent on is made printable."""
    return Issue(
        fault.severity,
        printable(path[:200]).replace("\n", "\N{REPLACEMENT CHARACTER}"),
        printable(fault.message[:MESSAGE_LIMIT]),
        fault.line,
        fault.rule,
    )


def printable(text: str) -> str:
    """``text`` without control characters and lone surrogates."""
    return "".join(char if char.isprintable() or char == "\n" else "\N{REPLACEMENT CHARACTER}" for char in text)


def guarded(path: str, check: Callable[[], Iterable[Fault]], *, name: str) -> tuple[Fault, ...]:
    """The faults that ``check`` finds; a crash inside it is a fault too, for a file unchecked is not accepted."""
    try:
        return tuple(check())
    except Exception as error:  # hostile text may break any parser in any way
        _report(name, path, error)
        sentence = f"The check '{name}' could not read this file ({type(error).__name__}); write it in a simpler form."
        return (Fault("error", sentence, 0, "check"),)


def guarded_project(check: Callable[[], Iterable[Said]], *, name: str) -> tuple[Said, ...]:
    """What ``check`` says of several files; a crash inside it is a warning, for no file is to blame."""
    try:
        return tuple(check())
    except Exception as error:
        _report(name, "", error)
        return (("", Fault("warning", f"The check '{name}' failed ({type(error).__name__}).", 0, "check")),)


def _report(name: str, path: str, error: Exception) -> None:
    frame = traceback.extract_tb(error.__traceback__)[-1]
    log.error(  # where and what, but no whole traceback: it would quote the generated code
        "check_crashed",
        action="check_code",
        check=name,
        path=printable(path),
        error=printable(repr(error)[:200]),
        at=f"{frame.name}:{frame.lineno}",
    )


def worst(faults: Iterable[Fault]) -> tuple[Fault, ...]:
    """The gravest faults of one file, as many as are reported, in words as short as are reported."""
    gravest = sorted(faults, key=lambda fault: (RANK[fault.severity], fault.line))[:MAX_ISSUES_OF_FILE]
    return tuple(structs.replace(fault, message=fault.message[:MESSAGE_LIMIT]) for fault in gravest)


def is_test(path: str) -> bool:
    """The file belongs to the project's tests."""
    pure = PurePosixPath(path)
    return bool({"tests", "test"} & set(pure.parts[:-1])) or pure.name.startswith(("test_", "conftest."))
