"""Charters in which it matters who asks, and in which rows stay when they are deleted."""

from __future__ import annotations

from libs.contracts.charter import Charter, Entity, Permission, Role, UniqueTogether
from libs.contracts.fields import Field, Relation

READING_ROOM = Charter(
    name="reading-room",
    title="Reading room",
    description="Accounts, owners, pairs with fields, a public part, and an entity beside the users who sign in.",
    entities=(
        Entity(
            "Member",
            "members",
            fields=(Field("name", "string"), Field("email", "email", unique=True), Field("password", "string")),
            account=True,
            timestamps=True,
            search=("name", "email"),
        ),
        Entity(
            "Book",
            "books",
            fields=(
                Field("title", "string", indexed=True),
                Field("isbn", "string", unique=True),
                Field("price", "decimal", scale=3),
                Field("weight", "decimal", scale=0, required=False),
            ),
            relations=(
                Relation(
                    "authors",
                    "Author",
                    "many_to_many",
                    fields=(Field("part", "string", required=False), Field("share", "decimal", scale=2, default="1")),
                ),
            ),
            soft_delete=True,
            timestamps=True,
            audit=True,
            search=("title",),
        ),
        Entity(
            "Author",
            "authors",
            fields=(Field("name", "string"),),
            relations=(Relation("mentor", "Author", required=False, on_delete="set_null"),),
        ),
        Entity(
            "Loan",
            "loans",
            fields=(Field("due_on", "date"), Field("returned_at", "datetime", required=False)),
            relations=(
                Relation("book", "Book"),
                Relation("member", "Member", on_delete="cascade"),
                Relation("checked_by", "Member", required=False, on_delete="set_null"),
            ),
            audit=True,
        ),
        Entity(
            "Review",
            "reviews",
            fields=(Field("stars", "integer", minimum="1", maximum="5"),),
            relations=(Relation("book", "Book", on_delete="cascade"),),
            owned=True,
            unique_together=(UniqueTogether(("book", "stars")),),
            soft_delete=True,
        ),
        Entity(
            "Comment",
            "comments",
            fields=(Field("text", "text"),),
            relations=(
                Relation("review", "Review", on_delete="cascade"),
                Relation("reply_to", "Comment", required=False, on_delete="cascade"),
            ),
        ),
        Entity(
            "Card",
            "cards",
            fields=(Field("number", "string", unique=True),),
            relations=(Relation("member", "Member", "one_to_one", on_delete="cascade"),),
        ),
        Entity(
            "User",
            "users",
            fields=(
                Field("nick", "string"),
                Field("limit", "integer", required=False),
                Field("sort", "string", required=False),
            ),
        ),
    ),
    roles=(Role("librarian"), Role("member", signup=True), Role("guest", signup=True)),
    permissions=(
        Permission("librarian", "Book", ("create", "update", "delete")),
        Permission("public", "Book", ("read",)),
        Permission("librarian", "Member", ("create", "read", "update", "delete")),
        Permission("member", "Member", ("create", "read", "update"), own_only=True),
        Permission("librarian", "Loan", ("create", "read", "update", "delete")),
        Permission("member", "Loan", ("create", "read"), own_only=True),
        Permission("user", "Card", ("read",), own_only=True),
        Permission("librarian", "Card", ("create", "update", "delete", "read")),
        Permission("admin", "User", ("create", "update", "delete")),
    ),
)

FOLDERS = Charter(
    name="folders",
    title="Folders",
    description="Nobody signs in; what is deleted stays in the database.",
    entities=(
        Entity(
            "Folder",
            "folders",
            fields=(Field("name", "string", unique=True),),
            relations=(Relation("parent", "Folder", required=False, on_delete="cascade"),),
            soft_delete=True,
            audit=True,
            timestamps=True,
        ),
        Entity(
            "File",
            "files",
            fields=(Field("name", "string"), Field("size", "integer", minimum="0")),
            relations=(Relation("folder", "Folder"), Relation("labels", "Label", "many_to_many")),
            unique_together=(UniqueTogether(("folder", "name")),),
        ),
        Entity("Label", "labels", fields=(Field("text", "string"),), soft_delete=True),
        Entity(
            "Note",
            "notes",
            fields=(Field("text", "text"),),
            relations=(
                Relation("folder", "Folder", on_delete="cascade"),
                Relation("about", "Folder", required=False, on_delete="set_null"),
            ),
        ),
    ),
)
