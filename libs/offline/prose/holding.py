"""Conditions that clauses state: "it has open loans", "the ticket is closed", "the course has started"."""

from __future__ import annotations

import re
from dataclasses import dataclass

from libs.contracts.behaviour import Condition, Operator, Value
from libs.offline.lexicon import verbs
from libs.offline.prose.rows import Rows, described, merged, opposites, reached, rows
from libs.offline.prose.world import World

_NONE = re.compile(r"\b(?:no|none|not any|without|any more|not have)\b")
_THERE = re.compile(
    r"\b(?:has|have|having|with|without|there (?:is|are|exist)|contains?|in use|used|uses?|exists?|assigned"
    r"|refers?|refer"
    r"|points?|belongs?|attached|linked|left|still|appears?|giving|depends?|booked|holds?|owns?|of)\b"
)
_NEVER = re.compile(r"(?<![%$@])\b(?:not|never|no longer|cannot)\b")
_SET = re.compile(
    r"(?:\b(?:has|have|with|gets?|got)(?: an?| the| its)? \$(\w+)\b|\$(\w+) (?:is|are|has been|was)(?: been)?"
    r" (not |un)?(?:set|filled|given|entered|recorded|known|there|present|assigned)\b)"
)
_BEGUN = re.compile(
    r"\b(?:started|begun|starts?|begins?|passed|taken place|past|over)\b|\$start\w*"
    r"|^(?:its |the )?\$\w+(?: of (?:the |its |an? )?@\w+)?$"
)
_TOLD = re.compile(r"[%$]\w+|[a-z][a-z-]+")
_OVER: tuple[tuple[str, Operator], ...] = (
    (r"(?:at least|or more)", "ge"), (r"(?:at most|or less)", "le"),
    (r"(?:over|above|more than|exceed\w*|higher than|greater than)", "gt"),
    (r"(?:under|below|less than|lower than|fewer than)", "lt"),
)  # fmt: skip
_SKIPPED = frozenset({"in", "is", "the", "it", "has", "been", "open", "pending", "planned", "live", "running"})


@dataclass(frozen=True, slots=True)
class Holding:
    """What holds of the rows of ``entity``; ``source`` are rows that point at them, which there are or are none of."""

    entity: str
    where: tuple[Condition, ...] = ()
    source: Rows | None = None
    link: str = ""
    none: bool = False


def holding(text: str, subject: str, world: World) -> Holding | None:
    """Return the condition that a clause states of a subject or of what it belongs to; nothing when it is none."""
    return _children(text, subject, world) or _state(text, subject, world) or _begun(text, subject, world)


def _children(text: str, subject: str, world: World) -> Holding | None:
    if subject not in world.entities or not _THERE.search(text):
        return None
    for one in rows(text, world):
        source, link = _source(one, subject, world)
        if link:
            none = bool(_NONE.search(text[: one.start + 1].removeprefix("no longer")))
            return Holding(subject, source=source, link=link, none=none)
    return None


def _source(one: Rows, subject: str, world: World) -> tuple[Rows, str]:
    """Return the rows that point at a subject: those named, or those between it and the ones named."""
    if one.entity == subject:
        return one, ""
    if link := world.link(one.entity, subject):
        return one, link.name
    between = [name for name in world.children(subject) if world.link(name, one.entity)]
    if len(between) == 1 and not one.where and (link := world.link(between[0], subject)):
        return Rows(between[0]), link.name
    return one, ""


def _state(text: str, subject: str, world: World) -> Holding | None:
    named = rows(text, world)
    modified = next((one for one in named if one.where), None)
    if modified:
        return Holding(modified.entity, modified.where)
    entity = named[0].entity if named else subject
    if entity not in world.entities:
        return None
    said = _told(text, entity, world)
    if not said and named and subject in world.entities:
        entity, said = subject, _told(text, subject, world)
    return Holding(entity, said) if said else _set(text, entity, world) or _over(text, entity, world)


def _told(text: str, entity: str, world: World) -> tuple[Condition, ...]:
    said: list[Condition] = []
    tail = text[text.rfind(f"@{entity}") + len(entity) + 1 :] if f"@{entity}" in text else text
    for found in _TOLD.finditer(tail):
        if found[0] not in _SKIPPED:
            said += described(found[0], entity, world) or _after_deed(found[0], entity, world)
    where = merged(tuple(said))
    return opposites(where) if _NEVER.search(tail) else where


def _after_deed(word: str, entity: str, world: World) -> tuple[Condition, ...]:
    """Take "after shipping" and "after payment" for the state that the deed leads to."""
    if not re.search(r"(?:ing|ment|ation|al|ure|s)$", word):
        return ()
    flag = next((one for one in world.entities[entity].fields if one.type == "boolean" and _same(one.name, word)), None)
    state = reached(word, entity, world) or (Condition(flag.name, "eq", Value("literal", "true")) if flag else None)
    return (state,) if state else ()


def _same(name: str, word: str) -> bool:
    return verbs.root(name.removeprefix("is_")) == verbs.root(word)


def _set(text: str, entity: str, world: World) -> Holding | None:
    found = _SET.search(text)
    name = (found[1] or found[2]) if found else ""
    if not found or not world.column(entity, name):
        return None
    empty = bool(found[3] or re.search(r"\bno(?:t)? ", text))
    return Holding(entity, (Condition(name, "is_unset" if empty else "is_set"),))


def _over(text: str, entity: str, world: World) -> Holding | None:
    """Read "its amount is over 1000"."""
    for words, operator in _OVER:
        found = re.search(rf"\$(\w+) (?:is |are |of )*{words} (?:[€$£] ?)?(\d[\d.,]*)", text)
        if found and world.numeric(entity, found[1]):
            number = found[2].replace(",", "").rstrip(".")
            return Holding(entity, (Condition(found[1], operator, Value("literal", number)),))
    return None


def _begun(text: str, subject: str, world: World) -> Holding | None:
    """Read "the course has started" and "the deadline has passed"."""
    if not _BEGUN.search(text):
        return None
    named = [one.entity for one in rows(text, world)]
    for entity in (*named, subject):
        moments = [one for one in re.findall(r"\$(\w+)", text) if world.dated(entity, one)] if entity else []
        start = next(iter(moments), world.beginning(entity) if entity in world.entities else "")
        if start:
            kind = "now" if world.timed(entity, start) else "today"
            return Holding(entity, (Condition(start, "le", Value(kind)),))
    return None
