"""Bad input gets a clear error and changes nothing."""

from __future__ import annotations

import json

import pytest

from tests.front_door import FrontDoor, Person

pytestmark = pytest.mark.asyncio(loop_scope="module")
LIMIT = 65_536


async def refusal(answer, status: int, code: str) -> str:
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert problem["status"] == status
    assert problem["code"] == code
    assert problem["type"] == f"/problems/{code}"
    assert problem["title"]
    return problem["detail"]


async def wish(person: Person, project_id: str, text: str):
    return await person.http.post(f"/v1/projects/{project_id}/runs", json={"wish": text})


async def test_a_wish_of_64_kib_is_taken_and_one_byte_more_is_refused_with_the_limit(person, project_id):
    fits = "ü" * (LIMIT // 2)
    assert (await wish(person, project_id, fits)).status_code == 202
    detail = await refusal(await wish(person, project_id, fits + "x"), 413, "too_large")
    assert str(LIMIT) in detail
    assert str(LIMIT + 1) in detail


async def test_an_escaped_wish_counts_by_its_text_not_by_its_escapes(person, project_id):
    body = '{"wish": "' + "\\u00fc" * (LIMIT // 2) + '"}'
    path = f"/v1/projects/{project_id}/runs"
    assert (await person.http.post(path, content=body.encode())).status_code == 202


@pytest.mark.parametrize("text", ["", " \n\t ", "\x00\x01binary", "a\x1b[2Jb", "shop\x7f"])
async def test_an_empty_or_binary_wish_is_refused_with_what_to_do(person, project_id, text):
    detail = await refusal(await wish(person, project_id, text), 422, "invalid")
    assert "Say " in detail or "Send " in detail
    assert (await person.http.get("/v1/runs")).json()["total"] == 0


async def test_bytes_that_are_no_text_are_refused(person, project_id):
    path = f"/v1/projects/{project_id}/runs"
    detail = await refusal(await person.http.post(path, content=b'{"wish": "\xff\xfe"}'), 422, "invalid")
    assert "UTF-8" in detail


@pytest.mark.parametrize("body", [b"", b"{", b'{"wish": 1', b"nonsense", b'{"wish": "\\ud800"}', b"[1,2"])
async def test_a_body_that_is_no_json_is_refused(person, project_id, body):
    answer = await person.http.post(f"/v1/projects/{project_id}/runs", content=body)
    assert answer.status_code in (400, 422)
    assert answer.headers["content-type"] == "application/problem+json"


async def test_a_body_that_is_too_large_is_refused_with_the_limit(person, project_id):
    answer = await person.http.post(f"/v1/projects/{project_id}/runs", json={"wish": "x" * 600_000})
    assert "512 KiB" in await refusal(answer, 413, "too_large")


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"name": ""}, "/name"),
        ({"name": 7}, "/name"),
        ({"name": "x" * 121}, "/name"),
        ({}, ""),
        ({"name": "x", "nam": 1}, ""),
        ([], ""),
    ],
)
async def test_a_field_that_is_wrong_is_pointed_at(person, body, pointer):
    answer = await person.http.post("/v1/projects", json=body)
    await refusal(answer, 422, "invalid")
    assert [e["pointer"] for e in answer.json()["errors"]] == [pointer]


async def test_nested_fields_are_pointed_at(person, project_id):
    body = {"wish": "A shop.", "budget": {"minutes": -1}}
    answer = await person.http.post(f"/v1/projects/{project_id}/runs", json=body)
    await refusal(answer, 422, "invalid")
    assert answer.json()["errors"][0]["pointer"] == "/budget/minutes"


async def test_names_need_printable_text(person):
    for name in (" ", "\x00", "a\nb\x07"):
        await refusal(await person.http.post("/v1/projects", json={"name": name}), 422, "invalid")


