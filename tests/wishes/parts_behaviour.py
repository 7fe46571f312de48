"""Compare traits, states, actions, computed fields, rules and reports."""

from __future__ import annotations

import re

from libs.contracts.behaviour import Action, Computed, Rule, States, UniqueIn
from libs.contracts.charter import Charter, Entity
from tests.wishes.align import Aligned, meant
from tests.wishes.meaning import Meaning, of_report, of_rule
from tests.wishes.naming import alike, canon, same
from tests.wishes.tally import Tallies, Tally
from tests.wishes.want import Want, Wanted, WantedEntity

_FLAGS = ("owned", "account", "soft_delete", "timestamps", "audit")


def compare(wanted: Wanted, charter: Charter, aligned: Aligned, tallies: Tallies) -> None:
    """Count what each entity does, then rules and reports of the whole."""
    there = {want.name: entity for entity in aligned.entities if (want := aligned.known.get(entity.name))}
    for want in wanted.entities:
        entity = there.get(want.name, Entity(want.name, want.plural))
        if not want.may:
            sure, free = _traits(want)
            sets(
                tallies["traits"],
                sure,
                free,
                {f"{want.name} {each}" for each in _has(entity)} | _owned(entity, sure, aligned),
            )
            sets(tallies["states"], *_moves(want, entity.states), _steps(want.name, entity.states))
            _actions(want, entity, aligned, tallies["actions"])
            _computed(want, entity, aligned, tallies["computed"])
    _rules(wanted, charter, aligned, tallies["rules"])
    _reports(wanted, charter, aligned, tallies["reports"])


def sets(tally: Tally, sure: set[str], free: set[str], given: set[str]) -> None:
    """Count ``given`` against what must and what may be in it."""
    tally.right += len(sure & given)
    tally.missed += sorted(sure - given)
    tally.extra += sorted(given - sure - free)


def _traits(want: WantedEntity) -> tuple[set[str], set[str]]:
    marks = want.traits | {f"search {canon(name)}": mark for name, mark in want.search.items()}
    sure = {f"{want.name} {each}" for each, mark in marks.items() if not mark and each != "link"}
    free = {f"{want.name} {each}" for each in marks}
    return sure, free


def _has(entity: Entity) -> set[str]:
    return {flag for flag in _FLAGS if getattr(entity, flag)} | {f"search {canon(name)}" for name in entity.search}


def _owned(entity: Entity, sure: set[str], aligned: Aligned) -> set[str]:
    """Rows that lead to somebody who signs in have an owner as well as those that are marked so."""
    accounts = {each.name for each in aligned.entities if each.account}
    leads = any(each.target in accounts and each.kind != "many_to_many" for each in entity.relations)
    return {each for each in sure if leads and each.endswith(" owned")}


def _moves(want: WantedEntity, given: States | None) -> tuple[set[str], set[str]]:
    """The first state counts, unless its first move is marked: then the wish leaves its name open."""
    if not want.states:
        return set(), set()
    steps = {f"{want.name} {canon(one)}>{canon(two)}": mark for (one, two), mark in want.moves.items()}
    open_start = bool(next(iter(want.moves.values())))
    starts = set() if open_start else {f"{want.name} starts {canon(want.states.item.initial)}"}
    free = {step for step in _steps(want.name, given) if open_start and given and _leaves(step, given.initial)}
    sure = {step for step, mark in steps.items() if not mark} | starts
    return (set() if want.states.may else sure), {*steps, *starts, *free}


def _leaves(step: str, state: str) -> bool:
    return step.split(" ", 1)[1].startswith((f"starts {canon(state)}", f"{canon(state)}>"))


def _steps(name: str, states: States | None) -> set[str]:
    if not states:
        return set()
    moves = {f"{name} {canon(each.source)}>{canon(each.target)}" for each in states.transitions}
    return moves | {f"{name} starts {canon(states.initial)}"}


# Actions and computed fields


