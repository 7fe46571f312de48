"""Actions: deeds that are more than writing columns, what they set, and who was said to do them."""

from __future__ import annotations

import re

from msgspec.structs import replace

from libs.contracts.behaviour import Action, Condition, Effect, EffectKind, Value
from libs.contracts.fields import Field
from libs.offline.lexicon import verbs, words
from libs.offline.prose.marks import Told
from libs.offline.prose.world import World
from libs.offline.words import snake

_FLAGGED = {
    "lock": "locked", "pin": "pinned", "hide": "hidden", "feature": "featured", "ban": "banned", "block": "blocked",
    "verify": "verified", "suspend": "suspended", "deactivate": "inactive",
}  # fmt: skip
_OWN_ACTION = re.compile(
    r"\b(\w+ing)\b(?: (?:an?|the|of))? ?(?:@(\w+))?(?: \w+){0,3}? (?:is|are|should be|must be|as)"
    r" (?:its|their|an?|the|separate)\b[^.]*\baction"
)
_ING_SETS = re.compile(
    r"^(?:when )?(\w+ing)\b(?: (?:an?|the|of|it|them|in|out))*(?: ?(?:%\w+ )?@(\w+))?[^,;]{0,30}?,?"
    r" (?:also |then |automatically )*"
    r"((?:sets?|marks?|increases?|decreases?|reduces?|raises?|lowers?|adds?|subtracts?|deducts?"
    r"|takes?|puts?|changes?|moves?|makes?|records?|fills?|clears?|closes?|stamps?|stores?|turns?"
    r"|updates?)\b.*)$"
)
_WHEN_SETS = re.compile(
    r"^(?:when|once|as soon as|whenever|after) (?:an?|the|someone|somebody|the \w+|[@&]\w+)? ?"
    r"(?:(?:[@&]\w+) (\w+) (?:an?|the|it|their)* ?(?:@(\w+))?|@(\w+) (?:is|gets|has been|was) "
    r"(?:%)?(\w+)|(?:it|they) (?:is|are|gets) %?(\w+)),? (?:then )?(.*(?:set|increas|decreas|reduc"
    r"|goes|becomes|marked|filled|updated|cleared|added|taken|deducted|raise|lower|subtract).*)$"
)
_SKIP = words(
    "record enter create add edit update change delete remove see view read list report search show book manage"
    " follow leave log"
)


def participle(lemma: str, choices: tuple[str, ...]) -> str:
    """Return the choice that a deed leads to: "cancel" to "cancelled"."""
    return next((one for one in choices if verbs.lemma(one) == lemma or one in {f"{lemma}ed", f"{lemma}d"}), "")


def deed(world: World, entity: str, lemma: str) -> str:
    """Return the action of an entity that a verb names, made where the verb leads to a state or flag it has."""
    kept = world.entities[entity]
    if any(one.name == lemma for one in kept.actions):
        return lemma
    if lemma in _SKIP or len(kept.actions) >= 20:
        return ""
    column = next((one for one in kept.fields if one.type == "enum" and participle(lemma, one.choices)), None)
    if column is not None and (kept.states is None or kept.states.field == column.name):
        return _moving(world, entity, lemma, (column.name, participle(lemma, column.choices)))
    flag = next(
        (
            one.name
            for one in kept.fields
            if one.type == "boolean" and verbs.lemma(one.name.removeprefix("is_")) == lemma
        ),
        "",
    )
    if not flag and lemma in _FLAGGED:
        flag = world.add_field(entity, Field(_FLAGGED[lemma], "boolean", default="false"))
    return act(world, entity, Action(lemma, effects=(Effect("set", flag, Value("literal", "true")),))) if flag else ""


def _moving(world: World, entity: str, lemma: str, to: tuple[str, str]) -> str:
    states = world.entities[entity].states
    sources = tuple(one.source for one in states.transitions if one.target == to[1]) if states else ()
    if states and not sources:
        return ""
    check = (
        Condition(to[0], "eq", Value("literal", sources[0]))
        if len(sources) == 1
        else Condition(to[0], "in", None, sources)
    )
    summary = f"{lemma.capitalize()}: {to[0].replace('_', ' ')} becomes {to[1].replace('_', ' ')}."
    return act(
        world,
        entity,
        Action(
            lemma, summary, checks=(check,) if sources else (), effects=(Effect("set", to[0], Value("literal", to[1])),)
        ),
    )


