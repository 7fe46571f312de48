"""The things behind an OpenAPI document: each resource and each object within one becomes a table."""

from __future__ import annotations

import re
from typing import Any

from msgspec.structs import replace

from libs.contracts.fields import Field
from libs.offline.documents.names import alike, column_name, entity_name, key, relation_name
from libs.offline.documents.notes import cut
from libs.offline.documents.openapi_fields import field_of
from libs.offline.documents.openapi_paths import Resource, answer, body, queries
from libs.offline.documents.openapi_schemas import Schema, Schemas, Shape, stem
from libs.offline.documents.signing import owner_unseen
from libs.offline.documents.tables import Document, Link, Reference, Table, free
from libs.offline.words import plural_key, singular_key

_IDS = frozenset({"id", "_id", "uuid"})
_KEPT = frozenset({"created_at", "updated_at", "deleted_at"})
_OF = re.compile(r"\bids? of (?:an? |the |its )?([A-Za-z][A-Za-z ]{1,40}?)(?:[.,;(]|$)", re.IGNORECASE)
_FILLED = {"date": "today", "datetime": "now", "uuid": "uuid4"}


class Tables:
    """Makes tables of resources and schemas; what a schema holds is made when it is met."""

    def __init__(self, document: Document, schemas: Schemas) -> None:
        self.document, self.schemas, self.notes = document, schemas, document.notes
        self.keys: dict[str, str] = {}
        self.known: dict[str, str] = {}
        self.parents: dict[str, set[str]] = {}
        self.shapes: dict[str, tuple[Shape, Shape | None]] = {}

    def resource(self, resource: Resource) -> None:
        """Add the table of a resource, still without columns, so that others may refer to it."""
        read, write = self._read(resource), self._write(resource)
        names = [stem(name) for name in (self.schemas.name(read), self.schemas.name(write)) if name]
        spelt = singular_key(key(resource.segment))
        chosen = next((name for name in names if singular_key(key(name)) == spelt), names[0] if names else spelt)
        shapes = self.schemas.shape(read), self.schemas.shape(write) if write is not None else None
        if not shapes[0].properties and (shapes[1] is None or not shapes[1].properties):
            self.notes.lose(f"/{cut(resource.segment)} does not say what its rows hold; it is not kept.")
            return
        table = self._add(resource.segment, entity_name(chosen), shapes)
        for name in (spelt, singular_key(key(chosen))):
            self.known.setdefault(name, table.name.lower())
        self.parents[table.name.lower()] = resource.parents
        self.keys[table.name.lower()] = column_name(resource.parameter) if resource.parameter else ""
        table.search = any({"q", "search", "query"} & queries(each, self.schemas) for each in resource.collection)
        table.description = shapes[0].description if " as answered" not in shapes[0].description else ""

    def _add(self, name: str, entity: str, shapes: tuple[Shape, Shape | None]) -> Table:
        table = self.document.add(Table(free(name, self.document.tables), entity=entity))
        self.shapes[table.name.lower()] = shapes
        return table

    def _read(self, resource: Resource) -> Any:
        """Return what a row looks like when it is answered."""
        rows = [answer(each, self.schemas) for each in resource.row if each.method != "delete"]
        posted = [answer(each, self.schemas) for each in resource.collection if each.method == "post"]
        listed = [self.schemas.item(answer(each, self.schemas)) for each in resource.collection if each.method == "get"]
        found = [each for each in (*rows, *posted, *listed) if each is not None and self.schemas.item(each) is None]
        return next((each for each in found if self.schemas.is_object(each)), None)

    def _write(self, resource: Resource) -> Any:
        """Return what a new row looks like."""
        wanted = [each for each in resource.collection if each.method == "post"]
        wanted += [each for each in resource.row if each.method == "put"]
        found = [body(each, self.schemas) for each in wanted]
        return next((each for each in found if each is not None and self.schemas.is_object(each)), None)

    def component(self, name: str, schema: Any) -> str:
        """Return the key of the table of a schema, made when it is not there yet."""
        plain = singular_key(key(stem(name)))
        if plain not in self.known:
            shape = self.schemas.shape(schema)
            self.known[plain] = self._add(stem(name), entity_name(stem(name)), (shape, None)).name.lower()
            self.document.tables[self.known[plain]].description = shape.description
        return self.known[plain]

    def fill(self) -> None:
        """Give all tables their columns; tables that are met on the way are filled too."""
        done: set[str] = set()
        while waiting := [name for name in self.shapes if name not in done]:
            for name in waiting:
                done.add(name)
                self._columns(self.document.tables[name], *self.shapes[name])

    def _columns(self, table: Table, read: Shape, write: Shape | None) -> None:
        names: dict[str, Schema] = {**read.properties, **(write.properties if write else {})}
        owned = {relation_name(name) for name in names if column_name(name).endswith("_id")}
        for name in names:
            if name in table.columns or (name in owned and self._object(read.properties.get(name))):
                continue
            self._property(table, name, read, write)

    def _object(self, value: Any) -> bool:
        return value is not None and self.schemas.is_object(value)

    def _property(self, table: Table, name: str, read: Shape, write: Shape | None) -> None:
        shape = write if write and name in write.properties else read
        value = shape.properties[name]
        if value.get("writeOnly") is True and value.get("format") != "password" and "password" not in name.lower():
            self.notes.assume(f"{cut(table.name)}.{cut(name)} is answered too, though the document only takes it.")
        schema, _ = self.schemas.plain(value)
        item = schema.get("items") if schema.get("type") == "array" else None
        if item is not None and self.schemas.is_object(item):
            self._many(table, name, item)
        elif item is None and self.schemas.is_object(value):
            self._one(table, name, value, name in shape.required)
        else:
            self._plain(table, name, value, (read, write))

    def _one(self, table: Table, name: str, value: Any, required: bool) -> None:
        """Refer to the object that a property holds."""
        target = self._held(table, name, value)
        _, empty = self.schemas.plain(value)
        needed = required and not empty and target != table.name.lower()
        single = not self._has_id(target)
        table.references.append(Reference((), target, name=key(name), required=needed, single=single))

    def _held(self, table: Table, name: str, value: Any) -> str:
        """Return the key of the table of an object that a property holds."""
        if named := self.schemas.name(value):
            return self.component(named, value)
        names = self.schemas.shape(value).properties
        known = next((found for found, (read, _) in self.shapes.items() if alike(read.properties, names)), "")
        return known or self.component(self._part(table, name), value)

    def _part(self, table: Table, name: str) -> str:
        """Name an object that has no name: after its property, and after its holder where that is taken."""
        plain = singular_key(key(name))
        return plain if plain not in self.known else f"{table.entity or table.name} {plain}"

    def _has_id(self, target: str) -> bool:
        read, _ = self.shapes[target]
        return bool(self.keys.get(target)) or any(name.lower() in _IDS for name in read.properties)

    def _many(self, table: Table, name: str, item: Any) -> None:
        """Join the rows that a property lists: parts of this row alone, or things that others may list as well."""
        target = self._held(table, name, item)
        own = singular_key(key(table.entity or table.name))
        read, write = self.shapes[target]
        names = {relation_name(each) for each in (*read.properties, *(write.properties if write else {}))}
        if own in names or any(each.target == table.name.lower() for each in self.document.tables[target].references):
            return
        part = not self._has_id(target) or singular_key(key(self.document.tables[target].entity)).startswith(f"{own}_")
        if part and target not in self.keys and target != table.name.lower():
            found = self.document.tables[target].references
            found.append(Reference((), table.name.lower(), "cascade", name=own, required=True))
        else:
            table.links.append(Link(key(name), target))

    def _plain(self, table: Table, name: str, value: Schema, shapes: tuple[Shape, Shape | None]) -> None:
        place = f"{cut(table.name)}.{cut(name)}"
        found = field_of(name, value, self.schemas, self.notes)
        if found is None:
            return
        made, empty = found
        if self._is_id(table, name):
            self._id(table, made)
            return
        given = shapes[1] is None or name in shapes[1].properties
        if not given and not self._called("owner") and owner_unseen(self.document, table, column_name(name)):
            return
        made = replace(made, description=cut(made.description, 400))
        made = replace(made, required=True) if self._in_path(table, made) else self._needed(made, empty, place, shapes)
        if self._ids(table, made, value):
            return
        table.columns[name.lower()] = made
        if target := self._target(table, made):
            table.references.append(Reference((name.lower(),), target))
        elif column_name(name).endswith("_id"):
            self.notes.lose(f"{place}: the document does not say what it is the id of; it is kept as a plain value.")

    def _is_id(self, table: Table, name: str) -> bool:
        parameter = self.keys.get(table.name.lower(), "")
        own = singular_key(key(table.entity or table.name))
        plain = column_name(name)
        return name.lower() in _IDS or (plain in (f"{own}_id", parameter) and plain not in {"slug"})

    def _id(self, table: Table, made: Field) -> None:
        table.columns[made.name.lower()] = replace(made, required=True)
        if made.name.lower() in _IDS or not table.primary:
            for other in table.primary:
                table.columns[other] = replace(table.columns[other], unique=True)
            table.primary = (made.name.lower(),)
        else:
            table.columns[made.name.lower()] = replace(made, required=True, unique=True)
        if made.type == "integer" and table.primary == (made.name.lower(),):
            table.counted.add(made.name.lower())

    def _in_path(self, table: Table, made: Field) -> bool:
        """Say whether a new row is told by its path what it belongs to: ``POST /members/{id}/loans``."""
        return relation_name(made.name) in self.parents.get(table.name.lower(), ())

    def _needed(self, made: Field, empty: bool, place: str, shapes: tuple[Shape, Shape | None]) -> Field:
        """Say whether a field has to be given, from what a new row holds and what is answered."""
        read, write = shapes
        if write is None:
            return replace(made, required=made.name in read.required and not empty)
        if made.name not in write.properties:
            if column_name(made.name) not in _KEPT:
                self.notes.assume(f"{place} is only answered in the document; here it can be given as well.")
            return replace(made, required=False)
        if made.name in write.required or (made.default is not None and not empty):
            return replace(made, required=not empty)
        answered = made.name in read.required and not self.schemas.plain(read.properties[made.name])[1]
        if answered and not empty and made.type in _FILLED and write is not read:
            return replace(made, default=_FILLED[made.type])
        return replace(made, required=False)

    def _ids(self, table: Table, made: Field, value: Schema) -> bool:
        """Take a list of ids as a relation: ``tag_ids``."""
        plain = column_name(made.name)
        schema, _ = self.schemas.plain(value)
        kind = self.schemas.plain(schema.get("items"))[0].get("type") if schema.get("type") == "array" else None
        if kind not in ("integer", "string") or not plain.endswith("_ids"):
            return False
        target = self._called(plain.removesuffix("_ids")) or self._told(made)
        if target:
            table.links.append(Link(plural_key(plain.removesuffix("_ids")), target, "restrict"))
        return bool(target)

    def _target(self, table: Table, made: Field) -> str:
        """Return the table that a column names a row of, empty where it names none."""
        plain = column_name(made.name)
        if not plain.endswith("_id") or made.type not in ("integer", "uuid", "string"):
            return ""
        found = self._called(plain.removesuffix("_id")) or self._told(made)
        if found or plain != "parent_id":
            return found
        return table.name.lower()

    def _called(self, name: str) -> str:
        """Return the table that a name means, or that its last words mean: ``home_address``."""
        parts = name.split("_")
        return next((self.known[tail] for at in range(len(parts)) if (tail := "_".join(parts[at:])) in self.known), "")

    def _told(self, made: Field) -> str:
        told = _OF.search(made.description)
        return self.known.get(singular_key(key(told[1])), "") if told else ""
