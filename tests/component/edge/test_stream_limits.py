from __future__ import annotations

import asyncio
import time

import pytest

from libs.contracts import events
from libs.testing.waiting import until
from tests.front_door import FrontDoor, front_door, listen, written

DONE = events.Completed("library", 1, 8, "Done.")


def _story(run_id: str) -> str:
    return f"/v1/runs/{run_id}/events"


async def _two(door: FrontDoor) -> bool:
    return await door.open_streams() == 2


async def _none(door: FrontDoor) -> bool:
    return await door.open_streams() == 0


async def test_first_bytes_come_at_once_and_signs_of_life_after(nats, connection, monkeypatch):
    async with front_door(nats.url, EDGE_HEARTBEAT_SECONDS="0.2") as door:
        person = await door.sign_in()
        run_id = await person.run(await person.project())
        async with person.http.stream("GET", _story(run_id), headers={"last-event-id": ""}) as answer:
            lines = answer.aiter_lines()
            assert [await anext(lines), await anext(lines)] == ["retry: 1000", ": ok"]
            async with asyncio.timeout(60):
                while await anext(lines) != ": still here":
                    pass
        headers = answer.headers
        assert headers["content-type"].startswith("text/event-stream")
        assert "no-cache" in headers["cache-control"]
        assert headers["x-accel-buffering"] == "no"
        assert "content-encoding" not in headers


async def test_who_does_not_read_is_cut_and_holds_up_nobody(nats, connection):
    async with front_door(nats.url, EDGE_WRITE_SECONDS="0.5") as door:
        person = await door.sign_in()
        project_id = await person.project()
        run_id = await person.run(project_id)
        reader, writer = await asyncio.open_connection("127.0.0.1", door.port, limit=1024)
        request = f"GET {_story(run_id)} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {person.token}\r\n\r\n"
        writer.write(request.encode())
        await reader.readline()
        attentive = asyncio.create_task(listen(person, _story(run_id)))
        await until(lambda: _two(door))
        big = "x" * 200_000
        await door.tell(project_id, run_id, *[written(f"f{n}.py", big) for n in range(40)], DONE)
        assert len(await attentive) == 43
        await until(lambda: _none(door))
        with pytest.raises((ConnectionResetError, asyncio.IncompleteReadError)):
            await reader.readexactly(40 * 200_000)
        writer.close()


@pytest.mark.parametrize("setting", ["EDGE_STREAMS", "EDGE_STREAMS_PER_USER"])
async def test_a_full_house_says_when_to_come_again(nats, connection, setting):
    async with front_door(nats.url, **{setting: "1"}) as door:
        person = await door.sign_in()
        run_id = await person.run(await person.project())
        async with person.http.stream("GET", _story(run_id)):
            refused = await person.http.get(_story(run_id))
        assert refused.status_code == 429
        assert refused.headers["retry-after"] == "5"
        assert "event streams" in refused.json()["detail"]
        assert setting != "EDGE_STREAMS_PER_USER" or "EDGE_STREAMS_PER_USER=1" in refused.json()["detail"]


async def test_an_expired_token_ends_the_stream(nats, connection, monkeypatch):
    real = time.time
    async with front_door(nats.url, EDGE_HEARTBEAT_SECONDS="0.1") as door:
        person = await door.sign_in()
        run_id = await person.run(await person.project())
        listening = asyncio.create_task(listen(person, _story(run_id)))
        await until(door.open_streams)
        monkeypatch.setattr("services.edge.stream.time.time", lambda: real() + 24 * 3600)
        heard = await asyncio.wait_for(listening, 60)
        assert [name for _, name, _ in heard] == ["requested"]
