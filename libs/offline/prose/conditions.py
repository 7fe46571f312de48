"""Rules about one row and its neighbours in time: overlaps, an end after its start, what is needed when."""

from __future__ import annotations

import re

from libs.contracts.behaviour import Condition, Operator, Requires, Value
from libs.contracts.fields import Field
from libs.offline.prose.frozen import frozen
from libs.offline.prose.guarded import guarded
from libs.offline.prose.marks import Told
from libs.offline.prose.needed import needed
from libs.offline.prose.overlaps import apart
from libs.offline.prose.world import World
from libs.offline.words import human

_AFTER: tuple[tuple[re.Pattern[str], Operator], ...] = (
    (
        re.compile(
            r"(?<![%$@])\b(?:cannot|not|never|no|nobody)\b[^,;.]*? (?:before|earlier than|less than|smaller"
            r" than|lower than|below|prior to)"
        ),
        "ge",
    ),
    (
        re.compile(
            r"(?<![%$@])\b(?:cannot|not|never|no|nobody)\b[^,;.]*? (?:after|later than|more than|bigger"
            r" than|greater than|larger than|higher than|exceed|above|over|beyond)"
        ),
        "le",
    ),
    (re.compile(r"\b(?:on or after|at least|no earlier than|not before)\b"), "ge"),
    (re.compile(r"\b(?:on or before|at most|no later than|not after|not exceed)\b"), "le"),
    (
        re.compile(
            r"\b(?:after|later than|more than|bigger than|greater than|larger than|higher than|above|over|beyond)\b"
        ),
        "gt",
    ),
    (re.compile(r"\b(?:before|earlier than|less than|smaller than|lower than|below|under|prior to)\b"), "lt"),
)


def read_conditions(told: Told, world: World) -> bool:
    """Compile a rule about one row; say whether the sentence is one."""
    return any(shape(told, world) for shape in (_compared, apart, frozen, needed, guarded, _noted, _different))


def _operator(text: str) -> Operator | None:
    return next((operator for shape, operator in _AFTER if shape.search(text)), None)


_PAIR = re.compile(
    r"(?:\$(\w+)|@(\w+))((?: s)?[^$@%]{0,60}?)(?:the |its |their |of the )*(?:@(\w+)(?: s)? (?:has"
    r" |have |s )*)?(?:\$(\w+)|(it|they) \$?%?(\w+))"
)


def _compared(told: Told, world: World) -> bool:
    """Read "the end must be after the start" and "a sample is not received before it was sampled"."""
    tokens = re.findall(r"[$%]\w+", told.marked)
    operator = _operator(told.marked)
    if operator is None or "report" in told.marked:
        return False
    moments = [name for name in (_moment(one, told, world) for one in tokens) if name]
    pair = list(dict.fromkeys(moments))[:2]
    if len(pair) < 2:
        return False
    for entity in dict.fromkeys((*told.things(), *told.before, *world.entities)):
        one, other = world.path(entity, pair[0]), world.path(entity, pair[1])
        left, right = (world.column(entity, one), other) if one else (None, "")
        if left and right and _comparable(left, world, entity, right):
            return world.rule(told.text, entity, Requires((Condition(one, operator, Value("field", right)),)))
    return False


_NOTED = re.compile(r"\$(\w+)(?: optional)? \((?:must be |always |is )*([a-z ]+?) (?:the |its )?\$(\w+)\)")


def _noted(told: Told, world: World) -> bool:
    """Read "valid until (after given on)" in a list of columns."""
    done = False
    for left, words, right in _NOTED.findall(told.marked):
        operator = _operator(f"never {words}" if words.startswith("not ") else words)
        entity = next((one for one in told.things() if world.column(one, left) and world.column(one, right)), "")
        column = world.column(entity, left) if entity else None
        if operator and column and _comparable(column, world, entity, right):
            rule = Requires((Condition(left, operator, Value("field", right)),))
            done = world.rule(f"The {human(left)} is {words} the {human(right)}", entity, rule)
    return done and False


def _comparable(left: Field, world: World, entity: str, right: str) -> bool:
    holder, _, name = right.rpartition(".")
    target = next((link.target for link in world.entities[entity].relations if link.name == holder), entity)
    other = world.column(target, name)
    times, numbers = {"date", "datetime"}, {"integer", "decimal", "money"}
    return other is not None and ({left.type, other.type} <= times or {left.type, other.type} <= numbers)


def _moment(token: str, told: Told, world: World) -> str:
    """Return the column a token means where two are compared: a value may stand for the time it was reached."""
    name = token[1:]
    near = (*told.things(), *told.before)
    tails = (
        name,
        f"{name}_at",
        f"{name}_on",
        f"{name}_date",
        f"{name.removesuffix('d')}_at",
        f"{name.removesuffix('s')}_date",
    )
    order = tails if token[0] == "$" else tails[1:]
    return next((one for one in order if world.holder(one, near)), "")


def _different(told: Told, world: World) -> bool:
    """Read "nobody can play against himself": two relations to the same thing are not the same row."""
    if not re.search(
        r"\b(?:himself|herself|themselves|themself|itself|oneself|(?:must|should) (?:be different|differ)"
        r"|same person)\b",
        told.marked,
    ):
        return False
    if not re.search(r"\b(?:nobody|no one|cannot|never|not|no|differ\w*)\b", told.marked):
        return False
    for name in (*told.things(), *told.before, *world.entities):
        links = [one for one in world.entities[name].relations if one.kind != "many_to_many"]
        pairs = [(one, two) for one in links for two in links if one.name < two.name and one.target == two.target]
        if pairs:
            one, two = pairs[0]
            return world.rule(told.text, name, Requires((Condition(one.name, "ne", Value("field", two.name)),)))
    return False
