"""Deeds that leave a record: "vets do treatments for a pet on a date, with diagnosis and price"."""

from __future__ import annotations

import re
from collections.abc import Callable

from libs.offline.context import Context
from libs.offline.prose.saying import A, Found, an, of, person
from libs.offline.words import singular

# What a deed leaves behind, where the verb alone does not say it.
_NOUNS = {"prescribe": "prescription", "treat": "treatment", "inspect": "inspection", "deliver": "delivery"}
_JOINED = ("booking", "registration", "enrollment", "enrolment", "participation", "reservation", "signup")


def _done(found: Found, context: Context) -> list[str] | None:
    who, what, target, moment, columns, deed, thing, more = found.groups()
    if not person(who):
        return None
    said = [f"{an(what)} has {', '.join(part for part in (moment, columns) if part)}", *of(what, target, who)]
    if not deed or deed.lower() not in _NOUNS:
        return said
    record = _NOUNS[deed.lower()]
    return [*said, f"{an(record)} has {more}", *of(record, what, thing)]


def _joined(found: Found, context: Context) -> list[str] | None:
    record = next((name for name in _JOINED if name in context.said), "")
    return of(record, found[1], found[2]) if record and person(found[1]) else None


def _commented(found: Found, context: Context) -> list[str]:
    return [f"{an(found[1])} has {found[3]} (yes/no)", *of(found[1], found[2])]


def _held(found: Found, context: Context) -> list[str] | None:
    owner = found[1].lower()
    return None if person(owner.split()[-1]) else [f"{an(owner)} has {found[2]}"]


def _numbered(found: Found, context: Context) -> list[str]:
    """Read "a grade is a number between 1 and 6, with a comment, and belongs to a student and a course"."""
    child, low, high, columns, one, other = found.groups()
    more = f", {columns}" if columns else ""
    return [f"{child}s: value ({low} to {high}){more}", *of(child, one, other or "")]


def _used(found: Found, context: Context) -> list[str]:
    """Read "a recipe has many ingredients, each with an amount, and the same one can be used in many"."""
    owner, part, columns = found.groups()
    name = f"{singular(owner)} {singular(part)}"
    return [f"{name}s: {columns}", f"Each {name} belongs to {an(owner)}", f"Each {name} belongs to {an(part)}"]


def _starred(found: Found, context: Context) -> list[str]:
    name = "review" if "review" in context.said else "rating"
    return [f"{an(name)} has stars ({found[2]} to {found[3]})", *of(name, found[1])]


def _sent(found: Found, context: Context) -> list[str]:
    sender, record, target, columns = found.groups()
    return [f"{an(record)} has {columns}", *of(record, target, sender)]


DEEDS: tuple[tuple[re.Pattern[str], Callable[[Found, Context], list[str] | None]], ...] = tuple(
    (re.compile(shape, re.I), told)
    for shape, told in (
        (
            rf"^([a-z]+s) (?:do|make|perform|carry out|give|write) ([a-z]+s) (?:for|on|of|to) {A} ([a-z]+)"
            r"(?: (?:on|at) an? (date|time))?,? with (.+?)"
            r"(?:,? and (?:can|may) ([a-z]+) ([a-z]+s) with (.+))?$",
            _done,
        ),
        (r"^([a-z]+s) (?:can )?sign up (?:for|to) ([a-z]+s)\b", _joined),
        (r"^([a-z]+s) (?:on|for) ([a-z]+s) can be ([a-z]+)(?: \(.*\))?$", _commented),
        (r"^(?:an?|each|every) ([a-z]+(?: [a-z]+)?) (?:records|holds|captures|carries) (.+)$", _held),
        (
            r"^an? ([a-z]+) is an? (?:whole |integer )?number (?:between|from) (-?\d+) (?:and|to) (-?\d+)"
            rf"(?:,? with (.+?))?,? and belongs to {A} ([a-z]+)(?: and {A} ([a-z]+))?$",
            _numbered,
        ),
        (
            rf"^{A} ([a-z]+) has (?:many|several|multiple) ([a-z]+),? each with (.+?),? and the same [a-z]+ "
            r"(?:can|may) be (?:used )?(?:in|by|on|part of) (?:many|several|multiple|different|other) .+$",
            _used,
        ),
        (rf"^[a-z]+ (?:can|may) rate {A} ([a-z]+) (?:with|from) (\d+) to (\d+) stars\b.*$", _starred),
        (
            rf"^(?:later |then |afterwards )?{A} ([a-z]+) (?:sends|gives|hands) (?:us |them |me )?an? ([a-z]+) "
            r"(?:for|about) (?:that|the|an?|this) ([a-z]+(?: [a-z]+)?),? with (.+)$",
            _sent,
        ),
    )
)
