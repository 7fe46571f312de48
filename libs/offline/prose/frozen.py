"""What no longer changes: "once paid, an invoice cannot be edited", "movements are never changed", "drafts only"."""

from __future__ import annotations

import re

from msgspec.structs import replace

from libs.contracts.behaviour import Condition, Immutable, Value
from libs.offline.lexicon.nouns import PEOPLE, STAFF
from libs.offline.prose.holding import Holding, holding
from libs.offline.prose.marks import Told
from libs.offline.prose.rows import Rows, opposites, rows
from libs.offline.prose.said import Said, Verb, take, verb
from libs.offline.prose.world import World
from libs.offline.words import snake

_STEM = r"(?:chang|edit|modif|touch|alter|updat|amend|revis|adjust|rewrit|overwrit|tamper)"
CHANGE = re.compile(rf"(?<![%$@])\b{_STEM}\w*")
_FIXED = re.compile(
    r"(?<![%$@])\b(?:frozen|immutable|read[- ]only|append[- ]only|unchangeable|locked|fixed|final|permanent"
    r"|stays? (?:as|unchanged|the same)|remains? unchanged|set in stone)\b(?! @)"
)
_STAYS = re.compile(r"(?<![%$@])\bstays? as\b|\bstay the way\b")


def frozen(told: Told, world: World) -> bool:
    """Compile a sentence that says what may not change, and from when on."""
    said = take(re.sub(r"\b(append|read) only\b", r"\1-only", told.marked))
    done = verb(said, CHANGE, world)
    fixed = None if done and (said.denied or said.only) else verb(said, _FIXED, world) or verb(said, _STAYS, world)
    if fixed is None and (done is None or not (said.denied or said.only or _allowed_until(said))):
        return False
    if re.search(r"\b(?:by|themselves|own|himself|anything)\b", said.main) or _by_somebody(said, done):
        return False
    subject = _subject(said, done or fixed, told, world)
    if subject is None:
        return False
    kept = _columns(said, subject, world)
    holds = _holds(said, subject, done is not None and not said.denied and fixed is None, world)
    if holds is None or (kept is None):
        return False
    where, entity = holds
    return world.rule(told.text, entity, Immutable(where, kept))


def _allowed_until(said: Said) -> bool:
    return bool(said.till()) and bool(re.search(r"\b(?:can|may)\b", said.main))


def _by_somebody(said: Said, done: Verb | None) -> bool:
    """Leave "only managers can edit products" to the rights."""
    if done is None or said.denied or not said.only or said.conditions:
        return False
    front = re.findall(r"[@&](\w+)", said.main[: done.start])
    return bool(front) and _person(front[0]) and not done.passive and not said.conditions


def _person(name: str) -> bool:
    return snake(name).rpartition("_")[2] in PEOPLE | STAFF


def _subject(said: Said, done: Verb | None, told: Told, world: World) -> Rows | None:
    """Return what does not change; what "of" a second thing is, is the second's when that is in the state."""
    objects = list(done.objects) if done else []
    objects = objects or rows(said.main, world)
    if objects and not objects[0].where and len(objects) > 1 and objects[1].entity != objects[0].entity:
        owner = objects[1]
        return (
            owner
            if _of(said.main, objects[0].entity, owner.entity) and world.link(owner.entity, objects[0].entity)
            else objects[0]
        )
    if objects:
        return objects[0]
    named = [one for text in said.when() for one in rows(text, world)]
    if named:
        return named[0]
    return Rows(told.before[0]) if told.before else None


def _of(text: str, one: str, other: str) -> bool:
    return bool(re.search(rf"@{one} of (?:an? |the |each |any )?(?:%\w+ )?@{other}\b", text))


def _columns(said: Said, subject: Rows, world: World) -> tuple[str, ...] | None:
    """Return the columns that do not change, none of them for the whole row."""
    part = said.main
    names = [one for one in re.findall(r"\$(\w+)", part) if world.path(subject.entity, one) == one]
    names = [one for one in names if all(one != held.field for held in subject.where)]
    kept = world.entities[subject.entity]
    links = {snake(one.target): one.name for one in kept.relations}
    first = next(iter(re.findall(r"@(\w+)", part)), "")
    if not names and _of(part, first, subject.entity) and snake(first) in links:
        return (links[snake(first)],)
    return tuple(dict.fromkeys(names))


def _holds(said: Said, subject: Rows, allowed: bool, world: World) -> tuple[tuple[Condition, ...], str] | None:
    """Return when it does not change: in its state, in that of what it belongs to, or from the beginning."""
    where, entity = subject.where, subject.entity
    for text in (*said.when(), *said.till()):
        found = _first_holding(text, (entity, *(one.entity for one in rows(said.main, world))), world)
        if found is None or found.source or not found.where:
            if re.search(r"\b(?:creat|record|ma[dk]e|post|enter|sav|writ|add|stor|book)\w*\b", text):
                continue
            return None
        if found.entity == entity and all(_always(one, entity, world) for one in found.where):
            continue
        there = _reached(entity, found.entity, found.where, world)
        if there is None:
            return None
        ended = text in said.till()
        where = (*where, *(_before_all(there, entity, world) if ended and allowed else there))
        allowed = allowed and not ended
    others = [one for one in rows(said.main, world) if one.where and one.entity != entity]
    if not where and others:
        where = _reached(entity, others[0].entity, others[0].where, world) or ()
    if allowed:
        where = opposites(where)
    vague = re.search(r"[%&]", said.main) and not where
    return None if (not where and (vague or allowed or said.only)) else (where, entity)


def _always(one: Condition, entity: str, world: World) -> bool:
    """Say whether a row has a column from its beginning: once it is taken, a measurement is there."""
    column = world.column(entity, one.field)
    return one.operator == "is_set" and column is not None and column.required


def _first_holding(text: str, near: tuple[str, ...], world: World) -> Holding | None:
    return next((found for one in dict.fromkeys(near) if (found := holding(text, one, world))), None)


def _reached(entity: str, other: str, where: tuple[Condition, ...], world: World) -> tuple[Condition, ...] | None:
    """Return conditions on a thing as those of a row that belongs to it."""
    if entity == other:
        return where
    link = world.link(entity, other)
    return tuple(replace(one, field=f"{link.name}.{one.field}") for one in where) if link else None


def _before_all(where: tuple[Condition, ...], entity: str, world: World) -> tuple[Condition, ...]:
    """What may change until a state may change only in the one before it."""
    column = world.column(entity, where[0].field)
    value = where[0].value.text if where[0].value else ""
    at = column.choices.index(value) if column and value in column.choices else 0
    if column and at == 1:
        return (Condition(column.name, "ne", Value("literal", column.choices[0])),)
    return where
