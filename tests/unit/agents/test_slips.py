"""What a model says twice, or could never be begun with, costs no further answer."""

from __future__ import annotations

from libs.blueprint import check_charter
from libs.contracts.charter import Charter, Entity, Requirements
from libs.contracts.fields import Field, Relation
from services.agents.requirements.slips import mended

BOOK = Entity("Book", "books", fields=(Field("title", "string"),), relations=(Relation("sequel_to", "Book"),))
LOAN = Entity(
    "Loan",
    "loans",
    fields=(Field("id", "integer"), Field("book_id", "integer"), Field("book", "string"), Field("day", "date")),
    relations=(Relation("book", "Book"),),
)
ANSWER = Requirements(Charter("library", "Library", "", entities=(BOOK, LOAN)))


def test_slips_would_be_faults_and_are_none_any_more():
    assert ANSWER.charter and len(check_charter(ANSWER.charter)) >= 2
    charter = mended(ANSWER).charter
    assert charter and check_charter(charter) == ()
    book, loan = charter.entities
    assert [field.name for field in loan.fields] == ["day"]
    assert (book.relations[0].required, loan.relations[0].required) == (False, True)


def test_questions_stay_as_they_are():
    asked = Requirements(None, ("What is kept?",))
    assert mended(asked) == asked
