"""What is printed for a wish works at once: six projects of the wishes a day, all of them with ``WISHES=all``."""

from __future__ import annotations

import datetime as dt
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
DAYS = 8  # after as many days each wish was tried, after twice as many in both kinds


def chosen(asked: str, day: int) -> list[tuple[str, str]]:
    """Name and kind of the projects to try: all, those named, or the day's share."""
    if asked:
        named = list(WISHES) if asked == "all" else asked.split(",")
        return [(name, kind) for name in named for kind in KINDS]
    todays = [name for number, name in enumerate(sorted(WISHES)) if number % DAYS == day % DAYS]
    return [(name, KINDS[(number + day // DAYS) % 2]) for number, name in enumerate(todays)]


TODAY = chosen(os.environ.get("WISHES", ""), dt.datetime.now(dt.UTC).date().toordinal())


@pytest.fixture
def meant(name: str, kind: str) -> Charter:
    made = read_wish(WISHES[name].text).charter if kind == "read" else charter(WISHES[name])
    if made is None:
        pytest.skip("the reader asks back")
    return made


@pytest.mark.timeout(600)  # the first one installs the packages
@pytest.mark.parametrize(("name", "kind"), TODAY)
def test_the_project_of_a_wish_works_at_once(meant: Charter, tmp_path: Path) -> None:
    prove(printed(meant, tmp_path))


def test_in_sixteen_days_every_wish_is_tried_in_both_kinds() -> None:
    tried = [pair for day in range(2 * DAYS) for pair in chosen("", day)]
    assert sorted(tried) == sorted((name, kind) for name in WISHES for kind in KINDS)
    assert max(len(chosen("", day)) for day in range(2 * DAYS)) == 6
