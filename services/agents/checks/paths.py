"""File names and sizes: nothing leaves the project's folder, and nothing is too large to check."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import PurePosixPath

from libs.contracts.artifacts import SourceFile
from services.agents.checks.fault import Fault, Said

MAX_FILES = 500
MAX_FILE = 256 * 1024  # characters, as the contract of a source file has it
MAX_PROJECT = 4 * 1024 * 1024  # characters; a generated project is about 0.1 MB
SEGMENT = re.compile(r"[A-Za-z0-9_.@+()\[\]][A-Za-z0-9_.@+\- ()\[\]]{0,99}")
PATH_HINT = "use a relative path of letters, digits, '_', '-' and '.'"


def check_project(files: Sequence[SourceFile]) -> Iterator[Said]:
    """What can be said only of all files together, with the path it is said of."""
    if not files:
        yield "", Fault("error", "The project has no file at all.", 0, "path")
    if len(files) > MAX_FILES:
        yield "", Fault("error", f"The project has {len(files)} files; at most {MAX_FILES} are checked.", 0, "size")
    size = sum(len(file.content) for file in files)
    if size > MAX_PROJECT:
        yield "", Fault("error", f"The project has {size} characters; at most {MAX_PROJECT} are checked.", 0, "size")
    yield from _duplicates(files)


def check_file(file: SourceFile) -> Iterator[Fault]:
    """What is wrong with the file's name or size."""
    reason = _path_fault(file.path)
    if reason:
        yield Fault("error", f"The file name {reason}; {PATH_HINT}.", 0, "path")
    if len(file.content) > MAX_FILE:
        yield Fault("error", f"The file has {len(file.content)} characters; split it below {MAX_FILE}.", 0, "size")


def _path_fault(path: str) -> str:
    parts = path.split("/")
    if path.startswith("/") or re.match(r"[A-Za-z]:", path):
        return "is absolute"
    if ".." in parts or "." in parts or "" in parts:
        return "has an empty segment, '.' or '..'"
    if not all(SEGMENT.fullmatch(part) for part in parts) or parts[-1].endswith((" ", ".")):
        return "has characters that are not safe everywhere"
    return "is inside .git" if parts[0] == ".git" else ""


def _duplicates(files: Sequence[SourceFile]) -> Iterator[Said]:
    seen: dict[str, str] = {}
    for file in files:
        folded = file.path.casefold()
        if folded in seen:
            message = f"The same file as {seen[folded]!r} where upper and lower case do not count; keep one of them."
            yield file.path, Fault("error", message, 0, "path")
        seen.setdefault(folded, file.path)
    folders = {str(parent).casefold() for path in seen for parent in PurePosixPath(path).parents}
    for folded in sorted(seen.keys() & folders):
        yield seen[folded], Fault("error", "Other files use this file's name as their folder; rename it.", 0, "path")
