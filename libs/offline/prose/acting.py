"""Verbs as actions: what they are called, what they are done on, what they lead to."""

from __future__ import annotations

import re

from libs.contracts.behaviour import Condition, Effect
from libs.offline.lexicon import verbs
from libs.offline.prose.deeds import date_of, dated, deed, flag_of
from libs.offline.prose.granting import lemma_of
from libs.offline.prose.marks import Told
from libs.offline.prose.rows import reached
from libs.offline.prose.world import World


def name_of(word: str) -> str:
    """Return the name of an action for a form of its verb: "granted" and "grants" are "grant"."""
    word = re.sub(r"_(?:on|at|date|time)$", "", word)
    if known := lemma_of(word):
        return known
    if not re.search(r"(?:ed|ing|s)$", word):
        return word
    root = verbs.root(word)
    return f"{root}e" if re.search(r"(?:[cgsuvz]|[^aeiou]at|iz|ur|[^a]ir)$", root) else root


def act_on(word: str, entity: str, world: World, where: tuple[Condition, ...] = ()) -> str:
    """Return the action of a verb on an entity: one that it has, leads to a state of, or sets the date of."""
    name = name_of(word)
    state = reached(word, entity, world)
    column = world.column(entity, state.field) if state else None
    if state and state.value and column and column.choices[0] == state.value.text:
        return ""
    moment = world.column(entity, date_of(world, entity, name))
    made = deed(world, entity, name, where)
    if made:
        return made
    return dated(world, entity, name) if moment and not moment.required and moment.default is None else ""


def target(word: str, thing: str, told: Told, world: World) -> str:
    """Return the entity a deed is done on: returning a book is done on its loan."""
    if thing in world.entities:
        near = [thing, *world.children(thing)]
    else:
        near = [*told.things(), *told.before, *world.entities]
    near = [one for one in near if one in world.entities]
    lemma = name_of(word)
    ended = (
        one
        for one in near
        if (at := date_of(world, one, lemma)) and (kept := world.column(one, at)) and not kept.required
    )
    stated = (one for one in near if reached(word, one, world))
    flagged = (
        one for one in near if any(verbs.root(each.name) == verbs.root(lemma) for each in world.entities[one].fields)
    )
    return next(stated, next(ended, next(flagged, thing if thing in world.entities else "")))


def leads_to(word: str, entity: str, world: World) -> bool:
    if not re.fullmatch(r"[a-z_]{3,}", word) or verbs.is_past(word) or word.endswith("ing"):
        return False
    moment = world.column(entity, date_of(world, entity, name_of(word)))
    return bool(reached(word, entity, world)) or bool(moment and not moment.required) or flagged(word, entity, world)


def flagged(word: str, entity: str, world: World) -> bool:
    return bool(flag_of(world, entity, name_of(word))[0])


def steps_to(word: str, entity: str, world: World) -> bool:
    moment = world.column(entity, date_of(world, entity, name_of(word)))
    return bool(reached(word, entity, world)) or flagged(word, entity, world) or bool(moment and not moment.required)


def stamps(effect: Effect) -> bool:
    return effect.kind == "set" and effect.value is not None and effect.value.kind in {"now", "today"}
