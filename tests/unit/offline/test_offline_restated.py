"""Deeds that a wish tells of are read as what their record has and belongs to."""

from __future__ import annotations

import pytest

from libs.offline import read_wish

KEPT = "We keep pets with a name and a species, and vets with a name and an email. "


@pytest.mark.parametrize(
    ("told", "entity", "columns", "targets"),
    [
        (
            "Vets do treatments for a pet, with diagnosis and price.",
            "Treatment",
            {"diagnosis", "price"},
            {"Pet", "Vet"},
        ),
        ("Deadlines of a pet have a due date and a description.", "Deadline", {"due_date", "description"}, {"Pet"}),
        ("Jurors give scores from 1 to 10, one score per juror and pet.", "Score", {"value"}, {"Juror", "Pet"}),
    ],
)
def test_a_deed_leaves_a_record_of_what_it_has_and_belongs_to(
    told: str, entity: str, columns: set[str], targets: set[str]
):
    charter = read_wish(KEPT + told).charter
    assert charter is not None
    kept = next(each for each in charter.entities if each.name == entity)
    assert columns <= {each.name for each in kept.fields}
    assert targets <= {each.target for each in kept.relations}
