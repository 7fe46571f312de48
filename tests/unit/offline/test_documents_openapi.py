"""An OpenAPI or Swagger document as wish gives the things behind its paths, their actions and who may do what."""

from __future__ import annotations

import json

import pytest
from documents_reading import charter_of, entities_of, question_of
from msgspec.structs import replace

from libs.contracts.behaviour import Action
from libs.contracts.charter import Entity, Permission
from libs.contracts.fields import Field, Relation

LIBRARY = """
openapi: 3.1.0
info: {title: City Library, description: Lends books., version: "1"}
security: [{bearer: []}]
paths:
  /api/v1/books:
    get:
      security: []
      parameters: [{name: q, in: query, schema: {type: string}}]
      responses:
        "200": {content: {application/json: {schema: {type: object, properties: {
          data: {type: array, items: {$ref: "#/components/schemas/Book"}}, total: {type: integer}}}}}}
    post:
      requestBody: {content: {application/json: {schema: {$ref: "#/components/schemas/NewBook"}}}}
      responses: {"201": {content: {application/json: {schema: {$ref: "#/components/schemas/Book"}}}}}
  /api/v1/books/{bookId}:
    get:
      security: []
      responses: {"200": {content: {application/json: {schema: {$ref: "#/components/schemas/Book"}}}}}
    delete: {responses: {"204": {description: gone}}}
  /api/v1/members:
    post:
      requestBody: {content: {application/json: {schema: {$ref: "#/components/schemas/MemberInput"}}}}
      responses: {"201": {content: {application/json: {schema: {$ref: "#/components/schemas/Member"}}}}}
  /api/v1/members/{memberId}:
    get: {responses: {"200": {content: {application/json: {schema: {$ref: "#/components/schemas/Member"}}}}}}
  /api/v1/members/{memberId}/loans:
    get: {summary: Loans of a member, responses: {"200": {content: {application/json: {schema: {
      type: array, items: {$ref: "#/components/schemas/Loan"}}}}}}}
    post:
      summary: Lend a book
      requestBody: {content: {application/json: {schema: {type: object, required: [bookId, dueOn], properties: {
        bookId: {type: string}, dueOn: {type: string, format: date}}}}}}
      responses: {"201": {content: {application/json: {schema: {$ref: "#/components/schemas/Loan"}}}}}
  /api/v1/loans/{loanId}:
    get: {responses: {"200": {content: {application/json: {schema: {$ref: "#/components/schemas/Loan"}}}}}}
  /api/v1/loans/{loanId}/return:
    post:
      summary: Return the book
      description: Ends the loan and makes the copy free.
      requestBody: {content: {application/json: {schema: {type: object, required: [condition], properties: {
        condition: {type: string, enum: [good, damaged]}, memberId: {type: string}}}}}}
      responses: {"200": {description: ok}}
  /api/v1/reports/overdue: {get: {summary: Overdue loans, responses: {"200": {description: ok}}}}
  /api/v1/auth/login: {post: {summary: Log in, responses: {"200": {description: ok}}}}
components:
  securitySchemes: {bearer: {type: http, scheme: bearer}}
  schemas:
    NewBook:
      type: object
      required: [title, isbn]
      properties:
        title: {type: string, maxLength: 200}
        isbn: {type: string, pattern: "^[0-9]{13}$", description: Unique number of the title}
        price: {type: number, multipleOf: 0.01, minimum: 0}
        pages: {type: [integer, "null"], exclusiveMinimum: 0, maximum: 5000}
        copies: {type: integer, minimum: 0, default: 1}
        language: {type: string, enum: [de, en], default: en}
        authors: {type: array, items: {$ref: "#/components/schemas/Author"}}
        publisher: {type: object, required: [name], properties: {name: {type: string}}}
    Book:
      allOf:
        - $ref: "#/components/schemas/NewBook"
        - type: object
          required: [id, createdAt, updatedAt]
          properties:
            id: {type: string, format: uuid}
            createdAt: {type: string, format: date-time, readOnly: true}
            updatedAt: {type: string, format: date-time, readOnly: true}
    Author: {type: object, required: [id, name], properties: {id: {type: integer}, name: {type: string}}}
    MemberInput:
      type: object
      required: [email, password]
      properties:
        email: {type: string, format: email}
        password: {type: string, format: password, writeOnly: true}
        card: {type: string, nullable: true}
    Member:
      type: object
      required: [id, email]
      properties: {id: {type: string}, email: {type: string, format: email}}
    Loan:
      type: object
      required: [id, bookId, memberId, dueOn]
      properties:
        id: {type: integer}
        bookId: {type: string}
        memberId: {type: string}
        dueOn: {type: string, format: date}
        returnedAt: {type: [string, "null"], format: date-time}
"""


