"""Reports: "revenue per event", "number of no-shows per doctor", "products below their reorder level"."""

from __future__ import annotations

import re

from libs.contracts.behaviour import Condition, Function, Measure, Report
from libs.offline.prose.asked_lists import BELOW, below, of_state, overdue, soon
from libs.offline.prose.marks import Told
from libs.offline.prose.rows import listed
from libs.offline.prose.world import World
from libs.offline.words import snake

_ASKS = re.compile(
    r"\b(?:reports?|statistics?|overview|dashboard|how (?:many|much|often)|number of|totals?|sum"
    r" of|averages?|count of|revenue|turnover|top \d+|most popular|most \w+|list (?:of|all)?|show"
    r"|i want|i need|we need|i d like|would like|see which|know|pipeline|summary|per)\b"
)
_NOT = re.compile(r"\b(?:cannot|must|never|at most|more than \d|only|nobody|one per|one @?\w+ per|not)\b")
_PER = re.compile(
    r"\b(?:per|for each|for every|by(?: each)?|grouped by|of each|of every|each|every|which)\s+"
    r"(?:the |of the )?(?:@(\w+)|\$(\w+)|(month|day|year|week)\b)"
)
_FUNCTIONS: tuple[tuple[str, Function], ...] = (
    (r"\b(?:average|avg|mean)\b", "avg"),
    (r"\b(?:total|sum|revenue|turnover|how much|amount of|spend\w*|costs?|value)\b", "sum"),
    (r"\b(?:highest|maximum|longest|largest)\b", "max"), (r"\b(?:lowest|minimum|shortest)\b", "min"),
)  # fmt: skip


def read_asks(told: Told, world: World) -> bool:
    """Add the reports that a sentence asks for; say whether it asks for any."""
    marked = re.sub(
        r"^(?:please |i want |we want |i need |we need )*(?:an? |the )?reports?(?: with| of| on| about| showing)?:? ",
        "report ",
        re.sub(r"^.*?\b(?:i|we) (?:must|can|want to|need to) (?:know|see) ", "i want ", told.marked),
    )
    if re.search(r"\b(?:report|statistic|overview|dashboard|evaluation)s?\b", told.under.lower()):
        marked = f"report {marked}"
    if not _ASKS.search(marked) or (_NOT.search(marked) and not re.match(r"report|list", marked)):
        return False
    roles = tuple(re.findall(r"^as an? [@&](\w+)", told.marked))[:1]
    done = [_ask(part, told, world, roles) for part in _parts(marked)]
    return any(done)


def _parts(marked: str) -> list[str]:
    parts = re.split(r"[,;]\s*(?:and )?|\band\b", marked)
    out: list[str] = []
    for part in parts:
        if out and not (_PER.search(part) and _PER.search(out[-1])) and not BELOW.search(part):
            out[-1] = f"{out[-1]}, {part}"
        else:
            out.append(part)
    return out


def _ask(part: str, told: Told, world: World, roles: tuple[str, ...]) -> bool:
    report = (
        below(part, world)
        or soon(part, world)
        or overdue(part, told, world)
        or _grouped(part, told, world)
        or _single(part, world)
        or of_state(part, world)
    )
    if report is None:
        return False
    known = tuple(one for one in map(snake, roles) if one in world.roles)
    return world.report(
        Report(
            report.name,
            report.entity,
            told.text.strip()[:400],
            report.parameters,
            report.where,
            report.columns,
            report.group_by,
            report.measures,
            report.order_by,
            report.descending,
            report.limit,
            known,
        )
    )


# Lists


# Groups


def _grouped(part: str, told: Told, world: World) -> Report | None:
    """Read "total gross per department": what is measured, and the way from there to what it is grouped by."""
    popular = re.search(r"\bwhich @(\w+)\b[^@]*\b(?:most|popular|best|often)", part) or re.search(
        r"\b(?:most popular|most booked|best selling|top \d+) @(\w+)", part
    )
    per = popular or next(iter(_PER.finditer(part)), None)
    if per is None or (per.re is _PER and per[3] and not per[1]):
        return None
    owner = per[1] or ""
    column = "" if owner else per[2]
    rest = part[: per.start()] + " " + part[per.end() :]
    function = _function(rest)
    entity, measured = _what(rest, function, owner or column, world)
    group = _way(world, entity, owner) if entity and owner else (world.path(entity, column) if entity else "")
    if not entity or not group:
        return None
    measured = measured or _only_number(world, entity, function)
    if not measured:
        function = "count"
    measure = Measure(f"{function}_{measured.rpartition('.')[2]}"[:60] if measured else "count", function, measured)
    label = snake(owner) if owner else column
    stem = measured.rpartition(".")[2] or world.entities[entity].plural
    top = re.search(r"\btop (\d+)\b", part)
    return Report(
        f"{stem}_per_{label}"[:60], entity, where=_state(rest, entity, world), group_by=(group,), measures=(measure,),
        order_by=measure.name if popular else "", descending=bool(popular), limit=int(top[1]) if top else None,
    )  # fmt: skip


