"""A document is found alone, in a fence or among prose; prose is never taken for one."""

from __future__ import annotations

import pytest
from documents_reading import charter_of

from libs.offline import read_wish
from libs.offline.documents import read_document

SCHEMA = "CREATE TABLE books (id serial PRIMARY KEY, title text NOT NULL);"
DIAGRAM = "erDiagram\n  BOOK {\n    string title\n  }"
SAMPLE = '{"books": [{"id": 1, "title": "Emma"}]}'
API = """openapi: 3.0.3
info: {title: Books, version: "1"}
paths: {}
components:
  schemas:
    Book: {type: object, required: [title], properties: {title: {type: string}}}
"""
DOCUMENTS = {"sql": SCHEMA, "mermaid": DIAGRAM, "json": SAMPLE, "yaml": API}


@pytest.mark.parametrize("document", DOCUMENTS.values(), ids=DOCUMENTS)
@pytest.mark.parametrize(
    "wish",
    [
        "{}",
        "\ufeff{}\r\n",
        "Please build me a bookshop backend from this:\n\n```\n{}\n```\n\nThanks!",
        "Please build me a bookshop backend from this.\n\n~~~text\n{}\n~~~",
        "Please build me a bookshop backend from this:\n\n{}\n",
    ],
    ids=["alone", "windows", "fenced", "tildes", "among prose"],
)
def test_a_document_is_found(wish: str, document: str):
    charter = charter_of(wish.replace("{}", document))
    assert [(entity.name, [field.name for field in entity.fields]) for entity in charter.entities] == [
        ("Book", ["title"])
    ]


def test_the_words_around_a_document_name_it_and_are_said_to_change_nothing():
    charter = charter_of(f"Build me a city library API from this. Members are kept too.\n\n```sql\n{SCHEMA}\n```")
    assert charter.title == "City Library API"
    assert charter.assumptions[0].startswith(
        "The SQL schema is taken as it stands; the words around it change nothing:"
    )
    assert "Members are kept too." in charter.assumptions[0]


def test_several_schemas_in_one_wish_are_one():
    charter = charter_of(f"Books:\n```sql\n{SCHEMA}\n```\nMembers:\n```sql\nCREATE TABLE members (name text);\n```")
    assert [entity.name for entity in charter.entities] == ["Book", "Member"]


@pytest.mark.parametrize(
    "wish",
    [
        "A library API with members and books. Create table reservations too.",
        "A todo app: {tasks} have a title. [Urgent] tasks come first.",
        "An app that stores openapi documents of services, with a name each.",
        "Books:\n- title\n- author: text\n\nMembers:\n- name: text",
        "[Draft] A library API with members and books.",
    ],
)
def test_prose_stays_prose(wish: str):
    assert read_document(wish) is None


def test_a_corrected_document_answers_the_question():
    broken = read_wish("CREATE TABLE books (id serial,);")
    assert broken.charter is None
    charter = read_wish("CREATE TABLE books (id serial,);", (SCHEMA,)).charter
    assert charter is not None
    assert [entity.name for entity in charter.entities] == ["Book"]


def test_words_instead_of_a_corrected_document_are_read_as_the_wish():
    charter = read_wish("CREATE TABLE books (id serial,);", ("A library API with members and loans.",)).charter
    assert charter is not None
    assert [entity.name for entity in charter.entities] == ["Member", "Loan"]


def test_a_document_as_a_change_takes_the_place_of_what_it_names():
    base = charter_of(
        "CREATE TABLE books (title text, CHECK (title <> upper(title)));\nCREATE TABLE members (name text);"
    )
    charter = read_wish(
        "CREATE TABLE books (title text, pages int, CHECK (pages * 2 > 1));\n"
        "CREATE TABLE fines (id serial, cost money);",
        base=base,
    ).charter
    assert charter is not None
    assert charter.name == base.name
    assert {entity.name: [field.name for field in entity.fields] for entity in charter.entities} == {
        "Book": ["title", "pages"], "Member": ["name"], "Fine": ["cost"],
    }  # fmt: skip
    assert [(rule.id, rule.text) for rule in charter.rules] == [("R1", "Book: CHECK (pages * 2 > 1)")]
    assert {endpoint.entity for endpoint in charter.endpoints} == {"Book", "Member", "Fine"}
