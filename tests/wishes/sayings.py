"""The lines of the notation that say behaviour: states, actions, computed fields, rules, permissions, reports."""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import pairwise

from libs.contracts.behaviour import (
    Action,
    Aggregate,
    BlockedBy,
    Computed,
    Enforcement,
    Immutable,
    Ledger,
    Limit,
    Measure,
    NoOverlap,
    Report,
    Requires,
    Rule,
    UniqueIn,
)
from tests.wishes.pieces import conditions, effect, field, listed, marked, quoted, relation, sections, value
from tests.wishes.want import Grant, Want

CRUD = ("create", "read", "update", "delete")
_ACTION = re.compile(r"([\w|]+)(?:\((.*?)\))?(?: when (.*?))?(?:: (.*))?")
_AGGREGATE = re.compile(r"(count|sum|avg|min|max) (\w+)\.(\w+)(?: (?!where\b)(\w+))?(?: where (.*))?")


def moves(text: str) -> dict[tuple[str, str], str]:
    """``draft>sent>paid, ~sent>void`` → each allowed change, and its mark."""
    found: dict[tuple[str, str], str] = {}
    for mark, chain in map(marked, listed(text)):
        steps = chain.split(">")
        for source, target in pairwise(steps):
            for each in source.split("/"):
                found |= {(each, goal): mark for goal in target.split("/")}
    return found


def action(text: str) -> Want:
    """``return|give_back(note text ?) when returned_at unset: set returned_at = now; increase book.copies by 1``."""
    text, logic = quoted(text)
    found = _ACTION.fullmatch(text)
    assert found, text
    names = found[1].split("|")
    inputs = [part for part in listed(found[2] or "") if not part.startswith("->")]
    references = [part for part in listed(found[2] or "") if part.startswith("->")]
    made = Action(
        names[0],
        inputs=tuple(field(part).item for part in inputs),
        references=tuple(relation(part).item for part in references),
        checks=conditions(found[3] or ""),
        effects=tuple(effect(part) for part in listed(found[4] or "", ";")),
        logic=logic,
    )
    return Want(made, names=tuple(names))


def computed(text: str) -> Want:
    """``total money = quantity * price`` or ``open_loans integer = count Loan.member where returned_at unset``."""
    head, formula = text.split(" = ", 1)
    names, kind = head.split()
    found = _AGGREGATE.fullmatch(formula)
    if found:
        aggregate = Aggregate(found[1], found[2], found[3], found[4] or "", conditions(found[5] or ""))
        made = Computed(names.split("|")[0], kind, aggregate=aggregate)
    else:
        made = Computed(names.split("|")[0], kind, expression=formula)
    return Want(made, names=tuple(names.split("|")))


def rule(text: str) -> Want:
    """``limit Loan <= 5 per member where returned_at unset "at most five"``: see ``README.md``."""
    text, words = quoted(text)
    kind, _, rest = text.partition(" ")
    entity, _, rest = rest.partition(" ")
    enforcement = _RULES[kind](rest) if kind != "words" else None
    return Want(Rule("R1", words or text, entity=entity, enforcement=enforcement))


def _limit(text: str) -> Limit:
    parts = sections(text, "per", "where")
    measure, most = parts[""].split("<= ")
    function, _, over = measure.strip().partition(" ")
    where = conditions(parts.get("where", ""))
    return Limit(value(most.strip()), function or "count", over, parts.get("per", ""), where)


def _no_overlap(text: str) -> NoOverlap:
    parts = sections(text, "scope", "where")
    start, end = parts[""].split("..")
    return NoOverlap(start, end, tuple(listed(parts.get("scope", ""))), conditions(parts.get("where", "")))


def _unique_in(text: str) -> UniqueIn:
    parts = sections(text, "where")
    return UniqueIn(tuple(listed(parts[""])), conditions(parts.get("where", "")))


def _requires(text: str) -> Requires:
    parts = sections(text, "must", "when")
    return Requires(conditions(parts["must"]), conditions(parts.get("when", "")))


def _immutable(text: str) -> Immutable:
    parts = sections(text, "fields", "when")
    return Immutable(conditions(parts.get("when", "")), tuple(listed(parts.get("fields", ""))))


def _blocked_by(text: str) -> BlockedBy:
    parts = sections(text, "actions", "source", "where")
    source, _, name = parts["source"].partition(".")
    return BlockedBy(source, name, tuple(listed(parts["actions"])), conditions(parts.get("where", "")))


def _ledger(text: str) -> Ledger:
    parts = sections(text, "to", "direction", "minus", "min")
    name, _, balance = parts["to"].partition(".")
    decreases = tuple(listed(parts.get("minus", ""), "/"))
    return Ledger(name, balance, parts[""], parts.get("direction", ""), decreases, parts.get("min", "0"))


_RULES: dict[str, Callable[[str], Enforcement]] = {
    "limit": _limit,
    "no_overlap": _no_overlap,
    "unique_in": _unique_in,
    "requires": _requires,
    "immutable": _immutable,
    "blocked_by": _blocked_by,
    "ledger": _ledger,
}


def grants(text: str) -> list[Want]:
    """``librarian, admin: create ~update Book, Author own``; ``manage`` is create, update and delete."""
    roles, _, rest = text.partition(": ")
    words = rest.replace(",", " ").split()
    entities = [word for word in words if word[0].isupper()]
    verbs = [word for word in words if not word[0].isupper() and word != "own"]
    return [
        Want(Grant(role, entity, each, "own" in words), mark)
        for role in listed(roles)
        for entity in entities
        for verb in verbs
        for each, mark in _verb(verb)
    ]


def _verb(verb: str) -> list[tuple[str, str]]:
    mark, bare = marked(verb)
    if bare == "manage":
        return [("create", mark), ("update", mark), ("delete", mark), ("read", "+")]
    return [(each, mark) for each in (CRUD if bare == "all" else (bare,))]


def report(text: str) -> Want:
    """``overdue Loan where due_on < today by member measure count, sum amount order -count limit 10``."""
    text, summary = quoted(text)
    parts = sections(text, "where", "by", "measure", "columns", "order", "limit", "param", "roles")
    names, entity = parts[""].split()
    order = parts.get("order", "")
    made = Report(
        names.split("|")[0],
        entity,
        summary,
        parameters=tuple(field(part).item for part in listed(parts.get("param", ""))),
        where=conditions(parts.get("where", "")),
        columns=tuple(listed(parts.get("columns", ""))),
        group_by=tuple(listed(parts.get("by", ""))),
        measures=tuple(_measure(part) for part in listed(parts.get("measure", ""))),
        order_by=order.lstrip("-"),
        descending=order.startswith("-"),
        limit=int(parts["limit"]) if "limit" in parts else None,
        roles=tuple(listed(parts.get("roles", ""))),
    )
    return Want(made, names=tuple(names.split("|")))


def _measure(text: str) -> Measure:
    text, _, name = text.partition(" as ")
    function, _, over = text.partition(" ")
    return Measure(name or "_".join([function, *over.split(".")]).strip("_"), function, over)
