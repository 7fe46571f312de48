"""The life of a thing: "draft -> sent -> paid", "starts as open, then done", "pending orders can be cancelled"."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import pairwise

from msgspec.structs import replace

from libs.contracts.behaviour import States, Transition
from libs.contracts.fields import Field
from libs.offline.lexicon import verbs, words
from libs.offline.prose.life_shapes import NOT_STATES
from libs.offline.prose.marks import Told
from libs.offline.prose.narrative import ENDS, PLAIN_DEEDS, filled
from libs.offline.prose.stages import moves as stages
from libs.offline.prose.world import World
from libs.offline.words import snake

Move = tuple[str, str]
_ARROW = re.compile(r"\s*-{1,2}>\s*")
_STARTS = re.compile(
    r"\b(?:starts?|begins?|starting|beginning)(?: out)?(?: as| at| in| with| life as)? (?:an? "
    r"|the )?|\bis (?:first|initially|at first) (?:an? )?"
    r"|\b(?:is|are) (?=[%\w]+(?: at first| first| initially)?, (?:and )?then )|\bnew (?:@\w+|ones)"
    r" (?:is|are) (?:an? )?|\bfrom (?=%\w+ to )"
)
_CAN_BE = re.compile(
    r"((?:both |either |only |an? |the )*%\w+(?:(?:,| and| or|, and| or an?) %\w+)*)(?: @\w+| ones?"
    r"| \$\w+)?(?: it| they)? (?:can|may|could)(?: still| also| only| always| then)* (?:be |get"
    r" |go )(?:back to |to )?(%?\w+)(?: again)?(?:[^%]*?(?:back|again) (?:to|in|as) %(\w+))?"
)
_UNTIL = re.compile(
    r"\b(?:is|are|stays?|remains?) (?:in |an? )?%?([a-z]+?)s? until (?:(?:it|they) (?:is|are) |it |being )?%?(\w+)"
)


def read_states(told: Told, world: World) -> bool:
    """Note the states and moves that a sentence tells; say whether it tells any."""
    entity = _entity(told, world)
    if not entity:
        return False
    arrows = "->" in told.text
    known = _choices(world, entity)
    marked = _filled(told.marked, known)
    chains = _arrows(told) if arrows else _sequence(Told(told.text, marked, told.before))
    moves = [pair for chain in chains for pair in _pairs(chain)]
    stepped, last = (
        ([], ()) if arrows else stages(filled(marked, known) if world.story else marked, world.stage.get(entity, ()))
    )
    if last and all(one in known for one in last):
        world.stage[entity] = last
    moves += [pair for pair in stepped if set(pair) <= {*known, *(value for pair in moves for value in pair)}]
    moves += _any_stage(told, known)
    moves += _can_be(told, [*known, *(value for pair in moves for value in pair)])
    moves += _until(told)
    moves += world.story.moves(told.marked, entity, known) if world.story else []
    values = list(dict.fromkeys(value for chain in chains for group in chain for value in group))
    moves = [pair for pair in moves if entity not in world.firsts or not known or pair[0] in known]
    values = [*values, *(value for pair in moves for value in pair)]
    if not moves or not _fitting(values):
        return False
    _add(world, entity, values, list(dict.fromkeys(moves)))
    return True


def _entity(told: Told, world: World) -> str:
    """Return whose states a sentence tells: the thing that has the values it names, else the one it is about."""
    named = told.things() or list(told.before[:1])
    holding = [name for name in (*named, *told.before) if set(told.values()) & set(_choices(world, name))]
    return next(iter((*holding, *named)), "")


def _column(world: World, entity: str, values: Iterable[str] = ()) -> Field | None:
    enums = [one for one in world.entities[entity].fields if one.type == "enum"]
    usual = [one for one in enums if one.name.rpartition("_")[2] in {"status", "state", "stage", "phase"}]
    said = [one for one in enums if set(one.choices) & set(values)]
    return next(iter((*said, *usual)), None)


def _choices(world: World, entity: str) -> tuple[str, ...]:
    column = _column(world, entity)
    return column.choices if column else ()


def _filled(marked: str, known: Sequence[str]) -> str:
    """Mark the states of a thing that are words of another kind elsewhere: a lead, a review."""
    if "%" not in marked:
        return marked
    for value in known:
        marked = re.sub(rf"(?<![%@$&\w]){value.replace('_', ' ')}(?=,| or | and |$)", f"%{value}", marked)
    return marked


def _fitting(values: list[str]) -> bool:
    return len(set(values)) > 1 and all(re.fullmatch(r"[a-z][a-z0-9_]{1,30}", value) for value in values)


def _arrows(told: Told) -> list[list[list[str]]]:
    text = re.sub(r"\([^()]*\)", " ", told.text.lower())
    chains: list[list[list[str]]] = []
    for part in re.split(r"[,;.]\s*(?:and |or )?|\s+(?:and|or)\s+(?=[\w ]+->)", text):
        steps = _ARROW.split(part)
        if len(steps) > 1:
            first = re.split(r":|\b(?:are|is|from|go|goes|be|status|states?|flow|life|lifecycle|as)\b", steps[0])[-1]
            chains.append([_options(step) for step in (first, *steps[1:])])
    return [chain for chain in chains if all(chain)]


def _options(step: str) -> list[str]:
    parts = re.split(r"/|\bor\b|\|", step)
    return [
        value
        for part in parts
        if (value := snake(re.sub(r"^(?:also )?(?:an?|the|to|then|also)? ?\b", "", part.strip())))
        and value.count("_") < 3
    ]


def _pairs(chain: Sequence[Sequence[str]]) -> list[Move]:
    return [(one, two) for left, right in pairwise(chain) for one in left for two in right if one != two]


def _sequence(told: Told) -> list[list[list[str]]]:
    """Read "starts as draft, gets approved, then paid", each step perhaps one of two."""
    found = _STARTS.search(told.marked)
    if found is None:
        return []
    rest = re.sub(r" at first| first(?=,)| initially", "", told.marked[found.end() :])
    steps = re.split(
        r",? (?:and )?(?:finally|then|later|next|afterwards|gets?|becomes?|after that)(?: (?:it|is"
        r"|are|goes|gets|becomes|moves|to|into|be|can|on))* |, (?=%)| -> |, (?:may|can) be (?=%)| (?<=\w )to (?=%)",
        rest,
    )
    chain = [_words(step) for step in steps]
    cut = next((index for index, values in enumerate(chain) if not values), len(chain))
    return [chain[:cut]] if cut > 1 else []


def _words(step: str) -> list[str]:
    part = re.split(r"[;.(]|\b(?:when|by|if|until|and|after|before|once|from)\b", step.strip(" ,"))[0]
    if marked := re.findall(r"%(\w+)", part):
        return marked
    plain = re.sub(r"^(?:is|are|it|as|an?|the|to|be|being|gets) ", "", part.strip(" ,"))
    return [snake(one) for one in plain.split(" or ") if one and len(one.split()) <= 2 and not re.search(r"[@$&]", one)]


def _any_stage(told: Told, known: Sequence[str]) -> list[Move]:
    """Read "it can be rejected at any stage before hired" and "from any state to cancelled"."""
    found = re.search(
        r"(?:%|\bbe )(\w+) (?:at|from|in) any (?:earlier |previous |other )?\$?(?:stage|state|status|time|point"
        r"|moment|step)"
        r"(?: before (?:it is |being )?%(\w+))?|any (?:\w+ )?\$?(?:stage|state|status)(?! before)[^%]*%(\w+)",
        told.marked,
    )
    if found is None:
        return []
    target, end = found[1] or found[3], found[2] or ""
    ends = {target, end, *ENDS}
    front = known[: known.index(end)] if end in known else known
    return [(one, target) for one in front if one not in ends]


def _can_be(told: Told, known: Sequence[str]) -> list[Move]:
    moves: list[Move] = []
    for found in _CAN_BE.finditer(told.marked):
        sources, target = re.findall(r"%(\w+)", found[1]), found[2].lstrip("%")
        if found[3]:
            target = found[3]
        elif target.startswith(("reopen", "re_open", "restart")) and target not in known:
            target = next(
                (one for one in ("open", "in_progress", "reopened") if one in known), known[0] if known else ""
            )
        elif target in PLAIN_DEEDS or not (found[2].startswith("%") or verbs.is_past(target) or target.endswith("ed")):
            continue
        moves += [(one, target) for one in sources if one != target and target and one in known]
    return moves


def _until(told: Told) -> list[Move]:
    found = _UNTIL.search(told.marked)
    state = found and found[1] in words(
        "draft pending open hidden private provisional tentative reserved unpaid unpublished unconfirmed planned new"
    )
    return [(found[1], found[2])] if found and state and found[2] not in NOT_STATES else []


def _add(world: World, entity: str, values: list[str], moves: list[Move]) -> None:
    """Work moves into the states of an entity; values nobody stated give way to those that are told."""
    ordered = list(dict.fromkeys(values))
    column = _column(world, entity, ordered) or Field("status", "enum")
    guessed = any(line.startswith(f"{entity}.{column.name} is one of") for line in world.charter.assumptions)
    kept = (
        []
        if guessed and not set(ordered) <= set(column.choices) and world.entities[entity].states is None
        else list(column.choices)
    )
    choices = tuple(dict.fromkeys((*kept, *ordered)))[:40]
    before = world.entities[entity].states
    old = before.transitions if before and before.field == column.name else ()
    steps = dict.fromkeys((*((one.source, one.target) for one in old), *moves))
    initial = (
        before.initial
        if before
        else world.firsts.get(entity) or _initial(column, ordered, moves, guessed or entity in world.implied)
    )
    made = Field(column.name, "enum", column.description, choices=choices, default=initial)
    fields = world.entities[entity].fields
    there = any(one.name == column.name for one in fields)
    fresh = tuple(made if one.name == column.name else one for one in fields) if there else (*fields, made)
    fresh = tuple(one for one in fresh if not (one.type == "boolean" and one.name in choices))
    states = States(column.name, initial, tuple(Transition(*pair) for pair in steps)[:100])
    world.put(entity, fields=fresh, states=states)


def _initial(column: Field, ordered: list[str], moves: list[Move], told_otherwise: bool) -> str:
    targets = {two for _, two in moves}
    sources = [one for one, _ in moves if one not in targets]
    first = column.choices[0] if column.choices and column.choices[0] in ordered else ""
    if first in targets and not told_otherwise:
        return first
    default = column.default if column.default in column.choices and column.default in ordered else None
    return default if default and default not in targets else next(iter((*sources, *ordered)))


def settle_initial(world: World) -> None:
    """Drop moves from or to values that a column does not have."""
    for name, entity in list(world.entities.items()):
        if entity.states:
            column = world.column(name, entity.states.field)
            choices = column.choices if column else ()
            kept = tuple(one for one in entity.states.transitions if one.source in choices and one.target in choices)
            fits = bool(kept) and entity.states.initial in choices
            world.put(name, states=replace(entity.states, transitions=kept) if fits else None)
