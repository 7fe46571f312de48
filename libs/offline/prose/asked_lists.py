"""Reports that list rows: "products below their reorder level", "overdue loans", "what expires in the next 30 days"."""

from __future__ import annotations

import re

from libs.contracts.behaviour import Condition, Operator, Report, Value
from libs.offline.prose.marks import Told
from libs.offline.prose.rows import rows
from libs.offline.prose.world import World

BELOW = re.compile(
    r"@(\w+)[^@$%]*?(?:\$(\w+) )?(?:is |are |has |have )?\b(below|under|above|over|beyond|exceeding"
    r"|less than|more than|lower than|higher than|at or below)\b (?:the |their |its |an? )*(?:@\w+ )?\$(\w+)"
    r"|@(\w+) (?:that |which |who )?(?:have|has|with) (less|more|fewer|lower|higher) \$(\w+) than (?:the |their "
    r"|its )*\$(\w+)"
)
_SOON = re.compile(
    r"@(\w+)[^@]*?\b(?:within|in|over|during|for) (?:the )?(?:next|coming) (\d+ )?\$?(days?|weeks?|months?|hours?)"
)
_DAY = re.compile(r"@(\w+)[^@]*?\b(today|tomorrow)\b")
_OVERDUE = re.compile(r"\boverdue (?:@(\w+))|@(\w+) (?:that|which|who)? ?(?:are|is) (?:over|past)[ -]?due")
_PAST = re.compile(r"@(\w+) (?:that are |which are )?(?:past|beyond|after) (?:their |its |the )?\$(\w+)")
_LIST = re.compile(r"\b(?:list|listed|lists|show|which|see|overview|report|all)\b")
_ENDS = (
    "valid_until",
    "expir",
    "due",
    "end",
    "until",
    "renew",
    "next",
    "leav",
    "return",
    "start",
    "sched",
    "pickup",
    "date",
)


def below(part: str, _: Told, world: World) -> Report | None:
    """Read "products below their reorder level" and "results above the limit of the parameter"."""
    found = BELOW.search(part)
    if found is None:
        return None
    entity, left, word, right = found.groups()[:4] if found[1] else (found[5], found[7], found[6], found[8])
    path = world.path(entity, right)
    if not path:
        return None
    column = left if left and world.column(entity, left) else _measured(world, entity, right)
    low = word in {"below", "under", "less than", "lower than", "at or below", "less", "fewer", "lower"}
    operator: Operator = "le" if word == "at or below" else "lt" if low else "gt"
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


def soon(part: str, _: Told, world: World) -> Report | None:
    """Read "leases that end within the next 90 days" and "orders to be ready tomorrow"."""
    found = _SOON.search(part)
    day = None if found else _DAY.search(part)
    entity = found[1] if found else day[1] if day else ""
    column = _moment(part, entity, world) if entity else ""
    if not column:
        return None
    kind = "now" if world.timed(entity, column) else "today"
    plural = world.entities[entity].plural
    if day:
        offset = "+1 days" if day[2] == "tomorrow" else ""
        when = (Condition(column, "eq", Value("today", offset)),) if kind == "today" else ()
        return Report(f"{plural}_{column}_{day[2]}"[:60], entity, where=when) if when else None
    number, unit = int((found[2] if found else "") or "1"), found[3] if found else ""
    days = number * (7 if unit.startswith("week") else 30 if unit.startswith("month") else 1)
    offset = f"+{days} {'hours' if unit.startswith('hour') else 'days'}"
    span = (Condition(column, "ge", Value(kind)), Condition(column, "le", Value(kind, offset)))
    return Report(f"{plural}_{column}_soon"[:60], entity, where=span, order_by=column)


def _moment(part: str, entity: str, world: World) -> str:
    said = [one for one in re.findall(r"\$(\w+)", part) if world.dated(entity, one)]
    moments = [one.name for one in world.entities[entity].fields if one.type in {"date", "datetime"}]
    return next(iter(said), next((one for word in _ENDS for one in moments if word in one), ""))


def overdue(part: str, _: Told, world: World) -> Report | None:
    """Read "a list of overdue loans"."""
    found = _OVERDUE.search(part)
    entity = (found[1] or found[2]) if found else ""
    if not entity or not _LIST.search(part):
        return None
    due = next(
        (
            one
            for one in world.entities[entity].fields
            if one.type in {"date", "datetime"} and one.name.startswith(("due", "deadline", "valid", "expir", "end"))
        ),
        None,
    )
    return _late(entity, due.name, world) if due else None


def past(part: str, _: Told, world: World) -> Report | None:
    """Read "tickets past their due date"."""
    found = _PAST.search(part)
    return _late(found[1], found[2], world) if found and world.dated(found[1], found[2]) else None


def _late(entity: str, due: str, world: World) -> Report:
    still = world.still_open(entity)
    late = Condition(due, "lt", Value("now" if world.timed(entity, due) else "today"))
    name = f"overdue_{world.entities[entity].plural}"[:60]
    return Report(name, entity, where=(late, still) if still else (late,), order_by=due)


def rows_asked(part: str, told: Told, world: World) -> Report | None:
    """Read "a list of unpaid dues" and "show which orders are ready": rows in a state."""
    if not _LIST.search(part) or not _LIST.search(told.marked.removeprefix("report ")):
        return None
    for one in rows(part, world):
        where = one.where or _predicate(part[one.end :], one.entity, world)
        if where:
            state = "_".join(each.value.text if each.value else each.field for each in where[:2])
            return Report(f"{state}_{world.entities[one.entity].plural}"[:60], one.entity, where=where)
    return None


def _predicate(rest: str, entity: str, world: World) -> tuple[Condition, ...]:
    found = re.match(r" (?:is|are|that are|which are|must be|being)? ?(?:still |already )?%(\w+)", rest)
    state = world.state(entity, found[1]) if found else None
    return (state,) if state else ()
