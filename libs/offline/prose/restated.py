"""Sentences that tell of things by what happens to them, put as what each thing has and belongs to."""

from __future__ import annotations

import re
from collections.abc import Callable

from libs.offline.context import Context
from libs.offline.facts import Belongs, Has, Mention
from libs.offline.lexicon import verbs
from libs.offline.prose.deed_records import DEEDS
from libs.offline.prose.joining import JOINING
from libs.offline.prose.lists import members
from libs.offline.prose.members import item_of, thing
from libs.offline.prose.saying import A, Found, an, of, person
from libs.offline.words import singular

_WHO = rf"(?:{A} |all )?([a-z][\w-]*)"
_SCORES = "ratings scores points grades marks votes reviews"


def restated(sentence: str, context: Context) -> list[str]:
    """Return a sentence as those that say the same of what is kept, itself when it tells of no such deed."""
    text = sentence.strip().rstrip(".")
    for shape, told in (*_TOLD, *DEEDS):
        found = shape.search(text)
        left = told(found, context) if found else None
        if left is not None:
            return left
    return [sentence]


_BELONGS = re.compile(r"each ([\w-]+(?: [\w-]+)?) belongs to an? ([\w-]+(?: [\w-]+)?)", re.I)


def belonging(sentence: str, context: Context) -> bool:
    """Note "each deadline belongs to a matter", whatever the words elsewhere mean; say whether it is that."""
    found = _BELONGS.fullmatch(sentence.strip(" ."))
    child, parent = (thing(found[1]), thing(found[2])) if found else (None, None)
    if child is None or parent is None:
        return False
    context.subjects = (child,)
    context.facts.mentions.append(Mention(child, defined=True))
    context.facts.belongs.append(Belongs(child, parent, "belong"))
    return True


def _aliased(found: Found, context: Context) -> list[str]:
    return [f"{found[1]} {found[2]}"]


def _registered(found: Found, context: Context) -> list[str] | None:
    return [f"{an(found[1])} has {found[2]}"] if person(found[1]) else None


def _rated(found: Found, context: Context) -> list[str] | None:
    who, what, bounds, more = found.groups()
    if not person(who):
        return None
    name = next((one for one in ("review", "rating", "score", "grade", "vote") if one in context.said), "rating")
    value = "value" if name == "score" else "score"
    return [f"{an(name)} has a {value} ({bounds}){f' and {more}' if more else ''}", *of(name, what, who)]


def _scored(found: Found, context: Context) -> list[str] | None:
    who, what, bounds, target, more = found.groups()
    if not person(who):
        return None
    said = [f"{an(what)} has a value ({bounds})"]
    return [*said, *of(what, who, target or ""), *_per(re.search(_PER, more), context)] if _PER.search(more) else [
        *said, *of(what, who, target or "")
    ]  # fmt: skip


_PER = re.compile(
    r"\b(?:one|a single|(?:at most|max(?:imum)?|no more than) one) (\w+)(?: row| entry| record)? "
    r"(?:per|for (?:each|every)) (\w+) and (?:each |every )?(\w+)",
    re.I,
)


def _per(found: Found | None, context: Context) -> list[str]:
    return of(found[1], found[2], found[3]) if found else []


def _shared(found: Found, context: Context) -> list[str]:
    """Read "neighbours lend each other tools"."""
    return of(found[2], found[1])


def _for_mine(found: Found, context: Context) -> list[str] | None:
    """Read "I only see requests for my tools": the tools are mine."""
    owned = thing(found[2])
    if owned is None or singular(found[1].lower()) in {"report", "reason", "pay"}:
        return None
    context.facts.owned.append(owned)
    return [found.string, *of(found[1], found[2])]


def _at_a_time(found: Found, context: Context) -> list[str]:
    """Leave out "a rider can have only one running ride": it says nothing of columns."""
    return []


def _columns_called_fields(found: Found, context: Context) -> list[str] | None:
    """Read "Fields: name, area in hectares" as a farm's fields, where no other thing was spoken of."""
    field = thing("field")
    if context.subjects or context.topic or field is None:
        return None
    context.facts.mentions.append(Mention(field, defined=True))
    context.facts.has.extend(Has(field, item) for part in members(found[1]) if (item := item_of(part)))
    return []


