"""Rules that count: limits, "no two", "only once", a stock that never goes below zero."""

from __future__ import annotations

import re

from libs.contracts.behaviour import Condition, Limit, Requires, UniqueIn, Value
from libs.offline.prose.marks import Told
from libs.offline.prose.rows import where
from libs.offline.prose.uniqueness import blocked, ledger, once
from libs.offline.prose.world import World
from libs.offline.words import snake

_STATE = (
    r"(?:(%\w+|open|active|upcoming|current|ongoing|unfinished|running|future|pending|outstanding"
    r"|unpaid)(?: or %\w+)? )?"
)
_MOST = r"(?:at most|no more than|not more than|more than|up to|maximum|only|over|exceed|exceeds)"
_LIMIT = re.compile(
    rf"@(\w+)\b[^@.]*?\b(?:{_MOST}) (\d+|one)(?: (?:simultaneous|concurrent|different|parallel))? {_STATE}@(\w+)(.*)$"
)
_NEVER_MORE = re.compile(
    rf"(?:(?:no|any) (?:single )?@(\w+) (?:can |may |ever )?\w+ {_MOST}) (\d+) {_STATE}@(\w+)(.*)$"
)
_PER = re.compile(
    rf"{_MOST} (\d+|one) {_STATE}@(\w+) (?:per|for each|for every|for one|in one|at the same time"
    r" per) (?:an? )?@(\w+)(.*)$"
)
_OWN_MAX = re.compile(
    r"(?:more|at most|exceed\w*|over)\b[^.]*?(?:@(\w+)|\$(\w+)|(\w+)) (?:\w+ ){0,3}?(?:than|as"
    r"|over|exceeds?)? ?(?:there are |it |they )?"
    r"(?:has |have |had |allows? |permits? )?(?:the |its |their |of the |on the |in the )*(?:@"
    r"(\w+)(?:s| s)? ?(?:has |have |can hold |holds )?)?\$(\w+)"
)
_FULL = re.compile(
    r"(?:@(\w+) is full|full @(\w+)|@(\w+)[^.]* when (?:all |no )(?:of )?(?:its |the |their )?\$?"
    r"(\w+)(?: (?:is|are))? (?:out|left|available|lent|taken|gone|free|in use|booked|occupied|used)"
    r"|\bno \$?(\w+) (?:is |are )?(?:left|available|free))"
)


def read_counts(told: Told, world: World) -> bool:
    """Compile a rule that counts; say whether the sentence is one."""
    shapes = (blocked, ledger, _sum, _capacity, _full, _limited, once)
    return any(shape(told, world) for shape in shapes)


# Limits


def _limited(told: Told, world: World) -> bool:
    found = _PER.search(told.marked)
    if found:
        number, word, thing, owner, rest = found.groups()
    elif found := _NEVER_MORE.search(told.marked) or _LIMIT.search(told.marked):
        owner, number, word, thing, rest = found.groups()
    else:
        return False
    return _limit(told, world, (owner, thing), (number, word or "", rest))


def _limit(told: Told, world: World, ends: tuple[str, str], said: tuple[str, str, str]) -> bool:
    owner, thing = ends
    number, word, rest = said
    counted, link = _counted(world, owner, thing)
    if not link:
        return False
    rows = where(word, rest, counted, world)
    if number in {"one", "1"}:
        return world.rule(told.text, counted, UniqueIn((link,), rows))
    if re.search(r"\$?(?:quantity|amount|number)\b", rest):
        return False
    return world.rule(told.text, counted, Limit(Value("literal", number), per=link, where=rows))


def _counted(world: World, owner: str, thing: str) -> tuple[str, str]:
    """Return the entity whose rows are counted and its relation to the owner."""
    if link := world.link(thing, owner):
        return thing, link.name
    for name in world.entities:
        link, other = world.link(name, owner), world.link(name, thing)
        if link and other:
            return name, link.name
    return "", ""


def _capacity(told: Told, world: World) -> bool:
    """Read "a course never has more students than its maximum" and "not more attendees than the room has places"."""
    found = _OWN_MAX.search(told.marked)
    if found is None or not re.search(r"\b(?:cannot|never|not|no|at most|must)\b", told.marked):
        return False
    thing, column, _, owner, maximum = found.groups()
    holder = owner if owner and world.column(owner, maximum) else world.holder(maximum, (*told.things(), *told.before))
    if thing:
        counted, link = _counted(world, holder, thing)
        return bool(link) and world.rule(told.text, counted, Limit(Value("field", f"{link}.{maximum}"), per=link))
    if not column or column == maximum:
        return False
    return _within(told, world, column, (holder, maximum))


def _within(told: Told, world: World, column: str, limit: tuple[str, str]) -> bool:
    holder, maximum = limit
    for name in (*told.things(), *told.before, *world.entities):
        link = world.link(name, holder)
        if world.column(name, column) and link:
            must = Condition(column, "le", Value("field", f"{link.name}.{maximum}"))
            return world.rule(told.text, name, Requires((must,)))
    return False


def _sum(told: Told, world: World) -> bool:
    """Read "we cannot sell more tickets than the event has": the sum of a quantity per thing."""
    found = re.search(
        r"(?:more|over|exceed\w*)\b[^@$]*?(?:(\w+) )?(?:than|what|over)? ?(?:the |its |an? )*(?:@(\w+)"
        r"(?: s)?)?[^$]*\$?(max\w*|stock\w*|capacity|available|\$\w+)",
        told.marked,
    )
    if found is None or not re.search(r"\b(?:cannot|never|not|no)\b", told.marked):
        return False
    owner = found[2] or ""
    if not owner or owner not in world.entities:
        return False
    for name in world.children(owner):
        amount = world.column(name, "quantity") or world.column(name, "amount")
        top = world.column(owner, found[3].lstrip("$")) or world.column(owner, world.capacity(owner))
        link = world.link(name, owner)
        if amount and top and link and amount.type in {"integer", "decimal"}:
            most = Value("field", f"{link.name}.{top.name}")
            return world.rule(told.text, name, Limit(most, "sum", amount.name, link.name))
    return False


def _full(told: Told, world: World) -> bool:
    """Read "a full garage lets nobody in" and "a book cannot be lent when all its copies are out"."""
    found = _FULL.search(told.marked)
    if found is None:
        return False
    owner = found[1] or found[2] or found[3] or told.subject()
    top = found[4] if found[4] and owner and world.column(owner, found[4]) else world.capacity(owner) if owner else ""
    counted = _taken(world, owner) if owner else ""
    link = world.link(counted, owner) if counted else None
    if not top or link is None:
        return False
    rows = world.still_open(counted)
    return world.rule(
        told.text, counted, Limit(Value("field", f"{link.name}.{top}"), per=link.name, where=(rows,) if rows else ())
    )


def _taken(world: World, owner: str) -> str:
    """Return the entity whose rows take places: a loan, a booking, an enrolment."""
    children = world.children(owner)
    usual = (
        "loan",
        "borrowing",
        "booking",
        "reservation",
        "registration",
        "enrol",
        "rental",
        "signup",
        "session",
        "stay",
        "order",
    )
    named = (name for word in usual for name in children if word in snake(name))
    linked = (name for name in children if sum(one.kind == "many_to_one" for one in world.entities[name].relations) > 1)
    return next(named, next(linked, children[0] if len(children) == 1 else ""))


# One of a kind
