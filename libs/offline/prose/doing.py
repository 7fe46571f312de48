"""Sentences that tell of actions: "returning a loan sets ...", "an inspector grants a permit that is under review"."""

from __future__ import annotations

import re

from msgspec.structs import replace

from libs.contracts.behaviour import Action, Condition, Effect, Value
from libs.contracts.fields import Field
from libs.offline.lexicon import verbs
from libs.offline.prose.deeds import act, date_of, dated, deed, flag_of, leads
from libs.offline.prose.effects import effects
from libs.offline.prose.granting import lemma_of
from libs.offline.prose.marks import Told
from libs.offline.prose.parts import parts
from libs.offline.prose.rows import Rows, reached, rows
from libs.offline.prose.said import take
from libs.offline.prose.world import World
from libs.offline.words import singular, snake

_CHANGES = (
    r"(?:sets?|marks?|increases?|decreases?|reduces?|raises?|lowers?|adds?|subtracts?|deducts?|takes?|puts?|changes?|moves?"
    r"|makes?|records?|fills?|clears?|closes?|stamps?|stores?|turns?|updates?|frees?|creates?)"
)
_ING_SETS = re.compile(
    rf"^(?:when )?(\w+ing)\b(?: (?:an?|the|of|it|them|in|out|off))*(?: ?(?:[%$]\w+ )?@(\w+))?[^,;]{{0,30}}?,?"
    rf" (?:also |then |automatically )*({_CHANGES}\b.*)$"
)
_PASSIVE = re.compile(
    r"(?:@(\w+)|it|they|this|that)(?: \w+)?? (?:is|are|gets?|has been|have been|was|were)(?: then| finally)? [%$]?([a-z_]+)"
    r"(?: to (?:an? |the )?@(\w+))?(?! @)"
)
_ACTIVE = re.compile(r"(?:[@&]\w+|someone|somebody|you|we|he|she|they) ([a-z]+) (?:an? |the |it|them|their )?(?:%\w+ )?@?(\w+)?")
_GERUND = re.compile(r"^(?:the )?(\w+ing)(?: (?:an?|the|of))*(?: @(\w+))?$")
_EFFECTS = re.compile(
    r"[%$@]|\b(?:set|increas|decreas|reduc|becomes?|marked|filled|updated|cleared|added|taken|deducted|creat)"
)
_RULE = re.compile(r"(?<![%$@])\b(?:cannot|must|never|only|required|mandatory|needs?|nobody|not allowed|no longer|may not)\b")
_ROUTE = re.compile(r"\b(?:POST|PUT|PATCH)\s+/?([a-z_-]+)/[{:<]?\w*[}>]?/([a-z_-]+)[^\w]*(.*)$", re.I)
_LABELLED = re.compile(r"^([a-z]+(?:_[a-z]+)?) ?(?:\((?:takes |with |needs )?([^()]*)\))?(?: ?[:-] )(.*)$")
_THEREBY = re.compile(
    r"\b(?:thereby|likewise|in doing so|at the same time|with that|by this|automatically|then|also)\b|^(?:this |that |it )?(?:also )?"
    rf"{_CHANGES}\b|^(?:its |the )\$\w+ is (?:then |also )?(?:set|replaced|stored)"
)
_OWN_ACTION = re.compile(
    r"\b(\w+ing)\b(?: (?:an?|the|of))? ?(?:@(\w+))?(?: \w+){0,3}? (?:is|are|should be|must be|as)"
    r" (?:its|their|an?|the|separate)\b[^.]*\baction"
)
_OFFERED = re.compile(
    r"\b(?:actions?|endpoints?|buttons?|operations?|routes?|commands?)(?: are| is|:)? ?(?:to |for |which |that )?(.*)$"
)
_STEPS = re.compile(r"\b(\w+ing(?: (?:in|out|off|up))?)(?:,| and) (\w+ing(?: (?:in|out|off|up))?) (?:are|is) ")
_CAN_BE = re.compile(r"\b(?:can|may)(?: also| only| still| either)* (?:be|get) ((?:(?:,? ?(?:and|or)? ?)[%$]?[a-z_]+)+)")
_VERB_OF = re.compile(r"([a-z]+)(?: (in|out|off|up))? (?:the |an? |all |their |his |her |new |own |these |only )*$")
_ASKING = re.compile(r"\b(?:with|by giving|giving|takes?|together with|needs?|by entering) (?:an? |the |its |new )*\$(\w+)")


