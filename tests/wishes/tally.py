"""Precision and recall of the parts of a charter."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

AIMED = ("entities", "fields", "relations", "roles", "rules")
PARTS = (*AIMED, "details", "traits", "states", "actions", "computed", "permissions", "reports")


@dataclass
class Tally:
    """What was found of what is expected, what was missed, and what nobody asked for."""

    right: int = 0
    missed: list[str] = field(default_factory=list)
    extra: list[str] = field(default_factory=list)

    @property
    def precision(self) -> float:
        return self.right / (self.right + len(self.extra)) if self.right or self.extra else 1.0

    @property
    def recall(self) -> float:
        return self.right / (self.right + len(self.missed)) if self.right or self.missed else 1.0

    def __iadd__(self, other: Tally) -> Tally:
        self.right += other.right
        self.missed += other.missed
        self.extra += other.extra
        return self


Tallies = dict[str, Tally]


def empty() -> Tallies:
    return {part: Tally() for part in PARTS}


def total(tallies: Iterable[Tallies]) -> Tallies:
    """All wishes together: every part counts the same, whichever wish it is of."""
    summed = empty()
    for each in tallies:
        for part, tally in each.items():
            summed[part] += tally
    return summed


def table(columns: dict[str, Tallies]) -> str:
    """Precision and recall of each part, side by side."""
    head = "".join(f"{name + ' precision':>18}{'recall':>8}{'n':>6}" for name in columns)
    lines = [f"{'':<14}{head}"]
    for part in PARTS:
        cells = "".join(
            f"{tally.precision:>18.2f}{tally.recall:>8.2f}{tally.right + len(tally.missed):>6}"
            for tally in (tallies[part] for tallies in columns.values())
        )
        lines.append(f"{part:<14}{cells}")
    return "\n".join(lines)
