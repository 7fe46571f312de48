"""One thing that a wish asks a report for: what it is asked per, and the report that is made of what it measures."""

from __future__ import annotations

import re
from dataclasses import dataclass

from libs.contracts.behaviour import Function, Measure, Report
from libs.offline.prose.marks import Told
from libs.offline.prose.measured import Measured, reach
from libs.offline.prose.world import World
from libs.offline.words import snake

MOST = re.compile(r"\b(?:most|best|highest|top|popular|often|least|largest)\b")


@dataclass(frozen=True, slots=True)
class Ask:
    """One thing that is asked for: its words without who asks, and what it is asked per."""

    text: str
    groups: tuple[str, ...]
    told: Told
    world: World


def near(ask: Ask) -> tuple[str, ...]:
    return (*ask.told.things(), *ask.told.before)


def built(what: Measured, functions: list[Function], ask: Ask) -> Report | None:
    world, paths = ask.world, []
    for one in ask.groups:
        paths.append(way(world, what.entity, one) if one in world.entities else reach(world, what.entity, one))
    if not all(paths):
        return None
    field = what.field
    measures = tuple(
        Measure(f"{one}_{field.rpartition('.')[2]}"[:60] if field else "count", one, field) for one in functions
    )
    stem = field.rpartition(".")[2] or world.entities[what.entity].plural
    where = tuple(one for one in what.where if one.field not in paths)
    first = bool(MOST.search(ask.text) and re.search(r"\b(?:first|top|most|best)\b", ask.text))
    return Report(
        f"{stem}_per_{'_and_'.join(map(snake, ask.groups))}"[:60], what.entity, where=where, group_by=tuple(paths),
        measures=measures, order_by=measures[0].name if first else "", descending=first,
    )  # fmt: skip


def way(world: World, start: str, goal: str) -> str:
    if start == goal:
        return naming(world, goal)
    found = world.route(start, goal)
    return f"{found}.{naming(world, goal)}" if found else ""


def naming(world: World, name: str) -> str:
    """Return the column that names a thing to a reader."""
    texts = [one.name for one in world.entities[name].fields if one.type in {"string", "email", "integer"}]
    usual = [one for one in ("name", "title", "label", "full_name") if one in texts]
    return next(iter((*usual, *(one for one in texts if "name" in one), *texts)), "id")
