"""How long the whole verification of the library takes, against its own tests alone, without a jail."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from libs.offline import read_wish
from libs.testing.generated import python_with, run
from services.sandbox.checking.project import Project
from tests.bench.measure import Figure, median
from tests.verified import verifying
from tests.wishes.notation import wishes
from tests.wishes.prove import packages, printed

TIMES = 3
REST = 6.0  # seconds in which the next jails are made ready, as they are between the runs of people


async def bench() -> list[Figure]:
    """Seconds from the order to the report; the median of three, with jails that are ready."""
    charter = next(read_wish(wish.text).charter for wish in wishes("known") if wish.key == "library")
    assert charter
    with TemporaryDirectory() as folder:
        project = printed(charter, Path(folder) / "library")
        files = {
            str(path.relative_to(project)): path.read_text(encoding="utf-8")
            for path in project.rglob("*")
            if path.is_file()
        }
        bare = await asyncio.to_thread(_own_tests, project)
        spent: list[float] = []
        async with verifying(Path(folder) / "house", stock=2) as verifier:
            for _ in range(TIMES + 1):
                began = time.perf_counter()
                report = await verifier.verify(Project(files, frozenset(), charter))
                spent.append(time.perf_counter() - began)
                assert report.accepted and not report.not_run, [each for each in report.checks if not each.passed]
                await asyncio.sleep(REST)
    against = f"its {len(report.checks)} checks; its own tests alone, in one process: {bare:.1f} s"
    return [Figure("verification of the library", median(spent[1:]), "s", 6, bare=against)]


def _own_tests(project: Path) -> float:
    """Seconds of the project's own tests."""
    python = python_with(packages(project))
    began = time.perf_counter()
    run([python, "-m", "pytest", "-q", "-p", "no:cacheprovider"], project)
    return time.perf_counter() - began
