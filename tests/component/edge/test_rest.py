from __future__ import annotations

import asyncio
import io
import zipfile

import pytest
import pytest_asyncio

from libs.contracts import events
from libs.contracts.artifacts import Architecture, PatchRequest, PlannedFile, Review, Usage
from libs.contracts.charter import Charter
from libs.contracts.charter import Entity as CharterEntity
from libs.contracts.codec import Order
from libs.contracts.envelope import Envelope, new_id, now
from libs.contracts.fields import Field
from libs.contracts.work import DraftRequirements
from tests.front_door import FrontDoor, Person, numbered, written

CHARTER = Charter("library", "Library", "Books.", (CharterEntity("Book", "books", fields=(Field("title", "string"),)),))
pytestmark = pytest.mark.asyncio(loop_scope="module")
DONE = events.Completed("library", 2, 8, "Done.")


async def seen(door: FrontDoor, person: Person, project_id: str, run_id: str, *story: events.Event) -> None:
    """Told, and shown in the views: a command waits for them."""
    await door.tell(project_id, run_id, *story)
    await person.http.patch(f"/v1/projects/{project_id}", json={"name": f"Library {new_id()}"})


async def get(person: Person, where: str, expect: int = 200, **query):
    answer = await person.http.get(where, params=query)
    assert answer.status_code == expect, answer.text
    return answer.json()


async def test_projects_are_made_listed_renamed_and_deleted(door, person):
    ids = [await person.project(f"P{n}") for n in range(3)]
    page = await get(person, "/v1/projects", limit=2)
    assert page["total"] == 3
    assert [p["id"] for p in page["items"]] == [ids[2], ids[1]]
    renamed = await person.http.patch(f"/v1/projects/{ids[0]}", json={"name": "New"})
    assert renamed.json()["name"] == (await get(person, f"/v1/projects/{ids[0]}"))["name"] == "New"
    assert (await person.http.delete(f"/v1/projects/{ids[0]}")).status_code == 204
    await get(person, f"/v1/projects/{ids[0]}", expect=404)
    assert (await get(person, "/v1/projects"))["total"] == 2


async def test_a_deleted_project_takes_its_runs_along(door, person, project_id, run_id):
    assert (await person.http.delete(f"/v1/projects/{project_id}")).status_code == 204
    for path in (f"/v1/runs/{run_id}", f"/v1/runs/{run_id}/files", f"/v1/runs/{run_id}/events"):
        assert (await person.http.get(path)).status_code == 404, path
    assert (await get(person, "/v1/runs"))["total"] == 0


async def test_what_was_done_is_seen_at_once(door, person, project_id):
    """Read your writes: no wait between a command and the list that shows it."""
    for n in range(10):
        run_id = await person.run(project_id, f"A library API number {n}.")
        assert (await get(person, "/v1/runs"))["items"][0]["id"] == run_id
        assert (await get(person, f"/v1/runs/{run_id}"))["status"] == "running"


async def test_a_run_is_started_and_says_where_it_is(door, person, project_id):
    wish = {"wish": "A library API.", "model": "offline", "approve": True, "budget": {"tokens": 5, "minutes": 2.5}}
    answer = await person.http.post(f"/v1/projects/{project_id}/runs", json=wish)
    assert answer.status_code == 202
    run = answer.json()
    assert answer.headers["location"] == f"/v1/runs/{run['id']}"
    shown = await get(person, answer.headers["location"])
    assert shown == run
    assert (run["wish"], run["model"], run["approve"], run["status"]) == ("A library API.", "offline", True, "running")
    assert run["stages"] == []
    (record,) = await door.platform.log.load(f"events.project.{project_id}.run.{run['id']}.requested")
    assert record.recorded.event.budget.tokens == 5


async def test_the_same_key_makes_the_same_thing_once(door, person, project_id):
    key = {"Idempotency-Key": "7"}
    made = [await person.http.post("/v1/projects", json={"name": "A"}, headers=key) for _ in range(2)]
    assert len({m.json()["id"] for m in made}) == 1
    path = f"/v1/projects/{project_id}/runs"
    runs = await asyncio.gather(*[person.http.post(path, json={"wish": "A shop."}, headers=key) for _ in range(3)])
    assert len({r.json()["id"] for r in runs}) == 1
    assert (await get(person, path))["total"] == 1
    other = await person.http.post("/v1/projects", json={"name": "B"}, headers=key)
    assert other.status_code == 409


async def test_lists_show_short_wishes_and_can_be_narrowed(door, person, project_id):
    one = await person.run(project_id, "word " * 500)
    await person.run(await person.project("Other"))
    await seen(door, person, project_id, one, DONE)
    everything = await get(person, "/v1/runs")
    assert everything["total"] == 2
    done = await get(person, "/v1/runs", status="completed")
    assert [r["id"] for r in done["items"]] == [one]
    assert len(done["items"][0]["wish"]) == 400
    assert "stages" not in done["items"][0]
    assert (await get(person, f"/v1/projects/{project_id}/runs"))["total"] == 1
    assert (await get(person, f"/v1/projects/{project_id}/runs", offset=1)) == {"items": [], "total": 1}


