"""Which packages a project asks for, and whether it may have them. Nothing is downloaded here."""

from __future__ import annotations

import hashlib
import re
import sys
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from packaging.requirements import InvalidRequirement, Requirement

FILES = ("requirements.txt", "requirements-dev.txt")
MOST = 60  # lines; the blueprint prints about 15
FORMAT = 1  # of a folder of packages: another number makes them all anew


@dataclass(frozen=True)
class Refused(Exception):
    """A line of a project that it may not ask for."""

    path: str
    line: int
    message: str

    def __str__(self) -> str:
        return self.message


def wanted(files: Mapping[str, str]) -> tuple[str, ...]:
    """The packages of a project by its requirement files (path -> text), sorted, each once.

    Raises:
        Refused: a line is no plain requirement, or names a package that is not on the list.
    """
    found = {line for path in FILES for line in _read(path, files.get(path, ""))}
    if len(found) > MOST:
        raise Refused(FILES[0], 0, f"{len(found)} packages are asked for; at most {MOST} may be.")
    return tuple(sorted(found))


def digest(lines: tuple[str, ...]) -> str:
    """A name for this list of packages on this Python."""
    named = f"{FORMAT} {sys.version} {sys.platform} {' '.join(lines)}"
    return hashlib.sha256(named.encode()).hexdigest()[:20]


def _read(path: str, text: str) -> Iterator[str]:
    for number, written in enumerate(text.splitlines(), 1):
        line = re.sub(r"(^|\s)#.*", "", written).strip()
        if line and not re.fullmatch(r"(-r|--requirement)[ =]?requirements\.txt", line):
            requirement = _requirement(path, number, line)
            if plain(requirement.name) not in _LIST["left_out"]:
                yield str(requirement)


def _requirement(path: str, number: int, line: str) -> Requirement:
    try:
        requirement = Requirement(line)
    except InvalidRequirement as error:
        reason = str(error).splitlines()[0]
        raise Refused(path, number, f"{line[:200]!r} is no name of a package with versions: {reason}") from error
    if requirement.url:
        raise Refused(path, number, f"{requirement.name} is asked for by address. Name a version instead.")
    name = plain(requirement.name)
    if name not in _LIST["allowed"] and name not in _LIST["left_out"]:
        raise Refused(path, number, f"The package {name[:100]} is not on the list of those that may be used.")
    return requirement


def plain(name: str) -> str:
    """A package's name as an index compares it."""
    return re.sub(r"[-_.]+", "-", name).lower()


_LIST: dict[str, Any] = tomllib.loads((Path(__file__).parent / "packages.toml").read_text(encoding="utf-8"))
