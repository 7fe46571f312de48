from __future__ import annotations

import asyncio
import json
from unittest.mock import patch

import msgspec
import pytest

from libs.contracts import events, subjects
from libs.contracts.live import Fragment
from libs.testing.waiting import until
from services.edge import history
from tests.front_door import FrontDoor, listen, numbered, numbers, written

pytestmark = pytest.mark.asyncio(loop_scope="module")
DONE = events.Completed("library", 1, 8, "Done.")


async def test_a_run_is_told_from_its_beginning_to_its_end(door: FrontDoor, person, project_id, run_id, story):
    listening = asyncio.create_task(listen(person, story))
    await until(door.open_streams)
    await door.tell(project_id, run_id, *numbered(*range(5)), DONE)
    heard = await listening
    assert [name for _, name, _ in heard] == ["requested", *["stage_started"] * 5, "completed", "end"]
    assert numbers(heard) == list(range(5))


async def test_an_event_says_what_it_is_and_what_it_follows_from(door: FrontDoor, person, project_id, run_id, story):
    await door.tell(project_id, run_id, DONE)
    (first_id, name, data), *_ = await listen(person, story)
    (record, _) = await door.platform.log.load(subjects.events_of(subjects.run(project_id, run_id)))
    envelope = record.recorded.envelope
    assert name == "requested"
    assert first_id.split("-")[1] == str(record.seq)
    assert data == {
        "seq": record.seq,
        "id": envelope.id,
        "type": "interius.run.requested.v1",
        "subject": envelope.subject,
        "time": envelope.time,
        "actor": person.id,
        "causationid": envelope.causationid,
        "data": json.loads(record.data),
    }


async def test_one_who_comes_late_hears_everything_too(door: FrontDoor, person, project_id, run_id, story):
    await door.tell(project_id, run_id, *numbered(*range(700)), DONE)
    assert numbers(await listen(person, story)) == list(range(700))


async def test_big_files_arrive_whole(door: FrontDoor, person, project_id, run_id, story):
    texts = {f"f{n}.py": f"# {n} ünï\n" * 15_000 for n in range(12)}
    await door.tell(project_id, run_id, *[written(path, text) for path, text in texts.items()], DONE)
    heard = await listen(person, story)
    assert {d["data"]["path"]: d["data"]["content"] for _, name, d in heard if name == "file_written"} == texts


async def test_coming_back_continues_where_one_left(door: FrontDoor, person, project_id, run_id, story):
    await door.tell(project_id, run_id, *numbered(*range(10)))
    first = await listen(person, story, enough=4)
    await door.tell(project_id, run_id, *numbered(*range(10, 20)), DONE)
    rest = await listen(person, story, seen=first[-1][0])
    assert numbers(first + rest) == list(range(20))
    again = await listen(person, story, last_event_id=first[-1][0])
    assert again == rest


async def test_the_header_wins_over_the_query(door: FrontDoor, person, project_id, run_id, story):
    await door.tell(project_id, run_id, *numbered(0, 1, 2), DONE)
    all_of_it = await listen(person, story)
    rest = await listen(person, story, seen=all_of_it[2][0], last_event_id=all_of_it[0][0])
    assert numbers(rest) == [2]


async def test_after_the_end_there_is_nothing_more_to_come_back_for(door: FrontDoor, person, project_id, run_id, story):
    await door.tell(project_id, run_id, DONE)
    await door.tell(project_id, run_id, *numbered(1))  # a worker that had not heard
    heard = await listen(person, story)
    assert [name for _, name, _ in heard] == ["requested", "completed", "end"]
    answer = await person.http.get(story, headers={"last-event-id": heard[1][0]})
    assert answer.status_code == 204


async def test_ids_of_another_log_are_gone_and_garbage_is_refused(door: FrontDoor, person, story):
    for event_id, status in (("1-5", 410), ("abc", 400), ("-1", 400), ("1-2-3", 400), ("x" * 5000, 400), ("1-", 400)):
        answer = await person.http.get(story, headers={"last-event-id": event_id})
        assert answer.status_code == status, event_id
        assert answer.headers["content-type"] == "application/problem+json"


