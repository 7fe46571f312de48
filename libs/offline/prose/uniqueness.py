"""Rules of what there is once, what holds a thing back, and what never falls below zero."""

from __future__ import annotations

import re

from msgspec.structs import replace

from libs.contracts.behaviour import BlockedBy, Ledger, UniqueIn
from libs.offline.prose.deeds import deed
from libs.offline.prose.granting import lemma_of
from libs.offline.prose.marks import Told
from libs.offline.prose.rows import where
from libs.offline.prose.world import World
from libs.offline.words import singular, snake

_ONCE = re.compile(
    r"\b(?:only|just|at most|more than|not more than) once\b|\btwice\b|\bonly 1\b|\bonly one\b"
    r"|\bone per\b|\bno 2\b|^2 @|\b2 @\w+ (?:in|of|at|with|for|cannot|must|may)|\bsame\b|\bunique"
    r" (?:per|within|in|for|inside|among)\b"
    r"|\bcombination of\b|\bmore than one\b|\bmore than 1\b"
)


_BLOCKED = re.compile(
    r"(?:@(\w+)[^@]*?(?:cannot|never|must not|not|no)\b[^@]*?\b(?:delet|remov)\w*\b[^@]*?\b(?:while"
    r"|if|when|as long as|that|which|with|because|unless)\b(.*)$"
    r"|@(\w+) (?:that (?:still )?(?:has|have)|with|having|which (?:has|have)) ([^@]*@\w+.*?)(?:cannot"
    r"|never|must not|may not|not)(?: be| to be)? (?:delet|remov)"
    r"|(?:do not allow|no|never|cannot|prevent|forbid|not)\b[^@]*(?:delet|remov)\w* (?:of )?(?:an?"
    r" |the |any )?@(\w+) (?:that|which|with|while|if|when|as long as)(.*)$"
    r"|only (?:delete|remove) (?:an? )?@(\w+) (?:without|that ha\w+ no)(.*)$)"
)


def once(told: Told, world: World) -> bool:
    low = told.marked
    if not _ONCE.search(low) or not re.search(
        r"\b(?:cannot|must|never|only|no|not|nobody|unique|may|once|just|one per|twice)\b", low
    ):
        return False
    if re.search(r"overlap|same time|at once|double", low):
        return False
    names, fields = told.things(), told.columns()
    chosen = _pair(told, world, names, fields)
    if chosen is None:
        return False
    entity, parts = chosen
    rows = where("", low, entity, world) if "%" in low else ()
    return world.rule(told.text, entity, UniqueIn(tuple(parts), rows))


def _pair(told: Told, world: World, names: list[str], fields: list[str]) -> tuple[str, list[str]] | None:
    """Return the entity and the parts of it that together are met once."""
    best: tuple[str, list[str]] | None = None
    for entity in dict.fromkeys((*names, *told.before[:1], *world.entities)):
        kept = world.entities[entity]
        links = [
            one.name
            for one in kept.relations
            if one.kind != "many_to_many" and _spoken(one.target, one.name, names, entity)
        ]
        own = [name for name in dict.fromkeys(fields) if world.column(entity, name)]
        parts = [*links, *(name for name in own if name not in links)]
        if len(parts) < 2 and not (parts and re.search(r"%|open", told.marked)):
            continue
        if best is None or len(parts) > len(best[1]):
            best = (entity, parts[:8])
    return best


def _spoken(target: str, name: str, names: list[str], entity: str) -> bool:
    return (target in names and target != entity) or (name in names)


_HELD = re.compile(
    r"@(\w+) (?:cannot|must not|is not|can never) be %?(\w+) (?:while|when|if|as long as|until) (?:.*?)(@\w+.*)$"
)


def _held(told: Told, world: World) -> bool:
    """Read "a matter cannot be closed as long as it has deadlines that are not done": an action that waits."""
    found = _HELD.search(told.marked)
    source = re.findall(r"@(\w+)", found[3])[0] if found else ""
    link = world.link(source, found[1]) if found else None
    lemma = lemma_of(found[2]) if found else ""
    if found is None or link is None or not lemma or lemma in {"delete", "remove"}:
        return False
    action = deed(world, found[1], lemma)
    rows = where("open" if re.search(r"\b(?:open|active)\b", found[3]) else "", found[3], source, world)
    return bool(action) and world.rule(told.text, found[1], BlockedBy(source, link.name, (action,), rows))


def blocked(told: Told, world: World) -> bool:
    found = _BLOCKED.search(told.marked)
    if found is None:
        return _held(told, world)
    owner = found[1] or found[3] or found[5] or found[7]
    rest = found[2] or found[4] or found[6] or found[8] or ""
    source = next(iter(re.findall(r"@(\w+)", rest)), "")
    link = world.link(source, owner) if source else None
    if link is None:
        return False
    rows = where("open" if re.search(r"\b(?:open|active)\b", rest) and "%" not in rest else "", rest, source, world)
    return world.rule(told.text, owner, BlockedBy(source, link.name, ("delete",), rows))


def ledger(told: Told, world: World) -> bool:
    """Read "stock never goes below zero" where movements of it are kept."""
    low = told.marked
    never = re.search(r"\b(?:never|cannot|not|no)\b.*?(?:below (?:0|zero)|negative|under 0|less than 0|minus)", low)
    column = next((one for one in told.columns() if world.holder(one)), "")
    if not never or not column:
        return False
    owner = world.holder(column, (*told.things(), *told.before))
    for name in world.children(owner):
        link, amount = world.link(name, owner), world.column(name, "quantity") or world.column(name, "amount")
        if link and amount and name != owner:
            way = next(
                (one for one in world.entities[name].fields if one.type == "enum" and _outward(one.choices)), None
            )
            less = tuple(one for one in way.choices if _out(one)) if way else ()
            if way is None and not re.search(r"movement|transaction|adjust|entry|change", snake(name)):
                continue
            return world.rule(told.text, name, Ledger(link.name, column, amount.name, way.name if way else "", less))
    kept = world.column(owner, column)
    if kept is not None and kept.type in {"integer", "decimal", "money"}:
        world.put(
            owner,
            fields=tuple(
                replace(one, minimum="0") if one.name == column else one for one in world.entities[owner].fields
            ),
        )
        return False
    return False


def _outward(choices: tuple[str, ...]) -> bool:
    return any(_out(one) for one in choices) and not all(_out(one) for one in choices)


def _out(choice: str) -> bool:
    outward = (
        "out",
        "outgoing",
        "sale",
        "sold",
        "issue",
        "withdraw",
        "remov",
        "expense",
        "decrease",
        "pick",
        "ship",
        "loss",
        "consum",
        "used",
        "damage",
    )
    return choice.startswith(outward) or singular(choice) in outward
