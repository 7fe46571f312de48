"""Sentences that tell of actions: "returning a loan sets ...", "an inspector grants a permit that is under review"."""

from __future__ import annotations

import re

from libs.contracts.behaviour import Action, Condition, Effect, Value
from libs.contracts.fields import Field
from libs.offline.lexicon import verbs
from libs.offline.prose.acting import act_on, leads_to, name_of, stamps, steps_to, target
from libs.offline.prose.deeds import act, dated, deed, leads
from libs.offline.prose.effects import effects
from libs.offline.prose.granting import lemma_of
from libs.offline.prose.marks import Told
from libs.offline.prose.named_deeds import EFFECTS, read_named, up_to
from libs.offline.prose.parts import parts
from libs.offline.prose.rows import Rows, reached, rows
from libs.offline.prose.said import take
from libs.offline.prose.world import World
from libs.offline.words import snake

_CHANGES = (
    r"(?:sets?|marks?|increases?|decreases?|reduces?|raises?|lowers?|adds?|subtracts?|deducts?|takes?|puts?|changes?|moves?"
    r"|makes?|records?|fills?|clears?|closes?|stamps?|stores?|turns?|updates?|frees?|creates?)"
)
_ING_SETS = re.compile(
    rf"^(?:when )?(\w+ing)\b(?: (?:an?|the|of|it|them|in|out|off))*(?: ?(?:[%$]\w+ )?@(\w+))?[^,;]{{0,30}}?,?"
    rf" (?:also |then |automatically )*({_CHANGES}\b.*)$"
)
_PASSIVE = re.compile(
    r"(?:@(\w+)|it|they|this|that)(?: \w+)?? (?:is|are|gets?|has been|have been|was|were)(?: then"
    r"| finally)? [%$]?([a-z_]+)"
    r"(?: to (?:an? |the )?@(\w+))?(?! @)"
)
_ACTIVE = re.compile(
    r"(?:[@&]\w+|someone|somebody|you|we|he|she|they) ([a-z]+) (?:an? |the |it|them|their )?(?:%\w+ )?@?(\w+)?"
)
_GERUND = re.compile(r"^(?:the )?(\w+ing)(?: (?:an?|the|of))*(?: @(\w+))?$")
_RULE = re.compile(
    r"(?<![%$@])\b(?:cannot|must|never|only|required|mandatory|needs?|nobody|not allowed|no longer|may not)\b"
)
_THEREBY = re.compile(
    r"\b(?:thereby|likewise|in doing so|at the same time|with that|by this|automatically|then|also)\b|^(?:this "
    r"|that |it )?(?:also )?"
    rf"{_CHANGES}\b|^(?:its |the )\$\w+ is (?:then |also )?(?:set|replaced|stored)"
)
_OWN_ACTION = re.compile(
    r"\b(\w+ing)\b(?: (?:an?|the|of))? ?(?:@(\w+))?(?: \w+){0,3}? (?:is|are|should be|must be|as)"
    r" (?:its|their|an?|the|separate)\b[^.]*\baction"
)
_OFFERED = re.compile(
    r"\b(?:actions?|endpoints?|buttons?|operations?|routes?|commands?)(?: are| is|:)? ?(?:to |for |which |that )?(.*)$"
)
_CAN_BE = re.compile(
    r"\b(?:can|may)(?: also| only| still| either)* (?:be|get) ([%$]?[a-z_]+(?:(?:,? and|,? or|,) [%$]?[a-z_]+)*)"
)
_VERB_OF = re.compile(r"([a-z]+)(?: (in|out|off|up))? (?:the |an? |all |their |his |her |new |own |these |only )*$")
_ASKING = re.compile(
    r"\b(?:with|by giving|giving|takes?|together with|needs?|by entering) (?:an? |the |its |new )*\$(\w+)"
)


