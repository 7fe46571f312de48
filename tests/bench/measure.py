"""Figures of a benchmark: a value, what it must reach, and against which bare limit it was measured."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    """One line of the report. ``limit`` is the target; ``at_most`` says on which side of it is good."""

    what: str
    value: float
    unit: str
    limit: float
    at_most: bool = True
    bare: str = ""

    @property
    def met(self) -> bool:
        return self.value <= self.limit if self.at_most else self.value >= self.limit

    def line(self) -> str:
        sign = "≤" if self.at_most else "≥"
        mark = "ok  " if self.met else "MISS"
        goal = f"{sign} {self.limit:g} {self.unit}"
        return f"{mark}  {self.what:<54} {_short(self.value):>8} {self.unit:<8} {goal:<16} {self.bare}".rstrip()


HEAD = f"      {'figure':<54} {'measured':>8} {'':<8} {'target':<16} in the same run"


def _short(value: float) -> str:
    """Three digits that matter, without an exponent."""
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which ``share`` (0 to 1) of ``values`` lie."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def median(values: Sequence[float]) -> float:
    """The middle value."""
    return statistics.median(values)
