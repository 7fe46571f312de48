"""Computed columns: "net is gross minus tax", "the total is quantity times the price of the product"."""

from __future__ import annotations

import re

from libs.contracts.behaviour import Aggregate, Computed, Function
from libs.contracts.fields import FieldType
from libs.offline import fields
from libs.offline.prose.marks import Told
from libs.offline.prose.world import World
from libs.offline.words import field_name, snake

_IS = re.compile(
    r"^(?:and |so |the |an? |of |where )*(?:(?:@(\w+)(?: s)?(?: has an?| has the)? )?(?:(?:\$(\w+))"
    r"|([a-z][a-z ]{1,30}?))(?: of (?:an? |the |each |every )?@(\w+))?)\s*(?:,? which is|is(?:"
    r" always)?(?: calculated as| computed as)?|=|equals|:| being|,? calculated as|,? computed"
    r" as) (?:the |simply )*(.+)$"
)
_SIGNS = (
    (re.compile(r"\b(?:minus|less)\b| - | – "), "-"), (re.compile(r"\bplus\b| \+ "), "+"),
    (re.compile(r"\b(?:times|multiplied (?:by|with)|x)\b| ?[*×] ?"), "*"), (re.compile(r"\bdivided by\b| / "), "/"),
)  # fmt: skip
_SIGN = re.compile(r"(?<=\s)([-+*/])(?=\s)")
_SHOWN = re.compile(
    r"\b(show|shows|display|displays|with|has|have|include|including|see)\b[^@]*?\b(number|count|average|total"
    r"|sum|mean) (?:of )?(?:the |its |their |all )*(?:\$(\w+)|@(\w+)|(\w+))(?: (?:of|per|for|with"
    r"|from|on|in|by) (?:each |every |the |an? |its )*@(\w+))?"
)


def read_formulas(told: Told, world: World) -> bool:
    """Add the computed columns that a sentence gives; say whether it gives one."""
    return _summed(told, world) or _formula(told, world) or _product_per(told, world) or _shown(told, world)


def _formula(told: Told, world: World) -> bool:
    for part in re.split(r", (?=the |and the )|;", told.marked):
        found = _IS.match(part)
        text = found[5] if found else ""
        for shape, sign in _SIGNS:
            text = shape.sub(f" {sign} ", text)
        if found is None or not _SIGN.search(f" {text} "):
            continue
        name = field_name(found[2] or (found[3] or "").strip())
        owner = found[1] or found[4] or ""
        if name and _compute(told, world, (owner, name), text):
            return True
    return False


_SUM = re.compile(
    r"(?:@(\w+)(?: s)? \$(\w+)|\$(\w+) of (?:an? |the |each )?@(\w+)) (?:=|is|equals|:)(?: always)? (?:the )?"
    r"(sum|total|average) of (?:all |the |its |their )*(?:@(\w+)(?: s)? )?\$(\w+)(?: of (?:all |the |its )*@(\w+))?"
)


def _summed(told: Told, world: World) -> bool:
    """Read "the invoice total is the sum of the line totals"."""
    found = _SUM.search(told.marked)
    if found is None:
        return False
    owner, name = found[1] or found[4], found[2] or found[3]
    near = [one for one in (found[6], found[8], *world.children(owner)) if one]
    source = next((one for one in near if world.link(one, owner) and world.numeric(one, found[7])), "")
    link, number = world.link(source, owner) if source else None, world.numeric(source, found[7]) if source else None
    if link is None or number is None:
        return False
    kept = world.entities[owner]
    world.put(owner, fields=tuple(one for one in kept.fields if one.name != name))
    function: Function = "avg" if found[5] == "average" else "sum"
    return _aggregate(world, owner, (name, number), Aggregate(function, source, link.name, found[7]))


def _compute(told: Told, world: World, what: tuple[str, str], text: str) -> bool:
    owner, name = what
    near = [one for one in (owner, *told.things(), *told.before, *world.entities) if one in world.entities]
    holding = [one for one in near if world.column(one, name)]
    for entity in dict.fromkeys((*holding, *near)):
        if expression := _expression(world, entity, text):
            return _put(world, entity, name, expression)
    return False


def _expression(world: World, entity: str, text: str) -> str:
    out: list[str] = []
    for piece in _SIGN.split(f" {text.split(',', maxsplit=1)[0].split(' if ', maxsplit=1)[0]} "):
        if piece in "-+*/" and piece:
            out.append(piece)
            continue
        operand = _operand(world, entity, piece.strip(" ."))
        if not operand:
            return ""
        out.append(operand)
    return " ".join(out) if len(out) > 2 else ""