async def test_a_project_tells_of_all_its_runs_and_of_nothing_else(door: FrontDoor, person, project_id):
    other = await person.project("Other")
    listening = asyncio.create_task(listen(person, f"/v1/projects/{project_id}/events"))
    await until(door.open_streams)
    one, two = await person.run(project_id), await person.run(project_id)
    await door.tell(other, await person.run(other), *numbered(99))
    await door.tell(project_id, one, *numbered(1), DONE)
    await door.tell(project_id, two, *numbered(2), DONE)
    await person.http.delete(f"/v1/projects/{project_id}")
    heard = await listening
    assert [name for _, name, _ in heard][:3] == ["created", "requested", "requested"]
    assert numbers(heard) == [1, 2]
    assert [name for _, name, _ in heard][-2:] == ["deleted", "end"]


async def test_fragments_come_to_those_who_ask_and_have_no_id(door: FrontDoor, person, project_id, run_id, story):
    with_fragments = asyncio.create_task(listen(person, story, live="1"))
    without = asyncio.create_task(listen(person, story))
    await until(lambda: _two(door))
    owner = subjects.run(project_id, run_id)
    for word in ("def", " main"):
        await door.platform.say(owner, Fragment("token", "implementation", word, "main.py"))
    await door.platform.connection.client.publish(f"live.{owner}.implementation", b"not json")
    await door.platform.connection.client.flush()
    await door.tell(project_id, run_id, DONE)
    lively = [(id_, data) for id_, name, data in await with_fragments if name == "live"]
    assert [data["text"] for _, data in lively] == ["def", " main"]
    assert lively[0][1] == {"kind": "token", "stage": "implementation", "text": "def", "item": "main.py"}
    assert "live" not in [name for _, name, _ in await without]


async def _two(door: FrontDoor) -> bool:
    return await door.open_streams() == 2


async def test_who_leaves_is_forgotten(door: FrontDoor, person, run_id, story):
    async with person.http.stream("GET", story):
        assert await until(door.open_streams) == 1
    await until(lambda: _none(door))


async def _none(door: FrontDoor) -> bool:
    return await door.open_streams() == 0


async def test_a_body_with_line_breaks_stays_one_event(door: FrontDoor, person, project_id, run_id, story):
    subject = subjects.event(subjects.run(project_id, run_id), "stage_started")
    pretty = msgspec.json.format(msgspec.json.encode(numbered(7)[0]), indent=2)
    headers = (await door.platform.log.load(f"events.project.{project_id}.run.{run_id}.requested"))[0].headers
    mark = {k: v for k, v in headers.items() if k.startswith("ce-")} | {"ce-type": "interius.run.stage_started.v1"}
    await door.platform.connection.client.jetstream().publish(subject, pretty, headers=mark)
    await door.tell(project_id, run_id, DONE)
    assert numbers(await listen(person, story)) == [7]


async def test_a_long_story_is_read_in_parts_and_told_whole(door, person, project_id, run_id, story):
    await door.tell(project_id, run_id, *numbered(*range(200)))
    with patch.object(history, "MOST_RECORDS", 60):
        listening = asyncio.create_task(listen(person, story))
        await until(door.open_streams)
        await door.tell(project_id, run_id, *numbered(*range(200, 300)), DONE)
        assert numbers(await listening) == list(range(300))


async def test_an_id_that_the_log_has_not_come_to_is_gone(door: FrontDoor, person, project_id, run_id, story):
    (event_id, _, _), *_ = await listen(person, story, enough=1)
    ahead = f"{event_id.split('-')[0]}-{await door.platform.log.head() + 1}"
    answer = await person.http.get(story, headers={"last-event-id": ahead})
    assert (answer.status_code, answer.json()["code"]) == (410, "gone")


@pytest.mark.parametrize("name", ["no.such.kind.of.thing", "strange"])
async def test_what_is_no_event_of_ours_stops_nobody(door: FrontDoor, person, project_id, name):
    path = f"/v1/projects/{project_id}/events"
    for late in (False, True):
        if not late:
            listening = asyncio.create_task(listen(person, path, enough=3))
            await until(door.open_streams)
            js = door.platform.connection.client.jetstream()
            await js.publish(f"events.project.{project_id}.{name}", b"{not\njson")
            await person.run(project_id)
        heard = await (listen(person, path, enough=3) if late else listening)
        assert [event for _, event, _ in heard] == ["created", name.split(".")[-1], "requested"]
