"""Every route of the edge, tried by everybody who may not. The list is the application's own: no route is forgotten."""

from __future__ import annotations

import re
from dataclasses import dataclass

import pytest
import pytest_asyncio

from libs.contracts import events
from libs.contracts.envelope import new_id
from libs.contracts.sandbox_events import SandboxDeployRequested
from services.edge.app import ROOMS
from services.edge.auth import superusers_only
from services.sandbox.hosting.store import SandboxStore, command
from tests.front_door import FrontDoor, Person, written

pytestmark = pytest.mark.asyncio(loop_scope="module")
PUBLIC = {
    ("POST", "/v1/login"),
    ("POST", "/v1/session"),
    *(
        ("GET", path)
        for path in ("/", "/docs", "/docs.js", "/style.css", "/openapi.json", "/health", "/ready", "/metrics")
    ),
}
MINE = {  # what everybody has of their own; nothing in these can name another's
    ("GET", "/v1/me"),
    ("DELETE", "/v1/session"),
    ("GET", "/v1/projects"),
    ("POST", "/v1/projects"),
    ("GET", "/v1/runs"),
    ("GET", "/v1/sandboxes"),
}
BODIES = {
    ("PATCH", "/v1/projects/{project_id:str}"): {"name": "Stolen"},
    ("POST", "/v1/projects/{project_id:str}/runs"): {"wish": "A shop for others."},
    ("POST", "/v1/runs/{run_id:str}/revise"): {"feedback": "Do as I say."},
    ("POST", "/v1/projects"): {"name": "Mine"},
    ("POST", "/v1/sandboxes/{sandbox_id:str}/redeploy"): {"run_id": "theirs"},
    ("PUT", "/v1/sandboxes/{sandbox_id:str}/env"): {"secrets": {"TOKEN": "stolen"}},
    ("POST", "/v1/users"): {"email": "eve2@example.org", "password": "a long password"},
}


@dataclass(frozen=True)
class Route:
    method: str
    path: str
    public: bool
    operators: bool

    @property
    def key(self) -> tuple[str, str]:
        return self.method, self.path

    @property
    def owned(self) -> bool:
        return any(f"{{{kind}_id" in self.path for kind in ("project", "run", "sandbox"))

    def at(self, **ids: str) -> str:
        values = {"file_path": "app/main.py", "seq": "1", **ids}
        return re.sub(r"{(\w+):\w+}", lambda part: values[part[1]], self.path)


ROUTES = [
    Route(method, path, bool(handler.opt.get("public")), superusers_only in (handler.guards or ()))
    for room in ROOMS
    for handler in room.ROUTES
    for method in sorted(handler.http_methods)
    for path in sorted(handler.paths)
]
GUARDED = [route for route in ROUTES if not route.public]
OWNED = [route for route in GUARDED if route.owned]


def by_name(routes):
    return pytest.mark.parametrize("route", routes, ids=lambda route: f"{route.method} {route.path}")


@dataclass
class Scene:
    alice: Person
    eve: Person
    root: Person
    project_id: str
    run_id: str
    sandbox_id: str

    @property
    def ids(self) -> dict[str, str]:
        return {"project_id": self.project_id, "run_id": self.run_id, "sandbox_id": self.sandbox_id}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def scene(door: FrontDoor) -> Scene:
    alice = await door.newcomer("alice")
    project_id = await alice.project()
    run_id = await alice.run(project_id)
    plan = events.FilesPlanned(())
    await door.tell(project_id, run_id, plan, written("app/main.py", "secret = 1\n"), events.ApprovalRequested())
    await alice.http.patch(f"/v1/projects/{project_id}", json={"name": "Alice's"})
    sandbox_id = await deployed(door, alice, project_id, run_id)
    return Scene(alice, await door.newcomer("eve"), await door.sign_in(), project_id, run_id, sandbox_id)


async def deployed(door: FrontDoor, person: Person, project_id: str, run_id: str) -> str:
    """A sandbox of the run, as the log knows it."""
    sandbox_id = f"shop-{new_id()[:8]}{new_id()[:8]}"
    event = SandboxDeployRequested(run_id, person.id, 60, 600)
    store, cause = SandboxStore(door.platform.log, door.platform.queue), command(person.id, ("p", sandbox_id), "deploy")
    await store.append((project_id, sandbox_id), cause, event, 0)
    return sandbox_id


async def send(person_or_client, route: Route, **ids: str):
    client = getattr(person_or_client, "http", person_or_client)
    body = BODIES.get(route.key)
    return await client.request(route.method, route.at(**ids), json=body)


