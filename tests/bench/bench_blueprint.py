"""How fast projects are printed, against parsing what was printed."""

from __future__ import annotations

import ast
import gc
import time
from collections.abc import Callable

from msgspec.structs import replace

from libs.blueprint import compile_project
from libs.contracts.charter import Charter
from tests.bench.measure import Figure, median
from tests.charters import LIBRARY, PLAIN

ENTITIES = 60
TIMES = 5


async def bench() -> list[Figure]:
    """The library in milliseconds, sixty entities in seconds; the median of five, templates loaded."""
    return [
        _figure("library", LIBRARY, 0.150),
        _figure(f"{ENTITIES} entities", sixty(), 2.0),
    ]


def sixty() -> Charter:
    """Fifteen libraries in one charter, without what names one entity only."""
    entities = [
        replace(
            each,
            name=f"{each.name}{n}",
            plural=f"{each.plural}_{n}",
            relations=tuple(replace(link, target=f"{link.target}{n}") for link in each.relations),
        )
        for n in range(ENTITIES // len(LIBRARY.entities))
        for each in LIBRARY.entities
    ]
    return Charter("sixty", "Sixty", "Sixty entities.", tuple(entities), roles=LIBRARY.roles)


def _figure(what: str, charter: Charter, limit: float) -> Figure:
    files = compile_project(charter, PLAIN)
    texts = [file.content for file in files if file.path.endswith(".py")]
    seconds, bare = timed(lambda: compile_project(charter, PLAIN)), timed(lambda: [ast.parse(text) for text in texts])
    against = f"{len(files)} files, {seconds / bare:.1f} x parsing them ({bare:.3f} s)"
    return Figure(f"printing {what}", seconds, "s", limit, bare=against)


def timed(work: Callable[[], object]) -> float:
    """Seconds of the processor, the median of five: others on the machine do not count."""
    found: list[float] = []
    for _ in range(TIMES):
        gc.collect()
        start = time.process_time()
        work()
        found.append(time.process_time() - start)
    return median(found)
