"""What a report counts or adds up, and of which rows: "hours", "revenue", "average score", "no-shows"."""

from __future__ import annotations

import re
from dataclasses import dataclass

from libs.contracts.behaviour import Condition, Function
from libs.offline.lexicon import verbs
from libs.offline.prose.guarded import makes
from libs.offline.prose.rows import described, merged, opposites, rows
from libs.offline.prose.world import World
from libs.offline.words import singular

_FUNCTIONS: tuple[tuple[str, Function], ...] = (
    (r"\b(?:averages?|avg|mean|on average)\b", "avg"),
    (r"\b(?:number|count|how many (?:@|%|people|times)|how often|amount of @|quantity of @)", "count"),
    (r"\$?\b(?:totals?|sums?|revenue|turnover|how much|amounts?|spend\w*|spent|costs?|value|income|earn\w*|sales"
        r"|add\w* up"
     r"|how many \$|how many [a-z]+)\b", "sum"),
    (r"\b(?:highest(?! first)|maximum|longest|largest"
        r"|latest)\b", "max"), (r"\b(?:lowest|minimum|shortest|earliest)\b", "min"),
)  # fmt: skip
PERIODS = frozenset({"year", "month", "day"})
_MONEY = re.compile(
    r"\b(?:revenue|turnover|sales|income|spend|spent|spends|earn\w*|costs?|cost us|paid|pay|money|how much)\b"
)
_NUMBERS = frozenset({"integer", "decimal", "money"})


@dataclass(frozen=True, slots=True)
class Measured:
    """``function`` over ``field`` of the rows of ``entity`` that ``where`` holds."""

    entity: str
    function: Function
    field: str = ""
    where: tuple[Condition, ...] = ()


def function_of(text: str) -> Function | None:
    """Return what a phrase asks for, nothing where it only names things."""
    return next((kind for shape, kind in _FUNCTIONS if re.search(shape, text)), None)


def measured(text: str, groups: list[str], near: tuple[str, ...], world: World) -> Measured | None:
    """Return what a phrase measures; ``groups`` are the entities it is grouped by, all of which it must lead to."""
    function = function_of(text)
    named = [one.entity for one in rows(text, world) if one.entity not in groups]
    order = [
        *named,
        *_made(text, world),
        *(child for group in groups for child in world.children(group)),
        *near,
        *world.entities,
    ]
    order = [
        name
        for name in dict.fromkeys(order)
        if name in world.entities and all(leads(world, name, one) for one in groups)
    ]
    if function != "count" and (found := _column(text, order, world)):
        entity, column = found
        kind = function or "sum"
        return Measured(entity, kind, column, _where(text, entity, world))
    if function in {"sum", "avg"} and (_MONEY.search(text) or (named and re.search(r"add\w* up|\btotals?\b", text))):
        entity = next((one for one in order if _money(world, one) and one not in groups), "")
        if entity:
            return Measured(entity, function, _money(world, entity), _where(text, entity, world))
    if function in {"avg", "max", "min", "sum"}:
        number = [(one, only) for one in (named or order[:1]) if one in order and (only := _only(world, one))]
        return Measured(number[0][0], function, number[0][1], _where(text, number[0][0], world)) if number else None
    counted = next((one for one in (*named, *_made(text, world)) if one in order), "") or _stated(text, order, world)
    return Measured(counted, "count", "", _where(text, counted, world)) if counted else None


def leads(world: World, entity: str, group: str) -> bool:
    """Say whether rows of an entity lead to a thing or have the column they are grouped by."""
    return (
        entity == group or bool(world.route(entity, group))
        if group in world.entities
        else bool(reach(world, entity, group))
    )


def reach(world: World, entity: str, column: str) -> str:
    """Return the path from an entity to a column over at most three relations, or to the month of its date."""
    if column in PERIODS and not world.path(entity, column):
        return f"{at}.{column}" if (at := _moment(world, entity)) else ""
    if direct := world.path(entity, column):
        return direct
    for name in world.entities:
        if world.column(name, column) and (route := world.route(entity, name)):
            return f"{route}.{column}"
    return ""


def _moment(world: World, entity: str) -> str:
    """Return the date that rows of an entity are of: the only one, or the one that says when it was."""
    moments = [one.name for one in world.entities[entity].fields if one.type in {"date", "datetime"}]
    usual = (
        "date",
        "day",
        "paid",
        "placed",
        "ordered",
        "issued",
        "received",
        "sold",
        "created",
        "start",
        "booked",
        "done",
    )
    return next(
        (one for word in usual for one in moments if one.startswith(word)), moments[0] if len(moments) == 1 else ""
    )


def _made(text: str, world: World) -> list[str]:
    """Return the rows that a verb of the text leaves: "booked" of bookings."""
    said = re.findall(r"(?<![%$@])\b[a-z]{3,}", text)
    return [name for word in said if verbs.lemma(word) for name in world.entities if makes(word, name)]


def _column(text: str, order: list[str], world: World) -> tuple[str, str] | None:
    for column in re.findall(r"\$(\w+)", text):
        for name in order:
            if world.numeric(name, column):
                return name, column
    for word in re.findall(r"(?<![%$@])\b[a-z]{4,}", text):
        for name in order:
            kept = world.entities[name]
            found = next(
                (one.name for one in (*kept.fields, *kept.computed) if one.type in _NUMBERS and _has(one.name, word)),
                "",
            )
            if found:
                return name, found
    return None


def _has(name: str, word: str) -> bool:
    parts = name.split("_")
    return word not in {"number", "total", "average", "value", "count"} and (word in parts or singular(word) in parts)


def _money(world: World, name: str) -> str:
    kept = world.entities[name]
    sums = [one.name for one in (*kept.computed, *kept.fields) if one.type == "money"]
    usual = ("total", "amount", "price", "fee", "cost")
    return next((one for one in sums if one.startswith(usual)), sums[0] if sums else "")


def _only(world: World, entity: str) -> str:
    kept = world.entities[entity]
    numbers = [one.name for one in (*kept.fields, *kept.computed) if one.type in _NUMBERS]
    return numbers[0] if len(numbers) == 1 else ""


def _stated(text: str, order: list[str], world: World) -> str:
    """Take "no-shows per doctor" for the appointments in that state."""
    return next((one for value in re.findall(r"%(\w+)", text) for one in order if world.state(one, value)), "")


def _where(text: str, entity: str, world: World) -> tuple[Condition, ...]:
    """Return the rows that are meant: those in a state that is named anywhere, but for a state that is ruled out."""
    own = next((one.where for one in rows(text, world) if one.entity == entity and one.where), ())
    if own:
        return own
    said: list[Condition] = []
    for found in re.finditer(
        r"(without |not |no |un|except )?([%$]\w+|\b(?:open|unpaid|overdue|upcoming|outstanding|active)\b)", text
    ):
        if (
            found[2][0] == "$"
            and world.dated(entity, found[2][1:])
            and not re.search(r"(?:was|were|is|are) $", text[: found.start()])
        ):
            continue
        state = described(found[2], entity, world)
        said += opposites(state) if found[1] else state
    return merged(tuple(said))
