from __future__ import annotations

import asyncio

import pytest
import structlog

from libs.contracts.errors import Unavailable
from libs.contracts.streams import DurableSpec
from libs.eventlog.port import Conflict, HandBack, LogUnavailable, Park
from libs.runtime import delivery as module
from libs.runtime.delivery import Delivery, Failures, Route
from libs.runtime.metrics import Metrics
from libs.testing.waiting import until
from tests.unit.runtime.messages import FakeMessage

DELAYS = (1.0, 5.0)


@pytest.fixture(autouse=True)
def quiet():
    with structlog.testing.capture_logs() as logs:
        yield logs


class Desk:
    """One delivery, its parked messages and its metrics; ``raises`` is what the handler does each time."""

    def __init__(
        self, *raises: BaseException | None, ack_wait: float = 30, parking_fails: Exception | None = None
    ) -> None:
        self.raises = list(raises)
        self.parked: list[str] = []
        self.metrics = Metrics()
        self.parking_fails = parking_fails
        route = Route(DurableSpec("WORK", "reviewer", ("work.reviewer.>",), ack_wait), self.handle, self.give_up, 1)
        self.delivery = Delivery("reviewer", route, self.metrics, DELAYS)

    async def handle(self, _message) -> None:
        if self.raises and (error := self.raises.pop(0)) is not None:
            raise error

    async def give_up(self, _message, reason: str) -> None:
        if self.parking_fails:
            raise self.parking_fails
        self.parked.append(reason)

    async def settles(self, message: FakeMessage | None = None) -> list[tuple]:
        message = message or FakeMessage()
        await self.delivery(message)
        return message.settled

    def count(self, outcome: str, name: str = "review_code") -> float | None:
        labels = {"service": "reviewer", "name": name, "outcome": outcome}
        return self.metrics.registry.get_sample_value("interius_handled_total", labels)


async def test_what_is_handled_is_acknowledged():
    desk = Desk(None)
    assert await desk.settles() == [("ack",)]
    assert desk.count("done") == 1


async def test_what_is_handed_back_comes_again_after_its_delay():
    desk = Desk(HandBack(12.5))
    assert await desk.settles() == [("nak", 12.5)]
    assert desk.count("handed_back") == 1
    assert desk.parked == []


async def test_what_cannot_succeed_is_parked_first_and_then_taken_off():
    desk = Desk(Park("no such run"))
    assert await desk.settles() == [("term",)]
    assert desk.parked == ["no such run"]
    assert desk.count("parked") == 1


@pytest.mark.parametrize("error", [Unavailable("away"), LogUnavailable("away"), Conflict("raced")])
async def test_an_outage_or_a_race_is_no_failure(error):
    desk = Desk(*[error] * 10)
    for delivered in range(1, 11):
        assert await desk.settles(FakeMessage(delivered=delivered)) == [("nak", module.INFRASTRUCTURE_DELAY)]
    assert desk.parked == []


async def test_a_failure_is_tried_again_with_growing_delays_and_then_parked_with_its_reason():
    desk = Desk(*[ValueError("no column")] * 3)
    settled = [await desk.settles(FakeMessage(delivered=n)) for n in (1, 2, 3)]
    assert settled == [[("nak", 1.0)], [("nak", 5.0)], [("term",)]]
    assert desk.parked == ["ValueError: no column"]


async def test_deliveries_that_were_only_handed_back_are_no_attempts():
    desk = Desk(*[HandBack(1)] * 5, ValueError("x"))
    for delivered in range(1, 6):
        await desk.settles(FakeMessage(delivered=delivered))
    assert await desk.settles(FakeMessage(delivered=6)) == [("nak", 1.0)]


