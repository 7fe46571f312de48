"""Restarts and outages of what the edge stands on, as a client sees them."""

from __future__ import annotations

import asyncio
import contextlib
import time

import httpx
import pytest

from deploy.local.child import free_port
from libs.contracts import events
from libs.testing.nats import nats_server
from libs.testing.postgres import fresh_database, postgres_server
from libs.testing.waiting import until
from tests.front_door import FrontDoor, Heard, Person, front_door, listen, numbered, numbers

DONE = events.Completed("library", 1, 8, "Done.")


def outside(door: FrontDoor, person: Person) -> Person:
    """The same person, with a client that outlives the edge."""
    headers = {"authorization": f"Bearer {person.token}"}
    return Person(person.id, httpx.AsyncClient(base_url=door.url, headers=headers, trust_env=False), person.token)


async def follow_through(person: Person, path: str) -> list[Heard]:
    """As a client does that comes back with the last id until it hears the end."""
    heard: list[Heard] = []
    async with asyncio.timeout(60):
        while not heard or heard[-1][1] != "end":
            seen = next((event_id for event_id, _, _ in reversed(heard) if event_id), "")
            with contextlib.suppress(httpx.HTTPError, AssertionError):
                await hear_into(heard, person, path, seen)
            await asyncio.sleep(0.02)
    return heard


async def hear_into(heard: list[Heard], person: Person, path: str, seen: str) -> None:
    from httpx_sse import EventSource

    headers = {"last-event-id": seen} if seen else {}
    async with person.http.stream("GET", path, headers=headers) as answer:
        assert answer.status_code == 200
        async for event in EventSource(answer).aiter_sse():
            heard.append((event.id, event.event, event.json()))


async def test_streams_end_cleanly_and_at_once_when_the_edge_stops(nats, connection):
    async with front_door(nats.url) as door:
        person = await door.sign_in()
        run_id = await person.run(await person.project())
        client = outside(door, person)
        listening = [asyncio.create_task(listen(client, f"/v1/runs/{run_id}/events")) for _ in range(20)]

        async def all_of_them() -> bool:
            return await door.open_streams() == 20

        await until(all_of_them)
        heard = asyncio.gather(*listening)  # a cut without a final chunk would raise
        started = time.monotonic()
    assert [[name for _, name, _ in one] for one in await heard] == [["requested"]] * 20
    assert time.monotonic() - started < 2
    await client.http.aclose()


async def test_no_gap_and_no_repeat_across_restarts_of_the_edge(nats, connection):
    port = free_port()
    async with front_door(nats.url, port=port) as door:
        person = await door.sign_in()
        project_id = await person.project()
        run_id = await person.run(project_id)
    client = outside(door, person)
    listening = [asyncio.create_task(follow_through(client, f"/v1/runs/{run_id}/events")) for _ in range(5)]
    for round_ in range(3):
        async with front_door(nats.url, port=port) as door:
            await door.tell(project_id, run_id, *numbered(*range(round_ * 40, round_ * 40 + 40)))
    async with front_door(nats.url, port=port) as door:
        await door.tell(project_id, run_id, DONE)
        for heard in await asyncio.gather(*listening):
            assert numbers(heard) == list(range(120))
            ids = [event_id for event_id, name, _ in heard if name != "end"]
            assert len(ids) == len(set(ids)) == 122
    await client.http.aclose()


async def test_no_gap_and_no_repeat_across_restarts_of_the_log(tmp_path):
    with nats_server() as own:
        async with front_door(own.url) as door:
            person = await door.sign_in()
            project_id = await person.project()
            run_id = await person.run(project_id)
            listening = [asyncio.create_task(follow_through(person, f"/v1/runs/{run_id}/events")) for _ in range(3)]
            await until(door.open_streams)
            for round_ in range(3):
                await door.tell(project_id, run_id, *numbered(*range(round_ * 20, round_ * 20 + 20)))
                await asyncio.to_thread(own.kill if round_ else own.stop)
                await asyncio.to_thread(own.start)
            await door.tell(project_id, run_id, DONE)
            for heard in await asyncio.gather(*listening):
                assert numbers(heard) == list(range(60))


async def test_without_postgres_commands_and_streams_go_on_and_views_say_so(nats, connection):
    with postgres_server() as own:
        async with fresh_database(own) as dsn, front_door(nats.url, dsn) as door:
            person = await door.sign_in()
            project_id = await person.project()
            await asyncio.to_thread(own.stop)
            try:
                await _lives_on(door, person, project_id)
            finally:
                await asyncio.to_thread(own.start)

            async def back() -> bool:
                answer = await person.http.get("/v1/runs")
                return answer.status_code == 200 and answer.json()["total"] == 1

            await until(back)


async def _lives_on(door: FrontDoor, person: Person, project_id: str) -> None:
    run_id = await person.run(project_id)
    await door.tell(project_id, run_id, *numbered(1), DONE)
    assert numbers(await listen(person, f"/v1/runs/{run_id}/events")) == [1]
    assert len((await person.http.get(f"/v1/runs/{run_id}/history")).json()) == 3
    answer = await person.http.get("/v1/runs")
    assert answer.status_code == 503
    assert answer.json()["code"] == "unavailable"
    assert "event streams go on" in answer.json()["detail"]


async def test_without_the_views_a_command_is_answered_from_the_log(nats, connection):
    async with front_door(nats.url) as door:
        person = await door.sign_in()
        started = await person.http.post("/v1/projects", json={"name": "Library"})
        assert started.json()["name"] == "Library"
        run_id = await person.run(started.json()["id"])
        cancelled = (await person.http.post(f"/v1/runs/{run_id}/cancel", json={"reason": "Enough."})).json()
        assert (cancelled["status"], cancelled["failure"]["message"]) == ("cancelled", "Enough.")


async def test_without_identity_nobody_can_sign_in_and_it_says_so(nats, connection):
    from services.edge.app import build as build_edge
    from services.projects.app import build as build_projects

    async with front_door(nats.url) as door:
        person = await door.sign_in()
    async with front_door(nats.url, builds=(build_projects, build_edge)) as door:
        answer = await door.anybody.post("/v1/login", json={"email": "a@b.org", "password": "a long password"})
        assert answer.status_code == 503
        assert "identity" in answer.json()["detail"]
        asked = await door.anybody.get("/v1/me", headers={"authorization": f"Bearer {person.token}"})
        assert asked.status_code == 503


async def test_a_port_that_is_taken_is_named(nats, connection):
    async with front_door(nats.url) as door:
        with pytest.raises(SystemExit) as stopped:
            async with front_door(nats.url, port=door.port):
                pass
        assert f"127.0.0.1:{door.port}" in str(stopped.value.code)
        assert "EDGE_PORT" in str(stopped.value.code)
