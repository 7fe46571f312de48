"""Rules that compare: "an offer cannot be higher than the budget of its project", "meals cost at most 50"."""

from __future__ import annotations

import re

from libs.contracts.behaviour import Condition, Operator, Requires, UniqueIn, Value
from libs.offline.prose.granting import is_person
from libs.offline.prose.guarded import makes
from libs.offline.prose.marks import Told
from libs.offline.prose.rows import described
from libs.offline.prose.world import World
from libs.offline.words import snake

_MORE = r"more|higher|greater|larger|bigger|longer|later|above|after|over|beyond"
_LESS = r"less|lower|smaller|fewer|shorter|earlier|below|before|under"
_SIDE = (
    rf"(?:(?P<most>at most|up to|no (?:more|higher|later) than|not exceed)|(?P<least>at least|no (?:less"
    rf"|fewer|earlier) than)"
    rf"|exceed|(?P<more>{_MORE})|(?P<less>{_LESS}))(?: than)?"
)
_OWNER = r"(?:the |its |their |his |her |that |an? |of )*"
_COMPARED = re.compile(
    rf"^(?:the |an? |each |every |all )*(?:%(?P<state>\w+) )?(?:@(?P<thing>\w+)(?! @))? ?(?:\$(?P<left>\w+))?"
    rf"(?: of (?:the |an? |each )?@\w+)? (?P<not>cannot|must|is never|are never|may never|never|can"
    rf" never)(?: be| cost| have| last)*"
    rf" {_SIDE} {_OWNER}(?:@(?P<other>\w+) )?(?:\$(?P<right>\w+)|(?:[€$£] ?)?(?P<number>\d[\d.]*)(?!"
    rf" ?[@%\d.]| (?!each\b|euros?\b|dollars?\b|eur\b|and\b|or\b|in\b)\w))"
    rf"(?: of {_OWNER}@(?P<of>\w+))?"
)
_FUTURE = re.compile(
    r"^(?:the |an? |each |every |all )*\$(\w+)s? (?:must|cannot|can only|should)(?:"
    r" always)? (?:be|lie) in the (past|future)\b"
)
_AHEAD = re.compile(
    r"@(\w+) (?:must|can only|may only|should|cannot) be \w+ (?P<kind>at least|less than|no later than)"
    r" (\d+) (days?|hours?|weeks?)"
    r" before (?:they|it|the|its|their)"
)
_ONCE = re.compile(
    r"(?:^|\b(?:and|but) )(?:an?|each|every|one|the same|no)? ?[@&](\w+) (?:(?:can|may|must|cannot)"
    r" )?(?:only |just )?(\w+)"
    r"(?: only| just)?(?: once)?(?: in| for| to| on)? (?:an?|the|each|every|the same|any|one) @(\w+)"
    r" (?:(?:only|just) )?(?:once|twice)\b"
    r"|(?<!2 )[@&](\w+) (?:can|may|cannot) (?:only |just )?(\w+)(?: only| just)? (?:once|twice) (?:in|for"
    r"|to|on|per) (?:an?|the|each|every|the same) @(\w+)(?! and)"
)
_MAIN = ("price", "amount", "total", "cost", "value", "fee", "quantity")
_OPPOSITE: dict[Operator, Operator] = {"gt": "le", "lt": "ge", "ge": "lt", "le": "gt"}


def compared(told: Told, world: World) -> bool:
    """Compile a rule that compares two columns, or one with a number or with today."""
    return _numbers(told, world) or _future(told, world) or _ahead(told, world)


def _operator(found: re.Match[str]) -> Operator:
    if found["most"] or found["least"]:
        return "le" if found["most"] else "ge"
    plain: Operator = "lt" if found["less"] else "gt"
    return plain if found["not"] == "must" else _OPPOSITE[plain]


def _numbers(told: Told, world: World) -> bool:
    found = _COMPARED.match(told.marked)
    if found is None or (found["most"] and found["not"] != "must"):
        return False
    for entity in _near(found["thing"], told, world):
        when = described(f"%{found['state']}", entity, world) if found["state"] else ()
        if found["state"] and not when:
            continue
        right = _right(found, entity, world)
        left = _left(found, entity, right, world)
        if left and right and _fits(entity, left, right, world):
            return world.rule(told.text, entity, Requires((Condition(left, _operator(found), right),), when))
    return False


