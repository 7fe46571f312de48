"""Reports: "revenue per event", "products below their reorder level", "top 10 cards"."""

from __future__ import annotations

import re

from msgspec.structs import replace

from libs.contracts.behaviour import Function, Measure, Report
from libs.offline.prose.asked_lists import BELOW, below, overdue, past, rows_asked, soon
from libs.offline.prose.guarded import makes
from libs.offline.prose.limits import taken
from libs.offline.prose.marks import Told
from libs.offline.prose.measured import PERIODS, Measured, function_of, leads, measured, reach
from libs.offline.prose.parts import parts
from libs.offline.prose.rows import rows
from libs.offline.prose.world import World
from libs.offline.words import snake

_ASKS = re.compile(
    r"(?<![%$@&-])\b(?:reports?|reported|highest first|statistics?|stats|overview|dashboard|how (?:many|much"
    r"|often)|\$?total|sum of|averages?|count of"
    r"|revenue|turnover|top \d+|(?:the )?(?:\d+ )?most (?:popular|\w+ed)|most often|list|listed|show|i want|i need"
    r"|we need|we want|needs?|wants?"
    r"|would like|i'd like|i'd love|see which|know|pipeline|summary|evaluation|ranking|scorers)\b"
    r"|^[^.]{0,60}\b(?:number|numbers) of\b|^\S+ per \S+$"
    r"|^(?:the )?(?!one\b|an?\b|\d|at most|max|only|no\b|each|every)"
    r"(?:(?!can|may|must|is|are|has|have|gets?\b)[@$%]?[\w-]+ )"
    r"{1,6}(?:per|for each) [@$]\w+(?: and (?:per )?[@$]\w+)?$"
    r"|^which @\w+ (?:have|has|had|gets?|got|are|were|was|is) .*\bmost\b|\$total \S+ (?:per|by)\b"
)
_NOT = re.compile(
    r"(?<![%$@])\b(?:cannot|must(?! know| see| get| have an? (?:list|report)| be (?:reported|available|shown"
    r"|listed|ready|\w+ (?:today|tomorrow)))|never|at most|more than \d|nobody|one per|one @?\w+ per|not allowed"
    r"|can only|may only)\b"
    r"|\b(?:can|may) (?:only |also )?(?:see|view|read)\b(?!.*\b(?:number|total|average|sum|how many|per)\b)"
)
_OPENER = re.compile(
    r"^.*?\b(?:i|we|you|they|who|[@&]\w+) (?:also )?(?:must|can|wants?|need|needs|like|love|want to|need to"
    r"|would like to|'d like to)"
    r" (?:to )?(?:know|see|have|get|be able to see)? ?(?:that )?"
)
_GROUPED = re.compile(
    r"\b(?:per|for each|for every|grouped by|broken down by|split by|by(?: each)?|of each|of every|for all)"
    r" (?:the |of the )?((?:[@$]\w+|month|year|week|day)(?: @\w+)?(?:(?:,| and|, and| and per| per| by"
    r"| and by) (?:the )?(?:[@$]\w+|month|year|week|day))*)"
)
_EACH = re.compile(
    r"(?:how (?:many|much|often)|total|number|\bwhat\b).*?\b(?:each|every) (?:(?:piece|item|unit|kind) of )?(@\w+)"
)
_TOP = re.compile(
    r"\b(?:top (\d+)|(?:first|best) (\d+)|(\d+) @\w+ with the (?:most|highest)|most|best[- ]selling|highest first"
    r"|ranking|busiest)\b"
)
_PARTS = re.compile(r"[,;]\s*(?:and )?|\band\b")


def read_asks(told: Told, world: World) -> bool:
    """Add the reports that a sentence asks for; say whether it asks for any."""
    text = told.marked.strip(" .!?")
    done = [_read(one, told, world) for one in parts(text)]
    return any(done)


