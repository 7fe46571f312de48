"""Tables that only join two others, which are many-to-many relations, and references that lead nowhere."""

from __future__ import annotations

from libs.offline.documents.names import column_name, entity_name, key, relation_name
from libs.offline.documents.tables import Document, Link, Reference, Table, free
from libs.offline.words import plural_key, singular_key


def join_up(document: Document) -> None:
    """Turn join tables into links, after references to tables that are not there have become plain columns."""
    for table in document.tables.values():
        _drop_dangling(document, table)
    pointed_at = {each.target for table in document.tables.values() for each in table.references}
    for name, table in list(document.tables.items()):
        if name not in pointed_at and _only_joins(table, document):
            del document.tables[name]
            _link(table, document)


def _drop_dangling(document: Document, table: Table) -> None:
    for reference in list(table.references):
        if reference.target not in document.tables:
            table.references.remove(reference)
            columns = ", ".join(reference.columns)
            document.notes.lose(
                f'{table.name}.{columns} refers to "{reference.target[:60]}", which is not in the document; '
                "it is kept as a plain value."
            )


def _only_joins(table: Table, document: Document) -> bool:
    """Say whether a table holds nothing but one pair of references, and each pair once."""
    if len(table.references) != 2 or any(len(each.columns) != 1 for each in table.references):
        return False
    pair = {each.columns[0] for each in table.references}
    if any(each.target == table.name.lower() for each in table.references) or len(pair) != 2 or table.checks:
        return False
    rest = set(table.columns) - pair
    if rest:
        return rest == set(table.primary) == table.counted & rest and _paired(table, pair) and _named(table, document)
    return not table.primary or set(table.primary) == pair


def _paired(table: Table, pair: set[str]) -> bool:
    return any(set(unique) == pair for unique in table.uniques)


def _named(table: Table, document: Document) -> bool:
    """Say whether a table with an id of its own is called after both tables it joins."""
    name = key(table.name)
    return all(singular_key(_table_key(document, each)) in name for each in table.references)


def _table_key(document: Document, reference: Reference) -> str:
    return key(document.tables[reference.target].name)


def _link(table: Table, document: Document) -> None:
    near, far = table.references
    if not _begins(table, near, document) and _begins(table, far, document):
        near, far = far, near
    holder = document.tables[near.target]
    name = free(_name(table, near, far, document), [*holder.columns, *(each.name for each in holder.links)])
    on_delete = "cascade" if far.on_delete == "cascade" else "restrict"
    holder.links.append(Link(name, far.target, on_delete, table.description))
    if near.on_delete != "cascade":
        document.notes.assume(
            f"Deleting a row of {holder.name} deletes its pairs in {table.name}; the document would refuse it."
        )


def _begins(table: Table, reference: Reference, document: Document) -> bool:
    name = _table_key(document, reference)
    return key(table.name).startswith((f"{name}_", f"{singular_key(name)}_"))


def _name(table: Table, near: Reference, far: Reference, document: Document) -> str:
    """Name a relation after the rest of the table's name (``book_tags``: tags), or after the column that points."""
    holder, target = _table_key(document, near), _table_key(document, far)
    joined = key(table.name).removesuffix("_links").removesuffix("_link")
    for start in (f"{holder}_", f"{singular_key(holder)}_"):
        if joined.startswith(start) and len(joined) > len(start):
            return plural_key(singular_key(joined.removeprefix(start)))
    stem = relation_name(far.columns[0])
    plain = stem in {target, singular_key(target), column_name(entity_name(target))}
    return plural_key(singular_key(target) if plain else stem)
