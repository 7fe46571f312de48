"""Real wishes through the whole stack: what comes out installs, starts and passes its own tests."""

from __future__ import annotations

import re
from pathlib import Path

import httpx
import pytest

from libs.client.api import Interius
from libs.client.errors import ApiError
from libs.client.models import RunView
from libs.testing.generated import run as run_
from libs.testing.generated import served
from libs.testing.stack import StackProcess, ended
from libs.testing.waiting import until
from tests.e2e.wishes import LIBRARY, NONSENSE, SHOP, THREE_WORDS, TODO, rambling

WISHES = {"library": LIBRARY, "todo": TODO, "shop": SHOP, "three words": THREE_WORDS, "rambling": rambling()}
PATHS = {
    "library": {"/books", "/members", "/loans"},
    "todo": {"/tasks", "/tags"},
    "shop": {"/products", "/suppliers", "/stock-movements"},
    "three words": {"/books"},
    "rambling": {"/customers", "/bicycles", "/repairs", "/mechanics"},
}


async def completed(client: Interius, project_id: str, wish: str, folder: Path) -> str:
    run = await client.start_run(project_id, wish)
    done = await ended(client, run.id)
    assert done.status == "completed", done.failure
    await client.save(run.id, folder)
    return run.id


async def waiting(client: Interius, run_id: str, status: str) -> RunView:
    """The run once it waits for a person."""

    async def look() -> RunView | None:
        run = await client.run(run_id)
        return run if run.status == status else None

    return await until(look)


@pytest.mark.parametrize("name", WISHES)
async def test_a_wish_becomes_a_project_that_starts_and_passes_its_own_tests(
    client: Interius,
    project_id: str,
    folder: Path,
    project_python: Path,
    name: str,
) -> None:
    await completed(client, project_id, WISHES[name], folder)
    said = run_([project_python, "-m", "pytest", "-q", "-p", "no:cacheprovider"], folder)
    assert re.search(r"^\d+ passed in", said, re.MULTILINE), said
    with served(folder, project_python) as address:
        async with httpx.AsyncClient(base_url=address) as http:
            described = (await http.get("/openapi.json")).json()
    assert PATHS[name] <= set(described["paths"]), sorted(described["paths"])


async def test_nonsense_is_asked_about_and_an_answer_goes_on(client: Interius, project_id: str, folder: Path) -> None:
    run = await client.start_run(project_id, NONSENSE)
    asked = await waiting(client, run.id, "waiting_for_answer")
    assert asked.questions
    await client.revise(run.id, LIBRARY)
    assert (await ended(client, run.id)).status == "completed"


async def test_a_change_to_an_earlier_run_changes_what_it_touches(
    client: Interius, project_id: str, folder: Path
) -> None:
    first = await completed(client, project_id, LIBRARY, folder)
    run = await client.start_run(project_id, "", base_run_id=first, change="Books also have a publisher.")
    assert (await ended(client, run.id)).status == "completed"
    changed = {file.path for file in await client.diff(run.id, first)}
    assert "app/models/book.py" in changed
    assert "app/models/member.py" not in changed


async def test_approval_is_waited_for(client: Interius, project_id: str) -> None:
    run = await client.start_run(project_id, LIBRARY, approve=True)
    assert (await waiting(client, run.id, "waiting_for_approval")).files_written == 0
    await client.approve(run.id)
    assert (await ended(client, run.id)).status == "completed"


async def test_a_cancelled_run_stays_cancelled(client: Interius, project_id: str) -> None:
    run = await client.start_run(project_id, LIBRARY, approve=True)
    await client.cancel(run.id)
    assert (await ended(client, run.id)).status == "cancelled"
    with pytest.raises(ApiError) as refused:
        await client.approve(run.id)
    assert refused.value.status == 409


@pytest.mark.parametrize(
    ("wish", "status", "says"),
    [
        ("", 422, "sentence"),
        ("   ", 422, "sentence"),
        ("library\x00books", 422, "text"),
        ("x" * 65_537, 413, "64 KiB"),
    ],
)
async def test_a_wish_that_cannot_be_used_is_refused_and_nothing_is_started(
    client: Interius, project_id: str, wish: str, status: int, says: str
) -> None:
    with pytest.raises(ApiError, match=says) as refused:
        await client.start_run(project_id, wish)
    assert refused.value.status == status
    assert (await client.runs(project_id=project_id)).total == 0


async def test_unknown_and_foreign_ids_are_not_found_alike(
    client: Interius, stack: StackProcess, project_id: str
) -> None:
    run = await client.start_run(project_id, LIBRARY, approve=True)
    async with Interius(stack.url) as stranger, httpx.AsyncClient(base_url=stack.url) as http:
        session = await client.login(*await _account(stack))
        headers = {"Authorization": f"Bearer {session.access_token}"}
        who = {"email": "stranger@example.com", "password": "a long enough word"}
        assert (await http.post("/v1/users", json=who, headers=headers)).status_code == 201
        await stranger.login(who["email"], who["password"])
        answers = [await _refusal(stranger, run_id) for run_id in (run.id, "0" * 8, "no.such")]
    assert {status for status, _ in answers} == {404}
    assert answers[0][1] == answers[1][1]


async def _account(stack: StackProcess) -> tuple[str, str]:
    import json

    known = json.loads((stack.data / "credentials.json").read_text())
    return known["email"], known["password"]


async def _refusal(client: Interius, run_id: str) -> tuple[int, str]:
    with pytest.raises(ApiError) as refused:
        await client.run(run_id)
    return refused.value.status, refused.value.detail
