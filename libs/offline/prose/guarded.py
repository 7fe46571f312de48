"""What a new row asks of what it belongs to: "only active members borrow", "no comments on closed tickets"."""

from __future__ import annotations

import re

from msgspec.structs import replace

from libs.contracts.behaviour import Condition, Operator, Requires, Value
from libs.offline.lexicon import verbs, words
from libs.offline.prose.frozen import CHANGE
from libs.offline.prose.holding import holding
from libs.offline.prose.marks import Told
from libs.offline.prose.rows import opposites, rows
from libs.offline.prose.said import Said, take
from libs.offline.prose.world import World
from libs.offline.words import singular, snake

_OTHER = re.compile(r"(?<![%$@])\b(?:delet|remov|see|view|read)\w*")
_MAKING = words("add create make upload submit post enter record write log register send place open")
_MUST = re.compile(r"\b(?:must|can only|may only|only|always)\b")
_AGAINST = re.compile(
    r"\b(?:already|taken|full|overlap\w*|conflict\w*|free|at the same time|than|at most|once|twice|by|same)\b"
)
_PREDICATE = re.compile(r"@(\w+) (?:must|has to|should) (?:be|have been) (not )?%(\w+)")
_BEGUN = re.compile(
    r",? (?:that|which) (?:has|have|is|are) (?:already )?(?:started|begun|under way|taken place|over)\b"
)
_STARTED = "it has started"
_PAST = re.compile(r"\bin the (past|future)\b|\b(?:before|after|later than|earlier than) (?:today|now)\b")


def guarded(told: Told, world: World) -> bool:
    """Compile a sentence that lets rows be made only in a state of what they belong to."""
    said = take(told.marked)
    if _timely(said, told, world):
        return True
    if (
        CHANGE.search(said.main)
        or _OTHER.search(said.main)
        or not (said.denied or said.only or _PREDICATE.search(said.main))
    ):
        return False
    for holder, where, positive in _states(said, told, world):
        entity = _record(said.whole, holder, world)
        link = world.link(entity, holder) if entity else None
        must = where if positive else opposites(where)
        if link and must:
            reached = tuple(replace(one, field=f"{link.name}.{one.field}") for one in must)
            return world.rule(told.text, entity, Requires(reached))
    return False


def _states(said: Said, told: Told, world: World) -> list[tuple[str, tuple[Condition, ...], bool]]:
    """Return each state that is spoken of, whose it is, and whether it must be or must not."""
    out: list[tuple[str, tuple[Condition, ...], bool]] = []
    positive = not said.denied
    if found := _PREDICATE.search(said.main):
        state = world.state(found[1], found[3])
        return [(found[1], (state,), not found[2])] if state else []
    named = rows(said.main, world)
    subject = next((one.entity for one in named), next(iter(told.before), ""))
    for text, ends in (*((one, False) for one in said.when()), *((one, True) for one in said.till())):
        if _AGAINST.search(text):
            continue
        for entity in dict.fromkeys((*(one.entity for one in reversed(named)), subject, *told.before)):
            found = holding(text, entity, world)
            if found and found.where and not found.source and _record(said.whole, found.entity, world):
                out.append((found.entity, found.where, positive != ends))
                break
    begun = [one for one in named if _BEGUN.match(said.main[one.end :])]
    out += [(one.entity, found.where, positive) for one in begun if (found := holding(_STARTED, one.entity, world))]
    out += [(one.entity, one.where, positive) for one in named if one.where and not _AGAINST.search(said.main)]
    return out


def _record(text: str, holder: str, world: World) -> str:
    """Return the rows that a deed on a holder makes: those named, or those that a word speaks of."""
    children = world.children(holder)
    named = [name for name in re.findall(r"@(\w+)", text) if name in children]
    if named:
        return named[0]
    held = [name for name in children for one in re.findall(r"\$(\w+)", text) if world.column(name, one)]
    if held and not any(world.column(holder, one) for one in re.findall(r"\$(\w+)", text)):
        return held[0]
    others = [one for one in re.findall(r"@(\w+)", text) if one != holder]
    between = [name for name in children for one in others if world.link(name, one)]
    if len(set(between)) == 1:
        return between[0]
    said = re.findall(r"[a-z]{3,}", re.sub(r"@\w+", " ", text))
    made = [name for word in said for name in children if makes(word, name)]
    fresh = any(verbs.lemma(singular(word)) in _MAKING for word in said)
    return next(iter(made), children[0] if fresh and len(children) == 1 else "")


def makes(word: str, name: str) -> bool:
    """Say whether a verb or noun speaks of the rows of an entity: "borrow" of loans, "pay" of payments."""
    if any(snake(name).endswith(one) for one in verbs.RECORD_ALSO.get(verbs.lemma(word), ())):
        return True
    stem = verbs.root(word)
    stem = f"{stem[:-1]}i" if stem.endswith("y") else stem
    parts = [verbs.root(part) for part in snake(name).split("_")]
    return any(
        part == stem
        or (len(stem) > 4 and part.startswith(stem[:5]))
        or (len(stem) > 3 and stem[-1] == "i" and part.startswith(stem))
        for part in parts
    )


def _timely(said: Said, told: Told, world: World) -> bool:
    """Read "courses cannot start in the past" and "a booking must start in the future"."""
    found = _PAST.search(said.whole)
    named = rows(said.whole, world)
    entity = named[0].entity if named else next(iter(told.before), "")
    if found is None or not entity or not (said.denied or _MUST.search(said.whole)):
        return False
    columns = [one for one in re.findall(r"\$(\w+)", said.whole) if world.dated(entity, one)]
    column = next(iter(columns), world.beginning(entity))
    if not column:
        return False
    past = found[1] == "past" or found[0].startswith(("before", "earlier"))
    kind = "now" if world.timed(entity, column) else "today"
    operator: Operator = "ge" if past else "le"
    if not said.denied:
        operator = "lt" if past else "gt"
    must = Condition(column, operator, Value(kind))
    return world.rule(told.text, entity, Requires((must,)))