def read_deeds(told: Told, world: World) -> bool:
    """Read a sentence that says what a deed does, or that it is one."""
    whole = read_named(told, world) or _offered(told, world)
    if whole:
        return True
    pieces = parts(told.marked)
    done = [_sets(one, told, world) or _done_by(one, told, world) for one in pieces]
    passive = [_passive(one, told, world) for one in pieces]
    return any(done) or (any(passive) and False) or up_to(told, world)


def _sets(part: str, told: Told, world: World) -> bool:
    """Read "leaving sets the left time" and "when a loan is returned, the copies of the book increase by one"."""
    if found := _ING_SETS.match(part):
        return _does((found[1], found[2] or "", ""), found[3], told, world)
    said = take(part)
    for word, text in said.conditions:
        if word in {"when", "once", "as soon as", "after", "whenever"} and not _RULE.search(said.main):
            found = _PASSIVE.search(text) or _GERUND.match(text)
            if found:
                verb, thing = (found[2], found[1]) if found.re is _PASSIVE else (found[1], found[2])
                tail = f"_to_{snake(found[3])}" if found.re is _PASSIVE and found[3] else ""
                return bool(EFFECTS.search(said.main)) and _does((verb, thing or "", tail), said.main, told, world)
            found = _ACTIVE.search(text)
            if found and (lemma_of(found[1]) or any(reached(found[1], one, world) for one in told.things())):
                return bool(EFFECTS.search(said.main)) and _does((found[1], found[2] or "", ""), said.main, told, world)
    return _continued(part, told, world)


def _continued(part: str, told: Told, world: World) -> bool:
    """Read "the decision date is thereby set to the current date": one more effect of the action before."""
    entity, name = world.acted
    if not name or not _THEREBY.search(part) or _RULE.search(part) or entity not in (*told.things(), *told.before):
        return False
    found, inputs = effects(part, entity, world)
    kept = next((one for one in world.entities[entity].actions if one.name == name), None)
    if not found or kept is None:
        return False
    return bool(act(world, entity, Action(name, effects=found, inputs=inputs)))


def _does(said: tuple[str, str, str], rest: str, told: Told, world: World) -> bool:
    word, thing, tail = said
    entity = target(word, thing, told, world) or _affected(rest, told, world)
    if not entity or not re.fullmatch(r"[a-z_]+", word):
        return False
    found, inputs = effects(rest, entity, world)
    if not found:
        return False
    name = f"{name_of(word)}{tail}"
    made = "" if tail else deed(world, entity, name) or dated(world, entity, name)
    open_ones = (
        one for one in found if stamps(one) and (kept := world.column(entity, one.target)) and not kept.required
    )
    checks = tuple(Condition(one.target, "is_unset") for one in open_ones)[:1]
    state = next((one for one in found if one.kind == "set" and one.value and one.value.kind == "literal"), None)
    if state and state.value and "." not in state.target:
        leads(world, entity, (state.target, state.value.text), ())
    return bool(act(world, entity, Action(made or name, told.text.strip()[:400], inputs, (), checks, found)))


def _affected(rest: str, told: Told, world: World) -> str:
    columns = re.findall(r"\$(\w+)", rest)
    near = (*told.before, *told.things(), *world.entities)
    return next((name for name in near if columns and world.column(name, columns[0])), "")


def _offered(told: Told, world: World) -> bool:
    """Read "returning a book is its own action" and "there is an action to refund a paid order"."""
    if found := _OWN_ACTION.search(told.marked):
        entity = target(found[1], found[2] or "", told, world)
        return bool(entity) and bool(act_on(found[1], entity, world))
    found = _OFFERED.search(told.marked)
    done = [_done_by(f"we {one.strip()}", told, world) for one in re.split(r",| and | or ", found[1])] if found else []
    return any(done)


