"""One table as an entity: names made house-conform, ids left out, what a charter has a word for recognised."""

from __future__ import annotations

from dataclasses import dataclass, field

from msgspec.structs import replace

from libs.contracts.behaviour import Action, Computed
from libs.contracts.charter import Entity, UniqueTogether
from libs.contracts.fields import Field, Relation
from libs.offline.documents.names import column_name, entity_name, key, plural_name, relation_name, table_key
from libs.offline.documents.notes import cut
from libs.offline.documents.settle import settled
from libs.offline.documents.tables import Document, Link, Reference, Table, free
from libs.offline.draft import MAX_FIELDS, MAX_RELATIONS, purpose
from libs.offline.lexicon import words
from libs.offline.words import human, singular_key

_SECRETS = words(
    """
    password password_hash hashed_password password_digest encrypted_password passwd passwd_hash password_salt pwd
    pwd_hash pass_hash salt
    """
)
_FLAGS = frozenset({"is_deleted", "deleted"})
_KEYS = frozenset({"id", "uuid"})
_KEY_TYPES = frozenset({"integer", "uuid"})
_MAX_UNIQUES = 10


@dataclass(slots=True)
class Names:
    """The entity and plural of each table, by the table's name in lower case."""

    entities: dict[str, str] = field(default_factory=dict[str, str])
    plurals: dict[str, str] = field(default_factory=dict[str, str])


@dataclass(slots=True)
class Built:
    """An entity, and the field or relation that each of its columns became; a relation is told by its name alone."""

    entity: Entity
    became: dict[str, Field | None]
    secret: bool = False


def name_tables(document: Document) -> Names:
    """Return distinct names for all tables."""
    names = Names()
    for found, table in document.tables.items():
        wished = entity_name(table.entity or table.name)
        name = free(wished, names.entities.values())
        spelt = table_key(table.name)
        plural = spelt if singular_key(spelt) != spelt and spelt != key(name) else plural_name(name)
        plural = plural if name == wished else plural_name(name)
        names.entities[found] = name
        names.plurals[found] = free(plural, names.plurals.values())
    return names


