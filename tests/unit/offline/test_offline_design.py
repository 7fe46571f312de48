"""The design, the review and the printed project follow from the charter alone."""

from __future__ import annotations

import msgspec
import pytest
from offline_expectation import Wish
from test_offline_brief import INVENTORY, LIBRARY, TODO, charter_of
from test_offline_wishes import WISHES as MANY

from libs.blueprint import check_charter, compile_project
from libs.contracts.artifacts import Architecture, ModelReview, SourceFile
from libs.offline import draft_architecture, review

FIRST = tuple(Wish(text.split()[1], text, "") for text in (LIBRARY, TODO, INVENTORY))


@pytest.mark.parametrize("wish", (*FIRST, *MANY), ids=lambda wish: wish.name)
def test_every_charter_can_be_printed(wish: Wish):
    charter = charter_of(wish.text)
    architecture = draft_architecture(charter)
    assert check_charter(charter, architecture) == ()
    assert {"app/main.py", "README.md"} <= {file.path for file in compile_project(charter, architecture)}


def test_the_design_names_every_entity_route_rule_and_right():
    charter = charter_of(LIBRARY)
    design = draft_architecture(charter).design
    for text in ("### Loan", "| `isbn` | string | required, unique", "`POST /books`", "**R2** A book cannot be lent"):
        assert text in design
    assert "librarian may create book rows" in design
    assert "## Assumptions" in design


def test_the_diagrams_are_of_the_three_kinds_and_show_the_relations():
    diagrams = {one.kind: one.mermaid for one in draft_architecture(charter_of(LIBRARY)).diagrams}
    assert list(diagrams) == ["components", "er", "sequence"]
    assert '  Loan }o--|| Book : "book"' in diagrams["er"]
    assert diagrams["components"].startswith("flowchart")
    assert "POST /loans" in diagrams["sequence"]


def test_the_design_of_a_huge_charter_stays_within_the_contract():
    things = ", ".join(f"widget{chr(97 + n // 26)}{chr(97 + n % 26)}xs" for n in range(80))
    architecture = draft_architecture(charter_of(f"A store API with {things}"))
    assert msgspec.json.decode(msgspec.json.encode(architecture), type=Architecture) == architecture


def test_the_review_says_what_it_is_and_what_it_saw():
    charter = charter_of(LIBRARY)
    clean = review((SourceFile("app/rules.py", "# R1 R2\n"),), charter)
    assert clean.accepted
    assert (clean.security_score, clean.issues) == (9, ())
    assert "rule based" in clean.summary
    assert "R1" not in clean.summary


def test_the_review_points_at_lines_that_look_unsafe_and_rules_nobody_names():
    bad = review((SourceFile("app/main.py", 'x = 1\neval(x)\nPASSWORD = "hunter2!"\n'),), charter_of(LIBRARY))
    assert [(one.rule, one.line) for one in bad.issues] == [("CWE-95", 2), ("CWE-798", 3)]
    assert bad.security_score == 5
    assert "R1, R2" in bad.summary
    assert msgspec.json.decode(msgspec.json.encode(bad), type=ModelReview) == bad