def read_deeds(told: Told, world: World) -> bool:
    """Read a sentence that says what a deed does, or that it is one."""
    whole = _route(told, world) or _labelled(told, world) or _steps(told, world) or _offered(told, world)
    if whole:
        return True
    pieces = parts(told.marked)
    done = [_sets(one, told, world) or _done_by(one, told, world) for one in pieces]
    passive = [_passive(one, told, world) for one in pieces]
    return any(done) or (any(passive) and False) or _upto(told, world)


def name_of(word: str) -> str:
    """Return the name of an action for a form of its verb: "granted" and "grants" are "grant"."""
    word = re.sub(r"_(?:on|at|date|time)$", "", word)
    if known := lemma_of(word):
        return known
    if not re.search(r"(?:ed|ing|s)$", word):
        return word
    root = verbs.root(word)
    return f"{root}e" if re.search(r"(?:[cgsuvz]|[^aeiou]at|iz|ur|[^a]ir)$", root) else root


def _act_on(word: str, entity: str, world: World, where: tuple[Condition, ...] = ()) -> str:
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


def _target(word: str, thing: str, told: Told, world: World) -> str:
    """Return the entity a deed is done on: returning a book is done on its loan."""
    if thing in world.entities:
        near = [thing, *world.children(thing)]
    else:
        near = [*told.things(), *told.before, *world.entities]
    near = [one for one in near if one in world.entities]
    lemma = name_of(word)
    ended = (one for one in near if (at := date_of(world, one, lemma)) and (kept := world.column(one, at)) and not kept.required)
    stated = (one for one in near if reached(word, one, world))
    flagged = (one for one in near if any(verbs.root(each.name) == verbs.root(lemma) for each in world.entities[one].fields))
    return next(stated, next(ended, next(flagged, thing if thing in world.entities else "")))


def _sets(part: str, told: Told, world: World) -> bool:
    """Read "leaving sets the left time" and "when a loan is returned, the copies of the book increase by one"."""
    if found := _ING_SETS.match(part):
        return _does(found[1], found[2] or "", found[3], told, world)
    said = take(part)
    for word, text in said.conditions:
        if word in {"when", "once", "as soon as", "after", "whenever"} and not _RULE.search(said.main):
            found = _PASSIVE.search(text) or _GERUND.match(text)
            if found:
                verb, thing = (found[2], found[1]) if found.re is _PASSIVE else (found[1], found[2])
                tail = f"_to_{snake(found[3])}" if found.re is _PASSIVE and found[3] else ""
                return bool(_EFFECTS.search(said.main)) and _does(verb, thing or "", said.main, told, world, tail)
            if found := _ACTIVE.search(text):
                return bool(_EFFECTS.search(said.main)) and _does(found[1], found[2] or "", said.main, told, world)
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


def _does(word: str, thing: str, rest: str, told: Told, world: World, tail: str = "") -> bool:
    entity = _target(word, thing, told, world) or _affected(rest, told, world)
    if not entity or not re.fullmatch(r"[a-z_]+", word):
        return False
    found, inputs = effects(rest, entity, world)
    if not found:
        return False
    name = f"{name_of(word)}{tail}"
    made = "" if tail else deed(world, entity, name) or dated(world, entity, name)
    checks = tuple(Condition(one.target, "is_unset") for one in found if _stamps(one))[:1]
    state = next((one for one in found if one.kind == "set" and one.value and one.value.kind == "literal"), None)
    if state and state.value and "." not in state.target:
        leads(world, entity, (state.target, state.value.text), ())
    return bool(act(world, entity, Action(made or name, told.text.strip()[:400], inputs, (), checks, found)))


def _stamps(effect: Effect) -> bool:
    return effect.kind == "set" and effect.value is not None and effect.value.kind in {"now", "today"}


def _affected(rest: str, told: Told, world: World) -> str:
    columns = re.findall(r"\$(\w+)", rest)
    near = (*told.before, *told.things(), *world.entities)
    return next((name for name in near if columns and world.column(name, columns[0])), "")


# Deeds that are named


