"""Limits are tried by as many rows as there may be, which differ in what is unique, wherever the maximum comes from."""

from __future__ import annotations

import pytest

from libs.blueprint import check_charter, compile_project
from libs.contracts.behaviour import Limit, Rule, Value
from libs.contracts.charter import Charter, Entity, UniqueTogether
from libs.contracts.fields import Field, Relation
from tests.behaviours import STOCK
from tests.charters import PLAIN

MEMBER = Entity("Member", "members", fields=(Field("name", "string"), Field("quota", "integer", minimum="0")))
FIVE = Limit(Value("literal", "5"), per="member")


def loans(*fields: Field, limit: Limit = FIVE, together: tuple[UniqueTogether, ...] = ()) -> Charter:
    loan = Entity("Loan", "loans", fields=fields, relations=(Relation("member", "Member"),), unique_together=together)
    return Charter("x", "X", "", (MEMBER, loan), rules=(Rule("R1", "So many.", "Loan", limit),))


def printed(charter: Charter, path: str) -> str:
    assert check_charter(charter) == ()
    return next((file.content for file in compile_project(charter, PLAIN) if file.path == path), "")


@pytest.mark.parametrize(
    ("field", "source"),
    [
        (Field("code", "string", unique=True), 'f"{n:03}"'),
        (Field("code", "string", unique=True, min_length=6), 'f"{n:06}"'),
        (Field("code", "string", unique=True, pattern=r"^[A-Z]{2}-\d{3}$"), 'f"AA-{n:03}"'),
        (Field("code", "integer", unique=True), "100 + n"),
        (Field("code", "integer", unique=True, maximum="50"), "-50 + n"),
        (Field("code", "money", unique=True), "str(100 + n)"),
        (Field("code", "email", unique=True), 'f"row{n}@example.com"'),
        (Field("code", "url", unique=True), 'f"https://example.com/{n}"'),
        (Field("code", "uuid", unique=True), 'f"7c9e6679-7425-40de-944b-{n:012}"'),
        (Field("code", "date", unique=True), 'f"2031-01-{n + 1:02}"'),
        (Field("class", "datetime", unique=True), 'f"2031-01-{n + 1:02}T09:00:00Z"'),
    ],
)
def test_rows_up_to_a_limit_differ_in_what_is_unique(field: Field, source: str) -> None:
    charter = loans(field)
    tests, races = printed(charter, "tests/test_loans_rules.py"), printed(charter, "tests/test_races.py")
    assert "def test_r1_refuses_one_more(" in tests
    assert "for n in range(5):" in tests
    assert f'"{field.name}": {source}, "member_id"' in tests
    assert f'"{field.name}": {source}, "member_id"' in races
    assert "for n in range(5, 13)" in races


def test_rows_differ_in_one_of_the_fields_that_are_unique_together() -> None:
    both = Field("code", "string"), Field("place", "integer")
    tests = printed(loans(*both, together=(UniqueTogether(("member", "code")),)), "tests/test_loans_rules.py")
    assert '"code": f"{n:03}", "member_id"' in tests


def test_where_there_are_not_that_many_values_there_is_no_such_test() -> None:
    tests = printed(loans(Field("code", "integer", unique=True, minimum="1", maximum="3")), "tests/test_loans_rules.py")
    assert "refuses_one_more" not in tests


def test_a_maximum_that_may_be_nothing_is_no_contradiction() -> None:
    quota = Limit(Value("field", "member.quota"), per="member")
    tests = printed(loans(Field("on", "date"), limit=quota), "tests/test_loans_rules.py")
    assert "def test_r1_refuses_one_more(" in tests
    assert "def test_r1_refuses_a_maximum_below_what_is_taken(" in tests


def test_a_maximum_that_only_other_rows_raise_is_raised_by_them() -> None:
    tests = printed(STOCK, "tests/test_reservations_rules.py")
    refused = tests.partition("def test_r2_refuses_one_more(")[2].partition("\n\n\n")[0]
    assert 'accepted(client.post("/deliveries"' in refused
    assert '"R2"' in refused