def _read(text: str, told: Told, world: World) -> bool:
    headed = re.search(r"\b(?:report|statistic|overview|dashboard|evaluation|analy)", told.under.lower())
    if not (headed or _ASKS.search(text)):
        return False
    if _NOT.search(text) and not re.search(r"\breports?\b|\blist of\b", text):
        return False
    roles = tuple(re.findall(r"^as an? [@&](\w+)", told.marked))[:1]
    done = [_ask(part, told, world, roles) for part in _split(_opened(text))]
    return any(done)


def _opened(text: str) -> str:
    """Leave out who asks: "I would like to see", "a report of", "the manager needs"."""
    text = re.sub(r"^(?:as an? [@&]?[\w ]+?, ?)", "", text)
    text = re.sub(r"^(?:please |also |then |and |finally,? |every \w+ |get )+", "", text)
    opened = _OPENER.sub("", text, count=1) if _OPENER.match(text) and "which" not in text[:12] else text
    opened = re.sub(
        r"^(?:the |an? )?(?:\w+ )?reports?(?: shows?| with| of| on| about| showing|:)*:? ?(?:the )?", "report ", opened
    )
    return f"report {opened}" if not opened.startswith("report ") else opened


def _split(text: str) -> list[str]:
    """Split where a part after a joint asks for something of its own."""
    out: list[str] = []
    at = 0
    for found in _PARTS.finditer(text):
        left, right = text[at : found.start()], text[found.end() :]
        own = (
            (_GROUPED.search(right) or _EACH.search(right))
            and (function_of(right) or re.match(r" ?@\w+ (?:per|by)", right))
            and _asked(left)
        )
        if own or (BELOW.search(right) and _asked(left)):
            out.append(left)
            at = found.end()
    return [*out, text[at:]]


def _asked(text: str) -> bool:
    return bool(_GROUPED.search(text) or BELOW.search(text) or re.search(r"\blist of\b", text))


def _ask(part: str, told: Told, world: World, roles: tuple[str, ...]) -> bool:
    shapes = (below, soon, _ranked, _grouped, overdue, past, _single, rows_asked)
    report = next((found for shape in shapes if (found := shape(part, told, world))), None)
    if report is None:
        return False
    known = tuple(one for one in map(snake, roles) if one in world.roles)
    return world.report(replace(report, summary=told.text.strip()[:400], roles=known))


def _grouped(part: str, told: Told, world: World) -> Report | None:
    """Read "total gross per department": what is measured, and the way from there to what it is grouped by."""
    found, each = _GROUPED.search(part), _EACH.search(part)
    groups = [*(_groups(each[1]) if each else []), *(_groups(found[1]) if found else [])]
    if not groups:
        return None
    rest = part.replace(found[0], " ") if found else part
    rest = re.sub(rf"\b(?:each|every) (?:\w+ of )?{each[1]}", " ", rest) if each else rest
    what = measured(rest, groups, (*told.things(), *told.before), world)
    return _report(what, groups, part, world) if what else None


def _groups(text: str) -> list[str]:
    """Return the things and columns to group by; "product category" is the category; periods only by themselves."""
    out: list[str] = []
    for piece in re.split(r",? and |, | per | by ", text):
        words_said = [one for one in piece.split() if one[0] in "@$"] or [f" {piece}" if piece in PERIODS else ""]
        out += [words_said[-1][1:]] if words_said[-1] else []
    things = [one for one in dict.fromkeys(out) if one not in PERIODS]
    return things or list(dict.fromkeys(out))


def _report(what: Measured, groups: list[str], part: str, world: World) -> Report | None:
    paths = [
        _way(world, what.entity, one) if one in world.entities else reach(world, what.entity, one) for one in groups
    ]
    if not all(paths):
        return None
    where = tuple(one for one in what.where if one.field not in paths)
    both = re.search(r"\b(?:sum|total) and (?:the )?average\b", part)
    functions: tuple[Function, ...] = ("sum", "avg") if both else (what.function,)
    measures = tuple(
        Measure(f"{one}_{what.field.rpartition('.')[2]}"[:60] if what.field else "count", one, what.field)
        for one in functions
    )
    stem = what.field.rpartition(".")[2] or world.entities[what.entity].plural
    top = _TOP.search(part)
    number = next((one for one in top.groups() if one), None) if top else None
    return Report(
        f"{stem}_per_{'_and_'.join(map(snake, groups))}"[:60], what.entity, where=where, group_by=tuple(paths),
        measures=measures, order_by=measures[0].name if top else "", descending=bool(top),
        limit=int(number) if number else None,
    )  # fmt: skip


