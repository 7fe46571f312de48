"""Which rows "open loans" or "tickets that are not closed" speaks of."""

from __future__ import annotations

import re

from msgspec.structs import replace

from libs.contracts.behaviour import Condition, Value
from libs.offline.prose.world import World


def where(word: str, rest: str, entity: str, world: World) -> tuple[Condition, ...]:
    """Return the rows that "open loans" or "tickets which are not closed" speaks of."""
    if found := re.search(r"(?:not|never|un)(?: yet| been)? %(\w+)", rest):
        state = world.state(entity, found[1])
        return (_not(state),) if state else ()
    word = word.lstrip("%")
    if word in {"upcoming", "future"}:
        start = world.span(entity)[0] or next(
            (one.name for one in world.entities[entity].fields if one.type == "datetime"), ""
        )
        return (Condition(start, "gt", Value("now")),) if start else ()
    state = world.state(entity, word) if word else None
    if state is None and word:
        state = world.still_open(entity)
    found = re.search(r"%(\w+)", rest.partition(" unless ")[0]) if not word else None
    state = world.state(entity, found[1]) if found else state
    return (state,) if state else ()


def _not(state: Condition) -> Condition:
    flipped = {"eq": "ne", "is_set": "is_unset"}
    return replace(state, operator=flipped.get(state.operator, "ne"))
