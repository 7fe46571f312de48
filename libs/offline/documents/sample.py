"""A JSON sample as a document: each object is a row, objects within it are rows of other things."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, cast

from libs.offline.documents.loading import load_json
from libs.offline.documents.names import alike, entity_name, key, plural_name, relation_name
from libs.offline.documents.notes import Broken, cut
from libs.offline.documents.sample_values import column
from libs.offline.documents.tables import MAX_TABLES, Document, Link, Reference, Table, free
from libs.offline.lexicon import words
from libs.offline.words import plural_key, singular_key

_ENVELOPES = words("data items results records rows result content value values _embedded")
_META = words(
    """
    total count page limit offset next previous per_page size links meta _links status success message version error
    pagination $schema
    """
)
_ID_NAMES = frozenset({"id", "_id", "uuid"})

Row = dict[str, Any]


@dataclass(slots=True)
class _Thing:
    """What the sample shows of one kind of thing: its rows, without the objects within them."""

    name: str
    rows: list[Row] = field(default_factory=list[Row])


class _Sample:
    """Sorts the objects of a sample into things."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.things: dict[str, _Thing] = {}
        self.ones: dict[tuple[str, str], str] = {}
        self.many: dict[tuple[str, str], str] = {}
        self.parents: dict[tuple[str, str], dict[str, set[int]]] = {}

    def thing(self, name: str) -> _Thing:
        """Return the thing of a name, new where there is none."""
        found = singular_key(key(name)) or "record"
        if len(self.things) >= MAX_TABLES and found not in self.things:
            raise Broken(f"it holds more than {MAX_TABLES} kinds of objects, and at most 80 can be printed")
        return self.things.setdefault(found, _Thing(found))

    def rows(self, name: str, rows: Iterable[Row]) -> str:
        """Take rows of a thing, and return its key."""
        thing = self.thing(name)
        for row in rows:
            self._row(thing, row)
        return thing.name

    def _row(self, thing: _Thing, row: Row) -> None:
        plain: Row = {}
        number = len(thing.rows)
        thing.rows.append(plain)
        for name, value in row.items():
            place = (thing.name, name)
            if isinstance(value, dict) and value and not _is_map(cast("Row", value)):
                inner = cast("Row", value)
                self.ones[place] = self._inner(thing, name, [inner], self.ones.get(place, ""))
                plain[name] = True
            elif _objects(value):
                inner_rows = cast("list[Row]", value)
                self.many[place] = self._inner(thing, name, inner_rows, self.many.get(place, ""))
                seen = self.parents.setdefault(place, {})
                for each in inner_rows:
                    seen.setdefault(str(_identity(each)), set()).add(number)
            else:
                plain[name] = value

    def _inner(self, thing: _Thing, name: str, rows: list[Row], before: str) -> str:
        """Take the objects within a row; what has no name of its own but the holder's is a part of the holder."""
        if before:
            return self.rows(before, rows)
        wished = singular_key(key(name)) or "part"
        if same_kind := next(
            (each for each, seen in self.things.items() if seen.rows and alike(seen.rows[0], rows[0])), ""
        ):
            return self.rows(same_kind, rows)
        known = next((each for each in self.things if wished.endswith(f"_{each}")), wished)
        same = known == thing.name and not rows[0].keys() & (thing.rows[0].keys() if thing.rows else set())
        return self.rows(f"{thing.name}_{wished}" if same else known, rows)


def _is_map(value: Row) -> bool:
    """Say whether an object is a map from ids or words to values rather than a thing with fields."""
    return all(not key(name) or name.isdigit() for name in value)


def _objects(value: object) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(each, dict) for each in cast("list[Any]", value))


def _identity(row: Row) -> Any:
    return next((value for name, value in row.items() if name.lower() in _ID_NAMES), None)


def read_sample(text: str, hint: str = "") -> Document:
    """Return the document of a sample; ``hint`` says what its rows are where it does not itself. Raises ``Broken``."""
    return sample_document(load_json(text), hint)


def sample_document(value: Any, hint: str = "") -> Document:
    """Return the document of a sample's value; raise ``Broken`` where no object is in it."""
    document = Document("JSON sample")
    sample = _Sample(document)
    for name, rows in _tops(value, hint, document):
        sample.rows(name, rows)
    if not sample.things:
        raise Broken("it holds no object with fields")
    for thing in sample.things.values():
        _table(sample, thing)
    _refer(sample)
    for thing in sample.things.values():
        _note(document, thing)
    document.notes.assume("A sample shows no rules: a field is required where every object of the sample has it.")
    return document


