"""What people may say of things that are known, and what is made of it."""

from __future__ import annotations

import pytest

from tests.unit.offline.offline_said import Said, faults, sentences


def said(kind: str) -> pytest.MarkDecorator:
    """Each sentence of a file is a case, named by itself."""
    return pytest.mark.parametrize("told", sentences(kind), ids=lambda told: told.sentence[:60])


@said("limit")
def test_a_limit_by_count_or_by_sum_is_compiled_however_it_is_said(told: Said):
    assert faults(told) == []


@said("once")
def test_what_there_is_once_is_unique_in_all_that_is_named(told: Said):
    assert faults(told) == []


@said("overlap")
def test_rows_of_the_same_thing_are_kept_apart_in_time(told: Said):
    assert faults(told) == []


@said("frozen")
def test_what_may_not_change_is_immutable_from_when_it_is_said(told: Said):
    assert faults(told) == []


@said("blocked")
def test_what_others_point_at_is_not_deleted(told: Said):
    assert faults(told) == []


@said("requires")
def test_what_a_row_must_have_and_what_it_belongs_to_must_be_is_required(told: Said):
    assert faults(told) == []


@said("ledger")
def test_a_stock_that_is_moved_and_never_negative_is_a_ledger(told: Said):
    assert faults(told) == []


@said("states")
def test_the_moves_of_a_state_are_read_in_any_order(told: Said):
    assert faults(told) == []


@said("actions")
def test_deeds_that_lead_to_a_state_a_flag_or_a_date_are_actions_with_their_effects(told: Said):
    assert faults(told) == []


@said("rights")
def test_who_may_do_what_is_granted_whoever_comes_first_in_the_sentence(told: Said):
    assert faults(told) == []


@said("reports")
def test_a_report_has_what_is_measured_the_rows_meant_and_the_groups(told: Said):
    assert faults(told) == []


@said("computed")
def test_what_follows_from_other_columns_or_rows_is_computed(told: Said):
    assert faults(told) == []
