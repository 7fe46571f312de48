"""What a charter says beyond its data can be read in the terminal."""

from __future__ import annotations

import io

from msgspec.structs import replace
from rich.console import Console

from libs.client.view.artifacts import show_charter
from libs.client.view.behaviour import behaviour_lines, computed_made
from libs.client.view.screen import Screen
from libs.contracts import behaviour as b
from libs.contracts.charter import Charter
from tests.charters import LIBRARY

OPEN = b.Condition("returned_at", "is_unset")
MOVES = (b.Transition("open", "returned"),)
RETURN = b.Action(
    "return",
    checks=(OPEN,),
    effects=(
        b.Effect("set", "returned_at", b.Value("now")),
        b.Effect("increase", "book.copies", b.Value("literal", "1")),
    ),
    logic="Tell the next one who waits.",
)
LOAN = replace(
    LIBRARY.entities[3],
    states=b.States("status", "open", MOVES),
    actions=(RETURN,),
    computed=(b.Computed("fine", "money", "days * 2"),),
)
FIVE = b.Rule("R1", "At most 5.", "Loan", b.Limit(b.Value("literal", "5"), per="member", where=(OPEN,)))
LATE = b.Report("late", "Loan", where=(b.Condition("due_on", "lt", b.Value("today")),))
TOP = b.Report("top", "Loan", group_by=("book",), measures=(b.Measure("n", "count"),))
CHARTER = replace(
    LIBRARY,
    entities=(*LIBRARY.entities[:3], LOAN),
    rules=(FIVE, LIBRARY.rules[1]),
    reports=(LATE, TOP),
    confidence=80,
    not_understood=("the thing with the cat",),
)


def shown(charter: Charter) -> str:
    out = io.StringIO()
    console = Console(file=out, width=200)
    show_charter(Screen(console, console, False), charter)
    return out.getvalue()


def test_rules_states_actions_and_reports_are_said_in_words() -> None:
    assert dict(behaviour_lines(CHARTER)) == {
        "Rules, compiled": ["R1 At most 5. (limit on Loan)"],
        "Rules in words, for judgement": ["R2 A book cannot be lent when no copy is left."],
        "States": ["Loan.status starts at open: open → returned"],
        "Actions": [
            "return Loan() if returned_at is not set: returned_at = now; book.copies + 1; "
            "in words: Tell the next one who waits."
        ],
        "Reports": ["late: rows of Loan where due_on < today", "top: count of Loan by book"],
    }


def test_an_aggregate_says_what_it_counts() -> None:
    assert computed_made(
        b.Computed("open", "integer", aggregate=b.Aggregate("count", "Loan", "book", where=(OPEN,)))
    ) == ("count of Loan where returned_at is not set")


def test_what_was_not_understood_and_how_sure_the_reader_is_stand_at_the_end() -> None:
    text = shown(CHARTER)
    assert "fine = days * 2" in text
    assert text.index("Not understood") < text.index("the thing with the cat") < text.index("80 of 100")


def test_a_charter_without_all_that_says_nothing_of_it() -> None:
    text = shown(replace(LIBRARY, rules=()))
    assert not [word for word in ("Rules", "States", "Actions", "Reports", "Not understood", "sure") if word in text]
