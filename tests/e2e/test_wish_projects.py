"""What is printed for a wish works at once, and verification finds nothing wrong with it.

A few of the wishes in each run, all of them with ``WISHES=all``; then every charter of the tests and random ones too.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from libs.contracts.charter import Charter
from libs.offline import read_wish
from tests.behaviours import RICH
from tests.charters import ALL
from tests.e2e.test_random_projects import drawn
from tests.verified import alarms, verifying
from tests.wishes.expected import charter
from tests.wishes.notation import wishes
from tests.wishes.prove import printed, prove

KINDS = ("read", "expected")
WISHES = {wish.key: wish for folder in ("known", "held") for wish in wishes(folder)}
CHARTERS = ALL | RICH
FEW = (("library", "read"),)
ASKED = os.environ.get("WISHES", "")
OTHERS = [(name, "charter") for name in CHARTERS] + [(str(number), "random") for number in range(10)]


def chosen(asked: str) -> list[tuple[str, str]]:
    """Name and kind of the projects to try: all, those named, or the few."""
    named = list(WISHES) if asked == "all" else asked.split(",")
    return [(name, kind) for name in named for kind in KINDS] if asked else list(FEW)


@pytest.fixture
def meant(name: str, kind: str) -> Charter:
    if kind in {"charter", "random"}:
        return CHARTERS[name] if kind == "charter" else drawn()[int(name)]
    made = read_wish(WISHES[name].text).charter if kind == "read" else charter(WISHES[name])
    if made is None:
        pytest.skip("the reader asks back")
    return made


@pytest.mark.timeout(600)  # the first one installs the packages
@pytest.mark.parametrize(("name", "kind"), chosen(ASKED))
def test_the_project_of_a_wish_works_at_once(meant: Charter, tmp_path: Path) -> None:
    prove(printed(meant, tmp_path))


@pytest.mark.timeout(600)
@pytest.mark.parametrize(("name", "kind"), [*chosen(ASKED), *(OTHERS if ASKED == "all" else ())])
async def test_verification_finds_nothing_wrong_with_a_project_as_it_is_printed(meant: Charter, tmp_path: Path) -> None:
    async with verifying(tmp_path) as verifier:
        assert await alarms(meant, verifier) == []
