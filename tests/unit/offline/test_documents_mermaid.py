"""A Mermaid ER diagram as wish gives exactly the system that is drawn."""

from __future__ import annotations

import re

import pytest
from documents_reading import charter_of, entities_of, question_of

from libs.blueprint import compile_project
from libs.contracts.charter import Charter, Entity
from libs.contracts.fields import Field, Relation
from libs.offline.diagrams import entity_diagram
from tests.charters import INVENTORY, LIBRARY, PLAIN, TODO

SHOP = """
---
title: Web shop
---
erDiagram
    direction LR
    CUSTOMER ||--o{ ORDER : places
    ORDER ||--|{ LINE-ITEM : contains
    CUSTOMER }|..|{ DELIVERY-ADDRESS : uses
    p[Person] ||--o| CAR : "owns"  %% at most one
    p |o--o{ p : "manages"
    CUSTOMER {
        string name
        string custNumber PK "the number on the card"
        varchar(50) sector "nullable"
    }
    ORDER {
        int id PK
        int customer_id FK
        enum status "open, paid, sent"
        money total
        timestamp placedAt
    }
    LINE-ITEM { string productCode
        int quantity
    }
    p {
        string email UK
    }
    TAG 1 to zero or more NOTE : has
"""


def test_cardinalities_types_and_keys_are_kept():
    customer, order, item, address, person, car, tag, note = entities_of(SHOP)
    assert customer == Entity(
        "Customer",
        "customers",
        fields=(
            Field("name", "string"),
            Field("cust_number", "string", description="the number on the card", unique=True),
            Field("sector", "string", description="nullable", required=False, max_length=50),
        ),
        relations=(Relation("delivery_addresses", "DeliveryAddress", "many_to_many", False, "cascade"),),
    )
    assert order.fields == (
        Field("status", "enum", choices=("open", "paid", "sent")),
        Field("total", "money"),
        Field("placed_at", "datetime"),
    )
    assert order.relations == (Relation("customer", "Customer"),)
    assert item.relations == (Relation("order", "Order"),)
    assert (person.name, person.relations) == ("Person", (Relation("parent", "Person", required=False),))
    assert (person.fields, car.relations) == (
        (Field("email", "email", unique=True),),
        (Relation("p", "Person", "one_to_one"),),
    )
    assert (address.fields, tag.fields, note.relations) == ((), (), (Relation("tag", "Tag"),))


def test_the_title_names_the_system():
    charter = charter_of(SHOP)
    assert (charter.name, charter.title) == ("web-shop", "Web shop")


def test_what_a_diagram_leaves_open_is_said():
    charter = charter_of("erDiagram\n  A {\n    enum state\n    bytea raw\n    int other_id FK\n  }\n")
    assert any("optional" in line for line in charter.assumptions)
    assert [line.split(":")[0] for line in charter.not_understood[:2]] == ["A.state", "A.raw"]
    assert "points at nothing" in charter.not_understood[2]


@pytest.mark.parametrize(
    ("diagram", "line", "reason"),
    [
        ("erDiagram\n  A ||--o{ B : has\n  A --> B\n", 3, "neither a relation nor a block"),
        ("erDiagram\n  A {\n    string\n  }\n", 3, "no attribute"),
        ("erDiagram\n\n  A {\n    string x\n", 4, "never closed"),
        ("Build this:\n\n```mermaid\nerDiagram\n  A {\n    string x\n    int x\n  }\n```\n", 7, "twice"),
    ],
)
def test_a_broken_diagram_is_asked_about_with_its_line(diagram: str, line: int, reason: str):
    question = question_of(diagram)
    assert f"in line {line}: " in question
    assert reason in question


@pytest.mark.parametrize("charter", [LIBRARY, TODO, INVENTORY], ids=lambda charter: charter.name)
def test_the_diagram_of_a_printed_readme_gives_the_entities_fields_and_relations_back(charter: Charter):
    readme = next(file.content for file in compile_project(charter, PLAIN) if file.path == "README.md")
    drawn = re.findall(r"```mermaid\n.*?```", readme, re.DOTALL)[0]
    assert _drawn(charter_of(drawn)) == _drawn(charter)


@pytest.mark.parametrize("charter", [LIBRARY, TODO, INVENTORY], ids=lambda charter: charter.name)
def test_the_diagram_of_an_architecture_gives_the_entities_fields_and_relations_back(charter: Charter):
    assert _drawn(charter_of(entity_diagram(charter))) == _drawn(charter, owners=False)


def _drawn(charter: Charter, *, owners: bool = True) -> dict[str, tuple[object, ...]]:
    """What a diagram shows of a system: names, types, keys and cardinalities; the values of an enum it does not."""
    return {
        entity.name: (
            entity.plural,
            entity.owned and owners,
            [(field.name, field.type.replace("enum", "string"), field.unique) for field in entity.fields],
            sorted(
                (one.name, one.target, one.kind, one.required or one.kind == "many_to_many") for one in entity.relations
            ),
        )
        for entity in charter.entities
    }
