"""What a report measures per something: rows that are counted, a column that is added up, people who take part."""

from __future__ import annotations

import re

from libs.contracts.behaviour import Condition, Function, Report, Value
from libs.offline.lexicon import verbs
from libs.offline.prose.guarded import makes
from libs.offline.prose.limits import taken
from libs.offline.prose.measured import Measured, function_of, leads, measured
from libs.offline.prose.report_base import Ask, built, near
from libs.offline.prose.rows import described, merged, opposites, reached, rows
from libs.offline.prose.world import World

_FUNCTIONS: tuple[tuple[str, Function], ...] = (
    (r"\bsums?\b|(?<!\$)\btotals?\b", "sum"),
    (r"\baverages?\b|\bmean\b|\bon average\b", "avg"), (r"\b(?:highest|maximum|largest|longest)\b(?! first)", "max"),
    (r"\b(?:lowest|minimum|smallest|shortest)\b", "min"),
)  # fmt: skip
_STATES = re.compile(r"(?<![%$@])\b(?:un|not )?[a-z]{3,}ed\b|\b(?:unpaid|paid|open)\b|%\w+|\$\w+")
_STILL = r"(?: (?:that|which|who)?)?(?: (?:is|are|have|has|was|were))?(?: still| already| currently)?"
_LEFT = re.compile(rf"^{_STILL}( not| never)?(?: yet| been)* [%$]?([a-z_]+)")


def grouped(ask: Ask) -> Report | None:
    what = (
        _adverted(ask)
        or _state_noun(ask)
        or _members(ask)
        or _summed(ask)
        or measured(ask.text, list(ask.groups), near(ask), ask.world)
    )
    if what is None:
        return None
    said: list[Function] = [kind for shape, kind in _FUNCTIONS if re.search(shape, ask.text)]
    return built(what, said if said and what.field else [what.function], ask)


def _adverted(ask: Ask) -> Measured | None:
    """Count the rows named first where nothing is added up: "open jobs per mechanic", "how many broadcasts"."""
    if function_of(ask.text) not in {None, "count"} or re.search(r"\$\w", ask.text):
        return None
    for one in rows(ask.text, ask.world):
        if one.entity in ask.groups:
            continue
        if name := _between(one.entity, ask):
            return Measured(name, "count")
        if not all(leads(ask.world, one.entity, group) for group in ask.groups):
            continue
        return Measured(one.entity, "count", "", merged((*one.where, *said_after(ask, one.entity, one.end))))
    return None


def _between(entity: str, ask: Ask) -> str:
    """Return the rows between a thing that is counted and what it is counted per, where it does not itself"
    " point there."""
    group = ask.groups[0] if len(ask.groups) == 1 else ""
    if group not in ask.world.entities or ask.world.link(entity, group):
        return ""
    both = [one for one in ask.world.entities if ask.world.link(one, entity) and ask.world.link(one, group)]
    return both[0] if len(both) == 1 else ""


def said_after(ask: Ask, entity: str, at: int) -> tuple[Condition, ...]:
    """Return what words behind a thing, or behind what it is counted per, say of its state."""
    found = _LEFT.match(re.sub(r"\s+", " ", ask.text[at:]))
    said = _described(found[2], entity, ask.world) if found else ()
    return opposites(said) if found and found[1] else said


def _described(word: str, entity: str, world: World) -> tuple[Condition, ...]:
    """Return what a word says of a row: "available" of what is not taken, too."""
    if said := described(word, entity, world):
        return said
    if word in {"available", "free"}:
        over = next(
            (one for one in world.entities[entity].fields if not one.required and one.type in {"date", "datetime"}),
            None,
        )
        return (Condition(over.name, "is_unset"),) if over and verbs.is_past(over.name.rpartition("_")[0]) else ()
    return ()


def _state_noun(ask: Ask) -> Measured | None:
    """Count rows in a state that a noun names: adoptions are the animals that are adopted."""
    if re.search(r"[@$]\w", ask.text) or function_of(ask.text) == "avg":
        return None
    for word in re.findall(r"(?<![%$@])\b[a-z]{5,}(?:ions?|als?|ments?|s)\b", ask.text):
        stem = re.sub(r"s$", "", word)
        for name in ask.world.entities:
            if (state := reached(stem, name, ask.world)) and all(leads(ask.world, name, one) for one in ask.groups):
                return Measured(name, "count", "", (state,))
            if makes(stem, name) and all(leads(ask.world, name, one) for one in ask.groups):
                return Measured(name, "count")
    return None


def _members(ask: Ask) -> Measured | None:
    """Count those who take part: participants, guests and attendees are the rows that take the places."""
    if not re.search(r"(?:number|how many)\b.*(?:\b|_)(?:participants?|attendees?|bookings?|visitors)\b", ask.text):
        return None
    for group in ask.groups:
        holder = group if group in ask.world.entities else ask.world.holder(group)
        counted = taken(ask.world, holder) if holder else ""
        if counted and all(leads(ask.world, counted, one) for one in ask.groups):
            return Measured(counted, "count")
    return None


def _summed(ask: Ask) -> Measured | None:
    """Add up a column: of the rows that have it and lead to what it is asked per, or one relation away from those."""
    columns = re.findall(r"\$(\w+)", ask.text)
    kind = function_of(ask.text) or "sum"
    if re.search(r"\b(?:number|how many) (?:of )?(?:%\w+ )*\$", ask.text) or not (columns or "revenue" in ask.text):
        return None
    order = [
        *(one.entity for one in rows(ask.text, ask.world)),
        *(child for one in ask.groups if one in ask.world.entities for child in ask.world.children(one)),
        *near(ask),
        *ask.world.entities,
    ]
    for column in [one for one in columns if one not in ask.groups]:
        for name in dict.fromkeys(order):
            if (
                ask.world.numeric(name, column)
                and name not in ask.groups
                and all(leads(ask.world, name, one) for one in ask.groups)
            ):
                return Measured(name, "sum" if kind == "count" else kind, column, all_states(ask, name))
    return _paid(ask) if re.search(r"revenue|turnover|income|earn", ask.text) else None


def _paid(ask: Ask) -> Measured | None:
    """Add up what is paid for each row that takes a place, where only the thing it is of has a price."""
    for group in ask.groups:
        counted = taken(ask.world, group) if group in ask.world.entities else ""
        own = (
            [
                one.name
                for one in (*ask.world.entities[counted].fields, *ask.world.entities[counted].computed)
                if one.type == "money"
            ]
            if counted
            else []
        )
        link = ask.world.link(counted, group) if counted else None
        price = next((one.name for one in ask.world.entities[group].fields if one.type == "money"), "") if link else ""
        if counted and (own or price):
            return Measured(
                counted, "sum", own[0] if own else f"{link.name if link else ''}.{price}", all_states(ask, counted)
            )
    return None


def all_states(ask: Ask, entity: str) -> tuple[Condition, ...]:
    named = next((one.where for one in rows(ask.text, ask.world) if one.entity == entity and one.where), ())
    said = [each for word in _STATES.findall(ask.text) for each in _stated(word, entity, ask.world)]
    return named or merged(tuple(said))


def _stated(word: str, entity: str, world: World) -> tuple[Condition, ...]:
    """Return what a word says of rows, of a yes/no column too; what every row has says nothing."""
    column = world.column(entity, word.lstrip("$"))
    if word[0] == "$" and column and column.type == "boolean":
        return (Condition(column.name, "eq", Value("literal", "true")),)
    return () if column and column.required and word[0] == "$" else described(word, entity, world)
