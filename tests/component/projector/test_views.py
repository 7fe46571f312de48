"""What the views say about facts, good and bad."""

from __future__ import annotations

import json

from nats.js.api import PubAck
from prometheus_client import CollectorRegistry

from libs.contracts import events as e
from libs.contracts import subjects
from libs.eventlog.connection import Connection
from libs.eventlog.jetstream import JetStreamLog
from libs.runtime.postgres import Database
from libs.testing import waiting
from services.projector.projector import Projector
from tests.charters import LIBRARY
from tests.component.projector.conftest import append, dump, rows, running, until
from tests.run_facts import fact, story


async def publish(connection: Connection, subject: str, kind: str, body: bytes) -> PubAck:
    headers = {"ce-id": "x", "ce-type": kind, "ce-source": "t", "ce-time": "2026-01-01T00:00:00Z"}
    headers |= {"ce-subject": "s", "ce-correlationid": "c"}
    return await connection.client.jetstream().publish(subject, body, headers=headers)


async def test_a_run_becomes_its_rows(events: JetStreamLog, views: Database, projector: Projector):
    owner = fact(subjects.project("p"), e.Created("Shelf", "u1"), 1), fact(subjects.project("p"), e.Renamed("Books"), 2)
    user = fact(subjects.user("u1"), e.Registered("a@b.example", superuser=True), 1)
    async with running(projector):
        await until(views, await append(events, [*owner, user, *story("p", "r", files=3)]))
    found = await dump(views)
    assert [(u["id"], u["email"], u["superuser"]) for u in found["users"]] == [("u1", "a@b.example", True)]
    assert [(p["id"], p["owner"], p["name"], p["deleted"]) for p in found["projects"]] == [("p", "u1", "Books", False)]
    (run,) = found["runs"]
    assert (run["status"], run["name"], run["title"], run["stage"]) == ("completed", "library", LIBRARY.title, "")
    assert (run["pass_number"], run["files_total"], run["files_written"], run["security_score"]) == (2, 3, 3, 9)
    assert (run["calls"], run["prompt_tokens"], run["milliseconds"]) == (9, 9 * 900, 9 * 850)
    assert run["finished_at"] > run["requested_at"]
    versions = [(f["path"], f["version"], f["pass_number"]) for f in found["run_files"]]
    twice = [(f"app/file_{i}.py", version, version) for i in range(2) for version in (1, 2)]
    assert versions == [*twice, ("app/file_2.py", 1, 1)]
    kinds = [a["kind"] for a in found["run_artifacts"]]
    assert kinds == ["charter", "architecture", "plan", "review", "patch", "review"]
    assert json.loads(found["run_artifacts"][0]["body"])["name"] == "library"
    retried = next(s for s in found["run_stages"] if s["stage"] == "architecture")
    assert (retried["attempt"], retried["failure_message"], retried["retry_at"]) == (2, "took too long", "")
    assert retried["failed_at"] < retried["started_at"] < retried["finished_at"]


async def test_facts_after_the_end_of_a_run_change_nothing(events: JetStreamLog, views: Database, projector: Projector):
    ended = [*story("p", "r"), fact(subjects.run("p", "r"), e.Cancelled("u1"), 99)]
    late = [fact(subjects.run("p", "r"), e.StageStarted("review", "late", 1), 100)]
    async with running(projector):
        await until(views, await append(events, story("p", "r")))
        before = await dump(views)
        await until(views, await append(events, [*ended, *late]))
        assert await dump(views) == before


async def test_facts_of_a_run_that_was_not_requested_are_no_rows(
    events: JetStreamLog, views: Database, projector: Projector
):
    async with running(projector):
        await until(views, await append(events, story("p", "r")[1:]))
    assert not any((await dump(views)).values())


async def test_a_deleted_project_takes_its_runs_along_and_nothing_late_brings_them_back(
    events: JetStreamLog, views: Database, projector: Projector
):
    whole, half = story("p", "whole"), story("p", "half")
    async with running(projector):
        await until(views, await append(events, whole, half[:12], story("other", "kept")))
        gone = [fact(subjects.project("p"), e.Deleted(), 5), *half[12:], *story("p", "new")]
        await until(views, await append(events, gone))
    found = await dump(views)
    assert {row["run_id"] for table in ("run_stages", "run_artifacts", "run_files") for row in found[table]} == {"kept"}
    assert [run["id"] for run in found["runs"]] == ["kept"]
    assert [(p["id"], p["owner"], p["name"], p["deleted"]) for p in found["projects"]] == [("p", "", "", True)]


async def test_what_cannot_be_projected_is_kept_as_a_fault_and_the_rest_goes_on(
    connection: Connection, events: JetStreamLog, views: Database, projector: Projector
):
    facts = story("p", "r")
    await append(events, facts[:3])
    run = f"events.{subjects.run('p', 'r')}"
    broken = await publish(connection, f"{run}.completed", e.Completed.type_tag(), b'{"name": 3}')
    await connection.client.jetstream().publish(f"{run}.completed", b"{}")  # no envelope
    huge = fact(subjects.run("p", "r"), e.StageStarted("review", "w", 2**63 - 1 + 2**62), 50)
    unstorable = await append(events, [huge])
    async with running(projector):
        await until(views, await append(events, facts[3:]))
    found = await dump(views)
    assert [f["seq"] for f in found["faults"]] == [broken.seq, broken.seq + 1, unstorable]
    assert "ValidationError" in found["faults"][0]["reason"]
    assert found["runs"][0]["status"] == "completed"


async def test_events_of_unknown_type_are_counted_and_passed_over(
    connection: Connection, events: JetStreamLog, views: Database
):
    registry = CollectorRegistry()
    ack = await publish(connection, "events.project.p.renovated", "interius.project.renovated.v7", b'{"a":1}')
    async with running(Projector(events, views, registry)):
        await until(views, ack.seq)
        await waiting.until(lambda: registry.get_sample_value("interius_projector_unknown_total") == 1)
    assert not any((await dump(views)).values())


async def test_a_nul_character_reaches_the_view_as_a_replacement_and_other_text_is_untouched(
    events: JetStreamLog, views: Database, projector: Projector
):
    text = 'zero \0 escaped "\\u0000" \\x00 ünï'
    wish = fact(subjects.run("p", "r"), e.Requested(wish=text, owner="u"), 1)
    async with running(projector):
        await until(views, await append(events, [wish]))
    assert [row["wish"] for row in await rows(views, "select wish from runs")] == [text.replace("\0", "\ufffd")]


async def test_whoever_is_told_of_a_position_finds_its_rows(
    events: JetStreamLog, views: Database, projector: Projector
):
    notices = views.listen("projected")
    await anext(notices)
    async with running(projector):
        for one in story("p", "r"):
            seq = await events.append(one.subject, one.event, one.envelope)
            while int(await anext(notices) or 0) < seq:
                pass
            assert (await rows(views, "select last_seq from runs"))[0]["last_seq"] == seq
