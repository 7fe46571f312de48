"""A function that a model wrote is taken only if it is exactly what was asked, and fits the project."""

from __future__ import annotations

import pytest

from libs.blueprint import custom_modules, surroundings
from libs.blueprint.custom import places
from libs.contracts import events as e
from libs.contracts.artifacts import Architecture, WrittenCode
from libs.contracts.behaviour import Rule
from libs.contracts.work import WriteFile
from libs.testing.stories import run_of
from services.agents.implementer.functions import Fits, asked, form_faults
from tests.charters import LIBRARY

[FIVE, _] = places(LIBRARY)
DESIGN = Architecture("d", modules=custom_modules(LIBRARY))
RUN = run_of(e.Requested("w", "alice"), e.RequirementsDrafted(LIBRARY), e.ArchitectureDrafted(DESIGN))
GOOD = f'''"""Rule R1."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.errors import RuleBroken
from app.models import Loan

LIMIT = 5


{FIVE.signature}:
    """Let a member have five loans at once."""
    if action == "create" and _open(session, row.member_id) > LIMIT:
        raise RuleBroken("R1", "This member has 5 books already.")


def _open(session: Session, member_id: int) -> int:
    loans = sa.select(sa.func.count()).where(Loan.member_id == member_id, Loan.returned_at.is_(None))
    return session.scalar(loans) or 0
'''


async def faults(text: str) -> str:
    found = surroundings(LIBRARY, DESIGN, FIVE.path)
    assert found
    return "\n".join(await Fits(found, RUN).faults(WrittenCode(text)))


async def test_what_was_asked_for_is_taken() -> None:
    assert await faults(GOOD) == ""


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        (", before: dict[str, Any] | None)", ")", "exactly this signature"),
        ("row: Loan", "row: Any", "exactly this signature"),
        ("def check", "async def check", "exactly this signature"),
        ("def check", "def verify", "exactly this signature"),
        ("LIMIT = 5", "Loan.member_id = LIMIT = 5", "stand here"),
        ("LIMIT = 5", "class Loan:\n    pass", "stand here"),
        ("LIMIT = 5", "print('now')", "stand here"),
        ("def _open", "def open_loans", "stand here"),
        ("    return session", "    session.commit()\n    return session", "leave it out"),
        ("LIMIT:", "MOST:", "Undefined name `MOST`"),
        ("import sqlalchemy as sa", "import sqlalchemi as sa", "sqlalchemi"),
        (
            "from app.models import Loan",
            "from app.models import Fine\nfrom app.models import Loan\n\nFINES = Fine",
            "Fine",
        ),
        ("from app.errors import RuleBroken", "from app.rules import RuleBroken", "app.rules"),
        ("import sqlalchemy as sa", "import json\n\nimport sqlalchemy as sa", ""),
        ('"""Rule R1."""', "def", "not Python"),
    ],
)
async def test_anything_else_is_refused_with_its_place(old: str, new: str, says: str) -> None:
    assert old in GOOD
    assert says in await faults(GOOD.replace(old, new))


def test_a_function_that_does_nothing_is_refused() -> None:
    assert "does nothing" in str(form_faults(FIVE.signature, f'{FIVE.signature}:\n    """Later."""\n    pass\n'))


def test_what_lands_is_formatted_as_the_project_wants_it() -> None:
    found = surroundings(LIBRARY, DESIGN, FIVE.path)
    assert found
    untidy = GOOD.replace('"R1", ', "'R1',").replace("from typing import Any", "import json\nfrom typing import Any")
    assert Fits(found, RUN).tidied(untidy) == (GOOD, ())


def test_a_function_is_asked_for_with_only_what_it_needs() -> None:
    found = surroundings(LIBRARY, DESIGN, FIVE.path)
    assert found
    inputs = asked(found, WriteFile("p", "r", path=FIVE.path), "")
    assert (inputs.signature, inputs.logic, inputs.rule) == (FIVE.signature, LIBRARY.rules[0].text, "R1")
    assert [file.path for file in inputs.neighbours] == [
        "app/errors.py",
        "app/models/loan.py",
        "app/models/book.py",
        "app/models/member.py",
        "app/rules/loan.py",
    ]
    assert [file.path for file in inputs.tests] == ["tests/test_custom.py", "tests/test_loans.py"]
    assert "def _answer" not in inputs.neighbours[0].content
    assert inputs.tests[0].content.count("def test_") == 1


def test_what_is_no_place_of_the_charter_has_no_surroundings() -> None:
    assert surroundings(LIBRARY, DESIGN, "app/main.py") is None
    assert surroundings(LIBRARY, DESIGN, "app/custom/../main.py") is None


def test_a_signature_stays_short_however_many_entities_a_rule_looks_at() -> None:
    from msgspec.structs import replace

    from tests.charters import EVERYTHING

    many = tuple(replace(EVERYTHING.entities[1], name=f"E{n}", plural=f"e{n}") for n in range(60))
    (module,) = custom_modules(replace(EVERYTHING, entities=many, rules=(Rule("R1", "Be kind."),)))
    assert "row: Base" in module.exports[0].signature
