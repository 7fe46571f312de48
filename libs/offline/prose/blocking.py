"""What holds a thing back: "a customer with unpaid invoices cannot be deleted"."""

from __future__ import annotations

import re

from libs.contracts.behaviour import BlockedBy
from libs.offline.lexicon import verbs
from libs.offline.prose.deeds import deed
from libs.offline.prose.guarded import makes
from libs.offline.prose.holding import Holding, holding
from libs.offline.prose.marks import Told
from libs.offline.prose.rows import Rows, rows
from libs.offline.prose.said import Said, take
from libs.offline.prose.world import World

_DELETE = re.compile(r"(?<![%$@])\b(?:delet\w*|remov\w*|eras\w*|drop(?:ped|ping)?)\b")
_CARRIES = re.compile(r"(?:with(?:out)?|that|which|who|having|used|still|already|in|has|have|if|while|because)\b(.*)$")
_EMPTY = re.compile(r"(?<![%$@])\bempty\b")
_ELSE = re.compile(r"(?:chang|edit|modif|updat|alter)\w*")


def blocked(told: Told, world: World) -> bool:
    """Compile a sentence that says what may not be deleted, or done, while something points at it."""
    said = take(told.marked)
    gone = _DELETE.search(said.main) or next(
        (one for _, text in said.conditions if (one := _DELETE.search(text))), None
    )
    if gone and (_ELSE.search(said.main) and not said.conditions and "with" not in said.main):
        return False
    names = rows(said.main, world) or [one for _, text in said.conditions for one in rows(text, world)]
    if not names or not (said.denied or said.only or re.search(r"\bmust\b", said.main)):
        return _mentioned_before(said, told, world) if gone and said.denied else False
    if gone is None:
        return _waits(said, told, world)
    return _held(said, _deleted(said, told, world), told, ("delete",), world)


def _deleted(said: Said, told: Told, world: World) -> str:
    found = _DELETE.search(said.main)
    named = rows(said.main, world)
    after = [one.entity for one in named if found and one.start >= found.end()]
    front = [one.entity for one in named if found and one.start < found.start()]
    active = found is not None and re.search(r"(?:delete|remove|erase|drop|ing)s?$", found[0])
    chosen = (after or front) if active else (front or after)
    spoken = [one.entity for _, text in said.conditions for one in rows(text, world)]
    return next(iter((*chosen, *(one.entity for one in named), *spoken[:1], *told.before)), "")


def _held(said: Said, entity: str, told: Told, actions: tuple[str, ...], world: World) -> bool:
    found = _holding(said, entity, world)
    if found is None or found.source is None:
        return False
    wanted = said.only or not said.denied
    if found.none != wanted and not (said.denied and found.none and not said.only):
        return False
    rule = BlockedBy(found.source.entity, found.link, actions, found.source.where)
    return world.rule(told.text, entity, rule)


def _holding(said: Said, entity: str, world: World) -> Holding | None:
    """Return the rows that hold a thing back, of a condition or of what is said after its name."""
    for text in (*said.when(), *said.till()):
        found = holding(text, entity, world)
        if found and found.source:
            return found
        if found is None and (ordered := _ordered(text, entity, world)):
            return ordered
    rest = said.main.partition(f"@{entity}")[2]
    carried = _CARRIES.search(rest)
    if carried and (found := holding(carried[0], entity, world)) and found.source:
        return found
    if carried and (made := _ordered(carried[0].partition("cannot")[0], entity, world)):
        return made
    if _EMPTY.search(said.main) and len(inside := world.children(entity)) == 1:
        link = world.link(inside[0], entity)
        return Holding(entity, source=Rows(inside[0]), link=link.name if link else "", none=True)
    return None


def _ordered(text: str, entity: str, world: World) -> Holding | None:
    """Read "once it has been ordered": the rows that a deed on a thing leaves."""
    for word in re.findall(r"(?<![%$@])\b[a-z]{4,}\b", text):
        for name in world.children(entity):
            link = world.link(name, entity)
            if link and (verbs.is_past(word) or word.endswith("ied")) and makes(word, name):
                return Holding(entity, source=Rows(name), link=link.name)
    return None


def _mentioned_before(said: Said, told: Told, world: World) -> bool:
    return bool(told.before) and _held(said, told.before[0], told, ("delete",), world)


def _waits(said: Said, told: Told, world: World) -> bool:
    """Read "a matter cannot be closed as long as it has deadlines": an action that waits."""
    found = re.search(r"(?:cannot|must not|is not|can never|never|must|can) (?:be )?(?:%|\$)?(\w+)", said.main)
    named = rows(said.main, world)
    if found is None or not named:
        return False
    entity = named[0].entity
    held = _holding(said, entity, world)
    if held is None or held.source is None or held.none:
        return False
    lemma = verbs.lemma(found[1]) or verbs.root(found[1])
    action = deed(world, entity, lemma)
    return bool(action) and _held(said, entity, told, (action,), world)