def _done_by(part: str, told: Told, world: World) -> bool:
    """Read "an inspector grants a permit application that is under review" and "a member returns a loan"."""
    said = take(part)
    if re.search(r"(?<![%$@])\b(?:cannot|never|not|no|nobody|report|list)\b", said.main):
        return False
    done = _marks(said.main, world)
    for verb in re.findall(r"\b([a-z]{4,}) (?:it|them)\b", said.main):
        entity = next((one for one in (*told.things(), *told.before) if leads_to(verb, one, world)), "")
        done = bool(entity and act_on(verb, entity, world)) or done
    for one in rows(said.main, world):
        found = _VERB_OF.search(said.main[: one.start])
        words_said = _verbs_before(said.main[: one.start], found) if found else []
        for word in words_said:
            entity = one.entity if leads_to(word, one.entity, world) else ""
            where = tuple(each for each in one.where if "." not in each.field)
            made = act_on(word, entity, world, where) if entity else ""
            if made:
                _ask(made, entity, said.main[one.end :], world)
                done = True
    return done


def _marks(text: str, world: World) -> bool:
    """Read "the accountant marks invoices as paid" and "an invoice can be marked as paid"."""
    found = re.search(
        r"\bmarks? (?:the |an? )?@(\w+) as (?:an? )?%(\w+)|@(\w+)[^%$]*\b(?:be|is|are|gets?) marked (?:as )?[%$](\w+)",
        text,
    )
    entity, value = (found[1] or found[3], found[2] or found[4]) if found else ("", "")
    return bool(entity and steps_to(value, entity, world) and act_on(value, entity, world))


def _verbs_before(front: str, found: re.Match[str]) -> list[str]:
    """Return the verbs that share an object: "approves or rejects orders"; none where nobody does it."""
    if not front[: found.start()].strip():
        return []
    joined = re.search(r"([a-z]+)(?:, ([a-z]+))*,? (?:and|or) $", front[: found.start(1)])
    tail = f"_{found[2]}" if found[2] else ""
    out = [f"{found[1]}{tail}"]
    return [*([one for one in joined.groups() if one] if joined else []), *out]


def _ask(name: str, entity: str, rest: str, world: World) -> None:
    """Add what an action asks for: "by giving a decision text"."""
    asked = [one for one in _ASKING.findall(rest) if world.column(entity, one)]
    sets = tuple(Effect("set", one, Value("input", one)) for one in asked)
    inputs = tuple(
        Field(one.name, one.type) for name_ in asked if (one := world.column(entity, name_)) and one.type != "enum"
    )
    if sets and len(inputs) == len(sets):
        act(world, entity, Action(name, effects=sets, inputs=inputs))


def _passive(part: str, told: Told, world: World) -> bool:
    """Read "pending orders can be cancelled": the move has an action of its own."""
    said = take(part)
    found = _CAN_BE.search(said.main)
    if found is None or re.search(r"(?<![%$@])\b(?:cannot|never|not|no)\b", said.main):
        return False
    if _listing(found[1], (*told.things(), *told.before), world):
        return False
    near: list[Rows] = [*rows(said.main, world), *(Rows(one) for one in told.before)]
    done = False
    for word in re.findall(r"[a-z_]+", found[1]):
        one = next((one for one in near if _participle(word) and steps_to(word, one.entity, world)), None)
        where = tuple(each for each in one.where if "." not in each.field) if one else ()
        made = act_on(word, one.entity, world, where) if one else ""
        if made and one:
            _ask(made, one.entity, said.main[found.end() :], world)
            done = True
    return done


def _participle(word: str) -> bool:
    base = re.sub(r"_(?:on|at|date|time)$", "", word)
    return (
        (verbs.is_past(base) or base.endswith("ed"))
        and name_of(base) not in {"lose", "win", "expire"}
        and "_" not in base
    )


def _listing(text: str, near: tuple[str, ...], world: World) -> bool:
    """Say whether "can be" lists all states there are, the first among them, rather than what is done."""
    said = re.findall(r"%([a-z_]+)", text)
    columns = [one for name in near for one in world.entities[name].fields if set(said) & set(one.choices)]
    return bool(columns) and len(said) > 1 and columns[0].choices[0] in said
