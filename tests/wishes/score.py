"""Compare a charter with what is expected of it, part by part; ``python -m tests.wishes.score`` prints it all."""

from __future__ import annotations

import sys

from libs.contracts.charter import Charter
from libs.offline import read_wish
from tests.wishes import parts_behaviour, parts_data, parts_people
from tests.wishes.align import align
from tests.wishes.notation import wishes
from tests.wishes.tally import Tallies, empty, table, total
from tests.wishes.want import Wanted


def score(wanted: Wanted, charter: Charter) -> Tallies:
    """Right, missed and extra of each part of ``charter``."""
    tallies, aligned = empty(), align(wanted, charter)
    for compare in (parts_data.compare, parts_behaviour.compare, parts_people.compare):
        compare(wanted, charter, aligned, tallies)
    return tallies


def of_reader(folder: str) -> dict[str, Tallies]:
    """How the built-in model reads each wish of ``known`` or ``held``."""
    scored: dict[str, Tallies] = {}
    for wanted in wishes(folder):
        answered = read_wish(wanted.text).charter
        scored[wanted.key] = score(wanted, answered or Charter(wanted.key, wanted.key, ""))
    return scored


def main() -> None:
    """Print the table, and with ``known`` or a wish's name what was missed or too much in it."""
    scored = {folder: of_reader(folder) for folder in ("known", "held")}
    for name in sys.argv[1:]:
        for wish, tallies in scored["known"].items():
            if name in ("known", wish):
                _say(wish, tallies)
    print(table({folder: total(each.values()) for folder, each in scored.items()}))  # noqa: T201


def _say(wish: str, tallies: Tallies) -> None:
    for part, tally in tallies.items():
        for sign, items in (("-", tally.missed), ("+", tally.extra)):
            for item in items:
                print(f"{wish}  {part}  {sign} {item}")  # noqa: T201


if __name__ == "__main__":
    main()
