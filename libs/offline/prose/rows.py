"""Rows that a sentence speaks of: "open loans", "a paid order", "tickets which are not closed"."""

from __future__ import annotations

import re
from dataclasses import dataclass

from msgspec.structs import replace

from libs.contracts.behaviour import Condition, Value
from libs.offline.lexicon import verbs, words
from libs.offline.prose.world import World

_UNDONE = words("open active outstanding current ongoing unfinished running pending live unresolved unclosed")
_AHEAD = words("upcoming future coming planned")
_JOINT = words("and or / , still already currently yet now")
_NOT = r"(?:not|never|no longer)"
_ADVERB = r"(?:still |already |yet |currently |been |now |also |both |either )*"
_LIST = r"((?:[%$]\w+|[a-z-]+)(?:(?:,| or| and|, or|, and) (?:[%$]\w+))*)"
_RELATIVE = re.compile(rf"^,? (?:that|which|who) (?:is|are|was|were|has|have|had) {_ADVERB}({_NOT} )?{_ADVERB}{_LIST}")
_HAVING = re.compile(
    r"^,? (?:with|having|in|on|of|whose|that has|that have)(?: an?| the| its| their)?(?: \$?\w+(?= is| are)| \$\w+"
    r"| status| state)*"
    r"(?: of| is| are| =)*( not)? (?:an? )?%(\w+)(?: or %(\w+))?"
)
_DIRECT = re.compile(r"^()  ?%(\w+)(?: or %(\w+))?")
_WITH = re.compile(r"^ (?:with|that has|that have|having)( no)?(?: an?| the)? \$(\w+)\b(?! of)")
_WITHOUT = re.compile(r"^ (without)(?: an?| the| any)? \$(\w+)")


@dataclass(frozen=True, slots=True)
class Rows:
    """The rows of an entity that ``where`` holds, and the stretch of the sentence that names them."""

    entity: str
    where: tuple[Condition, ...] = ()
    start: int = 0
    end: int = 0


def rows(text: str, world: World) -> list[Rows]:
    """Return the rows that a marked text names, in order."""
    out: list[Rows] = []
    for found in re.finditer(r"@(\w+)", text):
        before, start = _before(text[: found.start()], found[1], world)
        after, end = _after(text[found.end() :], found[1], world)
        out.append(Rows(found[1], merged((*before, *after)), start, found.end() + end))
    return out


def described(word: str, entity: str, world: World) -> tuple[Condition, ...]:
    """Return what a word such as "paid", "unpaid", "open" or "upcoming" says of a row."""
    plain = word.lstrip("%$")
    if word in _AHEAD:
        start = world.beginning(entity)
        return (Condition(start, "gt", Value("now" if world.timed(entity, start) else "today")),) if start else ()
    if state := world.state(entity, plain):
        return (state,)
    if word[0] == "$":
        column = world.column(entity, plain)
        dated = column is not None and column.type in {"date", "datetime"} and verbs.is_past(plain.rpartition("_")[0])
        return (Condition(plain, "is_set"),) if dated else ()
    if plain in _UNDONE:
        still = world.still_open(entity)
        return (still,) if still else ()
    if plain == "overdue":
        return _overdue(entity, world)
    bare = re.sub(r"^(?:un|in|non-?|not-)(?=\w{3})", "", plain)
    state = world.state(entity, bare) if bare != plain else None
    if state:
        return (opposite(state),)
    done = reached(plain, entity, world) if re.search(r"(?:ed|en)$", plain) else None
    return (done,) if done else ()


def reached(word: str, entity: str, world: World) -> Condition | None:
    """Return the state that a deed leads to: closed by "close", "closing" or "closure", paid by "payment"."""
    root = verbs.root(re.sub(r"(?:ment|lation|ation|ion|al|ure)$", "", word))
    for column in world.entities[entity].fields:
        value = next((one for one in column.choices if verbs.root(one) == root), "")
        if value:
            return Condition(column.name, "eq", Value("literal", value))
    again = re.sub(r"^re-?(?=open|activ|start)", "", word)
    return reached(again, entity, world) if again != word else None


