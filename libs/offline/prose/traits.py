"""What a thing is to be besides its columns: searched, archived, stamped with times, its changes kept."""

from __future__ import annotations

import re

from libs.contracts.charter import Entity
from libs.offline.lexicon.nouns import PEOPLE
from libs.offline.prose.marks import Told
from libs.offline.prose.world import World
from libs.offline.words import snake

_SOFT = re.compile(
    r"soft[- ]?delet|delet\w+ should be soft|(?:archiv|hidden|hide|deactivat|mark)\w*,? (?:but"
    r" |and )?(?:not|never|instead of|rather than) (?:really |physically |actually )?delet"
    r"|(?:never|not) (?:really|actually|physically|truly|fully|hard)[ -]?(?:be )?(?:delet|remov)"
    r"|instead of (?:being )?delet|only hidden|recycle bin|trash bin"
    r"|(?:never|not) delet\w*,? (?:but |only |just )*(?:be )?(?:archiv|hidden|hide|deactivat|mark)"
)
_STAMPS = re.compile(
    r"\btimestamps?\b|created(?: at)?(?: and|/| or|,)+ ?(?:last )?(?:updated|changed|modified)"
    r"|when (?:it|they|each|every|a row|the \w+) (?:was|were|is) (?:created|added|made) and|"
    r"creation and (?:update|modification|change)|created and updated|when (?:\S+ )+?last (?:changed"
    r"|updated|modified|edited)"
)
_AUDIT = re.compile(
    r"\baudit|(?:history|log|record|track|trail) of (?:all |any |every |each |who |the )*(?:changes?"
    r"|changed|edits?|modification)|who (?:has )?(?:changed|edited|modified|did|touched)|"
    r"change (?:history|log)|traceable|every change (?:to|of|on)|(?:each|all) changes? (?:to|of"
    r"|on)|(?:log|track|record|keep) (?:all |every |any |each )?changes?\b"
)
_SEARCH = re.compile(r"\b(?:search|searchable|full[- ]text|find|look up|looking up|lookup)\b")


def read_traits(told: Told, world: World) -> bool:
    """Mark the entities that a sentence speaks of; say whether it says any such thing."""
    low, found = told.marked, False
    if _SOFT.search(low):
        found = _mark(told, world, "soft_delete", _after(told, _SOFT) or told.things()[:1])
    if _STAMPS.search(low):
        found = _mark(told, world, "timestamps", told.things()[:1]) or found
    if _AUDIT.search(low) and not re.search(r"\b(?:stock|stock_level|balance)\b.*recorded as", low):
        found = _mark(told, world, "audit", _after(told, _AUDIT) or told.things()) or found
    return _searched(told, world) or found


def _after(told: Told, shape: re.Pattern[str]) -> list[str]:
    found = shape.search(told.marked)
    return re.findall(r"@(\w+)", told.marked[found.end() :])[:3] if found else []


def _mark(told: Told, world: World, trait: str, names: list[str]) -> bool:
    chosen = names or list(told.before[:1])
    for name in chosen:
        world.put(name, **{trait: True})
    return bool(chosen)


def _searched(told: Told, world: World) -> bool:
    found = _SEARCH.search(told.marked)
    if found is None or re.search(r"\breport\b", told.marked):
        return False
    rest = told.marked[found.start() :]
    columns = re.findall(r"\$(\w+)", rest)
    things = re.findall(r"@(\w+)", rest) or _searching(told, columns, world)
    done = [_search(world, name, columns) for name in things]
    return any(done)


def _searching(told: Told, columns: list[str], world: World) -> list[str]:
    near = [name for name in (*told.things(), *told.before) if all(world.column(name, one) for one in columns)]
    return (
        near[:1] or [name for name in world.entities if columns and all(world.column(name, one) for one in columns)][:1]
    )


def _search(world: World, name: str, columns: list[str]) -> bool:
    entity = world.entities[name]
    texts = [one.name for one in entity.fields if one.type in {"string", "text", "email"}]
    chosen = [one for one in columns if one in texts] if columns else _naming(entity, texts)
    if chosen:
        world.put(name, search=tuple(dict.fromkeys((*entity.search, *chosen))))
    return bool(chosen)


def _naming(entity: Entity, texts: list[str]) -> list[str]:
    usual = [one for one in texts if one in {"name", "title", "subject", "description"}]
    people = snake(entity.name).rpartition("_")[2] in PEOPLE
    return usual or ([one for one in texts if one.endswith("name")] if people else texts[:1])
