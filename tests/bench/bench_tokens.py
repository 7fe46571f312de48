"""How many output tokens a wish costs, against having a model write every file."""

from __future__ import annotations

from tests.bench.measure import Figure
from tests.tokens import WISHES, measured

TIMES = 5.0


async def bench() -> list[Figure]:
    """For each wish: how many times fewer tokens a model writes because the rest is printed."""
    return [_figure(name, *await measured(charter)) for name, charter in WISHES.items()]


def _figure(name: str, asked: int, files: int) -> Figure:
    both = f"{asked} tokens asked, {files} in all files (o200k_base)"
    return Figure(f"output tokens of the {name}, times fewer", files / asked, "times", TIMES, at_most=False, bare=both)
