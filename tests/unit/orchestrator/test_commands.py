"""Commands on runs refuse what cannot be done, in words that say what to do."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from libs.contracts import asks
from libs.contracts import events as e
from libs.contracts.errors import AlreadyExists, Invalid, NotFound, TooLarge, WrongState
from libs.testing.stories import OWNER, PROJECT, REQUESTED, RUN, drafted, run_of
from services.orchestrator import commands

START = asks.RequestRun(OWNER, PROJECT, RUN, REQUESTED.wish)


def test_a_wish_becomes_a_requested_run() -> None:
    assert commands.start(START, None, None) == REQUESTED


def test_the_same_run_requested_twice_is_started_once() -> None:
    assert commands.start(START, run_of(REQUESTED), None) is None


def test_a_run_id_is_not_given_to_a_second_wish() -> None:
    with pytest.raises(AlreadyExists):
        commands.start(replace(START, wish="A shop."), run_of(REQUESTED), None)


@pytest.mark.parametrize("wish", ["", "   \n", "!!", "🍕🍕", "ab"])
def test_an_empty_wish_is_refused(wish: str) -> None:
    with pytest.raises(Invalid, match="empty"):
        commands.start(replace(START, wish=wish), None, None)


@pytest.mark.parametrize("wish", ["library\x00", "abc\x1b[31m", "li\ufffdbrary", "abc\ud800"])
def test_a_binary_wish_is_refused(wish: str) -> None:
    with pytest.raises(Invalid, match="not text"):
        commands.start(replace(START, wish=wish), None, None)


def test_a_models_name_is_printable() -> None:
    with pytest.raises(Invalid, match="printed"):
        commands.start(replace(START, model="gpt\x00"), None, None)


def test_a_huge_wish_is_refused_with_the_limit_and_one_just_within_is_not() -> None:
    with pytest.raises(TooLarge, match="64 KiB"):
        commands.start(replace(START, wish="ü" * 32_769), None, None)
    assert commands.start(replace(START, wish="ü" * 32_768), None, None)


def test_a_run_can_start_from_one_that_is_over_and_takes_its_wish() -> None:
    over = run_of(REQUESTED, e.Cancelled(OWNER))
    started = commands.start(replace(START, wish="", base_run_id="r0", change="Add authors."), None, over)
    assert started is not None
    assert (started.wish, started.change, started.base_run_id) == (REQUESTED.wish, "Add authors.", "r0")


def test_a_run_does_not_start_from_one_that_is_still_going() -> None:
    with pytest.raises(WrongState):
        commands.start(replace(START, base_run_id="r0"), None, run_of(REQUESTED))


def test_approve_and_revise_need_a_run_that_waits() -> None:
    run = run_of(REQUESTED)
    with pytest.raises(WrongState, match="running"):
        commands.approve(asks.ApproveRun(OWNER, PROJECT, RUN), run)
    with pytest.raises(WrongState, match="Wait until it asks"):
        commands.revise(asks.ReviseRun(OWNER, PROJECT, RUN, "More."), run)


def test_a_waiting_run_is_approved_or_revised() -> None:
    waiting = run_of(*drafted(), e.ApprovalRequested())
    assert commands.approve(asks.ApproveRun(OWNER, PROJECT, RUN), waiting) == e.Approved(OWNER)
    revised = commands.revise(asks.ReviseRun(OWNER, PROJECT, RUN, " More. "), waiting)
    assert revised == e.RevisionRequested(OWNER, "More.")


def test_cancelling_twice_is_cancelling_once_and_a_finished_run_stays_finished() -> None:
    ask = asks.CancelRun(OWNER, PROJECT, RUN)
    assert commands.cancel(ask, run_of(REQUESTED)) == e.Cancelled(OWNER)
    assert commands.cancel(ask, run_of(REQUESTED, e.Cancelled(OWNER))) is None
    with pytest.raises(WrongState, match="over"):
        commands.cancel(ask, run_of(REQUESTED, e.Completed("x", 1, 8, "")))


def test_somebody_elses_run_is_no_run() -> None:
    with pytest.raises(NotFound):
        commands.owned(run_of(REQUESTED), "mallory")
    with pytest.raises(NotFound):
        commands.owned(None, OWNER)
