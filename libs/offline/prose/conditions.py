"""Rules about one row and its neighbours in time: overlaps, an end after its start, what is needed when."""

from __future__ import annotations

import re

from msgspec.structs import replace

from libs.contracts.behaviour import Condition, NoOverlap, Operator, Requires, Value
from libs.contracts.fields import Field
from libs.offline.prose.frozen import FROZEN, frozen, needed
from libs.offline.prose.marks import Told
from libs.offline.prose.world import World
from libs.offline.words import human, snake

_OVERLAP = re.compile(
    r"overlap|double[- ]?%?book|at (?:the )?same time|in (?:the )?same time|at once|simultaneous"
    r"|same (?:hour|slot|moment|period)|at a time\b|conflict|clash"
)
_AFTER: tuple[tuple[re.Pattern[str], Operator], ...] = (
    (
        re.compile(
            r"(?:cannot|not|never|no)\b(?: be| lie| fall| come| go)* (?:before|earlier than|less than|smaller"
            r" than|lower than|below|prior to)"
        ),
        "ge",
    ),
    (
        re.compile(
            r"(?:cannot|not|never|no)\b(?: be| lie| fall| come| go)* (?:after|later than|more than|bigger"
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
    return any(shape(told, world) for shape in (_overlap, frozen, needed, _guarded, _noted, _compared, _different))


def _overlap(told: Told, world: World) -> bool:
    if not _OVERLAP.search(told.marked) or not re.search(
        r"\b(?:cannot|never|not|no|only|must|one|avoid|prevent)\b|do not", told.marked
    ):
        return False
    names = told.things()
    entity = next((name for name in (*names, *_around(names, world), *told.before) if all(world.span(name))), "")
    if not entity:
        return False
    start, end = world.span(entity)
    scopes = [
        link.name for link in world.entities[entity].relations if link.target in names and link.kind != "many_to_many"
    ]
    if not scopes:
        return False
    said = re.search(
        r"(?:unless|except|but not|ignor|not count|do not count|other than|as long as)[^%]*%(\w+)|%"
        r"(\w+)[^.]*(?:not count|do not|ignored|free)",
        told.marked,
    )
    state = world.state(entity, (said[1] or said[2]) if said else "cancelled") if said else None
    rows = (replace(state, operator="ne"),) if state and state.operator == "eq" else ()
    apart = (
        bool(re.search(r"also (?:not|cannot)|neither|nor\b|same (?:goes|for)|or the same", told.marked))
        and len(scopes) > 1
    )
    for scope in [(one,) for one in scopes] if apart else [tuple(scopes)]:
        world.rule(told.text, entity, NoOverlap(start, end, scope, rows))
    return True


def _around(names: list[str], world: World) -> list[str]:
    return [child for name in names for child in world.children(name)]


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
        return _sized(told, world, operator)
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


def _sized(told: Told, world: World, operator: Operator) -> bool:
    """Read "the party cannot be bigger than the table": a size against how many fit."""
    found = re.search(r"\$(\w+)[^@$]*(?:than|exceed\w*|over|beyond)[^@$]*@(\w+)", told.marked)
    found = found or re.search(r"(?:^|the |a )(\w+)\b[^@$]*(?:than|exceed\w*)[^@$]*@(\w+)", told.marked)
    if found is None or operator not in {"le", "lt"}:
        return False
    top = world.capacity(found[2])
    for name in world.entities if top else ():
        column = world.column(name, found[1]) or next(
            (
                one
                for one in world.entities[name].fields
                if one.name.startswith(f"{found[1]}_") and one.type == "integer"
            ),
            None,
        )
        route = world.route(name, found[2])
        if column and route and column.type == "integer":
            must = Condition(column.name, operator, Value("field", f"{route}.{top}"))
            return world.rule(told.text, name, Requires((must,)))
    return False


def _guarded(told: Told, world: World) -> bool:
    """Read "no posting in locked threads" and "only active members can borrow": a state of a neighbour."""
    found = re.search(
        r"\b(?:no|cannot|never|not)\b.*\b(?:in|to|on|for|if|when|from|with|of)\b(?: the| an?| its|"
        r" their)* (?:%(\w+) @(\w+)|@(\w+) (?:is|are) %(\w+))",
        told.marked,
    )
    wanted = re.search(r"\bonly (?:%(\w+) @(\w+)|for %(\w+) @(\w+))", told.marked)
    refused = re.search(r"%(\w+) @(\w+) (?:accepts?|takes?|gets?|allows?|receives?|have|has) no\b()()", told.marked)
    found, positive = (found or refused, False) if found or refused else (wanted, True)
    if found is None:
        return False
    one, two, three, four = found.groups()
    holder, value = (two, one) if two else (three, four) if not positive else (four, three)
    state = world.state(holder, value) if holder in world.entities else None
    if state is None or FROZEN.search(told.marked):
        return False
    entity = _made(told, world, holder)
    link = world.link(entity, holder) if entity else None
    if link is None:
        return False
    must = replace(state, field=f"{link.name}.{state.field}")
    if not positive:
        flag = state.value and state.value.text == "true"
        must = replace(must, value=Value("literal", "false")) if flag else replace(must, operator="ne")
    return world.rule(told.text, entity, Requires((must,)))


def _made(told: Told, world: World, holder: str) -> str:
    children = world.children(holder)
    named = [name for name in told.things() if name in children]
    stems = [name for name in children if snake(name)[:4] in told.marked.replace("@", "").lower()]
    return (named or stems or (children if len(children) == 1 else [""]))[0]


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