def act(world: World, entity: str, action: Action) -> str:
    """Add an action or more effects to the one of its name; return the name."""
    kept = world.entities[entity]
    same = next((one for one in kept.actions if one.name == action.name), None)
    if same is None:
        world.put(entity, actions=(*kept.actions, action))
        return action.name
    effects = tuple(
        dict.fromkeys(
            (*same.effects, *(one for one in action.effects if all(one.target != two.target for two in same.effects)))
        )
    )
    merged = replace(same, effects=effects[:20], checks=same.checks or action.checks, logic=same.logic or action.logic)
    world.put(entity, actions=tuple(merged if one is same else one for one in kept.actions))
    return action.name


def read_deeds(told: Told, world: World) -> bool:
    """Read a sentence that says what a deed does, or that it is one."""
    return _steps(told, world) or _said(told, world) or _sets(told, world) or _upto(told, world)


_STEPS = re.compile(r"\b(\w+ing(?: (?:in|out|off|up))?)(?:,| and) (\w+ing(?: (?:in|out|off|up))?) (?:are|is) ")
_CAN_BE = re.compile(r"\b(?:can|may)(?: also| only| still)* be (?:%)?(\w+)")


def _steps(told: Told, world: World) -> bool:
    """Read "checking in and checking out are separate steps": each is an action into the state of its name."""
    found = _STEPS.search(told.marked)
    names = [re.sub(r"^(\w+?)ing\b", r"\1", one).replace(" ", "_") for one in found.groups()] if found else []
    done = [_step(name, told, world) for name in names]
    passive = [_passive(one, told, world) for one in _CAN_BE.findall(told.marked)]
    return any(done) or (any(passive) and False)


def _step(name: str, told: Told, world: World) -> bool:
    stem, _, tail = name.partition("_")
    state = f"{stem}ed_{tail}".rstrip("_")
    for entity in dict.fromkeys((*told.things(), *told.before, *world.entities)):
        column = next((one for one in world.entities[entity].fields if state in one.choices), None)
        if column is not None:
            return bool(_moving(world, entity, name, (column.name, state)))
    return False


def _passive(state: str, told: Told, world: World) -> bool:
    """Read "pending orders can be cancelled": the move has an action of its own."""
    lemma = verbs.lemma(state) or state.removesuffix("ed")
    holders = (
        one
        for one in (*told.things(), *told.before)
        if (kept := world.entities[one].states) and state in {move.target for move in kept.transitions}
    )
    entity = next(holders, "")
    return bool(entity and lemma not in {"lose", "win", "expire"} and deed(world, entity, lemma))


def _said(told: Told, world: World) -> bool:
    found = _OWN_ACTION.search(told.marked)
    lemma = verbs.lemma(found[1]) if found else ""
    if not found or not lemma:
        return False
    entity = _done_on(lemma, found[2] or "", told, world)
    return bool(entity) and bool(deed(world, entity, lemma) or _dated(world, entity, lemma))


def _done_on(lemma: str, thing: str, told: Told, world: World) -> str:
    """Return the entity a deed is done on: returning a book is done on its loan."""
    near = (
        [thing, *world.children(thing)] if thing in world.entities else [*told.things(), *told.before, *world.entities]
    )
    ended = (name for name in near if name in world.entities and _date_of(world, name, lemma))
    stated = (
        name
        for name in near
        if name in world.entities and any(participle(lemma, one.choices) for one in world.entities[name].fields)
    )
    return next(ended, next(stated, thing if thing in world.entities else ""))


def _date_of(world: World, entity: str, lemma: str) -> str:
    moments = (one.name for one in world.entities[entity].fields if one.type in {"date", "datetime"})
    return next((name for name in moments if verbs.lemma(name.rpartition("_")[0]) == lemma), "")


def _dated(world: World, entity: str, lemma: str) -> str:
    """Make the action that sets the date of a deed: returning sets when it was returned."""
    name = _date_of(world, entity, lemma)
    column = world.column(entity, name) if name else None
    if column is None:
        return ""
    fields = tuple(replace(one, required=False) if one.name == name else one for one in world.entities[entity].fields)
    world.put(entity, fields=fields)
    kind = "now" if column.type == "datetime" else "today"
    return act(
        world, entity, Action(lemma, checks=(Condition(name, "is_unset"),), effects=(Effect("set", name, Value(kind)),))
    )


