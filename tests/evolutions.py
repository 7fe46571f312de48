"""Changes of charters that tests of migrations share: each an old charter and a new one."""

from __future__ import annotations

from msgspec.structs import replace

from libs.contracts.charter import Charter, Entity, UniqueTogether
from libs.contracts.fields import Field, Relation
from tests.access_charters import FOLDERS
from tests.behaviours import SHOP
from tests.charters import EVERYTHING, TODO
from tests.charters import LIBRARY as WHOLE_LIBRARY

LIBRARY = replace(WHOLE_LIBRARY, endpoints=(), rules=())
FAVOURITES = Relation("favourites", "Book", "many_to_many")
RANKED = replace(FAVOURITES, fields=(Field("note", "string"), Field("rank", "integer", unique=True)))
SHELF = Entity("Shelf", "shelves", fields=(Field("name", "string"),), relations=(Relation("room", "Room"),))
ROOM = Entity("Room", "rooms", fields=(Field("label", "string", unique=True), Field("area", "decimal", scale=1)))
COPY = Entity(
    "Copy",
    "copies",
    fields=(
        Field("code", "string"),
        Field("year", "integer"),
        Field("pages", "string"),
        Field("price", "integer", minimum="0"),
        Field("bought_on", "date"),
        Field("state", "enum", choices=("good", "worn")),
        Field("note", "text", required=False),
    ),
)
COPIES = Charter("copies", "Copies", "", entities=(COPY,))


def entity(charter: Charter, old: str, **changes: object) -> Charter:
    """The charter with one entity changed."""
    entities = (replace(each, **changes) if each.name == old else each for each in charter.entities)
    return replace(charter, entities=tuple(entities))


def field(charter: Charter, entity_name: str, old: str, **changes: object) -> Charter:
    """The charter with one field changed."""
    fields = next(each for each in charter.entities if each.name == entity_name).fields
    found = tuple(replace(each, **changes) if each.name == old else each for each in fields)
    return entity(charter, entity_name, fields=found)


def more(charter: Charter, name: str, *fields: Field) -> Charter:
    """The charter with fields added to an entity."""
    return entity(charter, name, fields=next(each for each in charter.entities if each.name == name).fields + fields)


def related(charter: Charter, name: str, *relations: Relation) -> Charter:
    """The charter with relations added to an entity."""
    old = next(each for each in charter.entities if each.name == name).relations
    return entity(charter, name, relations=old + relations)


def renamed(charter: Charter, old: str, new: str, plural: str) -> Charter:
    """The charter with another name for an entity, and for the relations that bear its name."""
    names = {old.lower(): new.lower()}
    entities = (
        replace(
            each,
            relations=tuple(
                replace(one, target=new, name=names.get(one.name, one.name)) if one.target == old else one
                for one in each.relations
            ),
        )
        for each in entity(charter, old, name=new, plural=plural).entities
    )
    return replace(charter, entities=tuple(entities))


def _half(position: int) -> Charter:
    fields = EVERYTHING.entities[0].fields
    return entity(EVERYTHING, "Thing", fields=tuple(each for n, each in enumerate(fields) if n % 2 == position))


def _retyped() -> Charter:
    kinds = {"code": "text", "year": "string", "pages": "integer", "price": "money", "bought_on": "datetime"}
    return entity(COPIES, "Copy", fields=tuple(replace(f, type=kinds.get(f.name, f.type)) for f in COPY.fields))


EVOLUTIONS: dict[str, tuple[Charter, Charter]] = {
    "an optional field": (LIBRARY, more(LIBRARY, "Book", Field("note", "string", required=False))),
    "a required field": (LIBRARY, more(LIBRARY, "Book", Field("note", "text"), Field("size", "integer", minimum="3"))),
    "a field with a default": (LIBRARY, more(LIBRARY, "Book", Field("language", "string", default="en"))),
    "a unique field": (LIBRARY, more(LIBRARY, "Member", Field("card", "integer", unique=True, minimum="1000"))),
    "a field gone": (LIBRARY, entity(LIBRARY, "Book", fields=LIBRARY.entities[1].fields[1:])),
    "half of all kinds of fields": (EVERYTHING, _half(0)),
    "the other half": (_half(1), EVERYTHING),
    "a field renamed": (LIBRARY, field(LIBRARY, "Book", "isbn", name="number")),
    "a field required": (LIBRARY, field(LIBRARY, "Book", "published_on", required=True)),
    "a field optional": (LIBRARY, field(LIBRARY, "Loan", "due_on", required=False)),
    "a field unique": (LIBRARY, field(LIBRARY, "Book", "title", unique=True, indexed=False)),
    "a longer field": (LIBRARY, field(LIBRARY, "Book", "title", max_length=400)),
    "wider bounds": (LIBRARY, field(LIBRARY, "Book", "copies", minimum="-1", maximum="99")),
    "another choice": (TODO, field(TODO, "Task", "priority", choices=("low", "medium", "high", "very high"))),
    "other types": (COPIES, _retyped()),
    "a type that says nothing of the other": (COPIES, field(COPIES, "Copy", "bought_on", type="boolean")),
    "a new entity": (LIBRARY, replace(LIBRARY, entities=(*LIBRARY.entities, ROOM, SHELF))),
    "a new entity that all need": (
        LIBRARY,
        related(replace(LIBRARY, entities=(*LIBRARY.entities, SHELF, ROOM)), "Book", Relation("shelf", "Shelf")),
    ),
    "an entity gone": (LIBRARY, replace(LIBRARY, entities=LIBRARY.entities[:3])),
    "an entity renamed": (LIBRARY, renamed(LIBRARY, "Author", "Writer", "writers")),
    "an entity renamed that others need": (LIBRARY, renamed(LIBRARY, "Member", "Patron", "patrons")),
    "a relation that may be empty": (
        LIBRARY,
        related(LIBRARY, "Member", Relation("sponsor", "Member", required=False, on_delete="set_null")),
    ),
    "a relation that all need": (LIBRARY, related(LIBRARY, "Book", Relation("editor", "Author"))),
    "another deletion": (
        LIBRARY,
        entity(
            LIBRARY, "Loan", relations=tuple(replace(r, on_delete="cascade") for r in LIBRARY.entities[3].relations)
        ),
    ),
    "a link": (LIBRARY, related(LIBRARY, "Member", FAVOURITES)),
    "a link that gets fields": (related(LIBRARY, "Member", FAVOURITES), related(LIBRARY, "Member", RANKED)),
    "a link that has no fields any more": (
        related(LIBRARY, "Member", RANKED),
        related(LIBRARY, "Member", FAVOURITES),
    ),
    "no link": (LIBRARY, entity(LIBRARY, "Book", relations=())),
    "unique together": (
        LIBRARY,
        entity(LIBRARY, "Loan", unique_together=(UniqueTogether(("book", "member", "due_on")),)),
    ),
    "soft deletion and moments": (
        FOLDERS,
        replace(
            FOLDERS,
            entities=tuple(
                replace(each, soft_delete=not each.soft_delete, timestamps=not each.timestamps, audit=False)
                for each in FOLDERS.entities
            ),
        ),
    ),
    "owners": (COPIES, entity(COPIES, "Copy", owned=True)),
    "another system": (SHOP, LIBRARY),
    "no change of tables": (LIBRARY, replace(WHOLE_LIBRARY, title="Another title")),
}
