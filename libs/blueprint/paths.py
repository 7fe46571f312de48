"""What a path of the charter names: ``status``, ``book.copies``, ``member``, ``id``."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from libs.blueprint import names
from libs.blueprint.view import EntityView, Link
from libs.contracts.behaviour import Computed
from libs.contracts.fields import Field


class UnknownPathError(ValueError):
    """A part of the path names nothing; the message says what and what there is."""


@dataclass(frozen=True, eq=False)
class Place:
    """The relations on the way, and at the end a field, a computed field, a relation's key or the id."""

    start: EntityView
    way: tuple[Link, ...]
    field: Field | None = None
    link: Link | None = None
    computed: Computed | None = None

    @property
    def holder(self) -> EntityView:
        """Return the entity whose column the path ends at."""
        return self.way[-1].target if self.way else self.start

    @property
    def attr(self) -> str:
        """Name the attribute of the holder's class."""
        if self.link:
            return self.link.key
        return names.attribute(self.field.name) if self.field else self.computed.name if self.computed else "id"

    @property
    def type(self) -> str:
        """Return the type of the value: a field's type; ids are integers."""
        return self.field.type if self.field else self.computed.type if self.computed else "integer"

    @property
    def gaps(self) -> tuple[Link, ...]:
        """Return the relations on the way that may be missing."""
        return tuple(link for link in self.way if not link.relation.required)

    @property
    def nullable(self) -> bool:
        """Tell whether the column at the end may be empty."""
        if self.computed:
            return can_be_empty(self.holder, self.computed)
        end = self.link.relation if self.link else self.field
        return end is not None and not end.required

    @property
    def label(self) -> str:
        """Return the path in words: ``copies of book``."""
        end = self.link.attr if self.link else self.attr
        return " of ".join(names.words(each) for each in (end.strip("_"), *(link.attr for link in reversed(self.way))))


def can_be_empty(view: EntityView, computed: Computed) -> bool:
    """Tell whether a computed field may have no value: no row to take a mean of, or an operand that is missing."""
    if computed.aggregate:
        return computed.aggregate.function not in ("count", "sum")
    return any(place.nullable or place.gaps for place in operands(view, computed.expression)) or "/" in (
        computed.expression
    )


def operands(view: EntityView, expression: str) -> Iterator[Place]:
    """Yield the places that an expression names."""
    for word in "".join(char if char.isalnum() or char in "._" else " " for char in expression).split():
        if not word[0].isdigit():
            yield resolve(view, word)


@lru_cache(maxsize=8192)
def resolve(view: EntityView, path: str) -> Place:
    """Return the place a path names; raise ``UnknownPathError``."""
    *steps, last = path.split(".")
    way: list[Link] = []
    holder = view
    for step in steps:
        link = to_one(holder, step)
        way.append(link)
        holder = link.target
    return _end(view, tuple(way), holder, last)


# How many characters of a date in ISO format tell a period.
PERIODS = {"year": 4, "month": 7, "day": 10}


def in_period(view: EntityView, path: str) -> tuple[str, int]:
    """Return the path of a date that a report is grouped by the year, month or day of, and how much of it counts; 0
    where the path names a value as it is.
    """
    head, _, last = path.rpartition(".")
    if last not in PERIODS or not head:
        return path, 0
    try:
        return (head, PERIODS[last]) if resolve(view, head).type in ("date", "datetime") else (path, 0)
    except UnknownPathError:
        return path, 0


def _end(view: EntityView, way: tuple[Link, ...], holder: EntityView, last: str) -> Place:
    for field in holder.fields:
        if field.name == last:
            return Place(view, way, field=field)
    for computed in holder.entity.computed:
        if computed.name == last:
            return Place(view, way, computed=computed)
    for stamp in holder.stamps.all:
        if stamp.name == last:
            return Place(
                view, way, field=Field(last, "integer" if stamp.target else "datetime", required=not stamp.optional)
            )
    if last == "id":
        return Place(view, way)
    return Place(view, way, link=to_one(holder, last, "field or relation"))


def to_one(view: EntityView, name: str, what: str = "relation") -> Link:
    """Return the to-one relation with this name or key; raise ``UnknownPathError``."""
    for link in view.references:
        if name in (link.relation.name, link.attr, link.key):
            return link
    known = [link.relation.name for link in view.references]
    known += [] if what == "relation" else [each.name for each in (*view.fields, *view.entity.computed)]
    close = difflib.get_close_matches(name, known, 1)
    hint = f'; did you mean "{close[0]}"?' if close else ""
    listed = ", ".join(known) or "none"
    raise UnknownPathError(f'"{name}" is no {what} of {view.name} that leads to one row{hint}; there are: {listed}')
