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


@pytest.mark.parametrize(
    "opening",
    [
        "We run a kennel in the hills.",
        "We run a small ski school.",
        "I own a boat yard near the harbour.",
        "We're a driving academy.",
        "We operate a toll bridge, and need this.",
        "I am a dog walker.",
    ],
)
def test_the_business_that_asks_is_no_thing_it_keeps(opening: str):
    made = read_wish(f"{opening} Pupils have a name and a phone. Lessons have a date, a pupil and a price.").charter
    assert made is not None
    assert [one.name for one in made.entities] == ["Pupil", "Lesson"]


@pytest.mark.parametrize(
    ("told", "actions"),
    [
        ("Managers have CRUD on", ("create", "read", "update", "delete")),
        ("Managers have full access to", ("create", "read", "update", "delete")),
        ("Managers have read access to", ("read",)),
        ("Managers only get read-only access to", ("read",)),
    ],
)
def test_who_has_access_to_things_has_rights_and_no_columns(told: str, actions: tuple[str, ...]):
    made = read_wish(f"We keep topics with a name and a text, and exams with a title. {told} exams.").charter
    assert made is not None
    assert [link.name for one in made.entities for link in (*one.relations, *one.fields) if "access" in link.name] == []
    assert [one.actions for one in made.permissions if one.role == "manager" and one.entity == "Exam"] == [actions]
