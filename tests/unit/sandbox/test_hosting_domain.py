"""What may be done to a sandbox and what its host does next: given facts, when, then."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from libs.contracts import events
from libs.contracts import sandbox_events as e
from libs.contracts.asks import DeploySandbox, RestartSandbox, StopSandbox, Variable
from libs.contracts.errors import AlreadyExists, Invalid, NotFound, WrongState
from libs.contracts.event import Event
from libs.contracts.run import Run
from libs.contracts.sandbox import At, Sandbox, evolve
from services.sandbox.hosting.domain import (
    Held,
    LetGo,
    Start,
    Times,
    Wait,
    deploy,
    end_with_project,
    next_step,
    restart,
    stop,
    to_host,
)

NOON = datetime(2030, 1, 1, 12, tzinfo=UTC)
TIMES = Times(600, 3600)
NO_NAMES = ((), ())
DEPLOY = e.SandboxDeployRequested("r1", "ada", 600, 3600)
STARTING = e.SandboxStarting("here", "r1", 1, 1)
READY = e.SandboxReady(2, "r1", 1, 400)


def story(*facts: Event) -> Sandbox:
    """The sandbox after facts that came a second after one another."""
    sandbox = None
    for seq, fact in enumerate(facts, 1):
        sandbox = evolve(sandbox, At(seq, "p", "shop-0123456789abcdef", NOON + timedelta(seconds=seq)), fact)
    assert sandbox
    return sandbox


def run(status: Any = "completed", owner: str = "ada") -> Run:
    return Run(1, 1, events.Requested("A shop.", owner), "t", "t", status=status)


def ask(**more: Any) -> DeploySandbox:
    return DeploySandbox("ada", "p", "shop-0123456789abcdef", **({"run_id": "r1"} | more))


def later(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


SERVED = Held(frozenset({2}), serving=2, wanted=1, idle=1)


def test_only_a_completed_run_of_mine_is_deployed():
    assert deploy(ask(), run(), None, NO_NAMES, TIMES) == DEPLOY
    with pytest.raises(NotFound):
        deploy(ask(), run(owner="eve"), None, NO_NAMES, TIMES)
    with pytest.raises(NotFound):
        deploy(ask(), None, None, NO_NAMES, TIMES)
    with pytest.raises(WrongState, match="failed"):
        deploy(ask(), run("failed"), None, NO_NAMES, TIMES)


def test_deploying_the_same_run_twice_serves_it_once_and_another_run_is_another_version():
    served = story(DEPLOY, STARTING, READY)
    assert deploy(ask(), run(), served, NO_NAMES, TIMES) is None
    assert deploy(ask(idle_seconds=60), run(), served, NO_NAMES, TIMES) == e.SandboxDeployRequested(
        "r1", "ada", 60, 3600
    )
    assert deploy(ask(run_id="r2", idle_seconds=60), run(), served, NO_NAMES, TIMES) == e.SandboxDeployRequested(
        "r2", "ada", 60, 3600
    )


def test_what_has_ended_is_deployed_again():
    ended = story(DEPLOY, STARTING, READY, e.SandboxExpired("idle"))
    assert deploy(ask(), run(), ended, NO_NAMES, TIMES) == DEPLOY
    again = story(DEPLOY, STARTING, READY, e.SandboxExpired("idle"), DEPLOY)
    assert (again.status, again.life, again.version, again.reason) == ("requested", 5, 2, "")


@pytest.mark.parametrize("seconds", [1, 31 * 24 * 3600])
def test_times_to_live_have_bounds(seconds: int):
    with pytest.raises(Invalid):
        deploy(ask(total_seconds=seconds), run(), None, NO_NAMES, TIMES)


def test_anothers_sandbox_is_not_taken_over():
    other = story(e.SandboxDeployRequested("r9", "eve", 600, 3600))
    with pytest.raises(AlreadyExists):
        deploy(ask(), run(), other, NO_NAMES, TIMES)
    for refused in (
        lambda: restart(RestartSandbox("ada", "p", "s"), other),
        lambda: stop(StopSandbox("ada", "p", "s"), other),
    ):
        with pytest.raises(NotFound):
            refused()


def test_stopping_twice_is_stopping_once_and_what_ended_may_still_be_wiped():
    served = story(DEPLOY, STARTING, READY)
    asked = StopSandbox("ada", "p", "s")
    assert stop(asked, served) == e.SandboxStopRequested("ada")
    assert stop(asked, story(DEPLOY, e.SandboxStopRequested("ada"))) is None
    ended = story(DEPLOY, e.SandboxStopRequested("ada"), e.SandboxStopped())
    assert stop(asked, ended) is None
    wipe = stop(StopSandbox("ada", "p", "s", wipe=True), ended)
    assert wipe == e.SandboxStopRequested("ada", wipe=True)
    assert end_with_project("ada", ended) == wipe
    failed = story(DEPLOY, wipe, e.SandboxFailed("host", "It broke."))  # before anything was wiped
    assert end_with_project("ada", failed) == wipe


def test_an_order_follows_only_from_the_fact_that_brings_it_to_life():
    for facts, ordered in [
        ((DEPLOY,), True),
        ((DEPLOY, STARTING, DEPLOY), False),
        ((DEPLOY, STARTING, READY, e.SandboxExpired("idle"), e.SandboxRestartRequested("ada")), True),
        ((DEPLOY, STARTING, e.SandboxStopRequested("ada")), False),
        ((DEPLOY, e.SandboxStopRequested("ada"), e.SandboxStopped(), e.SandboxStopRequested("ada", wipe=True)), True),
        ((DEPLOY, STARTING, READY, e.SandboxConfigured("ada", ("A",))), False),
    ]:
        order = to_host(story(*facts), len(facts))
        assert bool(order) == ordered, facts
        assert not order or order.as_of == len(facts)


def test_a_host_starts_what_is_wanted_and_waits_while_it_is_served():
    assert next_step(story(DEPLOY), Held(), 1, later(2)) == Start(1)
    served = story(DEPLOY, STARTING, READY)
    assert next_step(served, SERVED, 1, later(4)) == Wait(5)
    for change in (
        e.SandboxDeployRequested("r2", "ada", 600, 3600),
        e.SandboxRestartRequested("ada"),
        e.SandboxConfigured("a"),
    ):
        assert next_step(story(DEPLOY, STARTING, READY, change), SERVED, 1, later(5)) == Start(1)


def test_a_host_lets_go_of_what_another_has_and_of_what_has_ended():
    taken = story(DEPLOY, STARTING, READY, e.SandboxStarting("there", "r1", 1, 2))
    assert (taken.status, taken.serving) == ("starting", 0)
    assert next_step(taken, SERVED, 1, later(5)) == LetGo(another=True)
    assert next_step(story(DEPLOY, STARTING, e.SandboxStopped()), SERVED, 1, later(5)) == LetGo(another=False)
    assert next_step(story(DEPLOY, e.SandboxStopped(), DEPLOY), Held(), 1, later(5)) == LetGo(another=False)


def test_a_sandbox_expires_when_nobody_asks_and_when_its_time_is_over():
    served = story(DEPLOY, STARTING, READY)
    assert next_step(served, replace(SERVED, idle=598), 1, later(604)) == Wait(2)
    assert next_step(served, replace(SERVED, idle=1), 1, later(3000)) == Wait(5)  # a clock that was set is no idle time
    assert next_step(served, replace(SERVED, idle=600), 1, later(604)) == e.SandboxExpired("idle")
    assert next_step(served, replace(SERVED, idle=0), 1, later(3598)) == Wait(3)
    assert next_step(served, replace(SERVED, idle=0), 1, later(3602)) == e.SandboxExpired("total")


def test_a_stop_goes_before_a_start_and_a_deploy_takes_it_back():
    stopping = story(DEPLOY, STARTING, READY, e.SandboxStopRequested("ada", wipe=True))
    assert next_step(stopping, SERVED, 1, later(5)) == e.SandboxStopped(wiped=True)
    back = story(DEPLOY, STARTING, READY, e.SandboxStopRequested("ada"), DEPLOY)
    assert (back.status, back.stop, back.serving) == ("ready", False, 2)


def test_an_app_that_ends_again_and_again_is_given_up_but_not_one_that_served_for_long():
    crashed = Held(frozenset({2, 4, 6}), ended="It ended.", wanted=1, serving=6)
    third = story(DEPLOY, e.SandboxStarting("here", "r1", 1, 3), READY)
    assert isinstance(next_step(third, Held(frozenset({2}), 2, 1, ended="It ended."), 1, later(5)), e.SandboxFailed)
    steady = Held(frozenset({2}), 2, 1, ended="It ended.", steady=True)
    assert next_step(third, steady, 1, later(5)) == Start(1)
    assert crashed.ended


def test_when_a_new_version_fails_the_one_before_goes_on():
    kept = story(
        DEPLOY,
        STARTING,
        READY,
        e.SandboxDeployRequested("r2", "ada", 600, 3600),
        e.SandboxFailed("start", "No.", serving=True),
    )
    assert (kept.status, kept.run_id, kept.wanted, kept.message) == ("ready", "r1", 1, "No.")
    assert next_step(kept, SERVED, 1, later(6)) == Wait(5)


def test_a_new_version_beside_the_old_one_leaves_it_serving():
    beside = story(
        DEPLOY, STARTING, READY, e.SandboxDeployRequested("r2", "ada", 600, 3600), e.SandboxStarting("here", "r2", 4, 1)
    )
    assert (beside.status, beside.serving, beside.term) == ("ready", 2, 5)


def test_the_value_of_a_variable_is_not_in_what_is_printed_of_it():
    assert "hunter2" not in repr(Variable("A", "hunter2"))