def _kept_per(found: Found, context: Context) -> list[str] | None:
    known = {singular(one.phrase.head) for one in context.facts.mentions}
    known |= {singular(one.owner.head) for one in context.facts.has}
    if singular(found[1].lower()) in {"row", "line", "entry"} or found[1].lower() in {"time", "day"}:
        return None
    return [found.string, *_per(found, context)] if known else None


def _made(found: Found, context: Context) -> list[str] | None:
    """Read "buyers book viewings of a property with an agent at a given time"."""
    who, _, what, target, other, moment = found.groups()
    if not person(who) or other in {"name", "date", "time", "number"}:
        return None
    has = [f"{an(what)} has a {'date' if 'da' in moment else 'start time'}"] if moment else []
    return [*has, *of(what, target, other or "", who)]


def _roled(found: Found, context: Context) -> list[str] | None:
    """Read "dancers enroll as leader or follower" as what their enrollment has."""
    records = verbs.RECORD_ALSO.get(verbs.lemma(found[2].lower()), ())
    record = next((one for one in records if one in context.said), "")
    said = f"An {record} has a role ({'/'.join(re.split(r',? or |, ', found[3]))})"
    return [said, *of(record, found[1])] if record else None


def _waiting(found: Found, context: Context) -> list[str]:
    return [f"{an(found[1])} has a waiting list (yes/no)"]


def _between(found: Found, context: Context) -> list[str]:
    """Read "several lawyers may work on a matter, each with a role" as a thing between the two."""
    who, what, columns = found.groups()
    name = f"{singular(what.lower())} {singular(who.lower())}"
    return [f"{name}s: {columns}", f"Each {name} belongs to {an(what)}", f"Each {name} belongs to {an(who)}"]


def _parted(found: Found, context: Context) -> list[str] | None:
    """Read "deadlines of a matter have a due date and a description"."""
    child, parent, columns = found.groups()
    if singular(child.lower()) in {"number", "list", "name", "type", "status", "price", "date", "amount", "set"}:
        return None
    return [f"{an(child)} has {columns}", *of(child, parent)]


def _joining(found: Found, context: Context) -> list[str] | None:
    """Read "a planting is a crop in a field, planted on a date, with an expected harvest date"."""
    child, one, other, moment, columns = found.groups()
    known = {singular(each.phrase.head) for each in context.facts.mentions}
    if not {singular(one), singular(other)} <= known:
        return None
    parts = [part for part in (moment and moment.replace(" a ", " "), columns) if part]
    return [*([f"{an(child)} has {', '.join(parts)}"] if parts else []), *of(child, one, other)]


def _started(found: Found, context: Context) -> list[str] | None:
    """Read "to start a ride the rider takes a bike at a station"."""
    what, who, _, one, other = found.groups()
    if not person(who):
        return None
    ends = context.said & {"end", "ending", "ends", "ended"}
    way = f", a start {other} and an end {other} (optional)" if ends and other else ""
    said = f"{an(what)} has a start time{', an end time (optional)' if ends else ''}{way}"
    return [said, *of(what, who, one, "" if way else other or "")]


def _moved(found: Found, context: Context) -> list[str]:
    child, quantity, thing, place = found.groups()
    columns = f"a {quantity}, " if quantity else ""
    return [f"{an(child)} has {columns}a source {place} and a target {place}", *of(child, thing)]


def _amounts(found: Found, context: Context) -> list[str] | None:
    if not context.topic:
        return None
    topic = context.topic[0].raw.lower()
    return [f"{an(topic)} has a quantity", *of(topic, found[1], found[2])]


def _kinds(found: Found, context: Context) -> list[str] | None:
    who, one, other = (singular(part.lower()) for part in found.groups())
    fits = who in context.said and not {one, other} & {"available", "open", "closed"}
    return [f"{an(who)} has a kind ({one}/{other})"] if fits else None


def _given(found: Found, context: Context) -> list[str]:
    what, child, columns = found.groups()
    return [f"{child}s: {columns}", *of(child, what)]


