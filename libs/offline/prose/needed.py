"""What a row in a state must have: "a rejected sample needs a reason", "no shipping without a tracking number"."""

from __future__ import annotations

import re

from msgspec.structs import replace

from libs.contracts.behaviour import Condition, Operator, Requires, Value
from libs.offline import fields
from libs.offline.prose.holding import holding
from libs.offline.prose.marks import Told
from libs.offline.prose.rows import reached, rows
from libs.offline.prose.said import Said, take
from libs.offline.prose.world import World
from libs.offline.words import field_name, snake

_NEEDS = re.compile(
    r"(?<!\bi )(?<!\bwe )\b(?:needs?|requires?|required|mandatory|obligatory|compulsory|must|always (?:has|have"
    r"|records?|carr(?:y|ies))"
    r"|necessary)\b"
)
_WITHOUT = re.compile(
    r"\b(?:without|if no|if there is no)\b(.*)$|\b(?:unless|until|before) (.*\b(?:set|given|entered|filled"
    r"|recorded|known|has|have)\b.*)$"
)
_FIELD_AFTER = re.compile(
    r"\b(?:needs?|requires?|must (?:have|include|carry|come with|be given|give|record|get|contain|state|name)"
    r"|without)\s+"
    r"(?:an?|the|some|its|their)?\s*([a-z$][\w -]{2,40}?)(?:$|[,.;]| when | if | once | and | to )"
)
_FIELD_BEFORE = re.compile(
    r"(?:^|, |an? |the )([a-z][a-z -]{2,30}?) (?:text )?(?:is|are|must be|becomes) (?:then )?(?:mandatory|required"
    r"|obligatory|given|filled|set|needed|entered|stated|compulsory|provided|recorded)"
)
_GERUND = re.compile(r"^(?:to |for )?([a-z]+ing|(?<=to )[a-z]+)\b")


def needed(told: Told, world: World) -> bool:
    """Compile a sentence that says which column is set when."""
    said = take(told.marked)
    if _before_it(said, told, world):
        return True
    denied = said.denied and _WITHOUT.search(told.marked)
    if not denied and not (_NEEDS.search(said.main) and not re.search(r"\bnot (?:need|require)", said.main)):
        return False
    if re.search(
        r"\b(?:approval|permission|list|report|overview|log in|sign in|to (?:see|know)|at least|at most|unique)\b",
        told.marked,
    ):
        return False
    entity, when = _when(said, told, world)
    if not when or entity not in world.entities:
        return False
    part = denied[1] or denied[2] if denied else said.main
    column = _named(part, entity, when, world) or _missing(said.main if not denied else f"without{part}", entity, world)
    if not column:
        return False
    _optional(world, entity, column)
    return world.rule(told.text, entity, Requires((Condition(column, "is_set"),), when))


def _when(said: Said, told: Told, world: World) -> tuple[str, tuple[Condition, ...]]:
    """Return the rows that need something: in a state, over an amount, or those that a deed brings into its state."""
    first = next((one for one in rows(said.main, world) if one.where), None)
    if first:
        return first.entity, first.where
    named = [one.entity for one in rows(said.whole, world)]
    for text in said.when():
        found = holding(text, next(iter((*named, *told.before)), ""), world)
        if found and found.where and not found.source:
            return found.entity, found.where
    deed = _led_to(said, (*named, *told.before), world)
    return deed if deed[1] else _above(told, world)


def _led_to(said: Said, near: tuple[str, ...], world: World) -> tuple[str, tuple[Condition, ...]]:
    """Read "closing a ticket", "to close a ticket" and "cannot be closed without": the state that the deed leads to."""
    gerund = _GERUND.match(said.whole)
    done = [gerund[1]] if gerund else re.findall(r"\b(?:be|get|to|cannot(?! be)) [%$]?(\w+)", said.main)
    for entity in dict.fromkeys(near):
        for word in done:
            state = world.state(entity, word) or reached(word, entity, world)
            if state and state.operator == "eq":
                return entity, (state,)
    return "", ()


def _before_it(said: Said, told: Told, world: World) -> bool:
    """Read "an order cannot be picked up unless it is paid": the state asks for another column's."""
    near = (*(one.entity for one in rows(said.main, world)), *told.before)
    entity, when = _led_to(said, near, world)
    for text in said.till() if when and said.denied else ():
        found = holding(text, entity, world)
        if (
            found
            and found.entity == entity
            and found.where
            and not found.source
            and found.where[0].field != when[0].field
        ):
            return world.rule(told.text, entity, Requires(found.where, when))
    return False


def _named(part: str, entity: str, when: tuple[Condition, ...], world: World) -> str:
    kept = world.entities[entity]
    for found in re.finditer(r"[$@](\w+)", part):
        name = found[1]
        if found[0][0] == "$" and (world.column(entity, name) or any(one.name == name for one in kept.relations)):
            if all(name != one.field for one in when):
                return name
            longer = [one.name for one in kept.fields if one.name.endswith(f"_{name}")]
            if len(longer) == 1 and not world.column(entity, name):
                return longer[0]
        link = world.link(entity, name) if found[0][0] == "@" and name != entity else None
        if link and re.search(
            rf"(?:needs?|requires?|have|assigned to|has|name|without) (?:an?|the|at least one|some)? ?@{name}", part
        ):
            return link.name
    return ""


def _above(told: Told, world: World) -> tuple[str, tuple[Condition, ...]]:
    """Read "a bonus over 1000": the condition on the amount of a thing."""
    found = re.search(
        r"@(\w+)[^@]*?\b(over|above|more than|of at least|below|under|less than|exceeding) (?:[€$£])?(\d[\d.,]*)",
        told.marked,
    )
    if found is None or found[1] not in world.entities:
        return "", ()
    amount = next((one.name for one in world.entities[found[1]].fields if one.type in {"money", "decimal"}), "")
    operators: dict[str, Operator] = {"of at least": "ge", "below": "lt", "under": "lt", "less than": "lt"}
    operator = operators.get(found[2], "gt")
    number = found[3].replace(",", "").rstrip(".")
    return (found[1], (Condition(amount, operator, Value("literal", number)),)) if amount else ("", ())


def _missing(text: str, entity: str, world: World) -> str:
    """Return the column that a rule needs, added where no sentence named it."""
    found = _FIELD_AFTER.search(text) or _FIELD_BEFORE.search(text)
    if found is None or re.search(r"[@%&]|\d", found[1]):
        return ""
    named = re.sub(r"^(?:an?|the|some|valid|own|please) ", "", found[1].replace("$", "")).strip()
    name = field_name(named)
    if not name or len(named.split()) > 3 or named.split()[0] in {"be", "to", "not", "have", "by", "it"}:
        return ""
    near = [one.name for one in world.entities[entity].fields if snake(name) in one.name or one.name in name]
    return near[0] if near else world.add_field(entity, replace(fields.typed(name), required=False))


def _optional(world: World, entity: str, name: str) -> None:
    kept = world.entities[entity]
    changed = tuple(
        replace(one, required=False) if one.name == name and one.type != "boolean" else one for one in kept.fields
    )
    links = tuple(
        replace(one, required=False, on_delete="set_null") if one.name == name else one for one in kept.relations
    )
    world.put(entity, fields=changed, relations=links)
