"""What deeds lead to: a status with the states that verbs name, the moves between them, and the action of"
" each verb."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from msgspec.structs import replace

from libs.contracts.behaviour import Action, Condition, Effect, States, Transition, Value
from libs.contracts.fields import Field
from libs.offline.lexicon import verbs, words
from libs.offline.prose.deeds import act, date_of, dated, flag_of, leads
from libs.offline.prose.goals import goal, participle
from libs.offline.prose.granting import is_person, owned
from libs.offline.prose.guarded import makes
from libs.offline.prose.limits import taken
from libs.offline.prose.marks import Told
from libs.offline.prose.steps import WORKFLOW, Step, steps, verb_of
from libs.offline.prose.world import World

# Who does these makes a record of it.
_RECORDED = words("rent book reserve order lend borrow take")
_BACK = words("return take_back give_back bring_back")
# What can be told of rows whatever their status is.
_FLAGS = words(
    "lock unlock pin unpin hide unhide block unblock ban unban feature flag archive suspend verify acknowledge sign"
    " collect"
)
# What undoes a state is told only where that state is.
_AGAIN = words("reopen reactivate resume unpublish unhide unblock unlock unban unpin unfreeze")
_STATUS = words("status state stage phase")
_INITIAL = re.compile(
    r"(?:@(\w+)|\bit|\bthey) (?:is|are) (?:an? )?%?([a-z_]+) (?:at first|initially|first)\b"
    r"|\bnew @(\w+) (?:is|are|gets?) (?:an? )?%?([a-z_]+)(?=[.,;]|$| and\b)"
    r"|@(\w+) (?:starts?|begins?)(?: out| life)? as (?:an? )?%?([a-z_]+)"
    r"|@(\w+) (?:is|are) (?:submitted|created|filed) as (?:an? )?%?([a-z_]+)"
)
_BECOMES = re.compile(
    r"@(\w+) (?:then )?(?:becomes?|turns?|goes to|is set to|is marked(?: as)?) (?:to )?%?([a-z_]+ed|open|closed)\b"
)


_GERUND = re.compile(
    r"^(\w+ing) (?:an?|the) @(\w+) (?:sets|notes|records|stores|stamps|fills) (?:the |its )?\$?(date|day"
    r"|time|moment)\b"
)


@dataclass(slots=True)
class Flow:
    """The deeds of a whole wish, and the states that it names besides: the first ones and those that others reach."""

    steps: list[Step] = field(default_factory=lambda: [])
    first: dict[str, str] = field(default_factory=lambda: {})
    others: dict[str, list[str]] = field(default_factory=lambda: {})

    def note(self, told: Told, world: World) -> bool:
        """Note the deeds of a sentence, as done to the rows that have them done."""
        for step in steps(told, world):
            entity = _done_to(step, told, world)
            if entity and _moves_on(step.verb, entity, world):
                self.steps.append(Step(entity, step.verb, step.actors, step.sources, step.own))
        for found in _INITIAL.finditer(told.marked):
            entity, value = next(((a, b) for a, b in zip(found.groups()[::2], found.groups()[1::2], strict=True) if b))
            entity = entity or next((one for one in told.before if not is_person(one)), "")
            if entity in world.entities and (verbs.is_past(value) or value in {"open", "draft", "new", "pending"}):
                self.first.setdefault(entity, value)
        self._becoming(told)
        self._by_name(told, world)
        return False

    def _becoming(self, told: Told) -> None:
        for found in _BECOMES.finditer(told.marked):
            front = [one for one in re.findall(r"@(\w+)", told.marked[: found.start()]) if not is_person(one)]
            if entity := found[1] or next((one for one in (*front[::-1], *told.before) if not is_person(one)), ""):
                self.others.setdefault(entity, []).append(found[2])

    def _by_name(self, told: Told, world: World) -> None:
        """Read "taking a packet sets the date on which it was taken": a deed that is spoken of as one."""
        found = _GERUND.match(told.marked)
        verb = verb_of(found[1]) if found else ""
        if found and verb and not goal(verb, found[2], world)[0]:
            day = found[3] in {"date", "day"}
            name = date_of(world, found[2], verb) or f"{participle(verb)}_{'on' if day else 'at'}"
            world.add_field(found[2], Field(name, "date" if day else "datetime", required=False))
            self.steps.append(Step(found[2], verb))

    def of(self, entity: str) -> list[Step]:
        """The deeds done to the rows of an entity."""
        return [one for one in self.steps if one.entity == entity]


def _done_to(step: Step, told: Told, world: World) -> str:
    """Return the rows that a deed is done to: a dog is checked in by its stay, a book given back by its loan."""
    if goal(step.verb, step.entity, world)[0] or flag_of(world, step.entity, step.verb)[0]:
        return step.entity
    near = [
        one for one in world.children(step.entity) if goal(step.verb, one, world)[0] or date_of(world, one, step.verb)
    ]
    if near:
        return near[0]
    if step.verb in _BACK:
        return taken(world, step.entity) or step.entity
    return step.entity if not is_person(step.entity) else ""


def _moves_on(verb: str, entity: str, world: World) -> bool:
    """Say whether a verb is an action on rows: it leads to another state than the first, or is one of workflows."""
    field, value = goal(verb, entity, world)
    column = world.column(entity, field) if field else None
    if column and column.choices[0] == value and verb != "reopen":
        return False
    if any(makes(verb, child) for child in world.children(entity)):
        return False
    return verb in WORKFLOW or (
        column is not None and column.name.rpartition("_")[2] in _STATUS and verb not in _RECORDED
    )


def settle_status(flow: Flow, world: World) -> None:
    """Give things the status, or the states of it, that the deeds done to them lead to."""
    flow.first = {**flow.first, **world.firsts}
    for entity in list(world.entities):
        named = [
            one
            for one in dict.fromkeys(step.verb for step in flow.of(entity))
            if one in WORKFLOW and not _kept(one, entity, world)
        ]
        more = flow.others.get(entity, [])
        _begin(entity, flow.first.get(entity, ""), world)
        column = status_of(entity, world)
        if column and not _chosen(column, entity, world):
            fresh = [participle(one) for one in named if not goal(one, entity, world)[0]]
            _widen(entity, column, fresh, world)
        elif column is None and (
            len(named) > 1 or (named and (entity in flow.first or _sources(flow, entity))) or more
        ):
            _status(entity, named, flow, world)
        _reached(entity, flow, world)


def _reached(entity: str, flow: Flow, world: World) -> None:
    """Let deeds lead to the states that no move leads to, from the state that rows were said to begin in."""
    column, states = status_of(entity, world), world.entities[entity].states
    begin = world.firsts.get(entity, "")
    if column is None or begin not in column.choices or (states and states.field != column.name):
        return
    moves = list(states.transitions) if states else []
    there = {one.target for one in moves}
    for step in flow.of(entity):
        name, value = goal(step.verb, entity, world)
        if name == column.name and value not in {*there, begin}:
            moves += [Transition(one, value) for one in _from(step, begin, column.choices) if one != value]
    if moves:
        world.put(entity, states=States(column.name, states.initial if states else begin, tuple(dict.fromkeys(moves))))


def _begin(entity: str, first: str, world: World) -> None:
    """Put the state that rows are said to begin in before the others."""
    column = status_of(entity, world)
    if not first or column is None or (column.default == first and column.choices[0] == first):
        return
    made = replace(column, choices=tuple(dict.fromkeys((first, *column.choices))), default=first)
    states = world.entities[entity].states
    fields = tuple(made if one is column else one for one in world.entities[entity].fields)
    world.put(entity, fields=fields, states=replace(states, initial=first) if states else None)


def _kept(verb: str, entity: str, world: World) -> bool:
    """Say whether a column other than a status already tells that a deed was done."""
    return verb in _BACK | _FLAGS or bool(flag_of(world, entity, verb)[0] or date_of(world, entity, verb))


def _chosen(column: Field, entity: str, world: World) -> bool:
    """Say whether moves between states were told in so many words: then there are no others."""
    states = world.entities[entity].states
    told = 1 if entity in world.listed else 2
    return states is not None and states.field == column.name and len(states.transitions) > told


def status_of(entity: str, world: World) -> Field | None:
    """Return the column that is the status of rows."""
    enums = [one for one in world.entities[entity].fields if one.type == "enum"]
    return next((one for one in enums if one.name.rpartition("_")[2] in _STATUS), None)


def _widen(entity: str, column: Field, fresh: Iterable[str], world: World) -> None:
    choices = tuple(dict.fromkeys((*column.choices, *fresh)))[:40]
    if choices != column.choices:
        made = replace(column, choices=choices)
        world.put(entity, fields=tuple(made if one is column else one for one in world.entities[entity].fields))


def _sources(flow: Flow, entity: str) -> list[str]:
    return [
        one
        for step in flow.of(entity)
        for one in step.sources
        if verbs.is_past(one) or one in {"draft", "open", "pending"}
    ]


def _status(entity: str, named: list[str], flow: Flow, world: World) -> None:
    reachable = [participle(one) for one in named]
    begin = flow.first.get(entity, "") or next((one for one in _sources(flow, entity) if one not in reachable), "")
    begin = begin or ("draft" if "submit" in named else "open")
    choices = tuple(dict.fromkeys((begin, *reachable, *flow.others.get(entity, []))))
    if len(choices) < 2 or len(world.entities[entity].fields) > 55:
        return
    column = Field("status", "enum", choices=choices, default=begin)
    fields = tuple(one for one in world.entities[entity].fields if one.name not in {"status", *choices})
    world.put(entity, fields=(*fields, column))
    moves = [Transition(one, participle(step.verb)) for step in flow.of(entity) for one in _from(step, begin, choices)]
    known = tuple(
        dict.fromkeys(
            one for one in moves if one.source in choices and one.target in choices and one.source != one.target
        )
    )
    if known:
        world.put(entity, states=States("status", begin, known))


def _from(step: Step, begin: str, choices: tuple[str, ...]) -> tuple[str, ...]:
    said = tuple(one for one in step.sources if one in choices)
    return said or (begin,)


# Actions and who may do them


def settle_steps(flow: Flow, world: World) -> None:
    """Make the action of each deed, and let those do it who were said to."""
    for step in flow.steps:
        name = _action(step, world)
        for role in step.actors if name else ():
            if step.own:
                owned(role, step.entity, world)
            if role != "public":
                world.grant(role, step.entity, [name], step.own)


def _action(step: Step, world: World) -> str:
    verb = {"take_back": "return", "give_back": "return", "bring_back": "return"}.get(step.verb, step.verb)
    kept = world.entities[step.entity]
    if any(one.name == verb for one in kept.actions):
        return verb
    if len(kept.actions) >= 20 or verb in {one.name for one in (*kept.fields, *kept.relations)}:
        return ""
    column, value = goal(verb, step.entity, world)
    if column:
        return _moving(step, verb, (column, value), world)
    if name := dated(world, step.entity, verb):
        return name
    if verb not in WORKFLOW:
        return ""
    if verb in _AGAIN:
        return ""
    flag, on = flag_of(world, step.entity, verb)
    return _flagged(step.entity, verb, flag, on or "true", world)


def _moving(step: Step, verb: str, to: tuple[str, str], world: World) -> str:
    column = world.column(step.entity, to[0])
    choices = column.choices if column else ()
    given = [one for one in step.sources if one in choices and one != to[1]]
    states = world.entities[step.entity].states
    known = (
        [one.source for one in states.transitions if one.target == to[1]] if states and states.field == to[0] else []
    )
    froms = tuple(given or known)
    if states and states.field == to[0] and not froms:
        froms = (states.initial,)
    if not froms:
        return act(world, step.entity, Action(verb, effects=(Effect("set", to[0], Value("literal", to[1])),)))
    check = (
        Condition(to[0], "eq", Value("literal", froms[0])) if len(froms) == 1 else Condition(to[0], "in", None, froms)
    )
    if states or given:
        leads(world, step.entity, to, (check,))
    return act(
        world, step.entity, Action(verb, checks=(check,), effects=(Effect("set", to[0], Value("literal", to[1])),))
    )


def _flagged(entity: str, verb: str, flag: str, value: str, world: World) -> str:
    """Set the yes/no column, or the time, that tells that a deed was done."""
    if verb == "return":
        if not world.add_field(entity, Field("returned_at", "datetime", required=False)):
            return ""
        return dated(world, entity, verb)
    flag = flag or world.add_field(entity, Field(participle(verb), "boolean", default="false"))
    if not flag:
        return ""
    return act(world, entity, Action(verb, effects=(Effect("set", flag, Value("literal", value)),)))
