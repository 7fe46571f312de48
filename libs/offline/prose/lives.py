"""The states that a wish names in lists and in stories, put into a column where a thing has none of them yet."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from msgspec.structs import replace

from libs.contracts.fields import Field
from libs.offline.lexicon import verbs
from libs.offline.prose.goals import participle
from libs.offline.prose.granting import is_person
from libs.offline.prose.life_shapes import BECOMES, ITEM, LISTED, NOT_STATES, OPENING, PASSING, STORY, THEN
from libs.offline.prose.marks import Told
from libs.offline.prose.world import World
from libs.offline.words import human, singular, snake

_STATUS = ("status", "state", "stage", "phase")
_OTHER = ("a @", "an @", "the @", "@", "each @", "every @")


@dataclass(slots=True)
class _Lives:
    """The states told of each thing, those that a list names in full, and the thing whose life is being told."""

    world: World
    found: dict[str, list[str]] = field(default_factory=lambda: {})
    sure: set[str] = field(default_factory=set[str])
    life: str = ""

    def listed(self, told: Told, ahead: Sequence[Told]) -> None:
        """Note the states that a list names, and that "Status" before it is no thing."""
        values = _listed(told)
        entity = _whose(told, ahead, values, self.world) if values else ""
        if entity and not self.world.told_of(entity, values):
            self.found[entity] = values
            self.sure.add(entity)
        if values and "Status" in self.world.entities and told.things()[:1] == ["Status"]:
            _drop("Status", self.world)

    def told(self, told: Told) -> None:
        """Note the states that a sentence tells in passing."""
        opened = [found for shape in OPENING if (found := shape.search(told.marked))]
        for found in opened:
            self._open(found, told)
        subject = next((one for one in told.things() if self._lives(one)), "")
        if not opened and subject and subject != self.life and told.marked.startswith(_OTHER):
            self.life = ""
        for found in BECOMES.finditer(told.marked):
            if found["thing"] in (*self.found, self.life) or verbs.is_past(found["one"]):
                self.life = found["thing"]
                self._note(self.life, found)
        self._going_on(told.marked)
        for found in (one for shape in PASSING for one in shape.finditer(told.marked)):
            if found["one"] != "new" or "can" in found[0]:
                self._note(found["thing"] or self.life or next(iter(told.things()), ""), found)

    def _open(self, found: re.Match[str], told: Told) -> None:
        """Begin the life of a thing with the state that its rows begin in."""
        near = (one for one in (*told.before, *told.things()) if self._lives(one))
        entity, values = found.groupdict().get("thing") or next(near, ""), _states(found)
        if values and self._lives(entity):
            self.life = entity
            self.world.firsts.setdefault(entity, values[0])
            self._note(entity, found)

    def _going_on(self, text: str) -> None:
        for shape in STORY if self.life else ():
            for found in shape.finditer(text):
                # "Then measurements, ..." begins another matter.
                bare = shape is THEN and not found.start() and "is" not in found[0].split()
                if not bare or verbs.is_past(found["one"]):
                    self._note(self.life, found)

    def _lives(self, entity: str) -> bool:
        return entity in self.world.entities and not is_person(entity)

    def _note(self, entity: str, found: re.Match[str]) -> None:
        if not self._lives(entity) or entity in self.sure:
            return
        column = _status(entity, self.world)
        if column and not guessed(entity, column, self.world) and len(column.choices) > 2:
            return
        others = [one for one in self.world.entities[entity].fields if one is not column]
        taken = {snake(one) for one in self.world.entities}
        taken |= {value for one in others if not guessed(entity, one, self.world) for value in one.choices}
        told = self.found.setdefault(entity, [])
        told += [one for one in _states(found) if one not in taken and one not in told]


def read_lives(sentences: Sequence[Told], world: World) -> None:
    """Give things the states that lists and stories name, where no column has them yet."""
    lives = _Lives(world)
    for at, told in enumerate(sentences):
        lives.listed(told, sentences[at + 1 : at + 2])
        lives.told(told)
    for entity, told in lives.found.items():
        listed = entity in lives.sure
        first = [] if listed else [*filter(None, [world.firsts.get(entity)]), *world.implied.get(entity, ())]
        values = list(dict.fromkeys((*first, *told)))
        # Two states in passing are too few to make a life of, unless one of them is said to be the first.
        if len(values) > (1 if listed or first else 2):
            _put(entity, values, listed, world)
    world.listed |= lives.sure


def _listed(told: Told) -> list[str]:
    if "->" in told.text:
        return []
    found = LISTED.search(told.marked)
    if found is None:
        return []
    parts = re.split(r",? or |,? and |, |/|\|", re.sub(r"[@$%&]", "", found["list"].strip()))
    items = [ITEM.match(one.strip()) for one in parts]
    values = [snake(one[1]) for one in items if one]
    return list(dict.fromkeys(values)) if len(values) == len(parts) > 1 else []


def _drop(entity: str, world: World) -> None:
    """Take out a thing that was only the name of a list of states."""
    del world.entities[entity]
    for name, kept in list(world.entities.items()):
        world.put(name, relations=tuple(one for one in kept.relations if one.target != entity))


def _whose(told: Told, rest: Sequence[Told], values: Sequence[str], world: World) -> str:
    """Return whose states a list names: the thing it names, the one spoken of, or the one that comes next."""
    found = LISTED.search(told.marked)
    front = re.findall(r"@(\w+)", told.marked[: found.start("list")])[::-1] if found else []
    named = [one for one in (*front, *told.things()) if not _is_status(one)]
    ahead = [one for other in rest for one in other.things() if any(human(v) in other.text.lower() for v in values)]
    order = (*named[:1], *told.before[:1], *ahead) if not ahead or named else (*ahead, *told.before)
    return next((one for one in order if one in world.entities and not _is_status(one) and not is_person(one)), "")


def _is_status(entity: str) -> bool:
    return snake(entity) in _STATUS


def _states(found: re.Match[str]) -> list[str]:
    """Return the states that a shape found, in the order in which it tells them."""
    kept = found.groupdict()
    reached = participle(kept["verb"]) if kept.get("verb") else ""
    values = [kept.get("one"), reached, kept.get("two"), kept.get("three")]
    return [snake(_base(value.lstrip("%"))) for value in values if value and _may_be(value.lstrip("%"))]


def _base(value: str) -> str:
    one = singular(value)
    return one if one != value and not value.endswith("ss") and not verbs.is_past(value) else value


def _may_be(value: str) -> bool:
    return not set(re.split(r"[ _]", value)) & NOT_STATES and not value.endswith("ly")


def _status(entity: str, world: World) -> Field | None:
    return next((one for one in world.entities[entity].fields if one.name.rpartition("_")[2] in _STATUS), None)


def guessed(entity: str, column: Field, world: World) -> bool:
    """Say whether nobody stated the values of a column."""
    named = f"{entity} has the fields "
    return any(
        line.startswith(f"{entity}.{column.name} is one of") or (line.startswith(named) and human(column.name) in line)
        for line in world.charter.assumptions
    )


def _put(entity: str, values: list[str], listed: bool, world: World) -> None:
    kept = world.entities[entity]
    old = _status(entity, world)
    name = old.name if old else "status"
    if len(kept.fields) > 55:
        return
    stated = old.choices if old and not listed and not guessed(entity, old, world) else ()
    more = [one for one in stated if not any(one.startswith(value) for value in values)]
    choices = tuple(dict.fromkeys((*values, *more)))[:40]
    column = Field(name, "enum", choices=choices, default=choices[0])
    spoiled = {name, *(values if listed else [one for one in values if _flag(one, entity, world)])}
    world.put(entity, fields=(*(one for one in kept.fields if one.name not in spoiled), column))
    world.charter = replace(
        world.charter,
        assumptions=tuple(one for one in world.charter.assumptions if not one.startswith(f"{entity}.{name} is one of")),
    )


def _flag(value: str, entity: str, world: World) -> bool:
    column = world.column(entity, value)
    return column is not None and column.type == "boolean"


def tellings(sentences: Sequence[tuple[str, str]], mark: Iterable[str]) -> list[Told]:
    """Return marked sentences, each with the things of those before it."""
    out: list[Told] = []
    before: tuple[str, ...] = ()
    for (text, under), marked in zip(sentences, mark, strict=True):
        told = Told(text, marked, before, under)
        out.append(told)
        before = tuple(dict.fromkeys((*told.things()[:3], *before)))[:6]
    return out
