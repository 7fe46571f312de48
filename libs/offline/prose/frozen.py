"""Rules about a row in a state: what no longer changes then, and what is needed then."""

from __future__ import annotations

import re

from msgspec.structs import replace

from libs.contracts.behaviour import Condition, Immutable, Operator, Requires, Value
from libs.offline import fields
from libs.offline.prose.marks import Told
from libs.offline.prose.world import World
from libs.offline.words import field_name

FROZEN = re.compile(
    r"(?:cannot|never|not|no longer|nothing|no|must not)\b[^.]*?\b(?:chang|edit|modif|touch|alter"
    r"|updat|amend|revis)\w*|\bfrozen\b|\bimmutable\b|\bread[- ]only\b|\blocked\b(?! @)|\bstays?"
    r" as (?:it|they)|\bfinal\b"
)


_NEEDS = re.compile(r"\b(?:needs?|requires?|must|mandatory|required|obligatory|has to|compulsory)\b")


_FIELD_AFTER = re.compile(
    r"\b(?:needs?|requires?|must (?:have|include|carry|come with|be given|give))\s+(?:an?|the|some)?\s*"
    r"([a-z$][\w -]{2,40}?)(?:$|[,.;]| when | if | once | and )"
)


def frozen(told: Told, world: World) -> bool:
    """Read "once paid, an invoice cannot be changed", "movements are never edited"."""
    fixed = FROZEN.search(told.marked)
    clause = next((part for part in re.split(r"[,;]", told.marked) if FROZEN.search(part)), told.marked)
    if not fixed or re.search(r"\b(?:only|themselves|own|by)\b", clause):
        return False
    names = [*told.things()] or list(told.before[:1])
    if not names:
        return False
    entity = names[0]
    states = [
        (name, value)
        for value in told.values()
        for name in dict.fromkeys((entity, *names, *told.before))
        if world.state(name, value)
    ]
    if states:
        return _frozen_in(told, world, entity, states)
    column = re.search(r"(?:has|have|with|once|after|when)\b[^$]*\$(\w+)|^\$(\w+_(?:on|at|date)) @", told.marked)
    name = (column[1] or column[2]) if column else ""
    if name and world.column(entity, name):
        return world.rule(told.text, entity, Immutable((Condition(name, "is_set"),)))
    if re.search(r"\b(?:once|when|after|if|until|unless|while|nobody|users?|anything)\b|[%&]", told.marked):
        return False
    kept = tuple(one for one in re.findall(r"\$(\w+)", clause) if world.column(entity, one))
    return world.rule(told.text, entity, Immutable(fields=kept))


def _frozen_in(told: Told, world: World, entity: str, states: list[tuple[str, str]]) -> bool:
    holder = states[0][0]
    values = tuple(dict.fromkeys(value for name, value in states if name == holder))
    state = world.state(holder, values[0])
    other = next((name for name in told.things() if name != holder and world.link(name, holder)), "")
    if state is None:
        return False
    if len(values) > 1 and state.operator == "eq":
        state = Condition(state.field, "in", None, values)
    link = (
        world.link(other, holder)
        if other and re.search(rf"@{other}\b.*(?:of|in|for|from|on)\b.*@{holder}|once.*@{other}", told.marked)
        else None
    )
    if link:
        state, holder = replace(state, field=f"{link.name}.{state.field}"), other
    fixed = tuple(one for one in told.columns() if world.column(holder, one) and one != state.field)
    only = (
        fixed
        if re.search(r"\$\w+(?:,| and)? ?[^@]*\b(?:cannot|never|fixed|no longer)\b", told.marked) and fixed
        else ()
    )
    return world.rule(told.text, holder, Immutable((state,), only))


def needed(told: Told, world: World) -> bool:
    """Read "a rejected sample needs a reason" and "when resolved, a solution is mandatory"."""
    if not _NEEDS.search(told.marked) or re.search(r"\b(?:approval|permission)\b", told.marked):
        return False
    entity = next(
        (name for name in (*told.things(), *told.before) if any(world.state(name, one) for one in told.values())), ""
    )
    when = world.state(entity, told.values()[0]) if entity and told.values() else None
    if when is None:
        entity, when = _above(told, world)
    if when is None or not entity:
        return False
    column = next((one for one in told.columns() if world.column(entity, one) and one != when.field), "")
    column = column or _missing(told, world, entity)
    if not column:
        return False
    _optional(world, entity, column)
    return world.rule(told.text, entity, Requires((Condition(column, "is_set"),), (when,)))


def _above(told: Told, world: World) -> tuple[str, Condition | None]:
    """Read "a bonus over 1000": the condition on the amount of a thing."""
    found = re.search(
        r"@(\w+)[^@]*?\b(over|above|more than|of at least|below|under|less than|exceeding) (?:[€$£])?(\d[\d.,]*)",
        told.marked,
    )
    if found is None or found[1] not in world.entities:
        return "", None
    amount = next((one.name for one in world.entities[found[1]].fields if one.type in {"money", "decimal"}), "")
    operators: dict[str, Operator] = {"of at least": "ge", "below": "lt", "under": "lt", "less than": "lt"}
    operator = operators.get(found[2], "gt")
    number = found[3].replace(",", "").rstrip(".")
    return found[1], Condition(amount, operator, Value("literal", number)) if amount else None


def _missing(told: Told, world: World, entity: str) -> str:
    """Add the column that a rule needs and no sentence named."""
    found = _FIELD_AFTER.search(told.marked)
    found = found or re.search(
        r"(?:^|, |an? |the )([a-z][a-z -]{2,30}?) (?:text )?(?:is|are|must be) (?:mandatory|required"
        r"|obligatory|given|filled|set|needed)",
        told.marked,
    )
    if found is None or re.search(r"[@%&]|\d", found[1]):
        return ""
    named = re.sub(r"^(?:an?|the|some|valid|own) ", "", found[1].replace("$", "")).strip()
    name = field_name(named)
    if not name or len(named.split()) > 3 or named.split()[0] in {"be", "to", "not", "have"}:
        return ""
    return world.add_field(entity, replace(fields.typed(name), required=False))


def _optional(world: World, entity: str, name: str) -> None:
    kept = world.entities[entity]
    changed = tuple(
        replace(one, required=False) if one.name == name and one.type != "boolean" else one for one in kept.fields
    )
    world.put(entity, fields=changed)
