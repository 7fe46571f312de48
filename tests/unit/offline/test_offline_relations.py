"""What a wish says that a record is of is what the record points at, however it is said."""

from __future__ import annotations

from pathlib import Path

import pytest

from libs.offline import read_wish

LINES = (Path(__file__).parent / "said" / "relations.say").read_text(encoding="utf-8").splitlines()


@pytest.mark.parametrize("line", LINES, ids=lambda line: line[:60])
def test_a_record_points_at_what_it_is_said_to_be_of(line: str):
    wish, _, wanted = line.partition(" => ")
    made = read_wish(wish).charter
    assert made is not None
    assert {f"{one.name} {link.target}" for one in made.entities for link in one.relations} == set(wanted.split(", "))
