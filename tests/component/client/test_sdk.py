"""The SDK speaks the edge's REST."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from libs.client.api import Interius
from libs.client.errors import ApiError, FolderRefused, Unreachable
from libs.client.signin import Credentials
from libs.contracts.artifacts import Budget
from tests.charters import LIBRARY
from tests.client_stories import ARCHITECTURE, PROJECT_ID, RUN_ID, SOURCES
from tests.component.client.fake_edge import PASSWORD, TOKEN, FakeEdge, problem, zipped

STARTS = f"/v1/projects/{PROJECT_ID}/runs"


async def test_signing_in_signs_what_follows(edge: FakeEdge) -> None:
    async with Interius(edge.url) as api:
        with pytest.raises(ApiError, match="Nobody is signed in") as refused:
            await api.me()
        await api.login("alice@example.org", PASSWORD)
        assert (await api.me()).email == "alice@example.org"
    assert (refused.value.status, refused.value.code) == (401, "unauthenticated")


async def test_credentials_sign_in_by_themselves_once(edge: FakeEdge) -> None:
    async with Interius(edge.url, credentials=Credentials("alice@example.org", PASSWORD)) as api:
        await api.me()
        await api.runs()
    assert len(edge.requests("/v1/login")) == 1


async def test_wrong_credentials_are_the_error_of_what_was_asked(edge: FakeEdge) -> None:
    async with Interius(edge.url, credentials=Credentials("alice@example.org", "wrong")) as api:
        with pytest.raises(ApiError, match="E-mail or password is wrong"):
            await api.me()
    assert len(edge.requests("/v1/login")) == 1


async def test_a_run_is_started_with_its_options_and_a_key(edge: FakeEdge) -> None:
    async with Interius(edge.url, TOKEN) as api:
        run = await api.start_run(PROJECT_ID, "a wish", approve=True, budget=Budget(tokens=5), change="c")
    assert run.id == RUN_ID
    assert edge.body(STARTS) == {
        "wish": "a wish",
        "approve": True,
        "budget": {"tokens": 5, "micro_usd": None, "minutes": 60.0},
        "change": "c",
    }
    assert edge.requests(STARTS)[0]["idempotency-key"]


async def test_artifacts_come_back_typed(edge: FakeEdge) -> None:
    async with Interius(edge.url, TOKEN) as api:
        assert await api.charter(RUN_ID) == LIBRARY
        assert await api.architecture(RUN_ID) == ARCHITECTURE
        assert (await api.review(RUN_ID)).security_score == 9
        assert {file.path for file in await api.files(RUN_ID)} == {*SOURCES, "app/rules.py"}
        assert (await api.file(RUN_ID, "app/main.py")).content == "app = 1\n"
        assert (await api.diff(RUN_ID, "other"))[0].status == "changed"
        assert [event async for event in api.whole_history(RUN_ID)] == edge.story


async def test_a_project_is_saved(edge: FakeEdge, tmp_path: Path) -> None:
    async with Interius(edge.url, TOKEN) as api:
        saved = await api.save(RUN_ID, tmp_path / "library")
    assert saved.files == 3
    assert (tmp_path / "library/app/main.py").read_text() == SOURCES["app/main.py"]


async def test_a_hostile_archive_writes_nothing(edge: FakeEdge, tmp_path: Path) -> None:
    edge.archive = zipped({"library/../../evil": "x"})
    async with Interius(edge.url, TOKEN) as api:
        with pytest.raises(FolderRefused):
            await api.save(RUN_ID, tmp_path / "library")
    assert {name for _, _, names in os.walk(tmp_path) for name in names} == set()


async def test_problem_details_become_errors_in_their_own_words(edge: FakeEdge) -> None:
    status, body = problem(422, "invalid", "The input is not usable.")
    edge.refusals["/v1/projects"] = (status, body | {"errors": [{"pointer": "/name", "detail": "is too long"}]})
    async with Interius(edge.url, TOKEN) as api:
        with pytest.raises(ApiError, match=r"The input is not usable. \(/name is too long\)"):
            await api.create_project("x" * 500)


@pytest.mark.parametrize("answer", [(502, b"<html>bad gateway</html>"), (200, b"<html>"), (200, {"id": 5})])
async def test_an_answer_of_something_else_is_an_error_not_a_crash(edge: FakeEdge, answer: tuple[int, object]) -> None:
    edge.refusals["/v1/me"] = answer
    async with Interius(edge.url, TOKEN) as api:
        with pytest.raises(ApiError, match="answered"):
            await api.me()


async def test_where_nothing_answers_every_call_says_what_to_do() -> None:
    async with Interius("http://127.0.0.1:9", TOKEN) as api:
        for call in (api.me, api.ready, api.runs):
            with pytest.raises(Unreachable, match="interius up"):
                await call()


async def test_ids_and_paths_cannot_reach_other_addresses(edge: FakeEdge) -> None:
    async with Interius(edge.url, TOKEN) as api:
        with pytest.raises(ApiError):
            await api.run("../me")
        with pytest.raises(ApiError):
            await api.run("x?y=z#")
    assert not edge.requests("/v1/me")
