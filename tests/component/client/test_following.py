"""A reader of events sees each once and in order, whatever happens to its connections."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import aclosing

import pytest

from libs.client import stream
from libs.client.api import Interius
from libs.client.errors import ApiError, ClientError, StreamGone, Unreachable
from libs.client.models import Event
from libs.contracts.live import Fragment
from tests.client_stories import EPOCH, PROJECT_ID, RUN_ID, whole
from tests.component.client.fake_edge import PASSWORD, TOKEN, FakeEdge, frame, problem

EVENTS = f"/v1/runs/{RUN_ID}/events"


async def followed(edge: FakeEdge, last: str = "", live: bool = False) -> list[int]:
    async with Interius(edge.url, TOKEN) as api:
        return [item.seq async for item in api.events(RUN_ID, last, live) if isinstance(item, Event)]


async def test_every_event_comes_once_and_in_order_until_the_end(edge: FakeEdge) -> None:
    assert await followed(edge) == [event.seq for event in edge.story]
    assert len(edge.requests(EVENTS)) == 1


async def test_a_stream_that_is_closed_is_taken_up_where_it_was(edge: FakeEdge) -> None:
    edge.cut_after = {5: b"", 11: b""}
    assert await followed(edge) == [event.seq for event in edge.story]
    resumed = [headers.get("last-event-id") for headers in edge.requests(EVENTS)]
    assert resumed == [None, f"{EPOCH}-5", f"{EPOCH}-11"]


async def test_half_an_event_is_not_an_event(edge: FakeEdge) -> None:
    half = frame(edge.story[3])[:-2]
    edge.cut_after = {5: half, 13: b"id: 18c2f0-15\nevent: stage_"}
    assert await followed(edge) == [event.seq for event in edge.story]


async def test_an_edge_that_repeats_itself_is_not_believed_twice(edge: FakeEdge) -> None:
    edge.story = [*edge.story[:4], *edge.story[1:]]
    assert await followed(edge) == list(range(1, 2 * len(whole()), 2))


async def test_reading_starts_after_the_given_id(edge: FakeEdge) -> None:
    assert (await followed(edge, f"{EPOCH}-9"))[0] == 11


async def test_after_the_end_there_is_nothing(edge: FakeEdge) -> None:
    assert await followed(edge, f"{EPOCH}-{edge.story[-1].seq}") == []


async def test_an_id_of_another_stream_is_an_error_that_says_so(edge: FakeEdge) -> None:
    edge.refusals[EVENTS] = problem(410, "gone", "The log was made anew since.")
    with pytest.raises(StreamGone, match="made anew"):
        await followed(edge, "ffff-9")


async def test_an_edge_that_restarts_is_waited_for(edge: FakeEdge) -> None:
    edge.cut_after = {5: b""}
    edge.once[EVENTS] = []

    async with Interius(edge.url, TOKEN) as api, aclosing(api.events(RUN_ID)) as items:
        seen: list[int] = []
        async for item in items:
            if isinstance(item, Event):
                seen.append(item.seq)
                if item.seq == 3:
                    edge.once[EVENTS] = [problem(503, "unavailable", "Starting.")] * 2
    assert seen == [event.seq for event in edge.story]
    assert len(edge.requests(EVENTS)) == 4


async def test_patience_ends(edge: FakeEdge, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream, "PATIENCE_SECONDS", 0.05)
    edge.cut_after = {5: b""}
    edge.once[EVENTS] = []
    with pytest.raises(ApiError, match="Starting"):
        async with Interius(edge.url, TOKEN) as api:
            async for item in api.events(RUN_ID):
                if isinstance(item, Event) and item.seq == 3:
                    edge.refusals[EVENTS] = problem(503, "unavailable", "Starting.")


async def test_a_refusal_is_not_tried_again(edge: FakeEdge) -> None:
    edge.refusals[EVENTS] = problem(404, "not_found", "There is no such run.")
    with pytest.raises(ApiError, match="no such run"):
        await followed(edge)
    assert len(edge.requests(EVENTS)) == 1


async def test_where_nothing_answers_the_error_says_what_to_do() -> None:
    async with Interius("http://127.0.0.1:9", TOKEN) as api:
        with pytest.raises(Unreachable, match=r"Nothing answers at http://127\.0\.0\.1:9: start it with `interius up`"):
            await anext(api.events(RUN_ID))


async def test_what_is_no_event_stream_is_said(edge: FakeEdge) -> None:
    edge.refusals[EVENTS] = (200, {"hello": "world"})
    with pytest.raises(ClientError, match="is it Interius"):
        await followed(edge)


async def test_live_fragments_come_when_asked_for_and_move_no_position(edge: FakeEdge) -> None:
    edge.cut_after = {5: b""}
    async with Interius(edge.url, TOKEN) as api:
        items = [item async for item in api.events(RUN_ID)]
    assert sum(isinstance(item, Fragment) for item in items) == 2
    assert [item.seq for item in items if isinstance(item, Event)] == [event.seq for event in edge.story]


async def test_a_token_that_expires_on_the_way_is_renewed(edge: FakeEdge) -> None:
    from libs.client.signin import Credentials

    edge.cut_after = {5: b""}
    seen: list[int] = []
    async with Interius(edge.url, credentials=Credentials("alice@example.org", PASSWORD)) as api:
        async for item in api.events(RUN_ID, live=False):
            assert isinstance(item, Event)
            seen.append(item.seq)
            if item.seq == 5:
                edge.once[EVENTS] = [problem(401, "unauthenticated", "The token has expired.")]
    assert seen == [event.seq for event in edge.story]
    assert len(edge.requests("/v1/login")) == 2


async def test_a_reader_may_leave_at_any_time(edges: Callable[..., FakeEdge]) -> None:
    edge = edges(whole()[:4])
    async with (
        asyncio.timeout(60),
        Interius(edge.url, TOKEN) as api,
        aclosing(api.project_events(PROJECT_ID)) as items,
    ):
        async for item in items:
            if isinstance(item, Event) and item.seq == 5:
                break
