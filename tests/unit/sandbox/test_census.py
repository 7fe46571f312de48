"""Nobody has more sandboxes at once than there may be; what counts is what the facts say."""

from __future__ import annotations

import asyncio

import pytest

from libs.contracts import sandbox_events as e
from libs.contracts import subjects
from libs.contracts.codec import Recorded
from libs.contracts.envelope import Envelope
from libs.contracts.errors import WrongState
from services.sandbox.hosting.census import Census

ENVELOPE = Envelope(id="i", type="t", source="s", time="2030-01-01T00:00:00Z", subject="x", correlationid="c")


def told(census: Census, sandbox_id: str, *facts: e.SandboxEvent, seq: int = 1) -> None:
    for fact in facts:
        subject = subjects.event(subjects.sandbox("p", sandbox_id), fact.event_name())
        census.hear(Recorded(seq, subject, ENVELOPE, fact))


def asked(owner: str = "ada") -> e.SandboxDeployRequested:
    return e.SandboxDeployRequested("r", owner, 600, 3600)


async def fits(census: Census, sandbox_id: str, owner: str = "ada") -> bool:
    try:
        with census.one_more(owner, sandbox_id):
            await asyncio.sleep(0)  # others ask meanwhile
            told(census, sandbox_id, asked(owner))
    except WrongState:
        return False
    return True


async def test_one_more_than_there_may_be_is_refused_with_what_to_do():
    census = Census(2)
    told(census, "a", asked())
    told(census, "b", asked())
    with pytest.raises(WrongState, match=r"At most 2 .*: a, b\. Stop one first"), census.one_more("ada", "c"):
        pass
    assert await fits(census, "a")  # another version of one that lives
    assert await fits(census, "c", "eve")


@pytest.mark.parametrize(
    "end", [e.SandboxStopped(), e.SandboxExpired("idle"), e.SandboxFailed("start", "It did not start.")]
)
async def test_what_has_ended_makes_room_until_it_is_started_again(end: e.SandboxEvent):
    census = Census(1)
    told(census, "a", asked(), end)
    assert await fits(census, "b")
    other = Census(1)
    told(other, "a", asked(), end, e.SandboxRestartRequested("ada"))
    assert not await fits(other, "b")


async def test_a_version_that_failed_beside_another_leaves_the_sandbox_counted():
    census = Census(1)
    told(census, "a", asked(), e.SandboxFailed("start", "It did not start.", serving=True))
    assert not await fits(census, "b")


async def test_many_at_once_are_counted_one_by_one():
    census = Census(3)
    assert sum(await asyncio.gather(*(fits(census, f"s{n}") for n in range(20)))) == 3


async def test_what_came_to_nothing_takes_no_room():
    census = Census(1)
    with pytest.raises(ZeroDivisionError), census.one_more("ada", "a"):
        raise ZeroDivisionError
    assert await fits(census, "b")


async def test_of_those_that_came_through_several_copies_the_first_in_the_log_live_and_all_copies_say_so():
    for census in (Census(2), Census(2)):
        for seq, sandbox_id in enumerate("abca", 1):
            told(census, sandbox_id, asked(), seq=seq)
        assert [census.over("ada", sandbox_id, seq) != "" for seq, sandbox_id in enumerate("abca", 1)] == [
            *(False, False, True, False)
        ]
        assert "these are: a, b. " in census.over("ada", "c", 3)
        told(census, "c", e.SandboxFailed("limit", "One too many."), seq=5)
        told(census, "b", e.SandboxStopped(), seq=6)
        told(census, "c", e.SandboxRestartRequested("ada"), seq=7)
        assert census.over("ada", "c", 3) == census.over("ada", "c", 7) == ""
