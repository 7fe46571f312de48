from __future__ import annotations

import pytest

from libs.contracts.errors import Invalid, TooMany
from services.identity.domain import FREE_FAILURES, LONGEST_DELAY, Attempts, digest, failed, normal, wait
from services.identity.throttle import FAILURES_PER_WINDOW, WINDOW, Throttle


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_delays_double_up_to_a_bound_and_never_lock():
    attempts, delays = Attempts(), []
    for _ in range(FREE_FAILURES + 10):
        attempts = failed(attempts, 0.0)
        delays.append(wait(attempts, 0.0))
    assert delays[: FREE_FAILURES - 1] == [0.0] * (FREE_FAILURES - 1)
    assert delays[FREE_FAILURES - 1 : FREE_FAILURES + 3] == [1.0, 2.0, 4.0, 8.0]
    assert max(delays) == LONGEST_DELAY


def test_old_failures_are_forgotten():
    attempts = Attempts()
    for _ in range(FREE_FAILURES + 5):
        attempts = failed(attempts, 0.0)
    assert wait(failed(attempts, 1000.0), 1000.0) == 0.0


def test_success_clears_the_account():
    throttle = Throttle(Clock())
    for _ in range(20):
        throttle.enter("ada")
        throttle.succeeded("ada")


def test_one_account_that_is_throttled_does_not_hold_up_another():
    throttle = Throttle(Clock())
    for _ in range(FREE_FAILURES):
        throttle.enter("ada")
    with pytest.raises(TooMany) as refused:
        throttle.enter("ada")
    assert refused.value.retry_after == 1
    throttle.enter("bob")


def test_a_list_of_accounts_is_slowed_down_as_a_whole_for_a_minute():
    clock = Clock()
    throttle = Throttle(clock)
    for n in range(FAILURES_PER_WINDOW):
        throttle.enter(f"user{n}")
    with pytest.raises(TooMany):
        throttle.enter("one more")
    clock.now += WINDOW + 1
    throttle.enter("one more")


def test_one_person_has_one_digest_however_the_email_is_typed():
    assert digest(" Ada@Example.org ") == digest("ada@example.org")
    assert digest("ada@example.org") != digest("bob@example.org")


def test_an_email_with_control_characters_is_refused():
    with pytest.raises(Invalid):
        normal("a\x00b@example.org")