def _sets(told: Told, world: World) -> bool:
    """Read "leaving sets the left time", "when a loan is returned, the copies of the book increase by one"."""
    found = _ING_SETS.match(told.marked)
    if found:
        lemma, thing, rest = verbs.lemma(found[1]), found[2] or "", found[3]
    elif found := _WHEN_SETS.match(told.marked):
        lemma, thing, rest = verbs.lemma(found[1] or found[4] or found[5] or ""), found[2] or found[3] or "", found[6]
    else:
        return False
    if not lemma:
        return False
    entity = _done_on(lemma, thing, told, world) or _affected(rest, told, world)
    effects = _effects(rest, entity, world) if entity else ()
    if not effects:
        return False
    made = deed(world, entity, lemma) or _dated(world, entity, lemma)
    checks = tuple(
        Condition(one.target, "is_unset") for one in effects if one.value and one.value.kind in {"now", "today"}
    )[:1]
    return bool(
        act(world, entity, Action(made or snake(lemma), told.text.strip()[:400], checks=checks, effects=effects))
    )


def _affected(rest: str, told: Told, world: World) -> str:
    columns = re.findall(r"\$(\w+)", rest)
    near = (*told.before, *told.things(), *world.entities)
    return next((name for name in near if columns and world.column(name, columns[0])), "")


def _effects(rest: str, entity: str, world: World) -> tuple[Effect, ...]:
    out: list[Effect] = []
    for part in re.split(r",? and (?=\w+s\b|the )|, (?=\w+s\b|the )", rest):
        effect = _effect(part, entity, world)
        if effect and all(effect.target != one.target for one in out):
            out.append(effect)
    return tuple(out)


def _effect(part: str, entity: str, world: World) -> Effect | None:
    column = next((path for one in re.findall(r"\$(\w+)", part) if (path := world.path(entity, one))), "")
    value = re.search(r"%(\w+)", part)
    state = world.state(entity, value[1]) if value else None
    if re.search(r"increas|decreas|reduc|goes (?:up|down)|rais|lower|add|subtract|deduct|tak", part) and column:
        kind: EffectKind = (
            "decrease" if re.search(r"decreas|reduc|down|lower|subtract|deduct|tak", part) else "increase"
        )
        return Effect(kind, column, _amount(part, column, entity, world))
    if state and state.value:
        return Effect("set", state.field, state.value)
    kept = world.column(entity, column) if column else None
    if kept and kept.type in {"date", "datetime"}:
        return Effect("set", column, Value("now" if kept.type == "datetime" else "today"))
    if kept and kept.type == "boolean":
        return Effect("set", column, Value("literal", "false" if "false" in part or " not " in part else "true"))
    return None


def _amount(part: str, column: str, entity: str, world: World) -> Value:
    if number := re.search(r"\bby (\d+|one)\b", part):
        return Value("literal", number[1].replace("one", "1"))
    others = [one for one in re.findall(r"\$(\w+)", part) if world.column(entity, one) and one != column]
    return Value("field", others[0]) if others else Value("literal", "1")


def _upto(told: Told, world: World) -> bool:
    """Read "paid orders can be refunded up to 24 hours before the event starts" as an action with its checks."""
    found = re.search(
        r"%(\w+)(?: @\w+| ones?)? (?:can|may) (?:only )?be %?(\w+) (?:only )?(?:up to|until|at least"
        r"|no later than|at the latest) (\d+) (hours?|days?|minutes?) before (?:the |its )?(?:@(\w+)"
        r" )?(?:\$(\w+)|it starts)",
        told.marked,
    )
    entity = next((name for name in (*told.things(), *told.before) if found and world.state(name, found[1])), "")
    lemma = verbs.lemma(found[2]) or found[2].removesuffix("ed") if found else ""
    if not found or not entity:
        return False
    holder = found[5] or ""
    link = world.link(entity, holder) if holder else None
    start = world.span(holder)[0] if holder in world.entities else world.span(entity)[0]
    path = f"{link.name}.{start}" if link and start else start
    name = deed(world, entity, lemma)
    if not name or not path:
        return False
    kept = world.entities[entity]
    check = Condition(path, "gt", Value("now", f"+{found[3]} {found[4]}"))
    world.put(
        entity,
        actions=tuple(replace(one, checks=(*one.checks, check)) if one.name == name else one for one in kept.actions),
    )
    return True
