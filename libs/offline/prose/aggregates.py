"""Computed columns over other rows: "a thread shows its number of posts", "the total is the sum of the line totals"."""

from __future__ import annotations

import re

from libs.contracts.behaviour import Aggregate, Computed, Function
from libs.contracts.fields import FieldType
from libs.offline.prose.marks import Told
from libs.offline.prose.rows import Rows, rows
from libs.offline.prose.world import World
from libs.offline.words import field_name, snake

_NOT = re.compile(
    r"(?<![%$@])\b(?:reports?|cannot|must|never|no more|more than|at most|maximum|minimum|at least|want|wants|need"
    r"|needs|know|list"
    r"|like to see|can see|we see|exceed\w*)\b"
)
_SHOWN = re.compile(
    r"\b(?:shows?|displays?|has|have|with|includ\w+|show) (?:@\w+ with )?(?:its|their|his|the|an?|how|current|also"
    r"|of|\$?)*\s*"
    r"(?:the )?\$?(?:(?P<one>number|count|sum) of|(?P<two>average|total|mean)\b(?! number)|(?P<three>how many))\b"
)
_COUNT = re.compile(r"@(\w+) count\b")
_IS = re.compile(
    r"^(?:and |so |the |an? )*(?P<left>[@$%]?\w[@$%.\w ]{1,60}?) ?(?:,? which is|is|are|=|equals|:)(?: always"
    r"| just| simply)?"
    r"(?: calculated| computed)?(?: as| from| by)? (?P<right>.*)$"
)
_WHICH = re.compile(
    r"\b(?:shows?|has|have|displays?) (?:an?|the|its|their) (?P<left>[$%\w ]{2,40}?),? (?:which|that) is (?P<right>.*)$"
)
_SUMMED = re.compile(r"\b(sum|totals?|average|mean|number|count|how many|added up|all)\b")
_USUAL = (
    "total",
    "amount",
    "price",
    "cost",
    "hours",
    "stars",
    "rating",
    "score",
    "value",
    "points",
    "quantity",
    "grade",
)
_NUMBERS = frozenset({"integer", "decimal", "money"})


def aggregated(told: Told, world: World) -> bool:
    """Add the columns that count or add up other rows; say whether the sentence gives one."""
    done = False
    for part in re.split(r", (?=the |and the |and @|@\w+ \w+ =)|;", told.marked.strip(" .")):
        done = (not _NOT.search(part) and (_equal(part, told, world) or _shown(part, told, world))) or done
    return done


def named(left: str) -> str:
    """Return the name of a column in what stands before "is": "the total hours of a project" is total_hours."""
    bare = re.sub(r"\bof (?:an? |the |each |every )?@\w+|@\w+(?: s\b)?", " ", left.replace(".", " "))
    said = [
        word.lstrip("$%")
        for word in bare.split()
        if word not in {"the", "a", "an", "its", "of", "each", "every", "has", "and"}
    ]
    return field_name("_".join(said)) if 0 < len(said) <= 4 else ""


def _equal(part: str, told: Told, world: World) -> bool:
    """Read "the total hours of a project are the sum of its time entries"."""
    found = _WHICH.search(part) or _IS.match(part)
    if found is None:
        return False
    left, right = found["left"], found["right"]
    function = _function(right) or (
        "avg" if "average" in left else "sum" if re.search(r"\b(?:total|sum)\b|\$total", left) else None
    )
    calculated = re.search(r"\b(?:calculated|computed|sum|number|average|count|added up|mean)\b", part)
    name = named(left)
    if function is None or not calculated or not name or " per " in right:
        return False
    owners = [*re.findall(r"@(\w+)", part[: found.start("right")]), *told.before]
    return _add(right, owners, (name, function), world)


def _shown(part: str, told: Told, world: World) -> bool:
    """Read "show the number of posts per thread" and "tickets have a comment count"."""
    if found := _COUNT.search(part):
        owners = [one for one in told.things() if one != found[1]]
        return re.search(r"\b(?:has|have|shows?|with)\b", part) is not None and _add(part, owners, ("", "count"), world)
    found = _SHOWN.search(part)
    if found is None:
        return False
    function = _function(found["one"] or found["two"] or found["three"]) or "count"
    owners = list(dict.fromkeys((*told.things(), *told.before[:1])))
    return _add(part[found.end() :], owners, ("", function), world)


def _function(text: str) -> Function | None:
    found = _SUMMED.search(text)
    if found is None:
        return None
    if found[1] in {"average", "mean"}:
        return "avg"
    return "count" if found[1] in {"number", "count", "how many", "many"} else "sum"


def _add(text: str, owners: list[str], what: tuple[str, Function], world: World) -> bool:
    name, function = what
    for owner in (one for one in owners if one in world.entities):
        source, column = _source(text, owner, function, world)
        link = world.link(source.entity, owner) if source else None
        if source is None or link is None or (function != "count" and not column):
            continue
        called = name or _called(function, source.entity, column)
        kind = _kind(function, source.entity, column, world)
        over = Aggregate(function, source.entity, link.name, column, source.where)
        return _put(world, owner, Computed(called[:40], kind, aggregate=over))
    return False


def _source(text: str, owner: str, function: Function, world: World) -> tuple[Rows | None, str]:
    """Return the rows that are counted or added up and their column: those named, else those that have it."""
    children = world.children(owner)
    said = [one for one in rows(text, world) if one.entity in children]
    columns = re.findall(r"\$(\w+)", text)
    if function == "count":
        between = [
            Rows(name)
            for name in children
            for one in rows(text, world)
            if one.entity != owner and world.link(name, one.entity)
        ]
        return next(iter((*said, *between)), None), ""
    for one in (*said, *(Rows(name) for name in children)):
        column = next((name for name in columns if world.numeric(one.entity, name)), "")
        if column:
            return one, column
    other = (
        re.search(
            rf"@{said[0].entity} (?!that|which|in|of|on|for|from|per|with|and"
            rf"|each)[a-z]+",
            text,
        )
        if said
        else None
    )
    return (said[0], _usual(said[0].entity, world)) if said and not other else (None, "")


def _usual(entity: str, world: World) -> str:
    kept = world.entities[entity]
    numbers = [one.name for one in (*kept.computed, *kept.fields) if one.type in _NUMBERS]
    return next((one for word in _USUAL for one in numbers if word in one), numbers[0] if len(numbers) == 1 else "")


def _called(function: Function, source: str, column: str) -> str:
    return (
        f"{snake(source)}_count" if function == "count" else f"{'average' if function == 'avg' else 'total'}_{column}"
    )


def _kind(function: Function, source: str, column: str, world: World) -> FieldType:
    if function == "count":
        return "integer"
    return "decimal" if function == "avg" else world.numeric(source, column) or "decimal"


def _put(world: World, owner: str, column: Computed) -> bool:
    """Add a computed column; one that was taken for a stored one is stored no more."""
    kept = world.entities[owner]
    if any(one.name == column.name for one in kept.computed):
        return True
    fields = tuple(one for one in kept.fields if one.name != column.name)
    if not fields:
        return False
    world.put(owner, fields=fields, computed=(*kept.computed, column))
    return True
