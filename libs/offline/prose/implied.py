"""States that no list names: "a submission that is new", "new and invited submissions can be declined"."""

from __future__ import annotations

import re

from libs.contracts.fields import Field
from libs.offline.lexicon import grammar, verbs, words
from libs.offline.prose.marks import Told
from libs.offline.prose.world import World
from libs.offline.words import snake

_PLAIN = words("new open draft pending active done ready closed planned idle")
_NO_STATE = words(
    "reopened restarted needed used allowed required called named based given made done limited related linked"
    " assigned used kept stored added"
    " created deleted changed edited removed updated seen found shown set offered sent known said located interested"
    " booked-on logged registered entered recorded tied connected supposed expected red unused listed posted"
    " modified altered edited touched"
)
_WORD = (
    r"(?:[a-z]+(?:ed|en|wn|nt|id)(?: (?:in|out|up|off))?|under [a-z]+|in [a-z]+|on hold"
    r"|new|open|draft|pending|active|done|ready|closed)"
)
_LIST = rf"{_WORD}(?:(?:,| and| or|, or|, and) {_WORD})*"
_THAT = re.compile(rf"@(\w+) (?:that|which) (?:is|are|has been|have been) (?:not )?({_LIST})(?=[ ,.;]|$)")
_BEFORE = re.compile(rf"(?:^|\s)({_LIST}) @(\w+) (?:can|may|cannot) (?:only |also )?be ({_LIST})")
_EITHER = re.compile(rf"@(\w+) (?:is|are|can be|may be)(?: either)? ({_WORD}(?:, {_WORD})*,? or {_WORD})(?=[ ,.;]|$)")
_FIRST = re.compile(rf"@(\w+) (?:must be |is |are )?({_WORD}) first, then")
_DONE = re.compile(rf"@(\w+)(?: per @\w+)? (?:can|may|cannot|is|are)(?: only| not)*(?: be)? ({_LIST})(?=,|\.|;|$)")
_NEXT = re.compile(rf"\b(?:then|finally) ({_LIST})(?=[ ,.;]|$)")


def read_implied(told: Told, world: World) -> bool:
    """Note the states that a sentence implies of things without a status."""
    text = told.marked
    found = [(one[1], one[2]) for one in _THAT.finditer(text)]
    found += [(one[2], f"{one[1]} and {one[3]}") for one in _BEFORE.finditer(text)]
    found += [(one[1], one[2]) for one in _EITHER.finditer(text)]
    if first := _FIRST.search(text):
        found += [(first[1], f"{first[2]} and {' and '.join(one[1] for one in _NEXT.finditer(text))}")]
    for entity, said in found:
        _note(entity, _values(said), world.implied, world)
    for one in _DONE.finditer(text):
        _note(one[1], _values(one[2]), world.mentioned, world)
    return False


def _values(said: str) -> list[str]:
    parts = re.split(r",? and |,? or |, ", said)
    return [snake(one) for one in parts if _state(one.strip())]


def _state(word: str) -> bool:
    head = word.split(maxsplit=1)[0] if word else ""
    if (head in _NO_STATE and word not in _PLAIN) or not head:
        return False
    return (
        word in _PLAIN
        or (head in {"under", "in", "on"} and not set(word.split()) & grammar.DETERMINERS)
        or verbs.is_past(head)
        or head.endswith("ed")
    )


def _note(entity: str, values: list[str], known: dict[str, list[str]], world: World) -> None:
    kept = world.entities[entity]
    if any(one.type == "enum" and one.name.rpartition("_")[2] in {"status", "state", "stage"} for one in kept.fields):
        return
    told = known.setdefault(entity, [])
    told += [one for one in values if one not in told and world.state(entity, one) is None]


def settle_implied(world: World) -> None:
    """Give a status to the things of which two states or more were told."""
    for entity, values in world.implied.items():
        if world.told_of(entity, values):
            continue
        if len(values) > 1 and len(world.entities[entity].fields) < 60:
            choices = dict.fromkeys((*values, *world.mentioned.get(entity, [])))
            column = Field("status", "enum", choices=tuple(choices)[:40], default=values[0])
            fields = tuple(one for one in world.entities[entity].fields if one.name not in {"status", *choices})
            world.put(entity, fields=(*fields, column))
