"""Rules that count or add up: "at most 5 open loans per member", "no more registrations than the course has places"."""

from __future__ import annotations

import re

from libs.contracts.behaviour import Condition, Limit, Requires, UniqueIn, Value
from libs.offline.lexicon import verbs
from libs.offline.prose.granting import is_person
from libs.offline.prose.guarded import makes
from libs.offline.prose.marks import Told
from libs.offline.prose.rows import Rows, rows
from libs.offline.prose.world import World
from libs.offline.words import snake

_MOST = re.compile(
    r"\b(?:at most|no more than|not more than|never more than|(?:not|cannot|never) exceed|up to|a maximum of"
    r"|limited to|limit (?:is|of)"
    r"|maximum(?: of)?|at the most)\s+(?:of )?(\d+)\b"
    r"|\b(\d+) (?:[@%\w-]+ ){1,4}?(?:at most|at the most|or less|or fewer|maximum|max)\b"
)
_DENIED_MORE = re.compile(r"\b(?:more than|over|above|exceed\w*|beyond)\s+(?:of )?(\d+)\b")
_ALREADY = re.compile(
    r"\b(?:already|has reached|reached) (?:has |have |holds? )?(\d+)\b|\b(?:has|have) already (\d+)\b"
)
_NO = re.compile(r"(?<![%$@])\b(?:cannot|never|not|no|nobody|no one|neither|must|limit\w*|prevent\w*)\b")
_BETWEEN = re.compile(
    r"\b(?:per|for each|for every|of each|of every|for one|in one|in each|in any|by)(?: an?| the)? @(\w+)"
)
_UNCOUNTED = re.compile(
    r"\b(?:report|hours?|minutes?|days?|weeks?|months?|years?|characters?|letters?|percent|words|stars|points|digits"
    r"|lines of|euros?|dollars?|kg|km)\b|[€$] ?\d|\d ?%(?!\w)|\ba (?:day|week|month|year)\b|\bper (?:day|week"
    r"|month|year)\b"
)
_AT_ONCE = re.compile(r"\b(?:at (?:a|the same|one) time|at once|simultaneous\w*|concurrent\w*|in parallel)\b")
_EXCEEDS = re.compile(
    r"\b(?:exceed\w*|more|higher|greater|larger|bigger|over|above|beyond|at most|less than or equal to)\b"
)
_TOP = re.compile(r"\$(\w+)")
_THAN = re.compile(
    r"\b(?:than|exceed\w*|over|above)(?: the| its| a| an| of| what| number| this)* "
    r"(?:@(\w+)|(?:maximum|max|capacity|limit|places|seats|size|spots|allowed|available|fit)\b)"
)
_ADDED = re.compile(r"\b(?:sum|total|totals|together|add up|adds? up|all)\b|\$quantity|\$amount")
_ANYBODY = re.compile(r"\b(?:nobody|no one|you|everyone|everybody|anyone)\b")
_FULL = re.compile(
    r"@(\w+) (?:is|are|becomes?) (?:already |fully )?(?:%?full|booked out|sold out)|%?\bfull @(\w+)"
    r"|@(\w+)[^.]* when (?:all |no )(?:of )?(?:its |the |their )?\$?(?:\w+)(?: (?:is|are))? (?:out|left|available|lent"
    r"|taken|gone|free|in use|booked|occupied|used)|@(\w+) (?:has|have) reached (?:its|their|the) \$\w+"
    r"|\bno \$?\w+ (?:is |are )?(?:left|available|free)|overbook\w*"
)


def limited(told: Told, world: World) -> bool:
    """Compile a rule with a number in it: how many rows there are at most for what they belong to."""
    text = told.marked
    found = _MOST.search(text) or (_DENIED_MORE.search(text) if _NO.search(text) else None)
    already = None if found else _ALREADY.search(text) if _NO.search(text) else None
    found = found or already
    if found is None or _UNCOUNTED.search(text):
        return False
    number = next(one for one in found.groups() if one)
    named = rows(text, world)
    after = [one for one in named if one.start >= found.start()]
    counted, link = _ends(named, after, told, world)
    if counted is None or not link or re.search(r"\$(?:quantity|amount|number)\b", text[found.end() :]):
        return False
    where = counted.where or _open_now(text, counted.entity, world)
    if number == "1":
        return world.rule(told.text, counted.entity, UniqueIn((link,), where))
    return world.rule(told.text, counted.entity, Limit(Value("literal", number), per=link, where=where))


