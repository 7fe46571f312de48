"""What a deed changes: "the status becomes paid", "its copies go up by one", "a cleaning is created"."""

from __future__ import annotations

import re

from libs.contracts.behaviour import Assignment, Condition, Effect, EffectKind, Value
from libs.contracts.fields import Field
from libs.offline.prose.rows import described
from libs.offline.prose.world import World

_PARTS = re.compile(r",? and (?:then |also )?|, (?:then )?|; ?")
_SHARED = re.compile(
    r"\b(sets?|stores?|records?|fills?|takes?|enters?) ((?:the |its |an? )*\$\w+) and ((?:the |its "
    r"|an? )*\$\w+)\b(?! (?:is|are|to|becomes?)\b)"
)
_UP = re.compile(r"\b(?:increas|rais|add|goes up|go up|credit|put back|grow|rise)\w*")
_DOWN = re.compile(
    r"\b(?:decreas|reduc|lower|subtract|deduct|take[sn]? (?:from|off|out|away)|taken|takes? .*(?:off|from|out of)"
    r"|goes down|go down|shrink|drops? by|minus)\w*"
)
_MADE = re.compile(
    r"(?:\b(?:creates?|adds?|makes?|writes?|generates?|records?|opens?) (?:an? |the )?(?:new )?@(\w+)|@(\w+) (?:is"
    r"|are|gets) (?:then |also |automatically )*(?:created|made|added|generated|written))"
)
_INPUT = re.compile(
    r"\b(?:given|new one|entered|asked|provided|stor\w+|record\w*|not\w+|takes?|fill\w+|writ\w+|enters?|giving|with)\b"
)
_EMPTY = re.compile(r"\b(?:clear|empt|remov|reset|unset|delet)\w*|\bto (?:null|nothing|empty)\b")


def effects(text: str, entity: str, world: World) -> tuple[tuple[Effect, ...], tuple[Field, ...]]:
    """Return what a text says is changed in a row of an entity, and what it asks of who does it."""
    out: list[Effect] = []
    inputs: list[Field] = []
    text = _SHARED.sub(r"\1 \2, \1 \3", text)
    for part in _PARTS.split(text):
        effect = _effect(part.strip(), entity, world)
        if effect and all(effect.target != one.target for one in out):
            out.append(effect)
            inputs += _asked(effect, entity, world, inputs)
    return tuple(out), tuple(inputs)


def _asked(effect: Effect, entity: str, world: World, known: list[Field]) -> list[Field]:
    names = [effect.value.text] if effect.value and effect.value.kind == "input" else []
    names += [one.value.text for one in effect.assignments if one.value.kind == "input"]
    holder = effect.target if effect.kind == "create" else entity
    columns = [world.column(holder, name) for name in names if all(name != one.name for one in known)]
    return [_input(column) for column in columns if column]


def _input(column: Field) -> Field:
    return Field(
        column.name, column.type, required=True, choices=column.choices, minimum=column.minimum, maximum=column.maximum,
        max_length=column.max_length, scale=column.scale,
    )  # fmt: skip


def _effect(part: str, entity: str, world: World) -> Effect | None:
    made = _MADE.search(part)
    name = (made[1] or made[2]) if made else ""
    if name and name != entity and (link := world.link(name, entity)):
        return _created(name, link.name, world)
    return _moved(part, entity, world) or _state(part, entity, world) or _column(part, entity, world)


def _moved(part: str, entity: str, world: World) -> Effect | None:
    """Read "the copies of the book increase by one" and "the grams are subtracted from the stock of the material"."""
    if not (_UP.search(part) or _DOWN.search(part)):
        return None
    paths = [path for one in re.findall(r"\$(\w+)", part) if (path := world.path(entity, one))]
    if not paths:
        return None
    number = re.search(r"\bby (\d+|one)\b", part)
    far = [path for path in paths if "." in path]
    target = (far or (paths if number else paths[-1:]))[0]
    others = [path for path in paths if path != target and "." not in path and world.numeric(entity, path)]
    amount = (
        Value("literal", number[1].replace("one", "1")) if number else Value("field", others[0]) if others else None
    )
    kind: EffectKind = "decrease" if _DOWN.search(part) else "increase"
    return Effect(kind, target, amount or Value("literal", "1"))


def _state(part: str, entity: str, world: World) -> Effect | None:
    """Read "becomes paid", "sets its part to closed" and "the bike is available again"."""
    for other in (*re.findall(r"@(\w+)", part), entity):
        for word in re.findall(r"[%$]\w+", part):
            said = described(word, other, world)
            state = said[0] if len(said) == 1 and said[0].operator == "eq" and said[0].value else None
            link = world.link(entity, other) if other != entity else None
            if state and state.value and (other == entity or link):
                value = _turned(state, part)
                return Effect("set", f"{link.name}.{state.field}" if link else state.field, value)
    return None


def _turned(state: Condition, part: str) -> Value:
    """Return the value of a state, of a flag the opposite where it is denied."""
    value = state.value or Value()
    off = value.text == "true" and re.search(r"\bnot\b|\bno longer\b|\bfalse\b|\bunset\b", part)
    return Value("literal", "false") if off else value


def _column(part: str, entity: str, world: World) -> Effect | None:
    for name in re.findall(r"\$(\w+)", part):
        column = world.column(entity, name)
        if column is None:
            continue
        if _EMPTY.search(part):
            return Effect("set", name) if not column.required else None
        if column.type in {"date", "datetime"} and not re.search(r"\bnew one\b|\bgiven\b|\bnew \$", part):
            return Effect("set", name, Value("now" if column.type == "datetime" else "today"))
        if column.type == "boolean":
            return Effect(
                "set", name, Value("literal", "false" if re.search(r"\bfalse\b|\bnot\b|\bno\b", part) else "true")
            )
        if others := [
            one for one in re.findall(r"\$(\w+)", part.partition(f"${name}")[2]) if world.numeric(entity, one)
        ]:
            return Effect("set", name, Value("field", others[0]))
        if _INPUT.search(part) or re.search(r"\bsets?\b", part):
            return Effect("set", name, Value("input", name))
    return None


def _created(name: str, link: str, world: World) -> Effect | None:
    """Fill the row that a deed makes: with the row it is done on, with today, and with what is asked for."""
    filled = [Assignment(link, Value("field", "id"))]
    for column in world.entities[name].fields:
        if column.default is not None or not column.required:
            continue
        moment = column.type in {"date", "datetime"}
        kind = ("now" if column.type == "datetime" else "today") if moment else "input"
        filled.append(Assignment(column.name, Value(kind, "" if moment else column.name)))
    needs = [
        one
        for one in world.entities[name].relations
        if one.required and one.name != link and one.kind != "many_to_many"
    ]
    return Effect("create", name, assignments=tuple(filled)) if not needs else None
