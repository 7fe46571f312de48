"""The wishes every newcomer tries first give the system a careful person would draw up."""

from __future__ import annotations

import pytest
from offline_consistency import faults

from libs.contracts.charter import Charter, Entity, Permission
from libs.contracts.fields import Field
from libs.offline import read_wish

LIBRARY = (
    "A library API with members, books and loans. A book has a title, author, ISBN and number of copies. A member can "
    "borrow at most 5 books and a book cannot be lent when no copy is left. Only librarians add books."
)
TODO = (
    "I want a todo app for several users; each sees only their own lists. Tasks have a due date, a priority and tags."
)
INVENTORY = (
    "Inventory for a small shop: products with SKU and price, suppliers, stock movements; stock never goes below zero; "
    "report products below their reorder level."
)


def charter_of(wish: str) -> Charter:
    charter = read_wish(wish).charter
    assert charter is not None
    assert faults(charter) == []
    return charter


def entity_of(charter: Charter, name: str) -> Entity:
    return next(entity for entity in charter.entities if entity.name == name)


def field_of(charter: Charter, place: str) -> Field:
    entity, _, name = place.partition(".")
    return next(field for field in entity_of(charter, entity).fields if field.name == name)


def links_of(charter: Charter, name: str) -> dict[str, str]:
    return {one.name: f"{one.kind} {one.target}" for one in entity_of(charter, name).relations}


def test_library_has_its_name_entities_and_columns():
    charter = charter_of(LIBRARY)
    assert (charter.name, charter.title) == ("library", "Library API")
    assert [entity.name for entity in charter.entities] == ["Member", "Book", "Loan"]
    assert [field.name for field in entity_of(charter, "Book").fields] == ["title", "author", "isbn", "copies"]
    assert field_of(charter, "Book.isbn").unique
    copies = field_of(charter, "Book.copies")
    assert (copies.type, copies.minimum) == ("integer", "0")


def test_library_loan_points_at_member_and_book_and_says_what_was_assumed():
    charter = charter_of(LIBRARY)
    assert links_of(charter, "Loan") == {"member": "many_to_one Member", "book": "many_to_one Book"}
    assert {field.name for field in entity_of(charter, "Loan").fields} == {"borrowed_on", "due_on", "returned_on"}
    assert any(
        line.startswith("Loan has the fields borrowed on, due on and returned on") for line in charter.assumptions
    )


def test_library_keeps_roles_permissions_and_rules_apart():
    charter = charter_of(LIBRARY)
    assert [role.name for role in charter.roles] == ["librarian"]
    assert charter.permissions == (Permission("librarian", "Book", ("create",)),)
    assert [(rule.id, rule.text, rule.entity) for rule in charter.rules] == [
        ("R1", "A member can borrow at most 5 books.", "Loan"),
        ("R2", "A book cannot be lent when no copy is left.", "Loan"),
    ]


def test_todo_lists_belong_to_their_user():
    charter = charter_of(TODO)
    assert {entity.name: entity.owned for entity in charter.entities} == {
        "User": False,
        "TodoList": True,
        "Task": False,
        "Tag": False,
    }
    assert charter.permissions == (), "owned rows need no permission: each user does with their own as they like"


def test_todo_tasks_have_what_is_said_and_what_goes_without_saying():
    charter = charter_of(TODO)
    assert field_of(charter, "Task.due_date").type == "date"
    assert field_of(charter, "Task.priority").choices == ("low", "medium", "high")
    assert field_of(charter, "Task.done").type == "boolean"
    assert "Task has the fields title and done, which the wish does not name." in charter.assumptions
    assert links_of(charter, "Task") == {"tags": "many_to_many Tag", "todo_list": "many_to_one TodoList"}


def test_inventory_finds_columns_that_rules_speak_of():
    charter = charter_of(INVENTORY)
    assert [entity.name for entity in charter.entities] == ["Product", "Supplier", "StockMovement"]
    assert field_of(charter, "Product.sku").unique
    assert field_of(charter, "Product.price").type == "money"
    for name in ("stock", "reorder_level"):
        field = field_of(charter, f"Product.{name}")
        assert (field.type, field.minimum) == ("integer", "0")
    assert [(rule.text, rule.entity) for rule in charter.rules] == [("Stock never goes below zero.", "StockMovement")]
    assert [(report.name, report.entity) for report in charter.reports] == [("products_below_reorder_level", "Product")]


def test_inventory_movements_are_of_a_product_in_or_out():
    charter = charter_of(INVENTORY)
    assert links_of(charter, "StockMovement") == {"product": "many_to_one Product"}
    assert field_of(charter, "StockMovement.kind").choices == ("in", "out")
    assert field_of(charter, "StockMovement.quantity").minimum == "1"


@pytest.mark.parametrize(
    ("wish", "name", "entities"),
    [
        ("bookstore inventory api", "bookstore-inventory", {"Book", "Author", "Supplier", "StockMovement"}),
        ("simple blog backend", "blog", {"Author", "Post", "Comment", "Tag"}),
        ("todo list app", "todo-list", {"TodoList", "Task", "Tag"}),
        ("crm", "crm", {"Company", "Contact", "Deal", "Activity"}),
        ("online shop", "shop", {"Customer", "Product", "Order", "OrderItem"}),
        ("hotel booking system", "hotel-booking", {"Guest", "Room", "Booking"}),
    ],
)
def test_three_words_give_a_small_system_and_say_that_it_is_assumed(wish: str, name: str, entities: set[str]):
    charter = charter_of(wish)
    assert charter.name == name
    assert {entity.name for entity in charter.entities} == entities
    assert charter.assumptions[0].startswith("The wish does not say what to keep")


def test_each_entity_has_the_five_usual_routes():
    routes = [(one.method, one.path) for one in charter_of(LIBRARY).endpoints if one.entity == "Book"]
    assert routes == [
        ("GET", "/books"),
        ("POST", "/books"),
        ("GET", "/books/{book_id}"),
        ("PATCH", "/books/{book_id}"),
        ("DELETE", "/books/{book_id}"),
    ]
    create = next(one for one in charter_of(LIBRARY).endpoints if (one.method, one.path) == ("POST", "/books"))
    assert (create.summary, create.roles) == ("Create a book", ("librarian",))
    assert "409 when a unique value is taken" in create.errors