def _tops(value: Any, hint: str, document: Document) -> list[tuple[str, list[Row]]]:
    """Return the things at the top of a sample with their rows."""
    if _objects(value):
        return [(hint or _guess(value[0], document), value)]
    if not isinstance(value, dict):
        return []
    top = cast("Row", value)
    inner = {name: each for name, each in top.items() if name.lower() not in _META}
    if len(inner) == 1 and (only := next(iter(inner))).lower() in _ENVELOPES:
        return _tops(inner[only], hint, document)
    if inner and all(_objects(each) or isinstance(each, dict) for each in inner.values()) and not _identity(top):
        return [(name, each if isinstance(each, list) else [each]) for name, each in inner.items() if each]
    return [(hint or _guess(top, document), [top])] if top else []


def _guess(row: Row, document: Document) -> str:
    """Name a thing whose name is not said after its first column that is an id, else ``record``."""
    for name in list(row)[:2]:
        plain = key(name)
        if plain.endswith("_id") and plain != "_id":
            return plain.removesuffix("_id")
    document.notes.assume("The sample does not say what its objects are called; they are called records here.")
    return "record"


def _table(sample: _Sample, thing: _Thing) -> None:
    table = sample.document.add(Table(thing.name, entity=entity_name(thing.name)))
    names = dict.fromkeys(name for row in thing.rows for name in row)
    for name in names:
        if (thing.name, name) in sample.ones or (thing.name, name) in sample.many:
            continue
        values = [row[name] for row in thing.rows if name in row]
        made = column(name, values, complete=len(values) == len(thing.rows))
        table.columns[name.lower()] = made
        if name.lower() in _ID_NAMES or key(name) == f"{thing.name}_id":
            table.primary = table.primary or (name.lower(),)
            table.counted |= {name.lower()} if made.type == "integer" else set()


def _note(document: Document, thing: _Thing) -> None:
    """Say of the columns that stayed columns what the sample leaves open."""
    for made in document.tables[thing.name].columns.values():
        place = f"{cut(thing.name)}.{cut(made.name)}"
        values = [row[made.name] for row in thing.rows if made.name in row]
        if values and all(value in ([], {}) for value in values):
            document.notes.lose(f"{place} is empty in the sample: what it holds is not known; it is kept as JSON.")
        elif all(value is None for value in values):
            document.notes.lose(f"{place} is null in the whole sample; its type is a guess from its name.")
        elif made.type == "json":
            document.notes.assume(f"{place} is kept as JSON.")


def _refer(sample: _Sample) -> None:
    tables = sample.document.tables
    for (holder, name), target in sample.ones.items():
        rows = sample.things[holder].rows
        required = all(row.get(name) is not None for row in rows)
        shared = bool(tables[target].primary)
        tables[holder].references.append(
            Reference((), target, name=key(name), required=required and target != holder, single=not shared)
        )
    for (holder, name), target in sample.many.items():
        _children(sample, (holder, name), target)
    for table in tables.values():
        _keys(sample, table)


def _children(sample: _Sample, place: tuple[str, str], target: str) -> None:
    """Tell rows that several holders share (many to many) from those that belong to one."""
    holder, name = place
    tables = sample.document.tables
    parents = sample.parents[place]
    if any(len(rows) > 1 for identity, rows in parents.items() if identity != "None"):
        tables[holder].links.append(Link(key(name), target))
        return
    known = {relation_name(each) for each in tables[target].columns}
    if holder in known or any(each.target == holder for each in tables[target].references):
        return
    required = holder != target
    wished = "parent" if holder == target else holder
    wished = free(wished, [each.name for each in tables[target].references])
    tables[target].references.append(
        Reference((), holder, "cascade" if required else "set_null", name=wished, required=required)
    )


def _keys(sample: _Sample, table: Table) -> None:
    """Follow columns that are called after another thing: ``author_id``, ``tag_ids``."""
    names = {
        plural: found
        for found in sample.things
        for plural in (found, plural_key(found), plural_name(entity_name(found)))
    }
    for found, made in list(table.columns.items()):
        plain = key(made.name)
        stem = (
            relation_name(plain)
            if plain.endswith("_id")
            else plain.removesuffix("_ids")
            if plain.endswith("_ids")
            else ""
        )
        target = names.get(stem) or (stem == "parent" and table.name) or ""
        if not target or (found,) == table.primary:
            continue
        if plain.endswith("_ids"):
            del table.columns[found]
            table.links.append(Link(plural_key(stem), target))
        elif any(each.name == stem for each in table.references):
            del table.columns[found]
        else:
            table.references.append(Reference((found,), target))
