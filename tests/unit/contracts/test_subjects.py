from __future__ import annotations

import pytest

from libs.contracts import subjects
from libs.contracts.events import EVENTS, FileWritten
from libs.contracts.publish import catalog
from libs.contracts.streams import DURABLES, STREAMS
from libs.contracts.subjects import EventAddress
from libs.contracts.work import WORK
from libs.eventlog.memory import matches


@pytest.mark.parametrize("value", ["a", "A-b_9", "x" * 64, "5f0c1e5e-6a0f-5d6a-9a3c-3b6a54a1b0f1"])
def test_an_id_may_be_part_of_a_subject(value):
    assert subjects.token(value) == value


@pytest.mark.parametrize("value", ["", "x" * 65, "a.b", "*", ">", "a b", "a\n", "ü", "a/b", "\x00", "a>", "..", "a\r"])
def test_what_could_widen_a_subject_is_no_id(value):
    for owner in (
        subjects.user,
        subjects.project,
        lambda id_: subjects.run("p", id_),
        lambda id_: subjects.run(id_, "r"),
        lambda id_: subjects.sandbox("p", id_),
    ):
        with pytest.raises(ValueError, match="is not an id"):
            owner(value)


@pytest.mark.parametrize(
    ("subject", "address"),
    [
        ("events.user.u.registered", EventAddress("", "", "u", "registered")),
        ("events.project.p.created", EventAddress("p", "", "", "created")),
        ("events.project.p.run.r.requested", EventAddress("p", "r", "", "requested")),
        ("events.project.p.run.r.file_written.0f", EventAddress("p", "r", "", "file_written")),
        ("events.project.p.sandbox.s.ready", EventAddress("p", "", "", "ready", "s")),
        ("events.project.p.chat.m.posted", EventAddress("p", "", "", "posted")),
        ("events.project.p.document.d.indexed", EventAddress("p", "", "", "indexed")),
    ],
)
def test_a_subject_says_whose_the_event_is_and_how_it_is_called(subject, address):
    assert subjects.parse(subject) == address


@pytest.mark.parametrize(
    "subject", ["", "events", "events.project.p", "work.rag.x", "events.user.u.a.b", "live.project.p.x"]
)
def test_another_subject_is_refused(subject):
    with pytest.raises(ValueError, match="is no event subject"):
        subjects.parse(subject)


@pytest.mark.parametrize("cls", EVENTS)
def test_what_is_published_about_addresses_is_what_the_code_does(cls):
    owners = {"user": subjects.user("U"), "project": subjects.project("P"), "run": subjects.run("P", "R")}
    owners["sandbox"] = subjects.sandbox("P", "S")
    subject = subjects.event(owners[cls.scope], cls.event_name(), "F" if cls is FileWritten else "")
    assert (
        catalog.event_address(cls).format(user_id="U", project_id="P", run_id="R", sandbox_id="S", file="F") == subject
    )
    assert subjects.parse(subject).name == cls.event_name()


def test_the_filter_of_an_owner_takes_its_own_and_nobody_elses():
    events = subjects.events_of(subjects.project("p1"))
    assert matches(events, "events.project.p1.created")
    assert matches(events, "events.project.p1.run.r.file_written.0f")
    assert not matches(events, "events.project.p10.created")
    assert not matches(events, "events.user.p1.registered")


def test_every_subject_is_in_exactly_one_stream():
    for message in [*catalog.event_messages(), *catalog.work_messages(), catalog.live_message()]:
        holders = [s.name for s in STREAMS if any(matches(subject, message.address) for subject in s.subjects)]
        assert len(holders) == 1, message.address
    for message in catalog.ask_messages():
        assert not any(matches(subject, message.address) for spec in STREAMS for subject in spec.subjects)


def test_every_order_has_one_consumer_at_most():
    for cls in WORK:
        takers = [d.name for d in DURABLES if any(matches(subject, cls.subject()) for subject in d.subjects)]
        assert len(takers) <= 1


def test_a_path_has_one_key_for_ever():
    assert subjects.path_key("app/main.py") == "990f7e4140fab1ad"
    assert subjects.path_key("app/main.py") != subjects.path_key("app/Main.py")


def test_parked_work_keeps_its_name():
    assert subjects.parked("work.reviewer.review_code") == "parked.reviewer.review_code"
