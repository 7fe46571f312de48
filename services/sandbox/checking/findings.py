"""What a check found, as it goes into the report: bounded, timed, with the place at fault."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from libs.contracts.artifacts import Check
from services.sandbox.checking.blame import NOWHERE, Place

LONGEST = 4000  # characters of one check's output
NAME = 80  # as the contract has it


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong, and where."""

    message: str
    place: Place = NOWHERE
    text: str = ""  # what the program printed about it


@dataclass
class Finding:
    """A check while it is made."""

    name: str
    faults: list[Fault] = field(default_factory=list[Fault])
    said: str = ""
    calls: int = 0
    seconds: float = 0.0

    def check(self) -> Check:
        """The check as the report has it."""
        said = self.said or (f"{self.calls} requests." if self.calls else "")
        return check(self.name, self.faults, said, round(self.seconds * 1000))


def check(name: str, faults: list[Fault], said: str = "", milliseconds: int = 0) -> Check:
    """A check that passed if there are no faults."""
    place = next((each.place for each in faults if each.place.path), NOWHERE)
    output = "\n".join([*_lines(faults), *([said] if said else [])])
    return Check(name[:NAME], not faults, clipped(output), milliseconds, path=place.path, line=place.line)


def _lines(faults: Iterable[Fault]) -> Iterable[str]:
    for fault in list(faults)[:20]:
        yield f"{fault.message}\n{fault.text.strip()}".strip()


def clipped(text: str, longest: int = LONGEST) -> str:
    """The end of a text, which says most of a failure, without what no event may hold."""
    clean = text.replace("\0", "").encode(errors="replace").decode()
    return clean if len(clean) <= longest else f"… {clean[-longest + 2 :]}"