def test_schemas_and_paths_give_entities_fields_and_relations():
    book, member, loan, author, publisher = entities_of(LIBRARY)
    assert book == Entity(
        "Book",
        "books",
        fields=(
            Field("title", "string", max_length=200),
            Field("isbn", "string", "Unique number of the title", unique=True, pattern="^[0-9]{13}$"),
            Field("price", "money", required=False, minimum="0"),
            Field("pages", "integer", required=False, minimum="1", maximum="5000"),
            Field("copies", "integer", minimum="0", default="1"),
            Field("language", "enum", choices=("de", "en"), default="en"),
        ),
        relations=(
            Relation("publisher", "Publisher", "one_to_one", required=False),
            Relation("authors", "Author", "many_to_many", required=False, on_delete="cascade"),
        ),
        search=("title", "isbn"),
        timestamps=True,
    )
    assert loan.fields == (Field("due_on", "date"), Field("returned_at", "datetime", required=False))
    assert loan.relations == (Relation("book", "Book"), Relation("member", "Member"))
    assert (member.account, [field.name for field in member.fields]) == (True, ["code", "email", "card"])
    assert (author.fields, publisher.fields) == ((Field("name", "string"),), (Field("name", "string"),))


def test_a_path_on_a_row_is_an_action_and_others_are_endpoints():
    charter = charter_of(LIBRARY)
    assert charter.entities[2].actions == (
        Action(
            "return",
            "Return the book",
            inputs=(Field("condition", "enum", choices=("good", "damaged")),),
            references=(Relation("member", "Member", required=False),),
            logic="Ends the loan and makes the copy free.",
        ),
    )
    usual = 5 * len(charter.entities) + 1
    assert ("POST", "/loans/{loan_id}/return") in [(each.method, each.path) for each in charter.endpoints[:usual]]
    assert [(each.method, each.path, each.summary, each.entity) for each in charter.endpoints[usual:]] == [
        ("GET", "/members/{memberId}/loans", "Loans of a member", "Loan"),
        ("POST", "/members/{memberId}/loans", "Lend a book", "Loan"),
        ("GET", "/reports/overdue", "Overdue loans", ""),
    ]


def test_security_schemes_are_signing_in_and_what_needs_none_is_public():
    charter = charter_of(LIBRARY)
    assert charter.sign_in
    assert charter.permissions == (Permission("public", "Book", ("read",)),)
    assert any("/api/v1/auth/login is part of signing in" in line for line in charter.assumptions)


def test_title_description_and_what_the_document_leaves_out_are_said():
    charter = charter_of(LIBRARY)
    assert (charter.name, charter.title, charter.description) == ("city-library", "City Library", "Lends books.")
    assert any("leaves out PATCH /books/{id}, " in line for line in charter.assumptions)
    assert charter.not_understood == ()


PETS = {
    "swagger": "2.0",
    "info": {"title": "Pets", "version": "1"},
    "basePath": "/v2",
    "paths": {
        "/pet": {
            "post": {
                "parameters": [{"in": "body", "name": "body", "schema": {"$ref": "#/definitions/Pet"}}],
                "responses": {"200": {"description": "ok", "schema": {"$ref": "#/definitions/Pet"}}},
            }
        },
        "/pet/{petId}": {"get": {"responses": {"200": {"schema": {"$ref": "#/definitions/Pet"}}}}},
        "/pet/{petId}/uploadImage": {"post": {"summary": "Uploads an image", "responses": {"200": {}}}},
    },
    "definitions": {
        "Category": {"type": "object", "properties": {"id": {"type": "integer"}, "name": {"type": "string"}}},
        "Tag": {"type": "object", "properties": {"id": {"type": "integer"}, "name": {"type": "string"}}},
        "Pet": {
            "type": "object",
            "required": ["name", "photoUrls"],
            "properties": {
                "id": {"type": "integer", "format": "int64"},
                "category": {"$ref": "#/definitions/Category"},
                "name": {"type": "string"},
                "photoUrls": {"type": "array", "items": {"type": "string"}},
                "tags": {"type": "array", "items": {"$ref": "#/definitions/Tag"}},
                "status": {"type": "string", "enum": ["available", "sold"]},
                "weight": {"type": "number", "minimum": 0, "exclusiveMinimum": True, "multipleOf": 0.1},
                "photo": {"type": "string", "format": "binary"},
            },
        },
    },
}