def _overdue(entity: str, world: World) -> tuple[Condition, ...]:
    due = next(
        (
            one
            for one in world.entities[entity].fields
            if one.type in {"date", "datetime"}
            and ("due" in one.name.split("_") or one.name.startswith(("deadline", "expected_return")))
        ),
        None,
    )
    if due is None:
        return ()
    still = world.still_open(entity)
    past = Condition(due.name, "lt", Value("today" if due.type == "date" else "now"))
    return (past, still) if still else (past,)


def opposite(state: Condition) -> Condition:
    """Return the condition that a state does not hold."""
    if state.value and state.value.text in {"true", "false"}:
        return replace(state, value=Value("literal", "false" if state.value.text == "true" else "true"))
    flipped = {"eq": "ne", "ne": "eq", "is_set": "is_unset", "is_unset": "is_set", "gt": "le", "lt": "ge", "le": "gt"}
    return replace(state, operator=flipped.get(state.operator, state.operator))


def opposites(where: tuple[Condition, ...]) -> tuple[Condition, ...]:
    """Return what holds where one condition, or one of several values, does not."""
    if len(where) == 1 and where[0].operator == "in":
        return tuple(Condition(where[0].field, "ne", Value("literal", one)) for one in where[0].choices)
    return tuple(opposite(one) for one in where) if len(where) == 1 else ()


def merged(where: tuple[Condition, ...]) -> tuple[Condition, ...]:
    """Return conditions in which several values of a column are one of these."""
    out: list[Condition] = []
    for one in dict.fromkeys(where):
        at = next((index for index, two in enumerate(out) if two.field == one.field and _equal(one, two)), -1)
        if at < 0:
            out.append(one)
            continue
        known = out[at].choices or ((out[at].value or Value()).text,)
        out[at] = Condition(one.field, "in", None, (*known, (one.value or Value()).text))
    return tuple(out)


def _equal(one: Condition, two: Condition) -> bool:
    return one.operator == "eq" and two.operator in {"eq", "in"} and not (one.value and one.value.text == "true")


def _before(text: str, entity: str, world: World) -> tuple[tuple[Condition, ...], int]:
    """Read the words before a thing backwards while they describe it; ``%high $priority`` counts as one."""
    found: list[Condition] = []
    start = len(text)
    parts = list(re.finditer(r"[%$]?[\w/-]+|,", text))
    column = bool(parts) and parts[-1][0].startswith("$") and len(parts) > 1 and parts[-2][0].startswith("%")
    for index in range(len(parts) - (2 if column else 1), -1, -1):
        word = parts[index][0]
        said = described(word, entity, world) if word not in _JOINT and word not in {"of", "in", "the", "a"} else ()
        if not said and not (word in _JOINT and found):
            break
        if said:
            denied = index > 0 and parts[index - 1][0] in {"not", "never"}
            found = [*(opposites(said) if denied else said), *found]
            start = parts[index].start()
    return tuple(found), start


def _after(text: str, entity: str, world: World) -> tuple[tuple[Condition, ...], int]:
    inside = re.match(r" (?:of|for|in|on|at|by|to) (?:an? |the |each |one )*@\w+(?= (?:that|which|who) )", text)
    if inside and (found := _RELATIVE.match(text[inside.end() :])) and (said := listed(found[2], entity, world)):
        return (opposites(said) if found[1] else said), inside.end() + found.end()
    if found := _RELATIVE.match(text):
        said = listed(found[2], entity, world)
        if said:
            return (opposites(said) if found[1] else said), found.end()
    for shape in (_HAVING, _DIRECT):
        found = shape.match(text)
        states = [state for one in (found[2], found[3]) if one and (state := world.state(entity, one))] if found else []
        if found and states:
            return (opposites(merged(tuple(states))) if found[1] else tuple(states)), found.end()
    for shape in (_WITHOUT, _WITH):
        found = shape.match(text)
        column = world.column(entity, found[2]) if found else None
        if found and column and (not column.required or column.type in {"date", "datetime"}):
            return (Condition(found[2], "is_unset" if found[1] else "is_set"),), found.end()
    return (), 0


def listed(text: str, entity: str, world: World) -> tuple[Condition, ...]:
    """Return what a list of words such as "paid or shipped" says of a row."""
    said = [one for word in re.findall(r"[%$]?[a-z_][\w-]*", text) for one in described(word, entity, world)]
    return merged(tuple(said))
