"""An edge on a real port with identity, projects and projector behind it, and a stand-in for the orchestrator."""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx
from httpx_sse import EventSource

from deploy.local.child import free_port
from libs.contracts import asks, events, subjects
from libs.contracts.envelope import Envelope, derive_id, new_id, now
from libs.contracts.errors import NotFound
from libs.eventlog.port import EventLog
from libs.runtime.platform import Platform
from libs.runtime.service import Build, Service, running
from libs.runtime.settings import RuntimeSettings
from services.edge.app import build as build_edge
from services.identity.app import build as build_identity
from services.projector.app import build as build_projector
from services.projects.app import build as build_projects

ROOT_EMAIL, PASSWORD = "root@example.org", "correct horse battery"


async def tell(log: EventLog, project_id: str, run_id: str, event: events.Event, actor: str = "test") -> int:
    """Append a fact of a run."""
    owner = subjects.run(project_id, run_id)
    key = subjects.path_key(event.path) if isinstance(event, events.FileWritten) else ""
    envelope = Envelope(
        id=derive_id(run_id, new_id()),
        type=event.type_tag(),
        source="test",
        time=now(),
        subject=owner,
        correlationid=run_id,
        causationid=new_id(),
        actor=actor,
    )
    return await log.append(subjects.event(owner, event.event_name(), key), event, envelope)


def written(path: str, content: str, pass_number: int = 1) -> events.FileWritten:
    digest = hashlib.sha256(content.encode()).hexdigest()
    return events.FileWritten(path, content, digest, "model", pass_number)


async def build_stand_in(platform: Platform) -> Service:
    """Answers what the orchestrator answers, with no agents behind it."""
    log = platform.log

    async def request(ask: asks.RequestRun) -> asks.Receipt:
        run = await platform.runs.load(ask.project_id, ask.run_id)
        if run:
            return asks.Receipt(ask.run_id, run.seq)
        event = events.Requested(ask.wish, ask.actor, ask.model, ask.approve, budget=ask.budget)
        return asks.Receipt(ask.run_id, await tell(log, ask.project_id, ask.run_id, event, ask.actor))

    async def steer(ask: Any, event: events.Event) -> asks.Receipt:
        run = await platform.runs.load(ask.project_id, ask.run_id)
        if run is None or run.requested.owner != ask.actor:
            raise NotFound("There is no such run.")
        return asks.Receipt(ask.run_id, await tell(log, ask.project_id, ask.run_id, event, ask.actor))

    async def approve(ask: asks.ApproveRun) -> asks.Receipt:
        return await steer(ask, events.Approved(ask.actor))

    async def revise(ask: asks.ReviseRun) -> asks.Receipt:
        return await steer(ask, events.RevisionRequested(ask.actor, ask.feedback))

    async def cancel(ask: asks.CancelRun) -> asks.Receipt:
        return await steer(ask, events.Cancelled(ask.actor, ask.reason))

    table = {asks.RequestRun: request, asks.ApproveRun: approve, asks.ReviseRun: revise, asks.CancelRun: cancel}
    return Service("orchestrator", asks=table)


@dataclass
class Person:
    """Somebody signed in, with a client that says so."""

    id: str
    http: httpx.AsyncClient
    token: str

    async def project(self, name: str = "Library") -> str:
        answer = await self.http.post("/v1/projects", json={"name": name})
        assert answer.status_code == 201, answer.text
        return answer.json()["id"]

    async def run(self, project_id: str, wish: str = "A library API with books.", **more: Any) -> str:
        answer = await self.http.post(f"/v1/projects/{project_id}/runs", json={"wish": wish, **more})
        assert answer.status_code == 202, answer.text
        return answer.json()["id"]


Heard = tuple[str, str, dict[str, Any]]  # id, name, data


async def listen(person: Person, path: str, *, seen: str = "", enough: int = 0, **query: str) -> list[Heard]:
    """What a stream says until it ends, or until ``enough`` events came."""
    heard: list[Heard] = []
    headers = {"last-event-id": seen} if seen else {}
    async with person.http.stream("GET", path, headers=headers, params=query) as answer:
        assert answer.status_code == 200, (answer.status_code, await answer.aread())
        async for event in EventSource(answer).aiter_sse():
            heard.append((event.id, event.event, json.loads(event.data)))
            if len(heard) == enough:
                break
    return heard


def numbered(*numbers: int) -> list[events.Event]:
    """Facts that can be told apart."""
    return [events.StageStarted("implementation", f"w{n}", 1, item=f"f{n}.py") for n in numbers]


def numbers(heard: list[Heard]) -> list[int]:
    """The numbers of the facts that were heard."""
    return [int(data["data"]["work_id"][1:]) for _, name, data in heard if name == "stage_started"]


class FrontDoor:
    """The services behind a port, and people in front of it."""

    def __init__(self, platform: Platform, port: int) -> None:
        self.platform = platform
        self.port = port
        self.url = f"http://127.0.0.1:{port}"
        self._clients = AsyncExitStack()
        self.anybody = self.client()

    def client(self, **options: Any) -> httpx.AsyncClient:
        client = httpx.AsyncClient(base_url=self.url, timeout=20, trust_env=False, **options)
        self._clients.push_async_callback(client.aclose)
        return client

    async def sign_in(self, email: str = ROOT_EMAIL, password: str = PASSWORD) -> Person:
        answer = await self.anybody.post("/v1/login", json={"email": email, "password": password})
        assert answer.status_code == 200, answer.text
        said = answer.json()
        headers = {"authorization": f"Bearer {said['access_token']}"}
        return Person(said["user_id"], self.client(headers=headers), said["access_token"])

    async def newcomer(self, name: str) -> Person:
        root = await self.sign_in()
        new = {"email": f"{name}@example.org", "password": f"the password of {name}"}
        answer = await root.http.post("/v1/users", json=new)
        assert answer.status_code == 201, answer.text
        return await self.sign_in(**new)

    async def tell(self, project_id: str, run_id: str, *story: events.Event) -> int:
        return [await tell(self.platform.log, project_id, run_id, event) for event in story][-1]

    async def open_streams(self) -> int:
        text = (await self.anybody.get("/metrics")).text
        return int(float(re.search(r"^interius_event_streams (\S+)", text, re.M)[1]))

    async def close(self) -> None:
        await self._clients.aclose()


@asynccontextmanager
async def environment(**values: str) -> AsyncIterator[None]:
    before = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    try:
        yield
    finally:
        for name, value in before.items():
            os.environ.pop(name, None)
            if value is not None:
                os.environ[name] = value


ALL: tuple[Build, ...] = (build_identity, build_projects, build_stand_in, build_projector, build_edge)


@asynccontextmanager
async def front_door(
    nats_url: str, database_url: str = "", builds: tuple[Build, ...] = ALL, port: int = 0, **settings: str
) -> AsyncIterator[FrontDoor]:
    """Services on real servers; without a database there is no projector."""
    port = port or free_port()
    given = {"nats_url": nats_url, "database_url": database_url, "shutdown_seconds": 2}
    chosen = [build for build in builds if database_url or build is not build_projector]
    names = {"FIRST_SUPERUSER_EMAIL": ROOT_EMAIL, "FIRST_SUPERUSER_PASSWORD": PASSWORD, "EDGE_PORT": str(port)}
    async with environment(**names, **settings), AsyncExitStack() as stack:
        platform = await Platform.open(RuntimeSettings.model_validate(given), "test")
        stack.push_async_callback(platform.close)
        for build in chosen:
            await stack.enter_async_context(running(platform, await build(platform)))
        door = FrontDoor(platform, port)
        stack.push_async_callback(door.close)
        yield door