def _route(told: Told, world: World) -> bool:
    """Read "POST /loans/{id}/return: sets the return date"."""
    found = _ROUTE.search(told.text)
    if found is None:
        return False
    key = singular(found[1].replace("-", "_"))
    entity = next((name for name in world.entities if key in {snake(name), singular(world.entities[name].plural)}), "")
    return bool(entity) and _named(found[2].replace("-", "_"), entity, told.marked.rpartition("/")[2], told, world)


def _labelled(told: Told, world: World) -> bool:
    """Read "fail (takes a reason): the state becomes failed" where actions are listed."""
    found = _LABELLED.match(told.marked)
    if found is None or not _EFFECTS.search(f"{found[2] or ''} {found[3]}"):
        return False
    near = [one for one in (*told.before, *told.things()) if reached(found[1], one, world) or date_of(world, one, found[1])]
    listed = re.search(r"\b(?:actions?|operations?|endpoints?|deeds?|routes?)\b", told.under.lower())
    entity = near[0] if near else (told.before[0] if listed and told.before else "")
    return bool(entity) and _named(found[1], entity, f"{found[3]}, {_given(found[2])}", told, world)


def _given(text: str | None) -> str:
    return f"takes {text.removeprefix('takes ')}" if text else ""


def _named(name: str, entity: str, rest: str, told: Told, world: World) -> bool:
    where = next((one.where for one in rows(rest, world) if one.entity == entity and one.where), ())
    if not where and (found := re.search(r"\bonly (?:if|when|while|for) .*?%(\w+)", rest)):
        state = world.state(entity, found[1])
        where = (state,) if state else ()
    told_rest = re.sub(r"\bonly (?:if|when|while|for)?[^,;.]*|\bmarks? \w+ @\w+ as", " ", rest)
    found, inputs = effects(told_rest, entity, world)
    made = deed(world, entity, name, where) or dated(world, entity, name)
    return bool(made or found) and bool(act(world, entity, Action(made or name, told.text.strip()[:400], inputs, (), where, found)))


def _offered(told: Told, world: World) -> bool:
    """Read "returning a book is its own action" and "there is an action to refund a paid order"."""
    if found := _OWN_ACTION.search(told.marked):
        entity = _target(found[1], found[2] or "", told, world)
        return bool(entity) and bool(_act_on(found[1], entity, world))
    found = _OFFERED.search(told.marked)
    return bool(found) and any([_done_by(f"we {one.strip()}", told, world) for one in re.split(r",| and | or ", found[1])])


def _done_by(part: str, told: Told, world: World) -> bool:
    """Read "an inspector grants a permit application that is under review" and "a member returns a loan"."""
    said = take(part)
    if re.search(r"(?<![%$@])\b(?:cannot|never|not|no|nobody|report|list)\b", said.main):
        return False
    done = _marks(said.main, world)
    for verb in re.findall(r"\b([a-z]{4,}) (?:it|them)\b", said.main):
        entity = next((one for one in (*told.things(), *told.before) if _leads(verb, one, world)), "")
        done = bool(entity and _act_on(verb, entity, world)) or done
    for one in rows(said.main, world):
        found = _VERB_OF.search(said.main[: one.start])
        words_said = _verbs_before(said.main[: one.start], found) if found else []
        for word in words_said:
            entity = one.entity if _leads(word, one.entity, world) else ""
            where = tuple(each for each in one.where if "." not in each.field)
            made = _act_on(word, entity, world, where) if entity else ""
            if made:
                _ask(made, entity, said.main[one.end :], world)
                done = True
    return done


def _marks(text: str, world: World) -> bool:
    """Read "the accountant marks invoices as paid" and "an invoice can be marked as paid"."""
    found = re.search(r"\bmarks? (?:the |an? )?@(\w+) as (?:an? )?%(\w+)|@(\w+)[^%]*\bbe marked (?:as )?%(\w+)", text)
    entity, value = (found[1] or found[3], found[2] or found[4]) if found else ("", "")
    return bool(entity and reached(value, entity, world) and _act_on(value, entity, world))


def _verbs_before(front: str, found: re.Match[str]) -> list[str]:
    """Return the verbs that share an object: "approves or rejects orders"; none where nobody does it."""
    if not front[: found.start()].strip():
        return []
    joined = re.search(r"([a-z]+)(?:, ([a-z]+))*,? (?:and|or) $", front[: found.start(1)])
    tail = f"_{found[2]}" if found[2] else ""
    out = [f"{found[1]}{tail}"]
    return [*([one for one in joined.groups() if one] if joined else []), *out]


