"""Charters by chance are printed into projects that work at once: ten in each run, as many as asked for by night.

Ten are the same ten each time, linted and tested. With ``RANDOM_CHARTERS=200`` they are others each day, and each is
installed, migrated, imported, linted, type-checked, tested with coverage and started; ``RANDOM_SEED`` repeats a night.
"""

from __future__ import annotations

import datetime as dt
import os
import tempfile
from collections.abc import Callable, Sequence
from functools import cache, partial
from pathlib import Path

import msgspec
import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings

from libs.blueprint import check_charter, compile_project
from libs.contracts.charter import Charter
from libs.offline import draft_architecture
from libs.testing.generated import python_with
from tests.unit.blueprint.charter_strategy import charters
from tests.wishes import prove

Step = Callable[[Path, Path], None]
DAILY = 10
COUNT = int(os.environ.get("RANDOM_CHARTERS", "0"))
SEED = int(os.environ.get("RANDOM_SEED") or (dt.datetime.now(dt.UTC).date().toordinal() if COUNT else 1))
STEPS: Sequence[Step] = prove.STEPS if COUNT else (prove.linted, partial(prove.tested, covered=False))


@cache
def drawn() -> list[Charter]:
    """The charters of this run."""
    found: list[Charter] = []

    @seed(SEED)
    @settings(
        max_examples=COUNT or DAILY,
        deadline=None,
        database=None,
        phases=[Phase.generate],  # a smaller one would cost minutes; the charter that failed is printed
        suppress_health_check=list(HealthCheck),
    )
    @given(charters())
    def draw(charter: Charter) -> None:
        found.append(charter)

    draw()
    assert len(found) == (COUNT or DAILY)
    return found


def works(charter: Charter) -> None:
    """Print, and try whatever is to be tried."""
    assert check_charter(charter) == ()
    with tempfile.TemporaryDirectory() as folder:
        project = prove.printed(charter, Path(folder))
        again = compile_project(charter, draft_architecture(charter))
        assert {file.path: file.content for file in again} == {f.path: (project / f.path).read_text() for f in again}
        for step in STEPS:
            step(project, python_with(prove.packages(project)))


@pytest.mark.timeout(900)  # the first one installs the packages
@pytest.mark.parametrize("number", range(COUNT or DAILY))
def test_the_project_of_any_charter_works_at_once(number: int) -> None:
    charter = drawn()[number]
    print(f"RANDOM_SEED={SEED}", msgspec.json.encode(charter).decode())  # noqa: T201  # shown when the test fails
    works(charter)
