"""What the printed tests send: valid bodies, wrong values, and what deleting a referenced row must do."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from libs.blueprint import names, values
from libs.blueprint.candidates import domain
from libs.blueprint.changes import changes
from libs.blueprint.literals import literal
from libs.blueprint.paths import operands
from libs.blueprint.reading import RefusedError
from libs.blueprint.settled import settled
from libs.blueprint.solver import Seeds
from libs.blueprint.view import EntityView, Link, closure
from libs.blueprint.world import HELD
from libs.contracts.fields import Field


@dataclass(frozen=True)
class Seed:
    """The test data of one entity; in Python: ``lines`` of a valid body, ``changes`` of a change."""

    view: EntityView
    lines: tuple[str, ...]
    capacity: int
    wrong: tuple[tuple[str, str], ...]
    change: tuple[str, str] | None
    changes: tuple[str, ...]
    incomplete: bool
    deletions: tuple[Link, ...]
    deletable: bool = True


def seeds(views: list[EntityView]) -> list[Seed]:
    """Return the test data of each entity."""
    found = solved(tuple(views))
    return [_seed(view, found) for view in views]


@lru_cache(maxsize=4)
def solved(views: tuple[EntityView, ...]) -> Seeds:
    """Return valid bodies for all entities of a charter."""
    return settled(list(views))


def capacity(view: EntityView) -> int:
    """Return how many different rows there are valid bodies for, at most three."""
    return solved(tuple(view.peers.values())).capacity(view)


def _seed(view: EntityView, found: Seeds) -> Seed:
    lines = [f"{literal(each.name)}: {_value(view, each, found)}" for each in view.creatable]
    return Seed(
        view=view,
        lines=(*lines, *(_link_line(link, found) for link in view.carried)),
        capacity=found.capacity(view),
        wrong=tuple((field.name, wrong) for field in view.creatable if (wrong := _wrong(field))),
        change=_change(view, found),
        changes=tuple(f"{literal(name)}: {each.source}" for name, each in changes(view, found.stage()).items()),
        incomplete=any(f.required and not values.has_default(f) for f in view.creatable)
        or any(k.needed for k in view.links),
        deletions=tuple(
            link for link in view.references if _deletion_is_plain(link) and _deletion_is_free(link, found)
        ),
        deletable=_deletable(view, found),
    )


@dataclass(frozen=True)
class Preparation:
    """A printed function that brings seed row ``n`` to where others may refer to it."""

    name: str
    about: str
    lines: tuple[str, ...]


def preparations(views: list[EntityView]) -> list[Preparation]:
    """Return how seed rows are prepared, each way once."""
    found = solved(tuple(views))
    return [
        Preparation(each.name, each.about, tuple(each.lines(found))) for each in dict.fromkeys(found.prepared.values())
    ]


def empty(view: EntityView) -> set[str]:
    """Name the fields that a valid body leaves empty."""
    body = solved(tuple(view.peers.values())).body(view, 0)
    return {each.name for each in view.creatable if body[names.attribute(each.name)].value is None}


def _value(view: EntityView, field: Field, found: Seeds) -> str:
    attr = names.attribute(field.name)
    sources = [found.body(view, n)[attr].source for n in range(found.capacity(view))]
    return sources[0] if len(set(sources)) == 1 else f"pick(n, {', '.join(sources)})"


def _link_line(link: Link, found: Seeds) -> str:
    shift = found.shift(link)
    if link.single or found.capacity(link.target) == values.SAMPLES:
        number = f", (n + {shift}) % {values.SAMPLES}" if shift else ", n"
    else:
        number = f", {shift}" if shift else ""
    ready = found.prepared.get((link.source.name, link.key))
    asked = f'ready({ready.name}, "{link.target.path}"' if ready else f'id("{link.target.path}"'
    source = f"seed.{asked}{number})"
    return f'"{link.key}": {f"[{source}]" if link.many else source}'


def _change(view: EntityView, found: Seeds) -> tuple[str, str] | None:
    """Return a field and another value for it that no rule refuses and nothing computed depends on."""
    read = {place.attr for each in view.entity.computed for place in operands(view, each.expression)}
    for field in view.updatable:
        attr = names.attribute(field.name)
        for each in domain(view, field) if attr not in read else ():
            stage = found.stage()
            row = stage.row(view)
            if (
                each.value is not None
                and each.value != row[attr]
                and _may(stage.world.update, view, row["id"], {attr: each.value})
            ):
                return literal(field.name), each.source
    return None


def _may(change: Callable[..., Any], *arguments: Any) -> bool:
    try:
        change(*arguments)
    except RefusedError:
        return False
    return True


def _deletable(view: EntityView, found: Seeds) -> bool:
    stage = found.stage()
    return _may(stage.world.delete, view, stage.row(view)["id"])


def _deletion_is_free(link: Link, found: Seeds) -> bool:
    """Tell whether no rule has a say in what deleting the target does."""
    stage = found.stage()
    target = stage.row(link.target)["id"]
    try:
        stage.create(link.source, 0, {}, {link.key: target})
        stage.world.delete(link.target, target)
    except RefusedError as error:
        return link.relation.on_delete == "restrict" and error.reasons == {HELD}
    return link.relation.on_delete != "restrict"


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
    if field.type in ("integer", *values.FIXED_TYPES):
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