def _ends(named: list[Rows], after: list[Rows], told: Told, world: World) -> tuple[Rows | None, str]:
    """Return the rows that are counted and their relation to what they are counted for."""
    text = told.marked
    per = _BETWEEN.search(text)
    owners = [per[1]] if per else [one.entity for one in named if one not in after[:1]]
    owners = owners or list(told.before)
    owners += [one for one in world.entities if is_person(one)] if _ANYBODY.search(text) else []
    things = [one for one in after if not per or one.entity != per[1]] or [
        one for one in named if one.entity not in owners
    ]
    for owner in owners:
        for thing in things[:1]:
            if link := world.link(thing.entity, owner):
                return thing, link.name
            if entity := _between(text, owner, thing.entity, world):
                link = world.link(entity, owner)
                return Rows(entity, _where_of(text, entity, world)), link.name if link else ""
    return None, ""


def _where_of(text: str, entity: str, world: World) -> tuple[Condition, ...]:
    return next((one.where for one in rows(text, world) if one.entity == entity), ())


def _between(text: str, owner: str, thing: str, world: World) -> str:
    """Return the rows that link an owner to a thing: what a verb of the text makes, else the only ones there are."""
    both = [name for name in world.entities if world.link(name, owner) and world.link(name, thing)]
    said = re.findall(r"(?<![%$@])\b[a-z]{3,}", text)
    made = [name for word in said for name in both if makes(word, name)]
    return next(iter(made), both[0] if len(both) == 1 else _usual(both))


def _usual(names: list[str]) -> str:
    return next((name for word in _TAKES for name in names if word in snake(name)), "")


_TAKES = (
    "loan", "borrowing", "booking", "reservation", "registration", "enrol", "rental", "signup", "session",
    "stay", "order",
)  # fmt: skip


def _open_now(text: str, entity: str, world: World) -> tuple[Condition, ...]:
    """Rows that there are at a time are those that are not over, where that can be told."""
    ends = [
        one.name
        for one in world.entities[entity].fields
        if one.type in {"date", "datetime"} and not one.required and verbs.is_past(one.name.rpartition("_")[0])
    ]
    still = world.still_open(entity)
    if still is None or still.field not in ends:
        return ()
    # Who has given back what was taken may take more, whether that is said or not.
    return (still,) if _AT_ONCE.search(text) or still.field.startswith("return") else ()


# How many fit


def fitting(told: Told, world: World) -> bool:
    """Compile a rule whose maximum is a column: of the rows counted, of a sum, or of one value."""
    return _full(told, world) or _exceeding(told, world)


def _exceeding(told: Told, world: World) -> bool:
    text = told.marked
    most = _EXCEEDS.search(text)
    if most is None or not _NO.search(text) or "report" in text:
        return False
    named = rows(text, world)
    return any(_within(told, top, named, world) for top in _tops(text, most, named, told, world))


def _tops(text: str, most: re.Match[str], named: list[Rows], told: Told, world: World) -> list[tuple[str, str]]:
    """Return the columns that may be the maximum: one that is named, or how many fit in what is named."""
    near = list(dict.fromkeys((*(one.entity for one in reversed(named)), *told.before)))
    at = text.find(" than ", most.start()) if " than " in text[most.start() :] else most.start()
    columns = [one[1] for one in _TOP.finditer(text) if one.start() > at]
    out = [(holder, name) for name in reversed(columns) for holder in near if world.numeric(holder, name)]
    than = _THAN.search(text)
    owners = ([than[1]] if than[1] else near) if than else []
    return out + [(one, top) for one in owners if one in world.entities and (top := world.capacity(one))]