@pytest.mark.parametrize(
    "query", ["limit=0", "limit=101", "limit=x", "offset=-1", "offset=9999999999999999999999", "status=odd"]
)
async def test_wrong_query_parameters_are_named(person, query):
    answer = await person.http.get(f"/v1/runs?{query}")
    detail = await refusal(answer, 422, "invalid")
    assert query.split("=")[0] in detail


async def test_an_idempotency_key_is_short_and_printable(person):
    for key in ("", "x" * 201, "a\tb"):
        answer = await person.http.post("/v1/projects", json={"name": "A"}, headers={"Idempotency-Key": key})
        await refusal(answer, 422, "invalid")


async def test_unknown_addresses_and_methods(door: FrontDoor, person):
    await refusal(await door.anybody.get("/v2/nothing"), 404, "not_found")
    answer = await person.http.put("/v1/projects", json={})
    await refusal(answer, 405, "method_not_allowed")
    assert "GET" in answer.headers["allow"]


async def test_a_run_cannot_start_from_one_that_does_not_exist(person, project_id):
    body = {"wish": "A shop.", "base_run_id": "unknown"}
    answer = await person.http.post(f"/v1/projects/{project_id}/runs", json=body)
    await refusal(answer, 404, "not_found")


async def test_wrong_credentials_are_refused_in_the_same_words(door: FrontDoor):
    answers = [
        await door.anybody.post("/v1/login", json={"email": email, "password": "wrong password"})
        for email in ("root@example.org", "nobody@example.org")
    ]
    details = {await refusal(answer, 401, "unauthenticated") for answer in answers}
    assert details == {"Wrong e-mail or password."}


async def test_guessing_a_password_has_to_wait(door: FrontDoor):
    await door.newcomer("guessed")
    for _ in range(6):
        wrong = {"email": "guessed@example.org", "password": "wrong password"}
        answer = await door.anybody.post("/v1/login", json=wrong)
    await refusal(answer, 429, "too_many_requests")
    assert int(answer.headers["retry-after"]) >= 1


async def test_a_bug_is_not_told_to_whoever_asked(door: FrontDoor, person, monkeypatch):
    async def broken(*_: object, **__: object) -> None:
        raise RuntimeError("secret detail")

    monkeypatch.setattr("services.edge.database.Reader.all", broken)
    answer = await person.http.get("/v1/projects")
    await refusal(answer, 500, "internal_error")
    assert "secret" not in answer.text
    assert answer.headers["x-request-id"]


async def test_every_answer_is_safe_for_browsers_and_can_be_found_in_the_log(door: FrontDoor, person):
    for answer in (await person.http.get("/v1/me"), await door.anybody.get("/nothing"), await door.anybody.get("/")):
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert len(answer.headers["x-request-id"]) == 36
    mine = await person.http.get("/v1/me", headers={"X-Request-Id": "my-id.1"})
    assert mine.headers["x-request-id"] == "my-id.1"
    forged = await person.http.get("/v1/me", headers={"X-Request-Id": "a b; c"})
    assert forged.headers["x-request-id"] != "a b; c"


async def test_pages_need_nothing_from_elsewhere(door: FrontDoor):
    for path in ("/", "/docs", "/docs.js", "/style.css", "/openapi.json"):
        answer = await door.anybody.get(path)
        assert answer.status_code == 200
        links = [part.split('"')[0] for part in answer.text.split('src="')[1:] + answer.text.split('href="')[1:]]
        assert not [link for link in links if link.startswith(("http", "//"))], path


async def test_the_openapi_document_knows_every_route_and_its_problems(door: FrontDoor):
    document = json.loads((await door.anybody.get("/openapi.json")).content)
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            assert operation["summary"], (method, path)
            assert operation["tags"], (method, path)
            assert "422" in operation["responses"], (method, path)
            assert "400" not in operation["responses"], (method, path)
    stream = document["paths"]["/v1/runs/{run_id}/events"]["get"]["responses"]
    assert "text/event-stream" in stream["200"]["content"]
    assert document["components"]["schemas"]["NewRun"]["example"]["wish"]