def _only_number(world: World, entity: str, function: Function) -> str:
    """Return the number of a thing that has one: the average grade is that of its value."""
    kept = world.entities[entity]
    numbers = [one.name for one in (*kept.fields, *kept.computed) if one.type in {"integer", "decimal", "money"}]
    return numbers[0] if function != "count" and len(numbers) == 1 else ""


def _function(text: str) -> Function:
    for shape, kind in _FUNCTIONS:
        if re.search(shape, text):
            return kind
    return "count"


def _what(rest: str, function: str, group: str, world: World) -> tuple[str, str]:
    """Return the entity that is counted or the one that has the number to add up, with that number."""
    named = [one for one in re.findall(r"@(\w+)", rest) if one != group]
    near = (*named, *(world.children(group) if group in world.entities else ()), *world.entities)
    for column in re.findall(r"\$(\w+)", rest) if function != "count" else ():
        for name in near:
            if _number(world, name, column) and (
                group not in world.entities or name == group or _way(world, name, group)
            ):
                return name, column
    if function == "sum" and re.search(r"revenue|turnover|sales|income|spend|spent|earn|cost", rest):
        for name in near:
            money = _money(world, name)
            if money and name != group and (group not in world.entities or _way(world, name, group)):
                return name, money
    return (named[0], "") if named else _stated(rest, group, world)


def _stated(rest: str, group: str, world: World) -> tuple[str, str]:
    """Take "no-shows per doctor" for the appointments in that state."""
    for value in re.findall(r"%(\w+)", rest):
        for name in world.entities:
            if world.state(name, value) and (group not in world.entities or _way(world, name, group)):
                return name, ""
    return "", ""


def _number(world: World, name: str, column: str) -> bool:
    kept = world.entities[name]
    return any(
        one.name == column and one.type in {"integer", "decimal", "money"} for one in (*kept.fields, *kept.computed)
    )


def _money(world: World, name: str) -> str:
    kept = world.entities[name]
    sums = [one.name for one in (*kept.computed, *kept.fields) if one.type == "money"]
    return next(
        (one for one in sums if one.startswith(("total", "amount", "price", "fee", "cost"))), sums[0] if sums else ""
    )


def _state(rest: str, entity: str, world: World) -> tuple[Condition, ...]:
    value = next((one for one in re.findall(r"%(\w+)", rest) if world.state(entity, one)), "")
    if value and not re.search(rf"(?:no|not) %{value}", rest):
        return listed(value, entity, world)
    word = re.search(r"\b(open|active|upcoming|unpaid|outstanding) @", rest)
    return listed(word[1], entity, world) if word else ()


def _way(world: World, start: str, goal: str) -> str:
    """Return the path from an entity to the naming column of another, over at most three relations."""
    if start not in world.entities or goal not in world.entities:
        return ""
    if start == goal:
        return _naming(world, goal)
    found = world.route(start, goal)
    return f"{found}.{_naming(world, goal)}" if found else ""


def _naming(world: World, name: str) -> str:
    texts = [one.name for one in world.entities[name].fields if one.type in {"string", "email", "integer"}]
    return next(
        (one for one in ("name", "title", "label", "full_name") if one in texts),
        next((one for one in texts if "name" in one), texts[0] if texts else "id"),
    )


def _single(part: str, world: World) -> Report | None:
    """Read "monthly recurring revenue: sum of plan price of active subscriptions": one number over all rows."""
    found = re.search(
        r"\b(sum|total|average|number|count) of (?:the |all )*(?:@(\w+) )?(?:\$(\w+) )?(?:of |from"
        r" |for )?(?:the |all )*(?:%(\w+) )?@(\w+)",
        part,
    )
    if found is None or not re.search(r"report|:|i want|need|know|dashboard", part):
        return None
    word, holder, column, value, entity = found.groups()
    functions: dict[str, Function] = {"sum": "sum", "total": "sum", "average": "avg"}
    function = functions.get(word, "count")
    path = world.path(entity, column) if column else ""
    if holder and not path and (link := world.link(entity, holder)):
        price = column or "price"
        near = next((one.name for one in world.entities[holder].fields if price in one.name), "")
        path = f"{link.name}.{near}" if near else ""
    if function != "count" and not path:
        return None
    title = snake(part.partition(":")[0], 50) if ":" in part else f"{word}_of_{world.entities[entity].plural}"
    name = re.sub(r"^report_", "", title)
    measure = Measure(f"{function}_{path.rpartition('.')[2]}" if path else "count", function, path)
    return Report(
        name if re.fullmatch(r"[a-z][a-z0-9_]*", name) else f"{word}_of_{world.entities[entity].plural}",
        entity,
        where=listed(value, entity, world) if value else (),
        measures=(measure,),
    )