def _operand(world: World, entity: str, piece: str) -> str:
    if re.fullmatch(r"\d+(?:\.\d+)?%?", piece):
        return str(float(piece[:-1]) / 100) if piece.endswith("%") else piece
    column, thing = re.search(r"\$(\w+)", piece), re.search(r"@(\w+)", piece)
    if re.search(r"\b(?:days?|hours?|nights?|weeks?|months?|minutes?)\b", piece) and not column:
        return ""
    link = world.link(entity, thing[1]) if thing and thing[1] != entity else None
    if column and link and world.column(link.target, column[1]):
        return f"{link.name}.{column[1]}"
    if column:
        return world.path(entity, column[1])
    word = field_name(piece.removeprefix("the ").removeprefix("its ").strip())
    if link:
        prices = [
            one.name for one in world.entities[link.target].fields if word and word.rpartition("_")[2] in one.name
        ]
        return f"{link.name}.{prices[0]}" if prices else ""
    return world.path(entity, word) if word else ""


def _put(world: World, entity: str, name: str, expression: str) -> bool:
    kept = world.entities[entity]
    old = world.column(entity, name)
    kind: FieldType = old.type if old and old.type in {"integer", "decimal", "money"} else _kind(name, expression)
    if any(one.name == name for one in kept.computed) or re.search(rf"\b{name}\b", expression):
        return True
    world.put(
        entity,
        fields=tuple(one for one in kept.fields if one.name != name),
        computed=(*kept.computed, Computed(name, kind, expression)),
    )
    return True


def _kind(name: str, expression: str) -> FieldType:
    guess = fields.typed(name).type
    money = re.search(r"price|cost|fee|rate|salary|gross|tax|amount", expression)
    return "money" if money or guess == "money" else "integer" if guess == "integer" else "decimal"


def _product_per(told: Told, world: World) -> bool:
    """Read "stock value per category (price times stock)": the value is computed where its parts are."""
    found = re.search(
        r"(?:^|\b(?:report|the|of|total|sum) )([a-z$][\w$ ]{2,30}?) (?:per|by|of) [^()]*\(([^()]+)\)", told.marked
    )
    if found is None:
        return False
    text = found[2]
    for shape, sign in _SIGNS:
        text = shape.sub(f" {sign} ", text)
    name = field_name(found[1].replace("$", "").strip())
    return bool(_SIGN.search(f" {text} ")) and bool(name) and _compute(told, world, ("", name), text) and False


def _shown(told: Told, world: World) -> bool:
    """Read "show the number of posts per thread" and "show the average rating with the recipe"."""
    found = _SHOWN.search(told.marked)
    if found is None or re.search(r"\b(?:report|want to see|like to see|can see|we see|cannot|must|never|more than|at most)\b", told.marked):
        return False
    word, column, thing, plain, owner = found[2], found[3], found[4], found[5], found[6] or ""
    owner = owner if owner in world.entities else ""
    if word in {"number", "count"}:
        link = world.link(thing or "", owner) if thing and owner else None
        return bool(link and thing) and _aggregate(
            world,
            owner,
            (f"{snake(thing or '')}_count", "integer"),
            Aggregate("count", thing or "", link.name if link else ""),
        )
    if not owner:
        return False
    function: Function = "avg" if word in {"average", "mean"} else "sum"
    source, number = _numbers(world, owner, column or plain or snake(thing or ""))
    link = world.link(source, owner) if source else None
    if link is None:
        return False
    stem = "average" if function == "avg" else "total"
    said = column or plain or snake(thing or "")
    kind: FieldType = (
        "decimal"
        if function == "avg"
        else "money"
        if (kept := world.column(source, number)) and kept.type == "money"
        else "integer"
    )
    return _aggregate(world, owner, (f"{stem}_{said}"[:30], kind), Aggregate(function, source, link.name, number))


def _numbers(world: World, owner: str, said: str) -> tuple[str, str]:
    for name in world.children(owner):
        numbers = [one.name for one in world.entities[name].fields if one.type in {"integer", "decimal", "money"}]
        exact = next((one for one in numbers if one == said), "")
        if exact or (snake(name) == said and numbers):
            return name, exact or numbers[0]
    return "", ""


def _aggregate(world: World, entity: str, what: tuple[str, FieldType], aggregate: Aggregate) -> bool:
    kept = world.entities[entity]
    if all(one.name != what[0] for one in (*kept.computed, *kept.fields)):
        world.put(entity, computed=(*kept.computed, Computed(what[0], what[1], aggregate=aggregate)))
    return True
