"""Later sentences change what they name and leave the rest as it was."""

from __future__ import annotations

import pytest
from offline_consistency import faults
from test_offline_brief import LIBRARY, charter_of, entity_of, field_of, links_of

from libs.contracts.charter import Charter, Permission
from libs.offline import read_wish

BASE = charter_of(LIBRARY)


def changed(*feedback: str) -> Charter:
    charter = read_wish(LIBRARY, feedback).charter
    assert charter is not None
    assert faults(charter) == []
    return charter


def same(charter: Charter, *names: str) -> bool:
    """Say whether these entities and their routes are as they were."""
    routes = [[one for one in each.endpoints if one.entity in names] for each in (charter, BASE)]
    return routes[0] == routes[1] and all(entity_of(charter, name) == entity_of(BASE, name) for name in names)


def test_a_change_of_an_earlier_run_equals_the_same_sentence_as_feedback():
    assert read_wish("books also have a publisher", (), BASE).charter == changed("books also have a publisher")


def test_a_column_is_added_and_nothing_else_touched():
    charter = changed("books also have a publisher")
    assert field_of(charter, "Book.publisher").type == "string"
    assert same(charter, "Member", "Loan")


def test_an_entity_is_renamed_wherever_it_is_spoken_of():
    charter = changed("rename Book to Title")
    assert [entity.name for entity in charter.entities] == ["Member", "Title", "Loan"]
    assert links_of(charter, "Loan") == {"member": "many_to_one Member", "title": "many_to_one Title"}
    assert charter.rules[0].text == "A member can borrow at most 5 titles."
    assert charter.permissions == (Permission("librarian", "Title", ("create",)),)
    assert "/titles" in {one.path for one in charter.endpoints}


def test_a_column_is_renamed():
    charter = changed("rename author to writer")
    assert [field.name for field in entity_of(charter, "Book").fields] == ["title", "writer", "isbn", "copies"]


def test_an_entity_is_removed_with_all_that_speaks_of_it():
    charter = changed("remove books")
    assert [entity.name for entity in charter.entities] == ["Member", "Loan"]
    assert links_of(charter, "Loan") == {"member": "many_to_one Member"}
    assert charter.permissions == ()
    assert all(rule.enforcement is None for rule in charter.rules if "lent" in rule.text), "its column is gone"


@pytest.mark.parametrize("sentence", ["remove the ISBN from books", "drop isbn", "books don't need an ISBN"])
def test_a_column_is_removed(sentence: str):
    charter = changed(sentence)
    assert [field.name for field in entity_of(charter, "Book").fields] == ["title", "author", "copies"]
    assert same(charter, "Member", "Loan")


def test_an_entity_is_added_with_what_is_usual_for_it():
    charter = changed("add reviews with rating 1 to 5")
    rating = field_of(charter, "Review.rating")
    assert (rating.type, rating.minimum, rating.maximum) == ("integer", "1", "5")
    assert links_of(charter, "Review")["book"] == "many_to_one Book"
    assert same(charter, "Member", "Book", "Loan")


def test_tags_are_added_to_what_is_named():
    assert links_of(changed("Add tags to books."), "Book") == {"tags": "many_to_many Tag"}


def test_values_are_added_with_their_column():
    charter = changed("Please also add a status to loans: open, returned or lost")
    assert field_of(charter, "Loan.status").choices == ("open", "returned", "lost")


def test_a_column_is_made_optional():
    assert not field_of(changed("make the ISBN optional"), "Book.isbn").required


def test_a_type_is_changed_under_either_name_of_a_date():
    assert field_of(changed("the due date should be a datetime"), "Loan.due_on").type == "datetime"


def test_bounds_are_put_on_the_column_that_has_the_name():
    copies = field_of(changed("copies must be between 1 and 100"), "Book.copies")
    assert (copies.minimum, copies.maximum) == ("1", "100")


def test_rules_and_rights_are_added():
    charter = changed("A member cannot borrow when a loan is overdue. Only admins can delete members.")
    assert [rule.id for rule in charter.rules] == ["R1", "R2", "R3"]
    assert Permission("admin", "Member", ("delete",)) in charter.permissions
    assert same(charter, "Book", "Loan")


def test_changes_are_made_in_order():
    charter = changed("add reviews with rating 1 to 5", "rename Review to Opinion", "remove rating from opinions")
    assert "rating" not in {field.name for field in entity_of(charter, "Opinion").fields}


def test_what_changes_nothing_is_said_and_changes_nothing():
    charter = changed("remove the flux capacitor")
    assert charter.entities == BASE.entities
    assert any("flux capacitor" in line for line in charter.open_questions)
