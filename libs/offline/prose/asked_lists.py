"""Reports that list rows: "products below their reorder level", "overdue loans", "what expires in the next 30 days"."""

from __future__ import annotations

import re

from libs.contracts.behaviour import Condition, Report, Value
from libs.offline.prose.marks import Told
from libs.offline.prose.world import World

BELOW = re.compile(
    r"@(\w+)[^@$%]*?(?:\$(\w+) )?(?:is |are |has |have )?\b(below|under|above|over|beyond|exceeding"
    r"|less than|more than|lower than|higher than|at or below)\b (?:the |their |its |an? )*\$(\w+)"
)


_SOON = re.compile(
    r"@(\w+)[^@]*?\b(?:within|in|over|during|for) (?:the )?(?:next|coming) (\d+) (days?|weeks?|months?|hours?)"
)


_OVERDUE = re.compile(r"\boverdue (?:@(\w+))|@(\w+) (?:that|which|who)? ?(?:are|is) (?:over|past)[ -]?due")


_LISTED = re.compile(r"\b(?:list|report|show|overview)(?: of| all| me| the| every)*:? (?:all |the )*%(\w+) @(\w+)")


def below(part: str, world: World) -> Report | None:
    found = BELOW.search(part)
    if found is None:
        return None
    entity, left, word, right = found.groups()
    path = world.path(entity, right)
    if not path:
        return None
    column = left if left and world.column(entity, left) else _measured(world, entity, right)
    low = word in {"below", "under", "less than", "lower than", "at or below"}
    operator = "le" if word == "at or below" else "lt" if low else "gt"
    name = f"{world.entities[entity].plural}_{'below' if low else 'above'}_{right}"
    return Report(name[:60], entity, where=(Condition(column, operator, Value("field", path)),)) if column else None


def _measured(world: World, entity: str, other: str) -> str:
    numbers = [
        one.name
        for one in world.entities[entity].fields
        if one.type in {"integer", "decimal", "money"} and one.name != other
    ]
    usual = ("stock", "quantity", "value", "level", "balance", "amount", "measured_value", "count")
    return next((one for word in usual for one in numbers if word in one), numbers[0] if numbers else "")


def soon(part: str, world: World) -> Report | None:
    found = _SOON.search(part)
    if found is None:
        return None
    moments = [one.name for one in world.entities[found[1]].fields if one.type in {"date", "datetime"}]
    ends = ("valid_until", "expir", "due", "end", "until", "renew", "next", "start", "sched")
    said = re.findall(r"\$(\w+)", found[0])
    column = next((one for one in said if one in moments), "") or next(
        (one for word in ends for one in moments if word in one), ""
    )
    if not column:
        return None
    kind = (
        "today" if next(one.type for one in world.entities[found[1]].fields if one.name == column) == "date" else "now"
    )
    days = int(found[2]) * (7 if found[3].startswith("week") else 30 if found[3].startswith("month") else 1)
    offset = f"+{days} {'hours' if found[3].startswith('hour') else 'days'}"
    span = (Condition(column, "ge", Value(kind)), Condition(column, "le", Value(kind, offset)))
    return Report(f"{world.entities[found[1]].plural}_{column}soon"[:60], found[1], where=span, order_by=column)


def overdue(part: str, told: Told, world: World) -> Report | None:
    found = _OVERDUE.search(part)
    entity = (found[1] or found[2]) if found else ""
    if not entity or not re.search(r"\b(?:list|report|show|see|which|overview|need|want)\b", told.marked):
        return None
    due = next(
        (
            one
            for one in world.entities[entity].fields
            if one.type in {"date", "datetime"} and one.name.startswith(("due", "deadline", "valid", "expir", "end"))
        ),
        None,
    )
    if due is None:
        return None
    still = world.still_open(entity)
    past = Condition(due.name, "lt", Value("today" if due.type == "date" else "now"))
    return Report(
        f"overdue_{world.entities[entity].plural}"[:60],
        entity,
        where=(past, still) if still else (past,),
        order_by=due.name,
    )


def of_state(part: str, world: World) -> Report | None:
    found = _LISTED.search(part)
    state = world.state(found[2], found[1]) if found else None
    return (
        Report(f"{found[1]}_{world.entities[found[2]].plural}"[:60], found[2], where=(state,))
        if found and state
        else None
    )