def _near(thing: str | None, told: Told, world: World) -> list[str]:
    near = [thing] if thing else []
    near = dict.fromkeys((*near, *told.things(), *told.before, *world.entities))
    return [one for one in near if one in world.entities]


def _right(found: re.Match[str], entity: str, world: World) -> Value | None:
    if found["number"]:
        # What holds of every row bounds the column itself.
        return Value("literal", found["number"].rstrip(".")) if found["state"] else None
    holder = found["of"] or found["other"]
    link = world.link(entity, holder) if holder and holder != entity else None
    if holder and holder != entity and link is None:
        return None
    path = f"{link.name}.{found['right']}" if link else found["right"]
    kept = world.column(link.target if link else entity, found["right"])
    return Value("field", path) if kept else None


def _left(found: re.Match[str], entity: str, right: Value | None, world: World) -> str:
    if found["left"]:
        return found["left"] if world.column(entity, found["left"]) else ""
    if found["thing"] != entity and not found["state"]:
        return ""
    numbers = [one.name for one in world.entities[entity].fields if one.type in {"integer", "decimal", "money"}]
    return next((one for word in _MAIN for one in numbers if word in one.split("_")), "") if right else ""


def _fits(entity: str, left: str, right: Value, world: World) -> bool:
    kept = world.column(entity, left)
    numeric = kept is not None and kept.type in {"integer", "decimal", "money"}
    if right.kind == "literal":
        return numeric
    holder, _, name = right.text.rpartition(".")
    target = next((one.target for one in world.entities[entity].relations if one.name == holder), entity)
    other = world.column(target, name)
    times = {"date", "datetime"}
    if other is None or kept is None or right.text == left:
        return False
    return {kept.type, other.type} <= times or (numeric and other.type in {"integer", "decimal", "money"})


def _future(told: Told, world: World) -> bool:
    """Read "delivery dates must be in the future" of whatever has a delivery date."""
    found = _FUTURE.match(told.marked)
    entity = next((one for one in _near(None, told, world) if found and world.dated(one, found[1])), "")
    if found is None or not entity:
        return False
    kind = "now" if world.timed(entity, found[1]) else "today"
    operator: Operator = "gt" if found[2] == "future" else "lt"
    operator = _OPPOSITE[operator] if "cannot" in found[0] else operator
    return world.rule(told.text, entity, Requires((Condition(found[1], operator, Value(kind)),)))


def _ahead(told: Told, world: World) -> bool:
    """Read "bookings must be made at least 2 days before they start"."""
    found = _AHEAD.search(told.marked)
    start = world.beginning(found[1]) if found else ""
    if found is None or not start or (found["kind"] == "less than") != ("cannot" in found[0]):
        return False
    kind = "now" if world.timed(found[1], start) else "today"
    unit = found[4] if found[4].endswith("s") else f"{found[4]}s"
    must = Condition(start, "ge", Value(kind, f"+{found[3]} {unit}"))
    return world.rule(told.text, found[1], Requires((must,)))


def done_once(told: Told, world: World) -> bool:
    """Read "a juror scores each film once": one record of the deed for the two of them."""
    found = _ONCE.search(told.marked)
    if found is None or ("twice" in found[0]) != ("cannot" in found[0]):
        return False
    who, verb, thing = (found[1], found[2], found[3]) if found[1] else (found[4], found[5], found[6])
    person = next((one for one in world.entities if one == who or snake(one) == snake(who)), "")
    if not person or thing not in world.entities or is_person(thing):
        return False
    between = [one for one in world.children(thing) if world.link(one, person)]
    made = [one for one in between if makes(verb, one)] or (between if len(between) == 1 else [])
    link, other = (world.link(made[0], thing), world.link(made[0], person)) if made else (None, None)
    if link is None or other is None:
        return False
    return world.rule(told.text, made[0], UniqueIn((other.name, link.name)))
