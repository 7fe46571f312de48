"""Wishes of many domains and styles become the charter a careful person would write."""

from __future__ import annotations

import pytest
from offline_consistency import faults
from offline_expectation import Wish, columns, entities, relations
from offline_wishes_one import WISHES as FIRST
from offline_wishes_three import WISHES as THIRD
from offline_wishes_two import WISHES as SECOND

from libs.contracts.charter import Charter
from libs.offline import read_wish

WISHES = (*FIRST, *SECOND, *THIRD)
pytestmark = pytest.mark.parametrize("wish", WISHES, ids=lambda wish: wish.name)


def charter_of(wish: Wish) -> Charter:
    charter = read_wish(wish.text).charter
    assert charter is not None
    return charter


def test_keeps_the_entities_that_are_meant_and_no_others(wish: Wish):
    score = entities(wish, charter_of(wish))
    assert (score.missing, sorted(score.extra)) == ([], [])


def test_gives_each_column_to_its_entity_with_its_type(wish: Wish):
    score = columns(wish, charter_of(wish))
    assert (score.missing, sorted(score.extra)) == ([], [])


def test_relates_what_the_wish_relates(wish: Wish):
    score = relations(wish, charter_of(wish))
    assert (score.missing, sorted(score.extra)) == ([], [])


def test_names_the_roles_and_keeps_the_rules(wish: Wish):
    charter = charter_of(wish)
    assert sorted(role.name for role in charter.roles) == sorted(wish.roles.split())
    assert len(charter.rules) == wish.rules


def test_gives_a_consistent_charter_the_same_each_time(wish: Wish):
    assert faults(charter_of(wish)) == []
    assert charter_of(wish) == charter_of(wish)