def _leads(word: str, entity: str, world: World) -> bool:
    if not re.fullmatch(r"[a-z_]{3,}", word) or verbs.is_past(word) or word.endswith("ing"):
        return False
    moment = world.column(entity, date_of(world, entity, name_of(word)))
    return bool(reached(word, entity, world)) or bool(moment and not moment.required) or _flagged(word, entity, world)


def _flagged(word: str, entity: str, world: World) -> bool:
    return bool(flag_of(world, entity, name_of(word))[0])


def _ask(name: str, entity: str, rest: str, world: World) -> None:
    """Add what an action asks for: "by giving a decision text"."""
    asked = [one for one in _ASKING.findall(rest) if world.column(entity, one)]
    sets = tuple(Effect("set", one, Value("input", one)) for one in asked)
    inputs = tuple(Field(one.name, one.type) for name_ in asked if (one := world.column(entity, name_)) and one.type != "enum")
    if sets and len(inputs) == len(sets):
        act(world, entity, Action(name, effects=sets, inputs=inputs))


def _steps(told: Told, world: World) -> bool:
    """Read "checking in and checking out are separate steps": each is an action into the state of its name."""
    found = _STEPS.search(told.marked)
    names = [re.sub(r"^(\w+?)ing\b", r"\1", one).replace(" ", "_") for one in found.groups()] if found else []
    done = False
    for name in names:
        near = (one for one in dict.fromkeys((*told.things(), *told.before, *world.entities)))
        entity = next((one for one in near if reached(name, one, world)), "")
        done = bool(entity and deed(world, entity, name)) or done
    return done


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
        one = next((one for one in near if _participle(word) and _steps_to(word, one.entity, world)), None)
        where = tuple(each for each in one.where if "." not in each.field) if one else ()
        made = _act_on(word, one.entity, world, where) if one else ""
        if made and one:
            _ask(made, one.entity, said.main[found.end() :], world)
            done = True
    return done


def _participle(word: str) -> bool:
    base = re.sub(r"_(?:on|at|date|time)$", "", word)
    return (verbs.is_past(base) or base.endswith("ed")) and name_of(base) not in {"lose", "win", "expire"} and "_" not in base


def _listing(text: str, near: tuple[str, ...], world: World) -> bool:
    """Say whether "can be" lists all states there are, the first among them, rather than what is done."""
    said = re.findall(r"%([a-z_]+)", text)
    columns = [one for name in near for one in world.entities[name].fields if set(said) & set(one.choices)]
    return bool(columns) and len(said) > 1 and columns[0].choices[0] in said


def _steps_to(word: str, entity: str, world: World) -> bool:
    moment = world.column(entity, date_of(world, entity, name_of(word)))
    return bool(reached(word, entity, world)) or _flagged(word, entity, world) or bool(moment and not moment.required)


def _upto(told: Told, world: World) -> bool:
    """Read "paid orders can be refunded up to 24 hours before the event starts" as an action with its checks."""
    found = re.search(
        r"%(\w+)(?: @\w+| ones?)? (?:can|may) (?:only )?be %?(\w+) (?:only )?(?:up to|until|at least"
        r"|no later than|at the latest) (\d+) (hours?|days?|minutes?) before (?:the |its )?(?:@(\w+)"
        r" )?(?:\$(\w+)|it starts)",
        told.marked,
    )
    entity = next((name for name in (*told.things(), *told.before) if found and world.state(name, found[1])), "")
    if not found or not entity:
        return False
    holder = found[5] or ""
    link = world.link(entity, holder) if holder else None
    start = world.beginning(holder) if holder in world.entities else world.beginning(entity)
    path = f"{link.name}.{start}" if link and start else start
    name = deed(world, entity, name_of(found[2]))
    if not name or not path:
        return False
    kept = world.entities[entity]
    check = Condition(path, "gt", Value("now", f"+{found[3]} {found[4]}"))
    world.put(
        entity,
        actions=tuple(replace(one, checks=(*one.checks, check)) if one.name == name else one for one in kept.actions),
    )
    return True