def _able(found: Found, context: Context) -> list[str] | None:
    """Read "Pickers: create transfers, read everything" as what they may do."""
    does = found[2].lower() in verbs.CREATE | verbs.DEEDS | verbs.READ | verbs.UPDATE | verbs.DELETE | verbs.ALL
    return [f"{found[1]} can {found[2]}{found[3]}"] if does and person(found[1]) else None


_PARTICIPLE = r"(?:lie|lies|are|is|there are|we have|stored)"
_TOLD: tuple[tuple[re.Pattern[str], Callable[[Found, Context], list[str] | None]], ...] = tuple(
    (re.compile(shape, re.I), told)
    for shape, told in (
        *JOINING,
        (r"^((?:an?|each|every|the) [a-z]+) \([a-z]+\) ((?:has|have|is|belongs)\b.+)$", _aliased),
        (rf"^{_WHO} (?:registers?|signs? up|joins?) with (?:an? |their )?([^.]+)$", _registered),
        (
            rf"^{_WHO} (?:rates?|scores?|grades?|evaluates?) (?:{A} )?([a-z]+) from (-?\d+ to -?\d+)(?: stars)?"
            r"(?:,? (?:and )?with ([^,]+))?",
            _rated,
        ),
        (
            rf"^{_WHO} gives? ({_SCORES.replace(' ', '|')}) from (-?\d+ to -?\d+)(?: (?:to|for) {A} ([a-z]+))?(.*)$",
            _scored,
        ),
        (
            rf"^{_WHO} (book|schedule|request|arrange|make|place)s? (?:an? )?([a-z]+s?) (?:of|for|to) {A} ([a-z]+)"
            rf"(?: (?:with|at|in) {A} ([a-z]+))?(?: (?:at|on) (?:an?|the) (?:given |certain )?(time|date|day))?$",
            _made,
        ),
        (r"^([a-z]+s) ([a-z]+) as ([a-z]+(?:, [a-z]+)*,? or [a-z]+)$", _roled),
        (rf"^{A} ([a-z]+) (?:is|goes) (?:put )?on (?:the |an? )?waiting list\b.*$", _waiting),
        (
            r"^(?:several|many|multiple) ([a-z]+s) (?:may|can) (?:work on|be assigned to|take part in|join|be on)"
            rf" {A} ([a-z]+),? each with (.+)$",
            _between,
        ),
        (rf"^(?:the )?([a-z]+s) of {A} ([a-z]+) (?:have|consist of|contain) (.+)$", _parted),
        (
            rf"^{A} ([a-z]+) is an? ([a-z]+) (?:in|at|for|on|of) an? ([a-z]+)"
            r"(?:,? ([a-z]+ed (?:on|at) an? (?:date|time)))?(?:,? (?:and )?with (.+))?$",
            _joining,
        ),
        (
            rf"^to (?:start|make|open|begin|create) an? ([a-z]+),? {A} ([a-z]+) (takes|picks|chooses|selects|unlocks)"
            rf" {A} (?:available |free )?([a-z]+)(?: (?:at|in|from) {A} ([a-z]+))?$",
            _started,
        ),
        (
            rf"^{A} ([a-z]+) moves? (?:an? (quantity|amount) of )?{A} ([a-z]+) from {A} ([a-z]+) to another\b.*$",
            _moved,
        ),
        (rf"^how many of {A} ([a-z]+) {_PARTICIPLE} (?:in|at|on) {A} ([a-z]+)$", _amounts),
        (r"^([a-z]+s) (?:are|can be) (?:either )?([a-z]+s) or ([a-z]+s)$", _kinds),
        (r"^(?:[a-z]+ed )?([a-z]+s) (?:get|receive) an? ([a-z]+): (.+)$", _given),
        (r"^([a-z]+s): ([a-z]+)( .+)$", _able),
        (_PER.pattern, _kept_per),
        (r"^([a-z]+s) (?:lend|share|rent|swap|give|borrow) (?:with )?each other(?:'s)? ([a-z]+s)\b.*$", _shared),
        (r"\b([a-z]+s) for my (?:own )?([a-z]+s)$", _for_mine),
        (
            rf"^{A} [a-z]+ (?:can|may) (?:only )?have (?:only |at most |just )?one "
            r"(?:running|open|active|current) .*$",
            _at_a_time,
        ),
        (r"^fields: ([^:]+)$", _columns_called_fields),
    )
)