async def test_a_run_shows_its_stages_and_costs(door, person, project_id, run_id):
    usage = Usage("m", prompt_tokens=10, completion_tokens=5, cached_tokens=2, calls=1, milliseconds=40, micro_usd=7)
    started = events.StageStarted("requirements", "w1", 1)
    failed = events.StageFailed("architecture", "w2", 1, "timeout", "It took too long.", "Try again.")
    await seen(door, person, project_id, run_id, started, events.RequirementsDrafted(CHARTER, usage), failed)
    run = await get(person, f"/v1/runs/{run_id}")
    assert (run["name"], run["title"]) == ("library", "Library")
    assert run["usage"]["prompt_tokens"] == 10
    assert [(s["stage"], s["attempts"], s["error"]) for s in run["stages"]] == [
        ("requirements", 1, ""),
        ("architecture", 1, "It took too long."),
    ]
    reason = events.Failed("stage_failed", "The architecture stage failed.", "Try another model.", "architecture")
    await seen(door, person, project_id, run_id, reason)
    run = await get(person, f"/v1/runs/{run_id}")
    assert run["status"] == "failed"
    assert run["finished_at"]
    assert run["failure"] == {
        "reason": "stage_failed",
        "message": "The architecture stage failed.",
        "advice": "Try another model.",
        "stage": "architecture",
    }


async def test_a_run_is_approved_revised_and_cancelled(door, person, project_id, run_id):
    await seen(door, person, project_id, run_id, events.ApprovalRequested())
    assert (await get(person, f"/v1/runs/{run_id}"))["status"] == "waiting_for_approval"
    revised = await person.http.post(f"/v1/runs/{run_id}/revise", json={"feedback": "More books."})
    approved = await person.http.post(f"/v1/runs/{run_id}/approve")
    cancelled = await person.http.post(f"/v1/runs/{run_id}/cancel", json={"reason": "Enough."})
    assert [a.status_code for a in (revised, approved, cancelled)] == [202, 202, 202]
    assert cancelled.json()["status"] == "cancelled"
    story = [entry["name"] for entry in await get(person, f"/v1/runs/{run_id}/history")]
    assert story == ["requested", "approval_requested", "revision_requested", "approved", "cancelled"]


async def test_a_run_can_be_cancelled_without_a_reason(door, person, run_id):
    assert (await person.http.post(f"/v1/runs/{run_id}/cancel")).json()["status"] == "cancelled"


async def test_artifacts_are_shown_when_they_are_there(door, person, project_id, run_id):
    for kind in ("charter", "architecture", "review"):
        problem = await get(person, f"/v1/runs/{run_id}/{kind}", expect=404)
        assert f"no {kind} yet" in problem["detail"]
    reviews = [events.CodeReviewed(n, Review(n == 2, 5 + n, f"Pass {n}.")) for n in (1, 2)]
    patch = events.PatchRequested(2, ())
    design = events.ArchitectureDrafted(Architecture("# Design"))
    await seen(
        door, person, project_id, run_id, events.RequirementsDrafted(CHARTER), design, reviews[0], patch, reviews[1]
    )
    assert (await get(person, f"/v1/runs/{run_id}/charter"))["entities"][0]["name"] == "Book"
    assert (await get(person, f"/v1/runs/{run_id}/architecture"))["design"] == "# Design"
    assert (await get(person, f"/v1/runs/{run_id}/review"))["summary"] == "Pass 2."
    assert (await get(person, f"/v1/runs/{run_id}/review", **{"pass": 1}))["summary"] == "Pass 1."


@pytest_asyncio.fixture(loop_scope="module")
async def with_files(door, person, project_id, run_id) -> str:
    plan = events.FilesPlanned((PlannedFile("app/main.py", "", "model"), PlannedFile("README.md", "", "blueprint")))
    story = [
        events.RequirementsDrafted(CHARTER),
        plan,
        written("app/main.py", "a = 1\n"),
        written("README.md", "# Ünï\n"),
    ]
    again = events.PatchRequested(2, (PatchRequest("app/main.py", ("wrong",)),))
    await seen(door, person, project_id, run_id, *story, again, written("app/main.py", "a = 2\n", 2), DONE)
    return f"/v1/runs/{run_id}"


