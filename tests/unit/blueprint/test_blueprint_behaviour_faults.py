"""Each fault in rules, states, actions, computed fields and reports is said with its place and what to do."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from libs.blueprint import check_charter
from libs.contracts.behaviour import (
    Action,
    Aggregate,
    Assignment,
    BlockedBy,
    Computed,
    Condition,
    Effect,
    Immutable,
    Ledger,
    Limit,
    Measure,
    NoOverlap,
    Report,
    Requires,
    Rule,
    States,
    Transition,
    UniqueIn,
    Value,
)
from libs.contracts.charter import Charter, Entity
from libs.contracts.fields import Field, Relation

BOOK = Entity("Book", "books", fields=(Field("title", "string"), Field("copies", "integer")))
LOAN = Entity(
    "Loan",
    "loans",
    fields=(
        Field("days", "integer"),
        Field("state", "enum", choices=("open", "closed")),
        Field("due", "date"),
        Field("note", "text", required=False),
        Field("extra", "json", required=False),
    ),
    relations=(Relation("book", "Book"), Relation("before", "Loan", required=False)),
)


def faults(loan: Entity = LOAN, **more) -> tuple[str, ...]:
    return check_charter(Charter("x", "X", "", entities=(BOOK, loan), **more))


def literal(text: str) -> Value:
    return Value("literal", text)


RULES = [
    (Limit(literal("few")), 'maximum "few" is no integer'),
    (Limit(literal("3"), per="shelf"), 'per[0] "shelf" is no field or relation of Loan'),
    (Limit(literal("3"), "sum", "note"), "field 'note' is no number"),
    (Limit(literal("3"), "count", "days"), "field belongs to a sum"),
    (Limit(Value("now")), 'maximum cannot be "now"'),
    (Limit(Value("field", "book.title")), "maximum is no stored number"),
    (
        Limit(literal("3"), where=(Condition("boook.title", "eq", literal("x")),)),
        'where[0].field "boook" is no relation',
    ),
    (
        Limit(literal("3"), where=(Condition("before.days", "lt", Value("field", "days")),)),
        "a row is compared with others",
    ),
    (NoOverlap("due", "days"), "end 'days' is no date or datetime"),
    (NoOverlap("due", "due"), "needs a start and an end"),
    (UniqueIn(("extra",)), 'fields[0] "extra" is json'),
    (UniqueIn(("book.title",)), 'fields[0] "book.title" is no field or relation of Loan itself'),
    (Requires((Condition("days", "lt"),)), '"lt" needs a value to compare with'),
    (Requires((Condition("state", "gt", literal("open")),)), "enum has no order"),
    (
        Requires((Condition("state", "eq", literal("lost")),)),
        '"lost" is no enum: it is none of the choices open, closed',
    ),
    (Requires((Condition("days", "is_set"),)), "it is required"),
    (Requires((Condition("note", "is_set", literal("x")),)), '"is_set" compares with nothing'),
    (Requires((Condition("state", "in"),)), '"in" compares with choices'),
    (Requires((Condition("due", "gt", Value("now", "+1 month")),)), '"+1 month" is no offset'),
    (Requires((Condition("days", "gt", Value("today")),)), "today is a moment, and this is integer"),
    (Requires((Condition("days", "eq", Value("field", "note")),)), 'value "note" is text, and this is number'),
    (Requires((Condition("days", "eq", Value("user")),)), "a rule holds for everybody"),
    (Requires((Condition("days", "eq", Value("input", "n")),)), 'value "n" is no input here'),
    (Requires((Condition("extra", "eq", literal("{}")),)), "json can only be is_set or is_unset"),
    (Immutable(fields=("size",)), 'fields[0] "size" is no field or relation of Loan'),
    (BlockedBy("Shelf", "loan"), 'source "Shelf" is no entity'),
    (BlockedBy("Loan", "book"), "relation 'book' does not point at Loan"),
    (BlockedBy("Loan", "before", ("lend",)), 'actions[0] "lend" cannot be blocked'),
    (Ledger("before", "days", "days"), "relation 'before' may be missing"),
    (Ledger("book", "title", "days"), "balance is no required number"),
    (Ledger("book", "copies", "days", "note"), "direction 'note' is no required enum"),
    (Ledger("book", "copies", "days", "state"), "decreases are missing"),
    (Ledger("book", "copies", "days", "state", ("lost",)), 'decreases "lost" is no enum'),
]


@pytest.mark.parametrize(("kept", "said"), RULES, ids=[said[:40] for _, said in RULES])
def test_a_fault_of_a_rule(kept, said: str) -> None:
    found = faults(rules=(Rule("R1", "So it is.", "Loan", kept),))
    assert any(fault.startswith("rules[0].enforcement") and said in fault for fault in found), found


def test_a_compiled_rule_needs_its_entity() -> None:
    (fault,) = faults(rules=(Rule("R1", "So it is.", "", Immutable()),))
    assert fault == "rules[0].entity is missing; name the entity that R1 is about"


STATES = [
    (States("days", "open", (Transition("open", "closed"),)), "states.field 'days' is no enum"),
    (States("state", "new", (Transition("open", "closed"),)), 'states.initial "new" is no choice of state'),
    (States("state", "open", (Transition("open", "lost"),)), 'states.transitions[0].target "lost" is no choice'),
    (States("state", "open", (Transition("open", "open"),)), 'states.transitions[0] leads from "open" to itself'),
]


@pytest.mark.parametrize(("kinds", "said"), STATES, ids=[said[:40] for _, said in STATES])
def test_a_fault_of_states(kinds: States, said: str) -> None:
    assert any(said in fault for fault in faults(replace(LOAN, states=kinds)))


ACTIONS = [
    (Action("update", logic="x"), 'name "update" is taken'),
    (Action("close"), "does nothing"),
    (Action("close", effects=(Effect("set", "days"),)), "effects[0].value is missing"),
    (
        Action("close", effects=(Effect("increase", "state", literal("open")),)),
        "is no number, so that it cannot increase",
    ),
    (Action("close", effects=(Effect("set", "shelf", literal("1")),)), 'effects[0].target "shelf" is no field'),
    (Action("close", effects=(Effect("set", "days", Value("input", "n")),)), 'value "n" is no input here'),
    (Action("close", effects=(Effect("set", "days", Value("field", "before.days")),)), "may be missing"),
    (Action("close", effects=(Effect("create", "Shelf"),)), 'effects[0].target "Shelf" is no entity'),
    (Action("close", effects=(Effect("create", "Book"),)), "assignments leave out title, copies"),
    (
        Action("close", effects=(Effect("create", "Book", assignments=(Assignment("size", literal("1")),)),)),
        'assignments[0].field "size" is no field',
    ),
    (Action("close", checks=(Condition("days", "eq", Value("user")),), logic="x"), "nobody signs in"),
    (Action("close", references=(Relation("shelf", "Shelf"),), logic="x"), 'references[0] "shelf" leads to no one row'),
]


@pytest.mark.parametrize(("action", "said"), ACTIONS, ids=[said[:40] for _, said in ACTIONS])
def test_a_fault_of_an_action(action: Action, said: str) -> None:
    found = faults(replace(LOAN, actions=(action,)))
    assert any(fault.startswith("entities[1].actions[0]") and said in fault for fault in found), found


COMPUTED = [
    (Computed("days", "integer", "days + 1"), 'name "days" is taken'),
    (Computed("late", "integer"), "needs either an expression or an aggregate"),
    (Computed("late", "integer", "days +"), "cannot be computed: it cannot be read"),
    (Computed("late", "integer", "days ** 2"), "an operator other than"),
    (Computed("late", "integer", "__import__('os')"), "more than paths, numbers"),
    (Computed("late", "integer", "note + 1"), '"note" is no number'),
    (Computed("late", "string", "days + 1"), "computes a number, and the type is string"),
    (Computed("late", "integer", "late + 1"), "computed fields are made of each other: Loan.late"),
    (Computed("late", "integer", aggregate=Aggregate("count", "Shelf", "loan")), 'source "Shelf" is no entity'),
    (
        Computed("late", "integer", aggregate=Aggregate("count", "Loan", "book")),
        'relation "book" does not point at Loan',
    ),
    (Computed("late", "integer", aggregate=Aggregate("sum", "Loan", "before")), "field is missing"),
    (Computed("late", "integer", aggregate=Aggregate("sum", "Loan", "before", "note")), '"note" is no number'),
]


@pytest.mark.parametrize(("each", "said"), COMPUTED, ids=[said[:40] for _, said in COMPUTED])
def test_a_fault_of_a_computed_field(each: Computed, said: str) -> None:
    found = faults(replace(LOAN, computed=(each,)))
    assert any(said in fault for fault in found), found


REPORTS = [
    (Report("late", "Lone"), 'entity "Lone" is no entity'),
    (Report("late", "Loan", roles=("boss",)), 'roles "boss" is no role'),
    (Report("late", "Loan", columns=("book.name",)), 'columns[0] "name" is no field or relation of Book'),
    (Report("late", "Loan", group_by=("state",)), "group_by groups rows for measures"),
    (Report("late", "Loan", measures=(Measure("all", "sum", "note"),)), 'measures[0].field "note" is no number'),
    (Report("late", "Loan", measures=(Measure("all", "count"),), order_by="days"), "order_by 'days' is no column"),
    (Report("late", "Loan", where=(Condition("due", "lt", Value("input", "day")),)), 'value "day" is no input here'),
]


@pytest.mark.parametrize(("report", "said"), REPORTS, ids=[said[:40] for _, said in REPORTS])
def test_a_fault_of_a_report(report: Report, said: str) -> None:
    found = faults(reports=(report,))
    assert any(fault.startswith("reports[0]") and said in fault for fault in found), found