def _actions(want: WantedEntity, entity: Entity, aligned: Aligned, tally: Tally) -> None:
    sure: set[str] = set()
    free: set[str] = set()
    given: set[str] = set()
    for action in entity.actions:
        meaning = next((each for each in want.actions if is_named(action.name, each.names)), None)
        name = meaning.names[0] if meaning else action.name
        given |= _done(want.name, name, action, lambda path: aligned.path(entity.name, path))
    itself = meant(aligned.wanted)
    for each in want.actions:
        done = _done(want.name, each.names[0], each.item, lambda path: itself.path(want.name, path))
        (free if each.may else sure).update(done)
        free |= {item for item in given if each.may and item.startswith(f"{want.name} {each.names[0]}")}
    sets(tally, sure, free, given)


def is_named(name: str, names: tuple[str, ...]) -> bool:
    """Whether an action is meant: ``return`` by ``return_book``."""
    return same(name, names) or any(name.startswith(f"{each}_") for each in names)


def _done(entity: str, name: str, action: Action, path) -> set[str]:
    effects = {f"{entity} {name}: {each.kind} {path(each.target)}" for each in action.effects}
    return {f"{entity} {name}"} | effects


def _computed(want: WantedEntity, entity: Entity, aligned: Aligned, tally: Tally) -> None:
    itself = meant(aligned.wanted)
    meanings = {_formula(each.item, want.name, itself): each.may for each in want.computed}
    sure = {each for each, may in meanings.items() if not may}
    sets(tally, sure, set(meanings), {_formula(each, entity.name, aligned) for each in entity.computed})


def _formula(computed: Computed, entity: str, aligned: Aligned) -> str:
    if computed.aggregate:
        over, field = computed.aggregate, computed.aggregate.field
        path = aligned.path(over.source, field) if field else ""
        return f"{aligned.entity(entity)} {over.function} {aligned.entity(over.source)} {path} {bool(over.where)}"
    paths = sorted(aligned.path(entity, each) for each in re.findall(r"[a-z_][a-z0-9_.]*", computed.expression))
    return f"{aligned.entity(entity)} of {' '.join(paths)}"


# Rules and reports


def _rules(wanted: Wanted, charter: Charter, aligned: Aligned, tally: Tally) -> None:
    given = [*charter.rules, *_together(charter.entities)]
    wants = [*wanted.rules, *_wanted_together(wanted)]
    left = _take(wants, given, aligned, tally)
    tally.extra += [f"{_kind(each)} {each.entity}: {each.text}" for each in left]


def _take(wants: list[Want], given: list[Rule], aligned: Aligned, tally: Tally) -> list[Rule]:
    left, itself = list(given), meant(aligned.wanted)
    for want in wants:
        options = (want.item, *want.others)
        meanings = {of_rule(each, itself) for each in options} - {None}
        in_words = [each.text for each in options if each.enforcement is None]
        found = [each for each in left if _says(each, meanings, in_words, aligned)][:1]
        left = [each for each in left if each not in found]
        if not want.may:
            tally.right += bool(found)
            tally.missed += [] if found else [f"{_kind(want.item)} {want.item.entity}: {want.item.text}"]
    return left


def _says(rule: Rule, meanings: set[Meaning | None], in_words: list[str], aligned: Aligned) -> bool:
    if rule.enforcement is None:
        return any(alike(rule.text, text) for text in in_words)
    return of_rule(rule, aligned) in meanings


def _kind(rule: Rule) -> str:
    return rule.enforcement.__struct_config__.tag if rule.enforcement else "words"  # pyright: ignore


def _together(entities: tuple[Entity, ...]) -> list[Rule]:
    return [_unique(entity.name, each.fields) for entity in entities for each in entity.unique_together]


def _wanted_together(wanted: Wanted) -> list[Want]:
    return [
        Want(_unique(entity.name, each.item.fields), each.mark or entity.mark)
        for entity in wanted.entities
        for each in entity.unique
    ]


def _unique(entity: str, fields: tuple[str, ...]) -> Rule:
    return Rule("R1", f"unique {' + '.join(fields)}", entity, UniqueIn(fields))


def _reports(wanted: Wanted, charter: Charter, aligned: Aligned, tally: Tally) -> None:
    left, itself = [of_report(each, aligned) for each in charter.reports], meant(wanted)
    for want in wanted.reports:
        options = [of_report(each, itself) for each in (want.item, *want.others)]
        found = next((each for each in options if each in left), None)
        if found:
            left.remove(found)
        if not want.may:
            tally.right += bool(found)
            tally.missed += [] if found else [want.names[0]]
    tally.extra += [str(each) for each in left]
