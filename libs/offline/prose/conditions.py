"""Rules about one row and its neighbours in time: overlaps, an end after its start, what is needed when."""

from __future__ import annotations

import re

from libs.contracts.behaviour import Condition, Operator, Requires, Value
from libs.contracts.fields import Field
from libs.offline.lexicon import verbs
from libs.offline.prose.frozen import frozen
from libs.offline.prose.guarded import guarded, makes
from libs.offline.prose.marks import Told
from libs.offline.prose.needed import needed
from libs.offline.prose.overlaps import apart
from libs.offline.prose.rows import rows
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
    return any(
        shape(told, world)
        for shape in (_compared, _between, apart, frozen, needed, _bounded, guarded, _noted, _different)
    )


def _operator(text: str) -> Operator | None:
    if sign := re.search(r"\$\w+ (>=|<=|>|<) \$", text):
        signs: dict[str, Operator] = {">": "gt", ">=": "ge", "<": "lt", "<=": "le"}
        return signs[sign[1]]
    return next((operator for shape, operator in _AFTER if shape.search(text)), None)


def _compared(told: Told, world: World) -> bool:
    """Read "the end must be after the start" and "a sample is not received before it was sampled"."""
    tokens = re.findall(r"[$%]\w+", told.marked)
    operator = _operator(told.marked)
    if operator is None or "report" in told.marked:
        return False
    moments = [name for name in (_moment(one, told, world) for one in tokens) if name]
    pair = list(dict.fromkeys(moments))[:2]
    if len(pair) < 2 and re.search(r"\b(?:before|after|earlier|later)\b", told.marked):
        pair = list(dict.fromkeys(_moments(told, world)))[:2]
    if len(pair) < 2:
        return False
    for entity in dict.fromkeys((*told.things(), *told.before, *world.entities)):
        one, other = world.path(entity, pair[0]), world.path(entity, pair[1])
        left, right = (world.column(entity, one), other) if one else (None, "")
        if left and right and _comparable(left, world, entity, right):
            return world.rule(told.text, entity, Requires((Condition(one, operator, Value("field", right)),)))
    return False


_FAR = re.compile(r"@(\w+) \$(\w+) (?:cannot|must not|never|must) .*?\$(\w+) of (?:the |its |an? )?@(\w+)")


def _between(told: Told, world: World) -> bool:
    """Read "a boat's length cannot exceed the length of the berth": of what a mooring brings together."""
    found, operator = _FAR.search(told.marked), _operator(told.marked)
    if found is None or operator is None or found[1] == found[4]:
        return False
    for name in world.entities:
        one, other = world.link(name, found[1]), world.link(name, found[4])
        if one and other and world.numeric(found[1], found[2]) and world.numeric(found[4], found[3]):
            value = Value("field", f"{other.name}.{found[3]}")
            return world.rule(told.text, name, Requires((Condition(f"{one.name}.{found[2]}", operator, value),)))
    return False


def _bounded(told: Told, world: World) -> bool:
    """Read "a free text question has at least 2 points": a bound that holds of some rows."""
    found = re.search(r"\b(at least|at most|more than|less than) (\d+) \$(\w+)", told.marked)
    one = next((one for one in rows(told.marked, world) if one.where), None)
    if found is None or one is None or not world.numeric(one.entity, found[3]) or "cannot" in told.marked:
        return False
    operators: dict[str, Operator] = {"at least": "ge", "at most": "le", "more than": "gt", "less than": "lt"}
    must = Condition(found[3], operators[found[1]], Value("literal", found[2]))
    return world.rule(told.text, one.entity, Requires((must,), one.where))


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


def _moments(told: Told, world: World) -> list[str]:
    """Return the moments that words and marks speak of in order: "nobody is buried before the date of death"."""
    text = re.sub(r"@(\w+)", " ", told.marked)
    near = dict.fromkeys((*told.things(), *told.before, *world.entities))
    for name in near:
        dates = [one.name for one in world.entities[name].fields if one.type in {"date", "datetime"}]
        found = [_dated(word, dates) for word in re.findall(r"\$\w+|(?<![%$@])\b[a-z]{4,}", text)]
        pair = list(dict.fromkeys(one for one in found if one))
        if len(pair) == 2:
            return pair
    return []


def _dated(word: str, dates: list[str]) -> str:
    if word[0] == "$":
        return word[1:] if word[1:] in dates else ""
    stem = verbs.root(word)
    stem = f"{stem[:-1]}i" if stem.endswith("y") else stem
    usual = {"date", "time", "before", "after", "been", "must", "with", "that", "than"}
    return next(
        (one for one in dates if word not in usual and any(part.startswith(stem) for part in one.split("_")[:3])), ""
    )


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
        r"\b(?:cannot|not|never) be the same$|\b(?:himself|herself|themselves|themself|itself|oneself|(?:must"
        r"|should) (?:be different|differ)"
        r"|same person)\b",
        told.marked,
    ):
        return False
    if not re.search(r"\b(?:nobody|no one|cannot|never|not|no|differ\w*)\b", told.marked):
        return False
    said = re.findall(r"(?<![%$@])\b[a-z]{4,}", told.marked)
    made = [name for name in world.entities if any(makes(word, name) for word in said)]
    for name in (*made, *told.things(), *told.before, *world.entities):
        links = [one for one in world.entities[name].relations if one.kind != "many_to_many"]
        pairs = [(one, two) for one in links for two in links if one.name < two.name and one.target == two.target]
        if pairs:
            one, two = pairs[0]
            return world.rule(told.text, name, Requires((Condition(one.name, "ne", Value("field", two.name)),)))
    return False
