"""What the printed tests send: valid bodies, wrong values, and what deleting a referenced row must do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from libs.blueprint import values
from libs.blueprint.literals import literal
from libs.blueprint.view import EntityView, Link, closure
from libs.contracts.fields import Field


@dataclass(frozen=True)
class Seed:
    """The test data of one entity; ``lines`` are the items of a valid body, in Python."""

    view: EntityView
    lines: tuple[str, ...]
    capacity: int
    wrong: tuple[tuple[str, str], ...]
    change: tuple[str, str] | None
    incomplete: bool
    deletions: tuple[Link, ...]


def seeds(views: list[EntityView]) -> list[Seed]:
    """Return the test data of each entity."""
    return [_seed(view) for view in views]


def _seed(view: EntityView) -> Seed:
    found = {field.name: _samples(view, field) for field in view.fields}
    lines = [f"{literal(field.name)}: {_value(field, found[field.name])}" for field in view.fields]
    return Seed(
        view=view,
        lines=(*lines, *(_link_line(link) for link in view.carried)),
        capacity=capacity(view),
        wrong=tuple((field.name, wrong) for field in view.fields if (wrong := _wrong(field))),
        change=_change(view, found),
        incomplete=any(f.required and not values.has_default(f) for f in view.fields)
        or any(k.needed for k in view.links),
        deletions=tuple(link for link in view.references if _deletion_is_plain(link)),
    )


def _samples(view: EntityView, field: Field) -> list[Any]:
    dates = [each for each in view.fields if each.type in ("date", "datetime")]
    return values.samples(field, dates.index(field) if field in dates else 0)


def _value(field: Field, found: list[Any]) -> str:
    sources = [literal(value) for value in found]
    if field.unique and len(sources) > 1:
        return f"pick(n, {', '.join(sources)})"
    return sources[0]


def _link_line(link: Link) -> str:
    number = ", n" if link.single or capacity(link.target) == values.SAMPLES else ""
    source = f'seed.id("{link.target.path}"{number})'
    return f'"{link.key}": {f"[{source}]" if link.many else source}'


def capacity(view: EntityView) -> int:
    """Return how many different rows the samples allow, at most three."""
    bound = closure([view], lambda each: [link for link in each.carried if link.single])
    return min(
        [values.SAMPLES, *(len(_samples(each, field)) for each in bound for field in each.fields if field.unique)]
    )


def _change(view: EntityView, found: dict[str, list[Any]]) -> tuple[str, str] | None:
    """Return a field and another value for it."""
    for field in view.fields:
        if len(found[field.name]) > 1:
            return literal(field.name), literal(found[field.name][1])
    return None


_WRONG = {
    "boolean": '"perhaps"',
    "date": '"not a date"',
    "datetime": '"not a time"',
    "decimal": '"much"',
    "email": '"not an address"',
    "enum": '"none of the choices"',
    "integer": '"many"',
    "money": '"much"',
    "url": '"not a link"',
    "uuid": '"not a uuid"',
}


def _wrong(field: Field) -> str:
    """Return the source of a value the field must refuse; empty where it takes any."""
    if field.type in ("integer", *values.SCALES):
        low, high = values.bounds(field)
        return str(low - 1) if low is not None else str(high + 1) if high is not None else _WRONG[field.type]
    if field.type in ("string", "text"):
        return f'"x" * {values.longest(field) + 1}'
    return _WRONG.get(field.type, "")


def _deletion_is_plain(link: Link) -> bool:
    """Tell whether nothing but this reference decides what deleting its target does in a test."""
    if link.source in closure([link.target], lambda view: view.carried):
        return False
    others = [each.relation.on_delete for each in _pointers(link) if each is not link]
    return all(link.relation.on_delete == other == "restrict" for other in others)


def _pointers(link: Link) -> list[Link]:
    """Return the relations that point at the target among the rows a test of this reference creates."""
    made = closure([link.source, link.target], lambda view: view.carried)
    return [each for view in made for each in view.carried if each.target is link.target]