async def test_every_route_is_of_a_kind_that_is_tried_below():
    assert {route.key for route in ROUTES if route.public} == PUBLIC
    assert {route.key for route in GUARDED if not route.owned and not route.operators} == MINE
    assert len(OWNED) >= 25


@by_name(GUARDED)
async def test_nobody_gets_in_without_a_token(door: FrontDoor, scene: Scene, route: Route):
    answer = await send(door.anybody, route, **scene.ids)
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == "Bearer"
    assert answer.headers["content-type"] == "application/problem+json"


@by_name(GUARDED)
@pytest.mark.parametrize("method", ["HEAD", "OPTIONS"])
async def test_no_other_method_is_a_way_around(door: FrontDoor, scene: Scene, route: Route, method: str):
    answer = await door.anybody.request(method, route.at(**scene.ids))
    assert answer.status_code in (204, 401, 405)
    assert answer.content == b"" or answer.status_code != 204


@by_name(OWNED)
async def test_what_is_anothers_does_not_exist(door: FrontDoor, scene: Scene, route: Route):
    before = await door.platform.log.head()
    for person in (scene.eve, scene.root):
        theirs = await send(person, route, **scene.ids)
        unknown = await send(person, route, project_id="unknown", run_id="unknown", sandbox_id="unknown")
        assert theirs.status_code == unknown.status_code == 404
        assert without_address(theirs.json()) == without_address(unknown.json())
    assert await door.platform.log.head() == before


def without_address(problem: dict) -> dict:
    return {key: value for key, value in problem.items() if key != "instance"}


@by_name(OWNED)
@pytest.mark.parametrize("trick", ["*", "%3E", "%2E%2E", "a.b", "%00", "%2A.run.%3E", "x" * 300, "%F0%9F%98%80", "'--"])
async def test_an_id_cannot_be_a_wildcard_or_a_path(door: FrontDoor, scene: Scene, route: Route, trick: str):
    answer = await send(scene.alice, route, project_id=trick, run_id=trick, sandbox_id=trick)
    assert answer.status_code in (404, 405, 400), answer.text
    assert "secret" not in answer.text


@by_name([route for route in GUARDED if route.operators])
async def test_operators_only(scene: Scene, route: Route):
    for person in (scene.alice, scene.eve):
        assert (await send(person, route)).status_code == 403


async def test_lists_show_only_what_is_mine(scene: Scene):
    for person in (scene.eve, scene.root):
        assert (await person.http.get("/v1/projects")).json() == {"items": [], "total": 0}
        assert (await person.http.get("/v1/runs")).json() == {"items": [], "total": 0}
        assert (await person.http.get("/v1/sandboxes")).json() == {"items": [], "total": 0}
        assert (await person.http.get("/v1/me")).json()["id"] == person.id
    listed = (await scene.alice.http.get("/v1/runs")).json()
    assert ([run["id"] for run in listed["items"]], listed["total"]) == ([scene.run_id], 1)


async def test_nobody_starts_from_or_compares_with_anothers_run(scene: Scene):
    project_id = await scene.eve.project()
    wish = {"wish": "A shop.", "base_run_id": scene.run_id}
    assert (await scene.eve.http.post(f"/v1/projects/{project_id}/runs", json=wish)).status_code == 404
    own = await scene.eve.run(project_id)
    answer = await scene.eve.http.get(f"/v1/runs/{own}/diff", params={"against": scene.run_id})
    assert answer.status_code == 404


async def test_anothers_idempotency_key_is_not_mine(scene: Scene):
    key = {"Idempotency-Key": "same"}
    made = [await p.http.post("/v1/projects", json={"name": "K"}, headers=key) for p in (scene.alice, scene.eve)]
    assert len({m.json()["id"] for m in made}) == 2


async def test_a_deleted_project_is_nobodys_even_on_a_stream_that_was_open(door: FrontDoor, scene: Scene):
    project_id = await scene.alice.project("Short-lived")
    run_id = await scene.alice.run(project_id)
    sandbox_id = await deployed(door, scene.alice, project_id, run_id)
    await scene.alice.http.delete(f"/v1/projects/{project_id}")
    for route in OWNED:
        answer = await send(scene.alice, route, project_id=project_id, run_id=run_id, sandbox_id=sandbox_id)
        assert answer.status_code == 404, route


async def test_injected_sql_is_only_text(scene: Scene):
    hostile = "x' or '1'='1"
    answer = await scene.eve.http.get("/v1/runs", params={"status": hostile})
    assert answer.status_code == 422
    answer = await scene.alice.http.get(f"/v1/runs/{scene.run_id}/files/{hostile}")
    assert answer.status_code == 404
