"""The smallest parts of a charter: names, typed fields, relations."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, Struct

FieldType = Literal[
    "string",
    "text",
    "integer",
    "decimal",
    "money",
    "boolean",
    "date",
    "datetime",
    "uuid",
    "email",
    "url",
    "enum",
    "json",
]
RelationKind = Literal["many_to_one", "one_to_one", "many_to_many"]
OnDelete = Literal["restrict", "cascade", "set_null"]

END = r"$(?!\n)"  # of a pattern: in Python "$" alone also matches before a last line end, elsewhere it does not

Name = Annotated[str, Meta(min_length=1, max_length=80)]
Line = Annotated[str, Meta(max_length=400)]


class Field(Struct, frozen=True, forbid_unknown_fields=True):
    """One column of an entity. ``name`` is snake_case; bounds are inclusive and written as text.

    ``scale`` is the number of decimal places of a ``decimal`` (6 without); ``money`` has 2.
    """

    name: Name
    type: FieldType
    description: Line = ""
    required: bool = True
    unique: bool = False
    indexed: bool = False
    default: str | None = None
    min_length: int | None = None
    max_length: int | None = None
    minimum: str | None = None
    maximum: str | None = None
    pattern: str | None = None
    choices: tuple[Name, ...] = ()
    scale: Annotated[int, Meta(ge=0, le=12)] | None = None


class Relation(Struct, frozen=True, forbid_unknown_fields=True):
    """A reference from the entity that holds it to ``target`` (an entity's name, its own for a tree).

    ``name`` is snake_case. A one-to-many relation is the many-to-one of its other side. ``fields`` belong to each pair
    of a many-to-many relation, and make it an entity of its own.
    """

    name: Name
    target: Name
    kind: RelationKind = "many_to_one"
    required: bool = True
    on_delete: OnDelete = "restrict"
    description: Line = ""
    fields: Annotated[tuple[Field, ...], Meta(max_length=30)] = ()
