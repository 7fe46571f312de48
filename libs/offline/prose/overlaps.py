"""Rules about the same time: "a room is never double booked", "two courses of a trainer do not overlap"."""

from __future__ import annotations

import re

from msgspec.structs import replace

from libs.contracts.behaviour import Condition, NoOverlap, UniqueIn
from libs.offline.prose.guarded import makes
from libs.offline.prose.marks import Told
from libs.offline.prose.rows import rows
from libs.offline.prose.world import World

_OVERLAP = re.compile(
    r"overlap|double[- ]?[%@]?book|at (?:the |any )?(?:same |given )?time\b|in (?:the )?same time|at once|simultaneous"
    r"|same (?:hour|slot|moment|period|time)|at a time\b|conflict|clash|(?:in|for|during|over) (?:that|the same"
    r"|this|the whole"
    r"|the entire|a|those) (?:@?\w+ )?(?:time|period|dates|days|slot)\b|already (?:%?booked|taken|reserved|in use"
    r"|occupied)"
    r"|\b(?:is|be|are) (?:free|taken)\b"
)
_BOUND = re.compile(
    r"(?<![%$@])\b(?:cannot|never|not|no|only|must|one|avoid|prevent|neither|conflicts?|rejected|refused|forbidden)\b"
)
_EXCEPT = re.compile(
    r"(?:unless|except|but not|ignor|not count|do not count|other than|as long as)[^%]*%(\w+)"
    r"|%(\w+)[^.]*(?:not count|do not|ignored|free|aside)"
)
_APART = re.compile(r"also (?:not|cannot)|neither|nor\b|same (?:goes|for)|or the same|as well")
_COUNTED = re.compile(r"(?:(?<=\w )\b(?:one|2|by 2|by one|two|another|more than one|a single) @(\w+))")
_SHARED = re.compile(r"\b(?:same|per|for (?:a|the|each|one)|of (?:a|the|each|one)|in (?:a|the|each|one)) @(\w+)")

_SHARED_COLUMN = re.compile(r"\b(?:same|per|in (?:a|the|each|one)|one) \$(\w+)")


def apart(told: Told, world: World) -> bool:
    """Compile a sentence that keeps rows apart in time."""
    if not _OVERLAP.search(told.marked) or not _BOUND.search(told.marked) or "report" in told.marked:
        return False
    names = told.things()
    for entity in _candidates(told, names, world):
        scopes = _scopes(told, entity, names, world)
        if scopes or (names == [entity] and re.match(rf"(?:there (?:can|may) be )?(?:no )?2 @{entity}\b", told.marked)):
            return _kept_apart(told, entity, scopes, world)
    return False


def _candidates(told: Told, names: list[str], world: World) -> list[str]:
    """Return the entities with a time that may be meant: those named, made by a verb, or around these."""
    words = re.findall(r"(?<![%$@])\b[a-z]{4,}", told.marked)
    around = [child for name in names for child in world.children(name)]
    made = [child for child in around if any(makes(word, child) for word in words)]
    near = dict.fromkeys((*names, *made, *around, *told.before))
    return [one for one in near if world.beginning(one)]


def _scopes(told: Told, entity: str, names: list[str], world: World) -> list[str]:
    links = [one for one in world.entities[entity].relations if one.kind != "many_to_many" and one.target in names]
    counted, shared = set(_COUNTED.findall(told.marked)), set(_SHARED.findall(told.marked))
    wanted = [one.name for one in links if one.target in shared and one.target != entity]
    wanted += [one for one in _SHARED_COLUMN.findall(told.marked) if world.column(entity, one)]
    return wanted or [one.name for one in links if one.target not in counted and one.target != entity]


def _kept_apart(told: Told, entity: str, scopes: list[str], world: World) -> bool:
    start, end = world.span(entity)
    rows_of = next((one.where for one in rows(told.marked, world) if one.entity == entity and one.where), ())
    where = _without(told, entity, world) or rows_of
    separate = bool(_APART.search(told.marked)) and len(scopes) > 1
    if not end and not re.search(r"at a time|same (?:time|slot|hour|moment|period)|at once", told.marked):
        return False
    for scope in [(one,) for one in scopes] if separate else [tuple(scopes)]:
        alone = UniqueIn((*scope, world.beginning(entity)), where)
        world.rule(told.text, entity, NoOverlap(start, end, scope, where) if end else alone)
    return True


def _without(told: Told, entity: str, world: World) -> tuple[Condition, ...]:
    said = _EXCEPT.search(told.marked)
    state = world.state(entity, said[1] or said[2]) if said else None
    return (replace(state, operator="ne"),) if state and state.operator == "eq" else ()
