from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from libs.contracts.envelope import MSG_ID, Envelope, caused_by, derive_id, now

QUICK = settings(max_examples=25, deadline=None)  # unit tests take 10 s in all
WORDS = st.text(min_size=1, max_size=40)
ENVELOPES = st.builds(
    Envelope,
    id=WORDS,
    type=WORDS,
    source=WORDS,
    time=WORDS,
    subject=WORDS,
    correlationid=WORDS,
    causationid=st.text(max_size=40),
    actor=st.text(max_size=40),
    traceparent=st.text(max_size=40),
)
CAUSE = Envelope(
    id="cause",
    type="interius.run.requested.v1",
    source="interius/test",
    time="2026-01-01T00:00:00.000Z",
    subject="project.p.run.r",
    correlationid="r",
    actor="ada",
    traceparent="00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
)


@QUICK
@given(ENVELOPES)
def test_an_envelope_survives_its_headers(envelope):
    assert Envelope.from_headers(envelope.to_headers()) == envelope


def test_headers_are_cloudevents_and_the_id_is_jetstreams_own():
    headers = CAUSE.to_headers()
    assert headers["ce-specversion"] == "1.0"
    assert headers["ce-type"] == CAUSE.type
    assert headers[MSG_ID] == headers["ce-id"] == CAUSE.id
    assert headers["traceparent"] == CAUSE.traceparent
    assert "ce-traceparent" not in headers
    assert "ce-causationid" not in headers, "an empty attribute is left out"


@pytest.mark.parametrize("name", ["ce-id", "ce-type", "ce-source", "ce-time", "ce-subject", "ce-correlationid"])
def test_a_message_without_a_required_attribute_is_no_message_of_ours(name):
    headers = CAUSE.to_headers()
    del headers[name]
    with pytest.raises(KeyError, match=name):
        Envelope.from_headers(headers)


def test_derived_ids_never_change():
    """They stand in the log: another formula would do everything in flight a second time."""
    assert derive_id("cause", "name") == "e33600fd-4fcb-5945-bd96-bfd6ff3390d0"
    assert derive_id("", "") == "2b4827c0-488f-5ebd-af5c-719018ccbf46"
    assert (
        caused_by(CAUSE, "interius.run.file_written.v1", "s", "x", "app/main.py").id
        == "1b625af1-8eff-5e5c-91e9-b72079907946"
    )


def test_what_follows_has_its_causes_story_and_the_same_id_each_time():
    one, other = (caused_by(CAUSE, "interius.run.failed.v1", "s", "interius/x") for _ in range(2))
    assert one.id == other.id != CAUSE.id
    assert (one.correlationid, one.causationid, one.actor, one.traceparent) == (
        CAUSE.correlationid,
        CAUSE.id,
        CAUSE.actor,
        CAUSE.traceparent,
    )


def test_several_of_one_type_are_told_apart_by_their_key():
    ids = {caused_by(CAUSE, tag, "s", "x", key).id for tag in ("a", "b") for key in ("", "1", "2")}
    assert len(ids) == 6


def test_times_are_utc_with_milliseconds():
    assert len(now()) == len("2026-01-01T00:00:00.000Z")
    assert now().endswith("Z")