def _within(told: Told, top: tuple[str, str], named: list[Rows], world: World) -> bool:
    holder, maximum = top
    children = world.children(holder)
    counted = next((one for one in named if one.entity in children), None)
    if counted is None and _sized(told, top, world):
        return True
    if counted is None and not re.search(r"\bmore\b|exceed|\bnumber\b|\bover|\b(?:sum|total)\b", told.marked):
        return False
    if counted is None:
        counted = next(
            (Rows(name) for one in named if (name := _between(told.marked, holder, one.entity, world))), None
        )
    if counted is None:
        made = [
            name for word in re.findall(r"(?<![%$@])\b[a-z]{3,}", told.marked) for name in children if makes(word, name)
        ]
        counted = Rows(made[0]) if made else None
    link = world.link(counted.entity, holder) if counted else None
    if counted is None or link is None:
        return False
    most = Value("field", f"{link.name}.{maximum}")
    added = _amount(told.marked, counted.entity, maximum, world)
    if added is None:
        return False
    function, column = added
    if function == "one":
        return world.rule(told.text, counted.entity, Requires((Condition(column, "le", most),)))
    limit = Limit(most, "sum" if function == "sum" else "count", column, link.name, counted.where)
    return world.rule(told.text, counted.entity, limit)


def _sized(told: Told, top: tuple[str, str], world: World) -> bool:
    """Read "the party cannot be bigger than the table": a number of one row against how many fit."""
    most = _EXCEEDS.search(told.marked)
    front = told.marked[: most.start()] if most else ""
    behind = told.marked[most.end() :] if most else ""
    said = [*re.findall(r"^ \$(\w+)", behind), *reversed(re.findall(r"\$(\w+)", front))]
    stems = [f"{word}_" for word in re.findall(r"(?<![%$@])\b[a-z]{4,}", front)]
    for name in world.entities:
        route = world.route(name, top[0])
        column = next((one for one in said if one != top[1] and world.numeric(name, one)), "") or next(
            (
                one.name
                for one in world.entities[name].fields
                if one.type == "integer" and one.name.startswith(tuple(stems))
            ),
            "",
        )
        if route and column:
            must = Condition(column, "le", Value("field", f"{route}.{top[1]}"))
            return world.rule(told.text, name, Requires((must,)))
    return False


def _amount(text: str, entity: str, maximum: str, world: World) -> tuple[str, str] | None:
    """Return whether rows are counted, a column is added up, or a row's own column compared."""
    numbers = [
        one.name
        for one in world.entities[entity].fields
        if one.type in {"integer", "decimal", "money"}
        and one.name in {"quantity", "amount", "hours", "seats", "places"}
    ]
    said = [one for one in re.findall(r"\$(\w+)", text) if one != maximum and world.numeric(entity, one)]
    many = re.search(rf"@{entity} (?:of|in|for) (?:an?|each|the|one) @\w+", text) and re.search(
        rf"\$\w+ (?:of|on) [^$]*@{entity}", text
    )
    if said and not many and not re.search(r"\b(?:sum|total|together|all)\b", text):
        return "one", said[0]
    if said or (numbers and (_ADDED.search(text) or not re.search(rf"(?:more|number of) (?:%\w+ )?@{entity}\b", text))):
        return "sum", (said or numbers)[0]
    return "count", ""


def _full(told: Told, world: World) -> bool:
    """Read "a full garage lets nobody in" and "a book cannot be lent when all its copies are out"."""
    found = _FULL.search(told.marked)
    if found is None or "wait" in told.marked:
        return False
    owner = next((one for one in found.groups() if one), "") or told.subject()
    top = next((one for one in re.findall(r"\$(\w+)", found[0]) if owner and world.numeric(owner, one)), "")
    top = top or (world.capacity(owner) if owner in world.entities else "")
    counted = taken(world, owner) if owner in world.entities else ""
    link = world.link(counted, owner) if counted else None
    if not top or link is None:
        return False
    still = world.still_open(counted)
    kept = world.column(counted, still.field) if still else None
    where = (still,) if still and kept and kept.type != "enum" else ()
    named = next((one.where for one in rows(told.marked, world) if one.entity == counted), ())
    most = Value("field", f"{link.name}.{top}")
    return world.rule(told.text, counted, Limit(most, per=link.name, where=named or where))


def taken(world: World, owner: str) -> str:
    """Return the entity whose rows take places: a loan, a booking, an enrolment."""
    children = world.children(owner)
    linked = (name for name in children if sum(one.kind == "many_to_one" for one in world.entities[name].relations) > 1)
    return _usual(children) or next(linked, children[0] if len(children) == 1 else "")
