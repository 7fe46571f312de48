"""Actions that are named: routes, lists of actions, steps, and what may be done up to a time."""

from __future__ import annotations

import re

from msgspec.structs import replace

from libs.contracts.behaviour import Action, Condition, Value
from libs.offline.prose.acting import name_of
from libs.offline.prose.deeds import act, date_of, dated, deed
from libs.offline.prose.effects import effects
from libs.offline.prose.marks import Told
from libs.offline.prose.rows import reached, rows
from libs.offline.prose.world import World
from libs.offline.words import singular, snake

EFFECTS = re.compile(
    r"[%$@]|\b(?:set|increas|decreas|reduc|becomes?|marked|filled|updated|cleared|added|taken|deducted|creat)"
)
_ROUTE = re.compile(r"\b(?:POST|PUT|PATCH)\s+/?([a-z_-]+)/[{:<]?\w*[}>]?/([a-z_-]+)[^\w]*(.*)$", re.I)
_LABELLED = re.compile(r"^([a-z]+(?:_[a-z]+)?) ?(?:\((?:takes |with |needs )?([^()]*)\))?(?: ?[:-] )(.*)$")
_STEPS = re.compile(r"\b(\w+ing(?: (?:in|out|off|up))?)(?:,| and) (\w+ing(?: (?:in|out|off|up))?) (?:are|is) ")


def read_named(told: Told, world: World) -> bool:
    """Read a sentence that names an action; say whether it names one."""
    return _route(told, world) or _labelled(told, world) or _steps(told, world)


def _route(told: Told, world: World) -> bool:
    """Read "POST /loans/{id}/return: sets the return date"."""
    found = _ROUTE.search(told.text)
    if found is None:
        return False
    key = singular(found[1].replace("-", "_"))
    entity = next((name for name in world.entities if key in {snake(name), singular(world.entities[name].plural)}), "")
    return bool(entity) and _named(found[2].replace("-", "_"), entity, told.marked.rpartition("/")[2], told, world)


def _labelled(told: Told, world: World) -> bool:
    """Read "fail (takes a reason): the state becomes failed" where actions are listed."""
    found = _LABELLED.match(told.marked)
    if found is None or not EFFECTS.search(f"{found[2] or ''} {found[3]}"):
        return False
    near = [
        one for one in (*told.before, *told.things()) if reached(found[1], one, world) or date_of(world, one, found[1])
    ]
    listed = re.search(r"\b(?:actions?|operations?|endpoints?|deeds?|routes?)\b", told.under.lower())
    entity = near[0] if near else (told.before[0] if listed and told.before else "")
    return bool(entity) and _named(found[1], entity, f"{found[3]}, {_given(found[2])}", told, world)


def _given(text: str | None) -> str:
    return f"takes {text.removeprefix('takes ')}" if text else ""


def _named(name: str, entity: str, rest: str, told: Told, world: World) -> bool:
    where = next((one.where for one in rows(rest, world) if one.entity == entity and one.where), ())
    if not where and (found := re.search(r"\bonly (?:if|when|while|for) .*?%(\w+)", rest)):
        state = world.state(entity, found[1])
        where = (state,) if state else ()
    told_rest = re.sub(r"\bonly (?:if|when|while|for)?[^,;.]*|\bmarks? \w+ @\w+ as", " ", rest)
    found, inputs = effects(told_rest, entity, world)
    made = deed(world, entity, name, where) or dated(world, entity, name)
    return bool(made or found) and bool(
        act(world, entity, Action(made or name, told.text.strip()[:400], inputs, (), where, found))
    )


def _steps(told: Told, world: World) -> bool:
    """Read "checking in and checking out are separate steps": each is an action into the state of its name."""
    found = _STEPS.search(told.marked)
    names = [re.sub(r"^(\w+?)ing\b", r"\1", one).replace(" ", "_") for one in found.groups()] if found else []
    done = False
    for name in names:
        near = (one for one in dict.fromkeys((*told.things(), *told.before, *world.entities)))
        entity = next((one for one in near if reached(name, one, world)), "")
        done = bool(entity and deed(world, entity, name)) or done
    return done


def up_to(told: Told, world: World) -> bool:
    """Read "paid orders can be refunded up to 24 hours before the event starts" as an action with its checks."""
    found = re.search(
        r"%(\w+)(?: @\w+| ones?)? (?:can|may) (?:only )?be %?(\w+) (?:only )?(?:up to|until|at least"
        r"|no later than|at the latest) (\d+) (hours?|days?|minutes?) before (?:the |its )?(?:@(\w+)"
        r" )?(?:\$(\w+)|it starts)",
        told.marked,
    )
    entity = next((name for name in (*told.things(), *told.before) if found and world.state(name, found[1])), "")
    if not found or not entity:
        return False
    holder = found[5] or ""
    link = world.link(entity, holder) if holder else None
    start = world.beginning(holder) if holder in world.entities else world.beginning(entity)
    path = f"{link.name}.{start}" if link and start else start
    name = deed(world, entity, name_of(found[2]))
    if not name or not path:
        return False
    kept = world.entities[entity]
    check = Condition(path, "gt", Value("now", f"+{found[3]} {found[4]}"))
    world.put(
        entity,
        actions=tuple(replace(one, checks=(*one.checks, check)) if one.name == name else one for one in kept.actions),
    )
    return True