def test_swagger_2_is_read_as_well():
    pet, category, tag = entities_of(json.dumps(PETS))
    assert (pet.name, pet.plural) == ("Pet", "pets")
    assert pet.fields == (
        Field("name", "string"),
        Field("photo_urls", "json"),
        Field("status", "enum", required=False, choices=("available", "sold")),
        Field("weight", "decimal", required=False, minimum="0.1", scale=1),
    )
    assert pet.relations == (
        Relation("category", "Category", required=False),
        Relation("tags", "Tag", "many_to_many", required=False, on_delete="cascade"),
    )
    assert [action.name for action in pet.actions] == ["upload_image"]
    assert (category.name, tag.name) == ("Category", "Tag")
    assert charter_of(json.dumps(PETS)).not_understood == (
        "photo: binary data is not kept; keep files elsewhere and their address here.",
    )


def test_schemas_without_paths_and_json_schema_give_entities():
    (author, book) = entities_of("""
    openapi: "3.0.0"
    components:
      schemas:
        Author: {type: object, required: [name], properties: {id: {type: integer}, name: {type: string}}}
        Book:
          type: object
          required: [title, author_id]
          properties:
            {id: {type: integer}, title: {type: string}, author_id: {type: integer}, parent_id: {type: integer}}
        Error: {type: object, properties: {message: {type: string}}}
    """)
    assert author.fields == (Field("name", "string"),)
    assert book.relations == (Relation("author", "Author"), Relation("parent", "Book", required=False))


def test_an_id_of_something_unknown_is_said_to_be_lost():
    pets = json.loads(json.dumps(PETS))
    pets["definitions"]["Pet"]["properties"]["shopId"] = {"type": "integer"}
    pets["definitions"]["Pet"]["properties"]["far"] = {"$ref": "other.yaml#/Far"}
    charter = charter_of(json.dumps(pets))
    assert any("Pet" in line or "pet.shopId" in line for line in charter.not_understood)
    assert any("leads out of the document" in line for line in charter.not_understood)
    assert "shop_id" in [field.name for field in charter.entities[0].fields]


@pytest.mark.parametrize("text", [LIBRARY, json.dumps(PETS), json.dumps(PETS, indent=2)], ids=["yaml", "line", "json"])
def test_reading_twice_gives_the_same(text: str):
    assert charter_of(text) == charter_of(text)


def test_a_broken_description_is_asked_about_with_its_line():
    assert "in line 3: " in question_of("openapi: 3.0.0\ninfo: {title: x}\n\tpaths: {}\n")
    assert "in line 3: " in question_of('{\n  "openapi": "3.0.0",\n  "info": {"title": "x",},\n  "paths": {}}')
    assert "no thing to keep" in question_of("openapi: 3.0.0\ninfo: {title: x}\npaths: {}\n")


def test_what_a_field_cannot_hold_is_dropped_and_said():
    charter = charter_of("""
    openapi: 3.0.0
    components: {schemas: {Thing: {type: object, properties: {
      code: {type: string, pattern: "^(?=a)b"}, size: {type: integer, minimum: 5, maximum: 2},
      kind: {type: string, enum: [a, b], default: c}}}}}
    """)
    thing = replace(charter.entities[0], description="")
    assert thing.fields == (
        Field("code", "string", required=False),
        Field("size", "integer", required=False),
        Field("kind", "enum", required=False, choices=("a", "b")),
    )
    assert [line.split(" could")[0] for line in charter.not_understood] == [
        "Thing.code: its pattern", "Thing.size: its bounds", "Thing.kind: its default",
    ]  # fmt: skip
