"""Computed columns: "net is gross minus tax", "the total is quantity times the price of the product"."""

from __future__ import annotations

import re

from libs.contracts.behaviour import Computed
from libs.contracts.fields import FieldType
from libs.offline import fields
from libs.offline.prose.aggregates import aggregated, named
from libs.offline.prose.marks import Told
from libs.offline.prose.world import World
from libs.offline.words import field_name

_IS = re.compile(
    r"^(?:and |so |the |an? |of |where |then )*(?P<left>[@$%]?\w[@$%.\w ]{1,60}?)\s*(?:,? which is|(?:is"
    r"|are)(?: always| then| just)?"
    r"(?: calculated (?:as|from)| computed (?:as|from))?|=|equals|:| being|,? calculated as"
    r"|,? computed as) (?:the |simply )*"
    r"(?P<right>.+)$"
)
_COSTS = re.compile(r"\b(?:and )?costs? (?P<right>[^,;]*\b(?:times|multiplied|plus|minus|per)\b.*)$")
_SIGNS = (
    (re.compile(r"\b(?:minus|less)\b| - | – "), "-"), (re.compile(r"\bplus\b| \+ "), "+"),
    (re.compile(r"\b(?:times|multiplied (?:by|with)|x)\b| ?[*×] ?"), "*"), (re.compile(r"\bdivided by\b| / "), "/"),
)  # fmt: skip
_SIGN = re.compile(r"(?<=\s)([-+*/])(?=\s)")


def read_formulas(told: Told, world: World) -> bool:
    """Add the computed columns that a sentence gives; say whether it gives one."""
    return any([_formula(told, world), _product_per(told, world), aggregated(told, world)])


def _formula(told: Told, world: World) -> bool:
    done = False
    for part in re.split(r", (?=the |and the |and @|@\w+ \w+ =)|;", told.marked):
        found = _COSTS.search(part) or _IS.match(part)
        text = found["right"] if found else ""
        for shape, sign in _SIGNS:
            text = shape.sub(f" {sign} ", text)
        if found is None or not _SIGN.search(f" {text} "):
            continue
        left = found.groupdict().get("left") or "price"
        owner = next(iter(re.findall(r"@(\w+)", left)), "")
        name = named(left)
        done = bool(name and _compute(told, world, (owner, name), text)) or done
    return done


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
    route = world.route(entity, thing[1]) if thing and thing[1] != entity else ""
    if column and thing and route and world.column(thing[1], column[1]):
        return f"{route}.{column[1]}"
    if column:
        return world.path(entity, column[1])
    word = field_name(piece.removeprefix("the ").removeprefix("its ").strip())
    if route and thing:
        said = re.sub(r" of$| of the$", "", re.sub(r" ?@\w+", "", piece)).strip().rpartition(" ")[2]
        prices = [one.name for one in world.entities[thing[1]].fields if said and said in one.name.split("_")]
        return f"{route}.{prices[0]}" if prices else ""
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