async def test_each_message_has_attempts_of_its_own_and_new_ones_once_it_was_done():
    desk = Desk(ValueError("x"), ValueError("x"), None, ValueError("x"))
    assert await desk.settles(FakeMessage(seq=1)) == [("nak", 1.0)]
    assert await desk.settles(FakeMessage(seq=2)) == [("nak", 1.0)]
    assert await desk.settles(FakeMessage(seq=1)) == [("ack",)]
    assert await desk.settles(FakeMessage(seq=1)) == [("nak", 1.0)]


@pytest.mark.parametrize(("error", "told"), [(LogUnavailable("away"), False), (ValueError("a bug"), True)])
async def test_work_that_cannot_be_parked_now_is_kept(error: Exception, told: bool, quiet):
    desk = Desk(Park("no such run"), parking_fails=error)
    assert await desk.settles() == [("nak", module.INFRASTRUCTURE_DELAY)]
    assert any(line["event"] == "not_parked" for line in quiet) == told


async def test_work_that_is_cancelled_is_handed_back_at_once_and_stays_cancelled():
    started = asyncio.Event()
    desk = Desk()

    async def endless(_message) -> None:
        started.set()
        await asyncio.Event().wait()

    desk.delivery._route = Route(desk.delivery._route.durable, endless, desk.give_up, 1)
    message = FakeMessage()
    task = asyncio.create_task(desk.delivery(message))
    await started.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert message.settled == [("nak", None)]


async def test_a_long_job_tells_the_server_that_it_goes_on_and_stops_telling_when_it_is_over():
    desk = Desk(ack_wait=0.03)
    message = FakeMessage()

    async def until_three_beats(_message) -> None:
        await until(lambda: message.beats >= 3)

    desk.delivery._route = Route(desk.delivery._route.durable, until_three_beats, desk.give_up, 1)
    await desk.delivery(message)
    beats = message.beats
    await asyncio.sleep(0.05)
    assert message.beats == beats
    assert message.settled == [("ack",)]


async def test_a_beat_that_does_not_get_through_does_not_end_the_work():
    desk = Desk(ack_wait=0.03)
    message = FakeMessage()
    tries = []

    async def broken() -> None:
        tries.append(1)
        raise ConnectionError

    async def until_two_tries(_message) -> None:
        await until(lambda: len(tries) >= 2)

    message.in_progress = broken
    desk.delivery._route = Route(desk.delivery._route.durable, until_two_tries, desk.give_up, 1)
    await desk.delivery(message)
    assert message.settled == [("ack",)]


def test_failures_are_counted_for_a_bounded_number_of_messages(monkeypatch):
    monkeypatch.setattr(module, "REMEMBERED", 3)
    failures = Failures()
    for seq in range(10):
        failures.another(seq)
    assert len(failures._counts) == 3
    assert failures.another(9) == 2


@pytest.mark.parametrize(
    ("subject", "name"),
    [
        ("work.reviewer.review_code", "review_code"),
        ("events.project.p1.run.r1.requested", "requested"),
        ("events.project.p1.run.r1.file_written.0f0f", "file_written"),
        ("events.project.p1.deleted", "deleted"),
    ],
)
async def test_metrics_name_the_task_or_the_event_and_never_an_id(subject, name):
    desk = Desk()
    await desk.settles(FakeMessage(subject))
    assert desk.count("done", name) == 1


async def test_the_number_of_time_series_does_not_grow_with_the_number_of_runs():
    desk = Desk()

    def series() -> int:
        return sum(len(metric.samples) for metric in desk.metrics.registry.collect())

    await desk.settles(FakeMessage("events.project.p.run.r.file_written.aa"))
    before = series()
    for n in range(50):
        await desk.settles(FakeMessage(f"events.project.p{n}.run.r{n}.file_written.{n:x}"))
    assert series() == before


async def test_one_line_is_logged_for_each_message_with_its_run(quiet):
    desk = Desk()
    with structlog.testing.capture_logs(processors=[structlog.contextvars.merge_contextvars]) as logs:
        await desk.settles()
    assert [(line["event"], line["outcome"], line["run"]) for line in logs] == [("handled", "done", "r1")]
