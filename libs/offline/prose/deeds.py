"""Actions: deeds that are more than writing columns, and what leads to them."""

from __future__ import annotations

import re

from msgspec.structs import replace

from libs.contracts.behaviour import Action, Condition, Effect, States, Transition, Value
from libs.contracts.fields import Field
from libs.offline.lexicon import verbs, words
from libs.offline.prose.rows import reached
from libs.offline.prose.world import World

_FLAGGED = {
    "lock": "locked", "pin": "pinned", "hide": "hidden", "feature": "featured", "ban": "banned", "block": "blocked",
    "verify": "verified", "suspend": "suspended", "deactivate": "inactive",
}  # fmt: skip
_SKIP = words(
    "record enter create add edit update change delete remove see view read list report search show book manage"
    " follow leave log set get be have do make take look give"
)
_OFF = re.compile(r"^(?:de|un|dis)(?=[a-z]{4})")


def participle(lemma: str, choices: tuple[str, ...]) -> str:
    """Return the choice that a deed leads to: "cancel" to "cancelled"."""
    return next((one for one in choices if verbs.root(one) == verbs.root(lemma)), "")


def deed(world: World, entity: str, lemma: str, sources: tuple[Condition, ...] = ()) -> str:
    """Return the action of an entity that a verb names, made where the verb leads to a state or flag it has."""
    kept = world.entities[entity]
    if any(one.name == lemma for one in kept.actions):
        return lemma
    if len(kept.actions) >= 20 or lemma in _SKIP - ({"book", "leave"} if reached(lemma, entity, world) else set()):
        return ""
    state = reached(lemma, entity, world)
    fits = state and state.value and (kept.states is None or kept.states.field == state.field)
    if state and state.value and fits:
        return _moving(world, entity, lemma, (state.field, state.value.text), sources)
    flag, value = flag_of(world, entity, lemma)
    if not flag and lemma in _FLAGGED:
        flag, value = world.add_field(entity, Field(_FLAGGED[lemma], "boolean", default="false")), "true"
    if flag:
        effect = Effect("set", flag, Value("literal", value))
        return act(world, entity, Action(lemma, checks=sources, effects=(effect,)))
    return ""


def flag_of(world: World, entity: str, lemma: str) -> tuple[str, str]:
    """Return the yes/no column that a verb sets, and to what: "block" sets blocked, "deactivate" unsets active."""
    for column in world.entities[entity].fields:
        name = column.name.removeprefix("is_")
        if column.type == "boolean" and verbs.root(name) == verbs.root(lemma):
            return column.name, "true"
        if (
            column.type == "boolean"
            and _OFF.search(lemma)
            and verbs.root(_OFF.sub("", lemma)).startswith(verbs.root(name)[:5])
        ):
            return column.name, "false"
    return "", ""


def _moving(world: World, entity: str, lemma: str, to: tuple[str, str], given: tuple[Condition, ...]) -> str:
    field, value = to
    leads(world, entity, to, given)
    states = world.entities[entity].states
    sources = tuple(one.source for one in states.transitions if one.target == value) if states else ()
    checks = given
    if sources and not any(one.field == field for one in given):
        one = Condition(field, "eq", Value("literal", sources[0]))
        checks = (*given, one if len(sources) == 1 else Condition(field, "in", None, sources))
    if states and not sources:
        return ""
    summary = f"{lemma.capitalize()}: {field.replace('_', ' ')} becomes {value.replace('_', ' ')}."
    return act(
        world, entity, Action(lemma, summary, checks=checks, effects=(Effect("set", field, Value("literal", value)),))
    )


def leads(world: World, entity: str, to: tuple[str, str], given: tuple[Condition, ...]) -> None:
    """Add the moves that an action makes: from the states it asks for to the one it sets."""
    field, value = to
    said = next((one for one in given if one.field == field and one.operator in {"eq", "in"}), None)
    if said is None:
        return
    froms = said.choices or ((said.value or Value()).text,)
    kept = world.entities[entity]
    column = world.column(entity, field)
    new = [Transition(one, value) for one in froms if column and one in column.choices and one != value]
    if column is None or not new or value not in column.choices:
        return
    first = column.default if column.default in column.choices else column.choices[0]
    states = kept.states or States(field, first or new[0].source, (new[0],))
    added = tuple(one for one in new if one not in states.transitions)
    world.put(entity, states=replace(states, transitions=(*states.transitions, *added)[:100]))


def act(world: World, entity: str, action: Action) -> str:
    """Add an action or more effects to the one of its name; return the name."""
    kept = world.entities[entity]
    world.acted = (entity, action.name)
    same = next((one for one in kept.actions if one.name == action.name), None)
    if same is None:
        world.put(entity, actions=(*kept.actions, action))
        return action.name
    fresh = tuple(one for one in action.effects if all(one.target != two.target for two in same.effects))
    asked = tuple(one for one in action.inputs if all(one.name != two.name for two in same.inputs))
    merged = replace(
        same,
        effects=(*same.effects, *fresh)[:20],
        inputs=(*same.inputs, *asked)[:20],
        checks=same.checks or action.checks,
        logic=same.logic or action.logic,
    )
    world.put(entity, actions=tuple(merged if one is same else one for one in kept.actions))
    return action.name


def date_of(world: World, entity: str, lemma: str) -> str:
    """Return the column that says when a deed was done: returned_on of "return"."""
    moments = (one.name for one in world.entities[entity].fields if one.type in {"date", "datetime"})
    return next((name for name in moments if verbs.root(name.rpartition("_")[0]) == verbs.root(lemma)), "")


def dated(world: World, entity: str, lemma: str) -> str:
    """Make the action that sets the date of a deed: returning sets when it was returned."""
    name = date_of(world, entity, lemma)
    column = world.column(entity, name) if name else None
    if column is None:
        return ""
    fields = tuple(replace(one, required=False) if one.name == name else one for one in world.entities[entity].fields)
    world.put(entity, fields=fields)
    kind = "now" if column.type == "datetime" else "today"
    return act(
        world, entity, Action(lemma, checks=(Condition(name, "is_unset"),), effects=(Effect("set", name, Value(kind)),))
    )
