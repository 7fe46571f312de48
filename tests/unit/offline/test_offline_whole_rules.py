"""Rules of a whole wish: what a careful person takes for granted, and what is kept in words."""

from __future__ import annotations

from libs.contracts.behaviour import Condition, Limit, Value
from libs.offline import read_wish

LIBRARY = "A library API with members, books and loans. A book has a title. A member can borrow at most 5 books."


def test_who_has_given_back_what_was_taken_may_take_more() -> None:
    charter = read_wish(LIBRARY).charter
    assert charter
    limit = Limit(Value("literal", "5"), per="member", where=(Condition("returned_on", "is_unset"),))
    assert [rule.enforcement for rule in charter.rules] == [limit]


def test_a_rule_about_some_rows_of_a_thing_is_kept_with_the_thing() -> None:
    charter = read_wish(f"{LIBRARY} Rare books must be handled with special care by everybody.").charter
    assert charter
    assert [rule.entity for rule in charter.rules if rule.enforcement is None] == ["Book"]
    assert not charter.not_understood
