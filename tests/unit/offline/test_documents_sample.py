"""A JSON sample as wish gives the things that its objects are, and how they hold each other."""

from __future__ import annotations

from documents_reading import charter_of, entities_of, question_of

from libs.contracts.charter import Entity
from libs.contracts.fields import Field, Relation

ORDER = """
{
  "order_id": 1001,
  "placed_at": "2024-05-01T10:00:00Z",
  "customer": {"id": 7, "name": "Ada", "email": "ada@example.com",
               "address": {"street": "Main 1", "city": "Paris"}},
  "items": [{"sku": "A1", "qty": 2, "unit_price": 9.99}, {"sku": "B2", "qty": 1, "unit_price": 5, "gift": true}],
  "labels": ["new", "vip"],
  "total": 24.98
}
"""


def test_objects_within_an_object_are_things_of_their_own():
    assert entities_of(ORDER) == (
        Entity(
            "Order",
            "orders",
            fields=(Field("placed_at", "datetime"), Field("labels", "json"), Field("total", "money")),
            relations=(Relation("customer", "Customer"),),
        ),
        Entity(
            "Customer",
            "customers",
            fields=(Field("name", "string"), Field("email", "email")),
            relations=(Relation("address", "Address", "one_to_one"),),
        ),
        Entity("Address", "addresses", fields=(Field("street", "string"), Field("city", "string"))),
        Entity(
            "Item",
            "items",
            fields=(
                Field("sku", "string"),
                Field("qty", "integer"),
                Field("unit_price", "money"),
                Field("gift", "boolean", required=False),
            ),
            relations=(Relation("order", "Order", on_delete="cascade"),),
        ),
    )


LIBRARY = """
{"books": [
    {"id": 1, "title": "Emma", "author_id": 2, "published": "1815-12-23", "tags": [{"id": 1, "name": "novel"}]},
    {"id": 2, "title": "Persuasion", "author_id": 2, "tags": [{"id": 1, "name": "novel"}, {"id": 2, "name": "late"}]}],
 "authors": [{"id": 2, "name": "Jane Austen", "website": "https://example.org/jane", "mentor_id": null}]}
"""


def test_ids_and_shared_objects_are_relations():
    book, tag, author = entities_of(LIBRARY)
    assert book.fields == (Field("title", "string"), Field("published", "date", required=False))
    assert book.relations == (
        Relation("author", "Author"),
        Relation("tags", "Tag", "many_to_many", required=False, on_delete="cascade"),
    )
    assert tag.relations == ()
    assert author.fields[:2] == (Field("name", "string"), Field("website", "url"))


ISSUES = """
[{"id": "a1f", "user": {"id": 1, "login": "ada"}, "assignee": null, "labels": []},
 {"id": "a20", "user": {"id": 2, "login": "bob"}, "assignee": {"id": 1, "login": "ada"}, "labels": [{"name": "bug"}]}]
"""


def test_objects_alike_are_one_thing_and_ids_that_are_texts_become_codes():
    issue, user, label = entities_of(f"An API for a list of issues:\n\n```json{ISSUES}```\n")
    assert (issue.name, issue.plural, issue.fields) == ("Issue", "issues", (Field("code", "string", unique=True),))
    assert issue.relations == (Relation("user", "User"), Relation("assignee", "User", required=False))
    assert user.fields == (Field("login", "string"),)
    assert label.relations == (Relation("issue", "Issue", on_delete="cascade"),)


def test_an_envelope_is_taken_off():
    (pet,) = entities_of('{"data": [{"pet_id": 1, "name": "Rex", "weight": 12.5}], "total": 1, "page": 1}')
    assert (pet.name, pet.fields) == ("Pet", (Field("name", "string"), Field("weight", "decimal")))


def test_what_a_sample_leaves_open_is_said():
    charter = charter_of('{"pet_id": 1, "born": null, "toys": []}')
    assert charter.not_understood == (
        "pet.born is null in the whole sample; its type is a guess from its name.",
        "pet.toys is empty in the sample: what it holds is not known; it is kept as JSON.",
    )
    assert any("required where every object" in line for line in charter.assumptions)


def test_a_sample_with_a_fault_is_asked_about_with_its_line():
    assert "in line 3: " in question_of('{\n  "name": "Rex",\n  age: 3\n}')
    assert "twice" in question_of('{"a": 1, "a": 2}')
    assert "no object with fields" in question_of("[1, 2, 3]")
