"""What stands between two things: "an order consists of several bouquets, each with a quantity"."""

from __future__ import annotations

import re
from collections.abc import Callable

from libs.offline.context import Context
from libs.offline.lexicon import words
from libs.offline.prose.saying import A, Found, an, of, person
from libs.offline.words import is_plural, singular

_SEVERAL = (
    r"(?:one or more|one or several|at least one|several|many|multiple|some|various|any number of|a number of"
    r"|a list of)"
)
_AMOUNT = words(
    """
    quantity quantities amount amounts number position positions count counts dose dosage order weight hours share
    """
)
_NOUN = {
    "enrol": ("enrolment", "enrollment"), "enroll": ("enrollment", "enrolment"), "sign up": ("sign-up", "signup"),
    "signs up": ("sign-up", "signup"), "register": ("registration",), "subscribe": ("subscription",),
    "participate": ("participation",), "volunteer": ("sign-up",), "check in": ("check-in",),
}  # fmt: skip


def _measures(columns: str) -> bool:
    """Say whether columns are of the pair and not of the thing itself: how many, in which order."""
    said = [re.findall(r"[a-z]+", part)[-1:] for part in re.split(r",? and |, ", columns.lower())]
    return 0 < len(said) <= 3 and bool(said[0]) and said[0][0] in _AMOUNT


def _lines(found: Found, context: Context) -> list[str] | None:
    front, owner, thing, columns = found.groups()
    if not _measures(columns) or singular(thing.lower()) in {"item", "line", "row", "entry", "position"}:
        return None
    left = re.sub(r"(?:,| and|, and)? ?$", "", front.strip())
    kept = [left] if len(left.split()) > 3 else []
    return [*kept, *_pair(owner, thing.split()[-1], columns)]


def _pair(owner: str, thing: str, columns: str) -> list[str]:
    name = f"{singular(owner.lower())} {singular(thing.lower())}"
    plain = re.sub(
        r"\b(quantit|amount|number|position|count)(ies|s)\b",
        lambda one: one[1] + ("y" if one[2] == "ies" else ""),
        columns,
    )
    return [f"{name}s: {plain}", *of(name, owner, thing)]


def _used_on(found: Found, context: Context) -> list[str] | None:
    owner, thing, columns = found.groups()
    return _pair(owner, thing, columns) if _measures(columns) else None


def _takes_part(found: Found, context: Context) -> list[str] | None:
    """Read "guests enrol in courses" where the wish speaks of enrolments."""
    who, verb, what = found.groups()
    names = _NOUN.get(re.sub(r"s$|(?<=sign)s", "", verb.lower()), ())
    name = next((one for one in names if one in context.said), "")
    if not name or not person(who) or singular(what.lower()) in {"newsletter", "system", "site", "app", "account"}:
        return None
    return [*of(name, who, what), found.string]


def _there_is_one(found: Found, context: Context) -> list[str] | None:
    """Read "for each event there is one client and one menu": the event is of both."""
    known = {singular(one.phrase.head) for one in context.facts.mentions} | {
        singular(one.owner.head) for one in context.facts.has
    }
    child, one, other, rest = found.groups()
    ends = [end for end in (one, other) if end]
    if not all(singular(end.lower()) in known for end in ends):
        return None
    return [*of(child, *ends), *([rest.strip(" ,")] if len(rest.split()) > 3 else [])]


def _each_has(found: Found, context: Context) -> list[str]:
    """Read "several copies of each piece"."""
    return [found.string, *of(found[1], found[2])]


def _made_by(found: Found, context: Context) -> list[str] | None:
    """Read "climbers log ascents of routes (date, number of attempts)"."""
    who, what, target, columns, rest = found.groups()
    if (
        not person(who)
        or not is_plural(what.lower())
        or singular(what.lower()) in {"number", "list", "name", "kind", "type"}
    ):
        return None
    more = re.sub(r"^(?:,| and|, and)+ ", "", rest)
    return [f"{what}: {columns}", *of(what, target, who), *([f"{who} {more}"] if len(more.split()) > 2 else [])]


def _one_per(found: Found, context: Context) -> list[str] | None:
    """Read "a dog can have only one stay per day": the stay is of the dog."""
    owner, thing = found.groups()
    known = {singular(one.phrase.head) for one in context.facts.mentions} | {
        singular(one.owner.head) for one in context.facts.has
    }
    if not {singular(owner.lower()), singular(thing.lower())} <= known:
        return None
    return of(thing, owner)


def _starred(found: Found, context: Context) -> list[str] | None:
    who, what, bounds, more = found.groups()
    name = next((one for one in ("rating", "review", "score") if one in context.said), "rating")
    if not person(who):
        return None
    low, high = (str(verbs_number(one)) for one in re.split(r" to |-", bounds))
    front = found.string[: found.start(0)].strip()
    told = [f"{an(name)} has stars ({low} to {high}){f' and {more}' if more else ''}", *of(name, what, who)]
    return [*([front] if front else []), *told]


def verbs_number(word: str) -> int:
    """Return the number that a word or digits say."""
    names = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
    return int(word) if word.isdigit() else names.index(word) if word in names else 0


JOINING: tuple[tuple[str, Callable[[Found, Context], list[str] | None]], ...] = (
    (
        rf"^((?:.*? )??(?:{A}) ([a-z]+)\b.*?)(?:contains?|consists? of|has|have|includes?|comprises?|is made up of) "
        rf"{_SEVERAL} ([a-z]+(?: [a-z]+)?s)(?:,? each)?,? with (?:an? |the |its |their )?([^.;]+)$",
        _lines,
    ),
    (
        rf"^(?:on|in|for|at|to) {A} ([a-z]+),? {_SEVERAL} ([a-z]+s) (?:are|can be|may be) [a-z]+(?:,? each)?,? with "
        r"(?:an? |the |its |their )?([^.;]+)$",
        _used_on,
    ),
    (
        rf"^(?:{A} )?([a-z]+) (?:can |may )?(enrolls?|enrols?|signs? up|registers?|subscribes?|participates?) "
        rf"(?:in|for|to|on|at) (?:{A} |several |one or more |many )?([a-z]+)\b[^,;]*$",
        _takes_part,
    ),
    (
        r"^for (?:each|every) ([a-z]+),? there(?: is| are|'s) (?:an?|one|exactly one) ([a-z]+)"
        r"(?: and (?:an?|one|exactly one) ([a-z]+))?((?:,| and\b).*)?$",
        _there_is_one,
    ),
    (rf"{_SEVERAL} ([a-z]+s) (?:of|for) (?:each|every) ([a-z]+)", _each_has),
    (
        r"^([a-z]+s) (?:can |may )?(?:log|record|enter|note|register|file|keep) ([a-z]+s) (?:of|for|about|on) "
        r"(?:the |their )?([a-z]+) \(([^()]+)\)(.*)$",
        _made_by,
    ),
    (
        rf"^{A} ([a-z]+) (?:can|may|must|should) (?:only |just )?(?:have|make|give|leave|hold) "
        r"(?:only |at most |just |exactly )*(?:one|a single) ([a-z]+) (?:per|for each|for every|a|in an?) .*$",
        _one_per,
    ),
    (
        r"(?:^|(?<=, and )|(?<= and ))([a-z]+s) (?:can |may )?rate ([a-z]+s) with (\w+ to \w+) stars"
        r"(?:(?:,? and| plus)(?: with)? (.+))?$",
        _starred,
    ),
)