def _ranked(part: str, told: Told, world: World) -> Report | None:
    """Read "top 10 customers by order total" and "which cars are rented most often"."""
    top = _TOP.search(part)
    if top is None or (_GROUPED.search(part) and re.search(r"\bper\b", part)):
        return None
    named = rows(part, world)
    if not named:
        return None
    owner = next((one for one in named if one.start > top.start()), named[0]).entity
    number = next((int(one) for one in top.groups() if one), None)
    rest = part.replace(f"@{owner}", " ", 1)
    column = next((one for one in re.findall(r"\$(\w+)", rest) if world.numeric(owner, one)), "")
    if column:
        plural = world.entities[owner].plural
        return Report(f"top_{plural}_by_{column}"[:60], owner, order_by=column, descending=True, limit=number)
    what = measured(rest, [owner], told.before, world) if re.search(r"\bby\b|\$|@", rest) else None
    what = what if what and what.entity != owner else _most(rest, owner, world)
    report = _report(what, [owner], part, world) if what else None
    return replace(report, limit=number, descending=True, order_by=report.measures[0].name) if report else None


def _most(text: str, owner: str, world: World) -> Measured | None:
    """Return what there is most of: what the verb of a text makes, else what takes places."""
    said = re.findall(r"(?<![%$@])\b[a-z]{4,}", text)
    made = [name for word in said for name in world.entities if makes(word, name) and leads(world, name, owner)]
    counted = next(iter(made), taken(world, owner))
    return Measured(counted, "count") if counted else None


def _way(world: World, start: str, goal: str) -> str:
    """Return the path from an entity to the naming column of another, over at most three relations."""
    naming = _naming(world, goal)
    if start == goal:
        return naming
    found = world.route(start, goal)
    return f"{found}.{naming}" if found else ""


def _naming(world: World, name: str) -> str:
    texts = [one.name for one in world.entities[name].fields if one.type in {"string", "email", "integer"}]
    usual = [one for one in ("name", "title", "label", "full_name") if one in texts]
    return next(iter((*usual, *(one for one in texts if "name" in one), *texts)), "id")


def _single(part: str, told: Told, world: World) -> Report | None:
    """Read "monthly recurring revenue: sum of plan price of active subscriptions": one number over all rows."""
    found = re.search(
        r"\b(sum|\$?total|average|number|count) of (?:the |all )*(?:@(\w+) )?(?:\$(\w+) )?(?:[a-z]+ )??(?:of |from"
        r" |for )?(?:the |all )*(?:%(\w+) )?@(\w+)",
        part,
    )
    if found is None or not re.search(r"\breport|:|\bwant|\bneed|\bknow|\bsee\b|dashboard", told.marked):
        return None
    word, holder, column, value, entity = found.groups()
    functions: dict[str, Function] = {"sum": "sum", "total": "sum", "average": "avg"}
    function = functions.get(word.lstrip("$"), "count")
    path = world.path(entity, column) if column else ""
    if holder and not path and (link := world.link(entity, holder)):
        price = column or "price"
        near = next((one.name for one in world.entities[holder].fields if price in one.name), "")
        path = f"{link.name}.{near}" if near else ""
    if function != "count" and not path:
        return None
    title = (
        snake(told.text.partition(":")[0], 50)
        if ":" in told.text
        else f"{word.lstrip('$')}_of_{world.entities[entity].plural}"
    )
    state = world.state(entity, value) if value else None
    measure = Measure(f"{function}_{path.rpartition('.')[2]}" if path else "count", function, path)
    name = (
        title if re.fullmatch(r"[a-z][a-z0-9_]*", title) else f"{word.lstrip('$')}_of_{world.entities[entity].plural}"
    )
    return Report(name, entity, where=(state,) if state else (), measures=(measure,))
