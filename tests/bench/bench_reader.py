"""The built-in reader of wishes against the charters that a careful person expects, part by part."""

from __future__ import annotations

from tests.bench.measure import Figure
from tests.wishes.score import of_reader
from tests.wishes.tally import AIMED, Tallies, table, total

AIM = 0.9
FOLDERS = ("known", "held")


async def bench() -> list[Figure]:
    """The lower of precision and recall of each part that has an aim; the whole table is printed above them."""
    scored = {folder: total(of_reader(folder).values()) for folder in FOLDERS}
    print(table(scored))
    return [_figure(part, folder, scored[folder]) for part in AIMED for folder in FOLDERS]


def _figure(part: str, folder: str, scored: Tallies) -> Figure:
    tally = scored[part]
    both = f"precision {tally.precision:.2f}, recall {tally.recall:.2f}"
    what = f"reader, {part} of {folder} wishes, lower of precision, recall"
    return Figure(what, min(tally.precision, tally.recall), "", AIM, at_most=False, bare=both)
