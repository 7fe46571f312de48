"""Reports that rank or list: the ten most used parts, overdue fees, claims waiting for payment."""

from __future__ import annotations

import re

from msgspec.structs import replace

from libs.contracts.behaviour import Condition, Report
from libs.offline.prose.granting import is_person
from libs.offline.prose.guarded import makes
from libs.offline.prose.limits import taken
from libs.offline.prose.measured import Measured, leads, measured
from libs.offline.prose.report_base import MOST, Ask, built
from libs.offline.prose.report_measures import said_after
from libs.offline.prose.rows import described, reached, rows
from libs.offline.prose.world import World

_SUPER = re.compile(
    r"(?:(?:the )?(?:top |best )?(\d+) )?\b(?:most|best|least|highest|biggest|busiest)\b(?:[-"
    r" ]?([a-z]+)\b)?(?: (\d+))? ?@(\w+)"
    r"|\btop (\d+) @(\w+)|\b(\d+) @(\w+) with the (?:most|highest|best|largest)"
    r"|\bwhich (?:(\d+) )?@(\w+) (?:is|are|was|were|has|have|had|gets?|get|got)\b"
)
_OUTSTANDING = re.compile(
    r"\b(?:waiting|pending|awaiting|due|outstanding|open) (?:for|to be)? ?(?:an? |the |its |their )?[@$%]?(\w+)"
)


def superlative(ask: Ask) -> Report | None:
    found = _SUPER.search(ask.text)
    if found is None or not MOST.search(ask.text):
        return None
    owner = next((one for one in (found[4], found[6], found[8], found[10]) if one), "")
    number = next((int(one) for one in (found[1], found[3], found[5], found[7], found[9]) if one), None)
    number = number or next((int(one) for one in re.findall(r"\btop (\d+)", ask.text)), None)
    if owner not in ask.world.entities:
        return None
    rest = ask.text.replace(f"@{owner}", " ", 1)
    what = ranked_by(rest, owner, ask)
    report = built(what, [what.function], replace_groups(ask, owner)) if what else None
    return ordered(report, number) if report else None


def replace_groups(ask: Ask, owner: str) -> Ask:
    """Return what is asked as asked per a thing."""
    return Ask(f"most {ask.text}", (owner,), ask.told, ask.world)


def ordered(report: Report, number: int | None) -> Report:
    return replace(report, limit=number, descending=True, order_by=report.measures[0].name)


def ranked_by(rest: str, owner: str, ask: Ask) -> Measured | None:
    world = ask.world
    near = [one for one in rows(rest, world) if one.entity != owner and leads(world, one.entity, owner)]
    if "average" in rest:
        for name in (*(one.entity for one in near), *world.children(owner)):
            numbers = [one for one in world.entities[name].fields if one.type in {"integer", "decimal"}]
            said = [one for one in numbers if f"${one.name}" in rest] or numbers[:1]
            if said:
                return Measured(name, "avg", said[0].name)
    if near:
        return Measured(near[0].entity, "count", "", near[0].where)
    if re.search(r"\$\w", rest):
        return measured(rest, [owner], ask.told.before, world)
    said_words = re.findall(r"(?<![%$@])\b[a-z]{4,}", rest)
    made = [name for word in said_words for name in world.entities if makes(word, name) and leads(world, name, owner)]
    counted = next(iter(made), "") or _used(world, owner)
    return Measured(counted, "count") if counted else None


def _used(world: World, owner: str) -> str:
    """Return the rows that use a thing: those that take it, else those that stand between it and another thing."""
    children = [
        one
        for one in world.children(owner)
        if sum(link.kind == "many_to_one" for link in world.entities[one].relations) > 1
    ]
    return taken(world, owner) or next((one for one in children if not is_person(one)), "")


def rows_in(ask: Ask) -> Report | None:
    for one in rows(ask.text, ask.world):
        made = taken(ask.world, one.entity)
        where = _late(ask, one.entity, one.end) or one.where or said_after(ask, one.entity, one.end)
        where = where or _waiting(ask, one.entity)
        late = _late(ask, made, one.end) if made and not where and "overdue" in ask.text else ()
        if where or late:
            return _listing(one.entity if where else made, where or late, ask.world)
    return None


def _listing(entity: str, where: tuple[Condition, ...], world: World) -> Report:
    state = "_".join(each.value.text if each.value and each.value.text else each.field for each in where[:2])
    name = re.sub(r"\W", "_", f"{state}_{world.entities[entity].plural}")[:60].lower()
    return Report(name if name[0].isalpha() else f"rows_{name}"[:60], entity, where=where)


def _waiting(ask: Ask, entity: str) -> tuple[Condition, ...]:
    """Read "claims waiting for payment": those in the state from which the deed leads on."""
    found = _OUTSTANDING.search(ask.text)
    goal = reached(found[1].lower(), entity, ask.world) if found else None
    states = ask.world.entities[entity].states
    if not goal or not goal.value or not states or states.field != goal.field:
        return ()
    froms = [one.source for one in states.transitions if one.target == goal.value.text]
    return (replace(goal, value=replace(goal.value, text=froms[0])),) if froms else ()


def _late(ask: Ask, entity: str, at: int) -> tuple[Condition, ...]:
    """Read "fees that are overdue": due, and not marked as done."""
    before = re.search(r"\boverdue $", ask.text[: ask.text.find(f"@{entity}")])
    if not before and not re.match(r"[^@]*\boverdue\b", ask.text[at:]):
        return ()
    _open_ended(entity, ask.world)
    return described("overdue", entity, ask.world)


def _open_ended(entity: str, world: World) -> None:
    """Let the date on which something is done be empty until it is."""
    done = ("return", "paid", "close", "finish", "complete", "resolved", "settled", "done")
    columns = tuple(
        replace(one, required=False) if one.type in {"date", "datetime"} and one.name.startswith(done) else one
        for one in world.entities[entity].fields
    )
    world.put(entity, fields=columns)
