"""How lists are chosen and ordered: the parameters of each, and the columns behind them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from libs.blueprint import columns, computed, names
from libs.blueprint.literals import prose, quoted
from libs.blueprint.view import EntityView, Link

TAKEN = frozenset({"limit", "offset", "sort", "q"})
_MATCHED = frozenset(
    {"string", "integer", "decimal", "money", "boolean", "date", "datetime", "uuid", "email", "url", "enum"}
)
_RANGED = frozenset({"integer", "decimal", "money", "date", "datetime"})
_UNBOUNDED = {"string": "str", "email": "str", "url": "str"}


@dataclass(frozen=True)
class Column:
    """A column that a list is filtered and sorted by: its name in a query, its source, its type in a query."""

    name: str
    source: str
    annotation: str
    ranged: bool = False


def listed(view: EntityView) -> list[Column]:
    """Return the columns of an entity's list, its id first."""
    found = [Column("id", f"{view.cls}.id", "")]
    for field in view.fields:
        if field.type in _MATCHED:
            kind = _UNBOUNDED.get(field.type) or columns.query_type(view, field)
            attr = names.attribute(field.name)
            found.append(Column(_free(field.name), f"{view.cls}.{attr}", kind, field.type in _RANGED))
    for stamp in view.stamps.all:
        if stamp.shown:
            kind = "RowId" if stamp.target else "UtcTime"
            found.append(Column(_free(stamp.name), f"{view.cls}.{stamp.name}", kind, not stamp.target))
    found += [Column(_free(link.key), f"{view.cls}.{link.key}", "RowId") for link in view.references]
    for each in (computed.field_of(each) for each in view.entity.computed):
        kind = columns.query_type(view, each)
        found.append(Column(_free(each.name), f"{view.cls}.{each.name}", kind, each.type in _RANGED))
    return found


def linked(view: EntityView) -> list[tuple[str, Link]]:
    """Return the many-to-many relations that a list is filtered by, each with the parameter for one of their rows."""
    taken = {f"{column.name}{ending}" for column in listed(view) for ending in ("", "_min", "_max")} | TAKEN
    names_ = [(f"{link.key.removesuffix('_ids')}_id", link) for link in view.collections]
    return [(link.key if name in taken else name, link) for name, link in names_]


def _free(name: str) -> str:
    return f"{name}_is" if name in TAKEN else name


def sortable(view: EntityView) -> str:
    """Return the names that a list can be sorted by, as arguments."""
    return ", ".join(quoted(column.name) for column in listed(view))


def query_lines(view: EntityView) -> Iterator[str]:
    """Yield the parameters of an entity's list, as fields of a schema."""
    if view.entity.search:
        text = f"Text to look for in {', '.join(view.entity.search)}."
        yield f"q: str | None = Field(None, max_length=200, description={quoted(prose(text))})"
    found = [column for column in listed(view) if column.annotation]
    taken = {column.name for column in found}
    for column in found:
        yield _line(column.name, column.annotation)
        for ending in ("_min", "_max") if column.ranged else ():
            if f"{column.name}{ending}" not in taken:
                yield _line(f"{column.name}{ending}", column.annotation)
    yield from (_line(name, "RowId") for name, _ in linked(view))


def _line(name: str, annotation: str) -> str:
    attr = names.attribute(name)
    value = f"Field(None, alias={quoted(name)})" if attr != name else "None"
    return f"{attr}: {annotation} | None = {value}"


def search_columns(view: EntityView) -> str:
    """Return the columns that ``q`` looks through, as arguments."""
    return ", ".join(f"{view.cls}.{names.attribute(name)}" for name in view.entity.search)
