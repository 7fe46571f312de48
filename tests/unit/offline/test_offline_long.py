"""A long, rambling specification stays within limits, and what matters in it is found."""

from __future__ import annotations

from pathlib import Path

import pytest
from offline_consistency import faults
from test_offline_brief import charter_of, entity_of, field_of, links_of

from libs.offline import read_wish

TEXT = (Path(__file__).parent / "rambling.txt").read_text(encoding="utf-8")
ASIDES = (
    "And by the way, the coffee machine broke again yesterday, so bear with me.",
    "I was talking to my neighbour about this and he had some ideas too, but he always has ideas.",
    "It rained the whole week and nothing happened, which was good for the books I keep meaning to read.",
    "Where was I? Right. There is more, and some of it may be important, or not, you decide.",
    "We tried two other programs before and both were far too complicated for people like us.",
)


def rambling(words: int) -> str:
    """Return the text with asides between its paragraphs until it is as long as wanted."""
    paragraphs, out, turn = TEXT.split("\n\n"), [], 0
    while sum(len(part.split()) for part in out) < words:
        out += [paragraphs[turn]] if turn < len(paragraphs) else []
        out += [" ".join(ASIDES[(turn + n) % len(ASIDES)] for n in range(4))]
        turn += 1
    return "\n\n".join(out)


def test_finds_the_main_entities_among_four_thousand_words():
    wish = rambling(4000)
    assert len(wish.split()) >= 4000
    names = {entity.name for entity in charter_of(wish).entities}
    expected = "Customer Bike RepairOrder Mechanic WorkItem SparePart Supplier PurchaseOrder OrderLine Invoice Payment"
    assert set(f"{expected} Rental RentalBike Course".split()) - names == set()
    assert len(names) <= 17


def test_gives_columns_to_the_right_entity():
    charter = charter_of(TEXT)
    assert field_of(charter, "Bike.frame_number").unique
    assert [field.name for field in entity_of(charter, "Bike").fields] == [
        "brand",
        "model",
        "frame_number",
        "colour",
        "year",
    ]
    assert field_of(charter, "RepairOrder.status").choices == (
        "new",
        "in_progress",
        "waiting_for_parts",
        "finished",
        "picked_up",
    )
    assert field_of(charter, "SparePart.stock").minimum == "0"
    assert field_of(charter, "Payment.method").choices == ("cash", "card", "transfer")
    assert field_of(charter, "Rental.deposit").minimum == "50"


def test_relates_what_the_text_relates():
    charter = charter_of(TEXT)
    assert links_of(charter, "RepairOrder") == {"bike": "many_to_one Bike", "assignee": "many_to_one Mechanic"}
    assert links_of(charter, "OrderLine")["purchase_order"] == "many_to_one PurchaseOrder"
    assert links_of(charter, "Customer")["courses"] == "many_to_many Course"


def test_takes_roles_and_rules_and_leaves_chatter():
    charter = charter_of(TEXT)
    assert {role.name for role in charter.roles} == {"admin", "receptionist", "mechanic"}
    assert sorted(rule.text for rule in charter.rules) == [
        "A course cannot have more participants than its maximum.",
        "A paid invoice cannot be changed.",
        "A rental bike cannot be rented twice at the same time.",
        "Stock must never go below zero.",
    ]
    assert not any("weather" in line for line in charter.open_questions)


def named(word: str, count: int) -> list[str]:
    return [f"{word}{chr(97 + n // 26)}{chr(97 + n % 26)}x" for n in range(count)]


@pytest.mark.parametrize(("entities", "fields"), [(85, 3), (2, 64)])
def test_stays_within_the_limits_of_the_contract(entities: int, fields: int):
    things, columns = named("thing", entities), ", ".join(f"a {column}" for column in named("column", fields))
    wish = f"A store of {', '.join(f'{thing}s' for thing in things)}. " + " ".join(
        f"A {thing} has {columns}. A {thing} cannot be deleted when it is used." for thing in things
    )
    charter = read_wish(wish).charter
    assert charter is not None
    assert min(entities, 79) <= len(charter.entities) <= 80
    assert min(fields, 59) <= max(len(entity.fields) for entity in charter.entities) <= 60
    assert faults(charter) == []
