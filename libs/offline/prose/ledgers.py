"""A stock that rows move: "stock never goes below zero", "each movement raises or lowers the stock"."""

from __future__ import annotations

import re

from msgspec.structs import replace

from libs.contracts.behaviour import Ledger
from libs.contracts.charter import Entity
from libs.offline.lexicon import words
from libs.offline.prose.marks import Told
from libs.offline.prose.world import World
from libs.offline.words import singular, snake

_NEVER = re.compile(
    r"(?<![%$@])\b(?:never|cannot|not|no)\b.*?(?:below (?:0|zero)|negative|under (?:0|zero)|less than (?:0|zero)|minus)"
    r"|\bnot enough\b|\b(?:cannot|never)\b[^.]*\bmore than\b[^.]*\b(?:in \$|available|there is|is left|on hand)"
)
_MOVES = re.compile(
    r"\b(?:chang|updat|adjust|mov|rais|lower|increas|decreas|reduc|affect|add|subtract|deduct)\w*\b[^$]*\$(\w+)"
)
_MOVEMENT = re.compile(r"movement|transaction|adjust|entry|change|booking|posting")
_OUT = words(
    "out outgoing sale sold issue withdraw withdrawal removal removed expense decrease pick picked ship shipped loss"
    " consumption consumed used usage damage damaged debit outbound spend spent redeemed redeem"
)


def ledger(told: Told, world: World) -> bool:
    """Compile a sentence about a balance that rows of another entity move."""
    never = _NEVER.search(told.marked)
    moves = None if never else _MOVES.search(told.marked)
    if not never and not (moves and any(_moving(world.entities[one]) for one in told.things())):
        return False
    columns = [one for one in told.columns() if world.holder(one)]
    for column in columns:
        if _moved(told, column, world):
            return True
    return bool(never and columns) and _at_least_nothing(told, columns[0], world)


def _moved(told: Told, column: str, world: World) -> bool:
    owner = world.holder(column, (*told.things(), *told.before))
    for name in world.children(owner):
        numbers = [one for one in world.entities[name].fields if one.type in {"integer", "decimal", "money"}]
        only = numbers[0] if len(numbers) == 1 else None
        amount = world.column(name, "quantity") or world.column(name, "amount") or only
        link, kept = world.link(name, owner), world.entities[name]
        balance = world.numeric(owner, column)
        if link is None or amount is None or not balance or amount.name == column:
            continue
        way = next((one for one in kept.fields if one.type == "enum" and _outward(one.choices)), None)
        if way is None and not _moving(kept):
            continue
        less = tuple(one for one in way.choices if _out(one)) if way else ()
        return world.rule(told.text, name, Ledger(link.name, column, amount.name, way.name if way else "", less))
    return False


def _moving(kept: Entity) -> bool:
    return bool(_MOVEMENT.search(snake(kept.name)))


def _at_least_nothing(told: Told, column: str, world: World) -> bool:
    """Without movements, a column that is never negative has zero as its minimum; the sentence may say more."""
    owner = world.holder(column, (*told.things(), *told.before))
    if world.numeric(owner, column) and re.search(r"below|negative|under|less than", told.marked):
        fields = world.entities[owner].fields
        world.put(owner, fields=tuple(replace(one, minimum="0") if one.name == column else one for one in fields))
    return False


def _outward(choices: tuple[str, ...]) -> bool:
    return any(_out(one) for one in choices) and not all(_out(one) for one in choices)


def _out(choice: str) -> bool:
    first = choice.split("_", maxsplit=1)[0]
    return first in _OUT or singular(choice) in _OUT
