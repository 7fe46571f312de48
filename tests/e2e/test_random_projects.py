"""Charters by chance are printed into projects that work at once: ten in each run, as many as asked for by night.

Ten are the same ten each time, linted, and the first one tested, since their tests take minutes; with
``RANDOM_CHARTERS=200`` they are others each day, and each is installed, migrated, imported, linted, type-checked,
tested and started. ``RANDOM_SEED`` does a night over again.
"""

from __future__ import annotations

import datetime as dt
import os
import tempfile
from collections.abc import Callable, Sequence
from itertools import count
from pathlib import Path

import msgspec
import pytest
from hypothesis import HealthCheck, Phase, given, note, seed, settings

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
TESTED = 1
NUMBERS = count(1)


def steps(number: int) -> Sequence[Step]:
    """What is tried of the project with this number."""
    return prove.STEPS if COUNT else (prove.linted, prove.tested)[: 2 if number <= TESTED else 1]


@pytest.mark.timeout(900 + 60 * COUNT)  # the first one installs the packages
@seed(SEED)
@settings(
    max_examples=COUNT or DAILY,
    deadline=None,
    database=None,
    phases=[Phase.generate],  # a smaller one would cost minutes; the charter that failed is printed
    suppress_health_check=list(HealthCheck),
)
@given(charters())
def test_the_project_of_any_charter_works_at_once(charter: Charter) -> None:
    note(f"RANDOM_SEED={SEED} {msgspec.json.encode(charter).decode()}")
    assert check_charter(charter) == ()
    with tempfile.TemporaryDirectory() as folder:
        project = prove.printed(charter, Path(folder))
        again = compile_project(charter, draft_architecture(charter))
        assert {file.path: file.content for file in again} == {f.path: (project / f.path).read_text() for f in again}
        for step in steps(next(NUMBERS)):
            step(project, python_with(prove.packages(project)))
