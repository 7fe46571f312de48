"""Rules of what there is once: "one review per member and course", "no two desks share a number"."""

from __future__ import annotations

import re

from libs.contracts.behaviour import Condition, UniqueIn
from libs.offline.prose.granting import is_person
from libs.offline.prose.guarded import makes
from libs.offline.prose.marks import Told
from libs.offline.prose.rows import Rows, rows
from libs.offline.prose.world import World

_ONCE = re.compile(
    r"(?<![%$@])\b(?:(?:only|just|at most|more than|not more than) once|once (?:per|in|for|a)\b|twice|again\b"
    r"|identified by"
    r"|(?:only|just|at most|no more than|more than|exactly) (?:one|1)\b|one (?:@|%\w+ @|open @)?\w* ?(?:per|for each)\b"
    r"|(?:has|have|is on|gives?|makes?|leaves?|writes?) one\b|no 2|same (?=[@$%a-z])(?!time|as\b|for\b|way)"
    r"|unique (?:per|within|in|for|inside|among)\b|share"
    r"|combination|a single|duplicates?)|\) (?:is|are|must be) unique|\bunique(?: together)?:? ?\("
)
_PAIRED = re.compile(
    r"\bcannot (?:have|hold|run|be on|be in) 2\b|^2 @|\b2 @\w+ (?:in|of|at|with|for|cannot|must|may|on)|\bno 2\b"
    r"|\bcannot \w+ 2 @"
)
_BOUND = re.compile(
    r"(?<![%$@])\b(?:cannot|must|never|only|no|not|nobody|unique|may|can|once|just|one per|twice|one|at most|single)\b"
)
_TIMES = re.compile(r"overlap|same (?:time|period|moment|slot)|at once|\bdouble|report|password|log in|sign in")
_SINGLE = re.compile(
    r"(?<![%$@])\b(?:(?:only|just|at most|more than|no more than|exactly|has|have|may|is on|be on|to)"
    r"(?: (?:be|have|write|leave|hold|make|give|on|in))* (?:one|1|a single)|one|no other|another|cannot (?:have"
    r"|hold|be on|be in|run) (?:2|more than one)) "
)
_COUNTED = re.compile(r"\b(?:one|1|single|duplicate|2|no 2) (?:%\w+ )?@(\w+)")
_ANYBODY = re.compile(r"\b(?:nobody|no one|you|everybody|everyone|they)\b")
_TOO = re.compile(r"\b(?:as well|too|also|same (?:goes|for)|and so)\b")
_DAY = re.compile(r"\b(?:per|a|each|every|same|and|one)(?: one)? (?:day|date)\b")


def once(told: Told, world: World) -> bool:
    """Compile a sentence that says what there is one of."""
    low = told.marked
    if not (_ONCE.search(low) or _PAIRED.search(low)) or not _BOUND.search(low) or _TIMES.search(low):
        return False
    return _one_open(told, world) or _together(told, world)


def _one_open(told: Told, world: World) -> bool:
    """Read "a member has at most one open loan": one row in a state for each of what it belongs to."""
    found = _SINGLE.search(told.marked)
    named = rows(told.marked, world)
    counted = next((one for one in named if found and one.start >= found.end() - 1 and one.where), None)
    if counted is None:
        return False
    spoken = [one.entity for one in named if one is not counted]
    links = [link for owner in spoken if (link := world.link(counted.entity, owner))]
    column = next((one for one in told.columns() if world.column(counted.entity, one)), "")
    if not links and not column:
        links = [link for owner in told.before if (link := world.link(counted.entity, owner))]
    inside = _inside(told.marked, counted, world)
    both = len(spoken) > 1 and _TOO.search(told.marked)
    for link in links[: len(spoken)] if both else links[:1]:
        parts = dict.fromkeys((link.name, *inside))
        world.rule(told.text, counted.entity, UniqueIn(tuple(parts), counted.where))
    if links:
        return True
    return bool(column) and world.rule(told.text, counted.entity, UniqueIn((column,), counted.where))


def _inside(text: str, counted: Rows, world: World) -> list[str]:
    """Return what rows are counted within besides: "one attempt of an exam"."""
    found = re.search(rf"@{counted.entity} (?:of|for|in|on) (?:an?|the|each|one|the same) @(\w+)", text)
    link = world.link(counted.entity, found[1]) if found else None
    return [link.name] if link else []


def _together(told: Told, world: World) -> bool:
    best: tuple[int, str, list[str]] = (0, "", [])
    counted = _COUNTED.findall(told.marked)
    words = re.findall(r"(?<![%$@])\b[a-z]{3,}", told.marked)
    named = told.things()
    for entity in dict.fromkeys((*named, *told.before[:1], *world.entities)):
        parts = _parts(told, entity, world)
        alone = len(parts) == 1 and (
            _alike(told, entity, world) or (entity in counted and bool(_state(told, entity, world)))
        )
        spoken = entity in named or any(makes(word, entity) for word in words)
        rank = len(parts) * 2 + spoken + 9 * (entity in counted)
        if (len(parts) > 1 or alone) and rank > best[0]:
            best = (rank, entity, parts[:8])
    _, entity, parts = best
    if not entity:
        return False
    return world.rule(told.text, entity, UniqueIn(tuple(parts), _state(told, entity, world)))


def _alike(told: Told, entity: str, world: World) -> bool:
    """Say whether two rows of an entity are said not to be alike: "no two members share a number"."""
    columns = [one for one in told.columns() if world.column(entity, one)]
    return bool(columns) and bool(re.match(rf"^(?:no )?2 @{entity}\b", told.marked)) and len(told.things()) == 1


def _state(told: Told, entity: str, world: World) -> tuple[Condition, ...]:
    """Return the rows of an entity that are spoken of: those in a state, or of which one "can be" in a state."""
    where = next((one.where for one in rows(told.marked, world) if one.entity == entity), ())
    later = re.search(r"\b(?:can|may|is|are|be) (?:be )?%(\w+)", told.marked)
    state = world.state(entity, later[1]) if later and not where else None
    return (state,) if state else where


def _parts(told: Told, entity: str, world: World) -> list[str]:
    """Return the relations and columns of an entity that a sentence names."""
    kept = world.entities[entity]
    low = re.sub(r", with (?!the same).*$", "", told.marked)
    low = re.sub(r"\b(?:with|from) (?!the same)[^@]*?(?=,|$| and only)|\b(?:is|are|be|was|were) \$\w+", " ", low)
    names, columns = told.things(), re.findall(r"\$(\w+)", low)
    links = [
        one.name
        for one in kept.relations
        if one.kind != "many_to_many" and ((one.target in names and one.target != entity) or one.name in columns)
    ]
    people = [one.name for one in kept.relations if is_person(one.target) and one.kind != "many_to_many"]
    links += people if len(people) == 1 and _ANYBODY.search(told.marked) and people[0] not in links else []
    own = [one for one in dict.fromkeys(columns) if world.column(entity, one) and one not in links]
    days = [one.name for one in kept.fields if one.type == "date"] if _DAY.search(told.marked) else []
    return [*links, *own, *(one for one in days[:1] if one not in own)]