class Builder:
    """Builds the entity of one table."""

    def __init__(self, document: Document, names: Names, table: Table) -> None:
        self.notes, self.names, self.table = document.notes, names, table
        self.became: dict[str, Field | None] = {}
        self.fields: dict[str, Field] = {}
        self.relations: dict[str, Relation] = {}
        self.secret = False

    def build(self) -> Built:
        """Return the entity; what it cannot hold is noted."""
        table, name = self.table, self.names.entities[self.table.name.lower()]
        columns = dict(table.columns)
        flags = self._marks(columns)
        self._own_id(columns)
        self._single()
        self._columns(columns)
        for reference in table.references:
            self._refer(reference)
        for link in table.links:
            self._join(link)
        made = Entity(
            name=name,
            plural=self.names.plurals[table.name.lower()],
            description=cut(table.description, 400),
            fields=tuple(self.fields.values()),
            relations=tuple(self.relations.values()),
            owned=table.owned,
            account=self.secret or table.account,
            unique_together=self._together(),
            actions=tuple(self._action(each) for each in table.actions[:20]),
            search=self._searched(),
            computed=tuple(_named(each) for each in table.computed[:20]),
            timestamps="timestamps" in flags,
            soft_delete="soft_delete" in flags,
        )
        return Built(made if made.description else replace(made, description=purpose(made)), self.became, self.secret)

    def _action(self, action: Action) -> Action:
        known = [each for each in action.references if each.target in self.names.entities]
        return replace(
            action, references=tuple(replace(each, target=self.names.entities[each.target]) for each in known)
        )

    def _searched(self) -> tuple[str, ...]:
        texts = [each.name for each in self.fields.values() if each.type in ("string", "text")]
        return tuple(texts[:20]) if self.table.search else ()

    def _marks(self, columns: dict[str, Field]) -> set[str]:
        """Take out the columns that a charter has a word for, and return these words."""
        by_name = {column_name(column.name): found for found, column in columns.items()}
        moments = {name for name, found in by_name.items() if columns[found].type == "datetime"}
        flags: set[str] = set()
        if {"created_at", "updated_at"} <= moments:
            flags.add("timestamps")
            del columns[by_name["created_at"]], columns[by_name["updated_at"]]
        gone = by_name.get("deleted_at", "")
        if "deleted_at" in moments and not columns[gone].required:
            flags.add("soft_delete")
            del columns[gone]
        for name in _FLAGS & set(by_name):
            if columns[by_name[name]].type == "boolean":
                flags.add("soft_delete")
                del columns[by_name[name]]
                self.notes.assume(f"{self.table.name}.{name} marks deleted rows; it is kept as deleted_at.")
        return flags

    def _own_id(self, columns: dict[str, Field]) -> None:
        """Leave out the id that the database counts; every entity has one of its own."""
        primary = self.table.primary or tuple(self.table.counted)[:1]
        if len(primary) != 1 or primary[0] not in columns or primary[0] in self.table.referring():
            if len(primary) > 1:
                self.table.uniques.insert(0, primary)
            return
        column = columns[primary[0]]
        name = column_name(column.name)
        if column.type not in _KEY_TYPES or not (primary[0] in self.table.counted or self._named_id(name)):
            columns[primary[0]] = replace(column, unique=True, required=True)
            return
        if column.type == "uuid":
            self.notes.assume("Ids are whole numbers that the database counts; ids that are UUIDs are not kept.")
        del columns[primary[0]]

    def _named_id(self, name: str) -> bool:
        table = key(self.table.name)
        return name in {"id", "uuid", "pk", "oid", f"{table}_id", f"{singular_key(table)}_id"} or name.endswith("_id")

    def _single(self) -> None:
        """Move what is unique over one column to that column."""
        for unique in [each for each in self.table.uniques if len(each) == 1]:
            self.table.uniques.remove(unique)
            if unique[0] in self.table.columns:
                self.table.columns[unique[0]] = replace(self.table.columns[unique[0]], unique=True)

    def _columns(self, columns: dict[str, Field]) -> None:
        referring = self.table.referring()
        for found, column in columns.items():
            place = f"{self.table.name}.{column.name}"
            name = column_name(column.name)
            if found in referring:
                continue
            if name in _SECRETS:
                self._keep_out(place)
            elif len(self.fields) >= MAX_FIELDS:
                self.notes.lose(f"{place} is more than the {MAX_FIELDS} fields that an entity holds.")
            else:
                unique = self.table.columns[found].unique or column.unique
                self._field(found, replace(column, name=name, unique=unique), place)

    def _keep_out(self, place: str) -> None:
        self.secret = True
        self.notes.assume(
            f"{place} is left out: signing in is part of what is printed, and no route answers passwords."
        )

    def _field(self, found: str, column: Field, place: str) -> None:
        if column.name == "id" and column.type not in _KEY_TYPES:
            column = replace(column, name="code")
            self.notes.assume(f"{place} is kept as code: every entity has an id that is a number.")
        name = free(column.name, self.fields)
        said = replace(column, name=name, description=cut(column.description, 400))
        self.fields[name] = self.became[found] = settled(said, place, self.notes)

    def _refer(self, reference: Reference) -> None:
        columns = [self.table.columns[each] for each in reference.columns if each in self.table.columns]
        target = self.names.entities[reference.target]
        stated = all(column.required for column in columns) if columns else True
        required = stated if reference.required is None else reference.required
        single = reference.single or reference.columns in self._unique_columns()
        name = self._free_name(reference, key(target))
        if len(self.relations) >= MAX_RELATIONS:
            self.notes.lose(f"{self.table.name}.{name} is more than the {MAX_RELATIONS} relations an entity holds.")
            return
        on_delete = reference.on_delete
        if required and on_delete == "set_null":
            self.notes.lose(f"{self.table.name}.{name} is required, so that ON DELETE SET NULL cannot be; it refuses.")
            on_delete = "restrict"
        said = cut(reference.description or (columns[0].description if columns else ""), 400)
        kind = "one_to_one" if single else "many_to_one"
        self.relations[name] = Relation(name, target, kind, required, on_delete, said)
        for column in reference.columns:
            self.became.setdefault(column, Field(name, "integer"))

    def _unique_columns(self) -> list[tuple[str, ...]]:
        alone = [(found,) for found, column in self.table.columns.items() if column.unique]
        return [each for each in (self.table.primary, *alone, *self.table.uniques) if each]

    def _free_name(self, reference: Reference, target: str) -> str:
        name = column_name(reference.name) if reference.name else target
        if not reference.name and len(reference.columns) == 1:
            column = self.table.columns[reference.columns[0]].name
            name = relation_name(column, ("code",) if key(column) == f"{target}_code" else self._ending(column, target))
        name = target if name in _KEYS else name
        taken = {*self.fields, *self.relations, *(each.removesuffix("_id") for each in self.fields)}
        return free(name if name not in taken else f"{name}_{target}"[:33], taken)

    def _ending(self, column: str, target: str) -> tuple[str, ...]:
        """Return what stands behind the target's name in a column: ``isbn`` of ``book_isbn``."""
        name = key(column)
        return (name.removeprefix(f"{target}_"),) if name.startswith(f"{target}_") else ()

    def _join(self, link: Link) -> None:
        wished = column_name(link.name)
        wished = self.names.plurals[link.target] if wished in _KEYS else wished
        name = free(wished, [*self.fields, *self.relations])
        if len(self.relations) >= MAX_RELATIONS:
            self.notes.lose(f"{self.table.name}.{name} is more than the {MAX_RELATIONS} relations an entity holds.")
            return
        target = self.names.entities[link.target]
        said = cut(link.description, 400)
        self.relations[name] = Relation(name, target, "many_to_many", False, link.on_delete, said)

    def _together(self) -> tuple[UniqueTogether, ...]:
        found: dict[tuple[str, ...], None] = {}
        for unique in self.table.uniques:
            fields = [self.became.get(column) for column in unique]
            names = tuple(dict.fromkeys(each.name for each in fields if each is not None))
            if None in fields or not 2 <= len(names) <= 8 or len(found) >= _MAX_UNIQUES:
                if len(names) > 1 or None in fields:
                    listed = ", ".join(human(each) for each in unique)
                    self.notes.lose(f"{self.table.name}: that {listed} are unique together could not be kept.")
                continue
            found[names] = None
        return tuple(UniqueTogether(each) for each in found)


def _named(computed: Computed) -> Computed:
    return replace(computed, name=column_name(computed.name))
