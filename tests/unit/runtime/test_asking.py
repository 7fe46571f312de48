from __future__ import annotations

import msgspec
import pytest
import structlog

from libs.contracts.asks import STATUS_HEADER, Login, Problem, Receipt, RenameProject
from libs.contracts.errors import NotFound, TooMany
from libs.runtime.asking import answer

RENAME = msgspec.json.encode(RenameProject("ada", "p1", "Books"))


async def ask(handler, data: bytes = RENAME, kind=RenameProject) -> tuple[object, str]:
    body, headers = await answer(kind, handler, data)
    status = headers.get(STATUS_HEADER, "")
    return msgspec.json.decode(body, type=Problem if status else Receipt), status


async def test_an_answer_carries_no_status():
    async def handler(question) -> Receipt:
        return Receipt(question.project_id, 7)

    assert await ask(handler) == (Receipt("p1", 7), "")


@pytest.mark.parametrize(
    ("refusal", "problem"),
    [
        (NotFound("There is no such project."), Problem(404, "not_found", "There is no such project.")),
        (TooMany("Too many tries.", 30), Problem(429, "too_many_requests", "Too many tries.", 30)),
    ],
)
async def test_a_refusal_keeps_its_name_its_status_and_its_words(refusal, problem):
    async def handler(_question) -> Receipt:
        raise refusal

    assert await ask(handler) == (problem, str(problem.status))


@pytest.mark.parametrize("data", [b"", b"not json", b"{}", b'{"actor":"a","project_id":"p","name":"n","x":1}', b"\xff"])
async def test_a_question_that_cannot_be_read_is_refused_before_anybody_sees_it(data):
    async def handler(_question) -> Receipt:
        raise AssertionError("it must not come this far")

    problem, status = await ask(handler, data)
    assert status == "422"
    assert problem.code == "invalid"
    assert problem.detail


async def test_a_fault_of_ours_is_answered_too_and_tells_nothing_of_itself():
    async def handler(_question) -> Receipt:
        raise RuntimeError("password hunter2 of postgres")

    with structlog.testing.capture_logs() as logs:
        problem, status = await ask(handler)
    assert status == "500"
    assert "hunter2" not in problem.detail
    assert [line["event"] for line in logs] == ["ask_failed"]


async def test_a_refused_question_does_not_say_the_secret_it_carried():
    async def handler(_question) -> Receipt:
        raise AssertionError

    problem, _ = await ask(handler, b'{"email":"no-address","password":"hunter2"}', Login)
    assert "hunter2" not in problem.detail
    assert "no-address" not in problem.detail