async def test_files_at_any_version(person, with_files):
    files = await get(person, f"{with_files}/files")
    assert [(f["path"], f["version"]) for f in files] == [("README.md", 1), ("app/main.py", 2)]
    assert files[0]["size"] == len("# Ünï\n".encode())
    first = next(e["seq"] for e in await get(person, f"{with_files}/history") if e["name"] == "file_written")
    assert [(f["path"], f["version"]) for f in await get(person, f"{with_files}/files", at=first)] == [
        ("app/main.py", 1)
    ]
    assert (await get(person, f"{with_files}/files/app/main.py"))["content"] == "a = 2\n"
    assert (await get(person, f"{with_files}/files/app/main.py", version=1))["content"] == "a = 1\n"
    for path in ("nope.py", "app", "../app/main.py", "app/main.py/"):
        assert (await person.http.get(f"{with_files}/files/{path}")).status_code == 404 or path == "app/main.py/", path
    await get(person, f"{with_files}/files/app/main.py", version=3, expect=404)


async def test_raw_files_cannot_run_in_a_browser(person, with_files):
    raw = await person.http.get(f"{with_files}/files/README.md", params={"raw": 1})
    assert raw.text == "# Ünï\n"
    assert raw.headers["content-type"] == "text/plain; charset=utf-8"
    assert raw.headers["content-security-policy"].startswith("sandbox")
    assert raw.headers["x-content-type-options"] == "nosniff"


async def test_differences_between_versions_and_runs(door, person, project_id, with_files):
    (diff,) = (await get(person, f"{with_files}/diff", path="app/main.py"))["files"]
    assert diff["status"] == "changed"
    assert diff["diff"].splitlines() == ["--- a/app/main.py", "+++ b/app/main.py", "@@ -1 +1 @@", "-a = 1", "+a = 2"]
    backwards = await get(person, f"{with_files}/diff", path="app/main.py", **{"from": 2, "to": 1})
    assert "+a = 1" in backwards["files"][0]["diff"]
    added = await get(person, f"{with_files}/diff", path="app/main.py", **{"from": 0})
    assert added["files"][0]["status"] == "added"
    other = await person.run(project_id)
    plan = events.FilesPlanned((PlannedFile("README.md", "", "model"), PlannedFile("new.py", "", "model")))
    await seen(door, person, project_id, other, plan, written("README.md", "# Ünï\n"), written("new.py", "n\n"))
    against = await get(person, f"{with_files}/diff", against=other)
    assert [(f["path"], f["status"]) for f in against["files"]] == [("app/main.py", "added"), ("new.py", "removed")]
    await get(person, f"{with_files}/diff", expect=422)
    await get(person, f"{with_files}/diff", against="unknown", expect=404)


async def test_the_archive_holds_every_file_in_one_folder_and_is_always_the_same(person, with_files):
    first = await person.http.get(f"{with_files}/archive")
    assert first.headers["content-type"] == "application/zip"
    assert first.headers["content-disposition"] == 'attachment; filename="library.zip"'
    with zipfile.ZipFile(io.BytesIO(first.content)) as archive:
        assert {n: archive.read(n).decode() for n in archive.namelist()} == {
            "library/README.md": "# Ünï\n",
            "library/app/main.py": "a = 2\n",
        }
    assert (await person.http.get(f"{with_files}/archive")).content == first.content


async def test_there_is_no_archive_without_files(person, run_id):
    assert "no files yet" in (await get(person, f"/v1/runs/{run_id}/archive", expect=409))["detail"]


async def test_history_comes_in_pages(door, person, project_id, run_id):
    await door.tell(project_id, run_id, *numbered(*range(9)), DONE)
    pages, after = [], 0
    while page := await get(person, f"/v1/runs/{run_id}/history", after=after, limit=4):
        pages.append(len(page))
        after = page[-1]["seq"]
    assert pages == [4, 4, 3]


async def test_parked_work_is_listed_and_tried_again(door):
    root = await door.sign_in()
    order = DraftRequirements("p", "r")
    envelope = Envelope(id=new_id(), type=order.type_tag(), source="test", time=now(), subject="r", correlationid="r")
    await door.platform.queue.park(Order(envelope, order), "It broke.")
    (parked,) = await get(root, "/v1/parked")
    assert (parked["reason"], parked["run_id"], parked["work_id"]) == ("It broke.", "r", envelope.id)
    assert (await root.http.post(f"/v1/parked/{parked['seq']}/replay")).status_code == 204
    assert await get(root, "/v1/parked") == []
    assert (await root.http.post(f"/v1/parked/{parked['seq']}/replay")).status_code == 404


async def test_users_are_added_and_sign_in(door):
    root, ada = await door.sign_in(), await door.newcomer("ada")
    assert await get(ada, "/v1/me") == {"id": ada.id, "email": "ada@example.org", "superuser": False}
    again = await root.http.post("/v1/users", json={"email": "ADA@example.org", "password": "long enough"})
    assert again.status_code == 409


async def test_state_and_metrics_are_shown(door):
    assert (await door.anybody.get("/health")).json() == {"status": "alive"}
    assert (await door.anybody.get("/ready")).json()["ready"] is True
    assert "interius_event_streams 0.0" in (await door.anybody.get("/metrics")).text
