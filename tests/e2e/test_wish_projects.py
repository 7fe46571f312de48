"""What is printed for a wish works at once: a few of the wishes in each run, all of them with ``WISHES=all``."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from libs.contracts.charter import Charter
from libs.offline import read_wish
from tests.wishes.expected import charter
from tests.wishes.notation import wishes
from tests.wishes.prove import printed, prove

KINDS = ("read", "expected")
WISHES = {wish.key: wish for folder in ("known", "held") for wish in wishes(folder)}
FEW = (("library", "read"),)


def chosen(asked: str) -> list[tuple[str, str]]:
    """Name and kind of the projects to try: all, those named, or the few."""
    named = list(WISHES) if asked == "all" else asked.split(",")
    return [(name, kind) for name in named for kind in KINDS] if asked else list(FEW)


@pytest.fixture
def meant(name: str, kind: str) -> Charter:
    made = read_wish(WISHES[name].text).charter if kind == "read" else charter(WISHES[name])
    if made is None:
        pytest.skip("the reader asks back")
    return made


@pytest.mark.timeout(600)  # the first one installs the packages
@pytest.mark.parametrize(("name", "kind"), chosen(os.environ.get("WISHES", "")))
def test_the_project_of_a_wish_works_at_once(meant: Charter, tmp_path: Path) -> None:
    prove(printed(meant, tmp_path))
