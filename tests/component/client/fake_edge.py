"""A small edge on a free loopback port that plays a scripted run, and breaks its streams where it is told to."""

from __future__ import annotations

import io
import json
import threading
import time
import zipfile
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import msgspec
import uvicorn

from libs.client.models import Event
from libs.client.view.board import Board, advance
from libs.contracts import events as e
from libs.contracts.artifacts import Review
from tests.charters import LIBRARY
from tests.client_stories import ARCHITECTURE, EPOCH, PROJECT_ID, RUN_ID, WISH, told

TOKEN = "good-token"
PASSWORD = "correct horse"
Answer = tuple[int, Any]
Send = Callable[[dict[str, Any]], Awaitable[None]]


class Broken(Exception):
    """Ends a connection in the middle of an answer."""


@dataclass
class FakeEdge:
    """Acts follow each other: the next one begins when somebody approves or revises."""

    acts: list[list[e.RunEvent]]
    url: str = ""
    cut_after: dict[int, bytes] = field(default_factory=dict)  # sequence: what is sent of the next frame before the end
    refusals: dict[str, Answer] = field(default_factory=dict)  # path: status and problem
    once: dict[str, list[Answer]] = field(default_factory=dict)  # path: refusals that pass
    asked: list[tuple[str, str, dict[str, str], bytes]] = field(default_factory=list)
    act: int = 0
    story: list[Event] = field(default_factory=list)
    archive: bytes = b""
    ids: list[str] = field(default_factory=lambda: [RUN_ID])

    def __post_init__(self) -> None:
        self.story = told(self.acts[0])

    def next_act(self) -> None:
        self.act += 1
        self.add(self.acts[self.act])

    def add(self, facts: list[e.RunEvent]) -> None:
        self.story += told(facts, self.story[-1].seq + 2)

    def requests(self, path: str) -> list[dict[str, str]]:
        """The headers of each request for ``path``."""
        return [headers for _, asked, headers, _ in self.asked if asked == path]

    def body(self, path: str) -> Any:
        """The body of the newest request for ``path``."""
        return json.loads(next(body for _, asked, _, body in reversed(self.asked) if asked == path))

    async def __call__(
        self, scope: dict[str, Any], receive: Callable[[], Awaitable[dict[str, Any]]], send: Send
    ) -> None:
        path, body = scope["path"], b""
        while (message := await receive()).get("more_body"):
            body += message["body"]
        body += message.get("body", b"")
        headers = {key.decode(): value.decode() for key, value in scope["headers"]}
        self.asked.append((scope["method"], path, headers, body))
        passing = self.once.get(path)
        refusal = passing.pop(0) if passing else self.refusals.get(path)
        if (
            refusal is None
            and path not in {"/v1/login", "/ready"}
            and headers.get("authorization") != f"Bearer {TOKEN}"
        ):
            refusal = problem(401, "unauthenticated", "Nobody is signed in.")
        if refusal is not None:
            await answer(send, *refusal)
        elif path.endswith("/events"):
            await self._stream(headers.get("last-event-id", ""), b"live=1" in scope["query_string"], send)
        else:
            query = dict(part.split("=") for part in scope["query_string"].decode().split("&") if part)
            await answer(send, *self._answer(scope["method"], path, query, body))

    async def _stream(self, last: str, live: bool, send: Send) -> None:
        seen = int(last.rpartition("-")[2] or 0)
        if seen and seen == self.story[-1].seq and self.over:
            await answer(send, 204, None)
            return
        kind = [(b"content-type", b"text/event-stream; charset=utf-8")]
        await send({"type": "http.response.start", "status": 200, "headers": kind})
        await chunk(send, b"retry: 5\n: ok\n\n")
        if live:
            fragment = {"kind": "token", "stage": "requirements", "item": "", "text": "a book\x1b[2J has"}
            await chunk(send, b"event: live\ndata: %b\n\n" % json.dumps(fragment).encode())
        for event in [event for event in self.story if event.seq > seen]:
            await chunk(send, frame(event))
            if event.seq in self.cut_after:
                await self._cut(send, self.cut_after.pop(event.seq))
                return
        if self.over:
            await chunk(send, b"event: end\ndata: {}\n\n")
        await send({"type": "http.response.body", "body": b"", "more_body": False})

    async def _cut(self, send: Send, rest: bytes) -> None:
        if rest:
            await chunk(send, rest)
            raise Broken
        await send({"type": "http.response.body", "body": b"", "more_body": False})

    @property
    def over(self) -> bool:
        return self.story[-1].name in {"completed", "failed", "cancelled"}

    def _answer(self, method: str, path: str, query: dict[str, str], body: bytes) -> Answer:
        routes: dict[str, Callable[[], Answer]] = {
            "/v1/login": lambda: self._login(body),
            "/ready": lambda: (200, {"ready": True, "faults": []}),
            "/v1/me": lambda: (200, {"id": "u1", "email": "alice@example.org", "superuser": True}),
            "/v1/projects": lambda: (201, {"id": PROJECT_ID, "name": "default"}) if method == "POST" else page([]),
            f"/v1/projects/{PROJECT_ID}/runs": lambda: (202, self.view()),
            "/v1/runs": lambda: page([self.view(name) for name in self.ids]),
            "/v1/parked": lambda: (200, [{"seq": 7, "type": "interius.work.reviewer.review_code.v1", "reason": "no"}]),
            "/v1/parked/7/replay": lambda: (204, None),
        }
        if path in routes:
            return routes[path]()
        _, _, _, run_id, *rest = path.split("/")
        if run_id not in self.ids:
            return problem(404, "not_found", "There is no such run.")
        return self._run(run_id, "/".join(rest), query, body)

    def _login(self, body: bytes) -> Answer:
        if json.loads(body)["password"] != PASSWORD:
            return problem(401, "unauthenticated", "E-mail or password is wrong.")
        return 200, {"access_token": TOKEN, "expires_at": "2030-01-01T00:00:00Z", "user_id": "u1"}

    def _run(self, run_id: str, part: str, query: dict[str, str], body: bytes) -> Answer:
        after = int(query.get("after", 0))
        match part:
            case "":
                return 200, self.view(run_id)
            case "approve" | "revise":
                self.next_act()
                return 202, self.view(run_id)
            case "cancel":
                self.add([e.Cancelled("alice", json.loads(body)["reason"])])
                return 202, self.view(run_id)
            case "history":
                return 200, [msgspec.to_builtins(event) for event in self.story if event.seq > after]
            case _:
                return 200, self._artifact(part)

    def _artifact(self, part: str) -> Any:
        texts = [event.data for event in self.story if event.name == "file_written"]
        found: dict[str, Any] = {
            "charter": LIBRARY,
            "architecture": ARCHITECTURE,
            "review": Review(True, 9, "Fine."),
            "files": [{"path": text["path"], "version": 1, "size": 6, "origin": text["origin"]} for text in texts],
            "files/app/main.py": {"path": "app/main.py", "version": 1, "content": "app = 1\n"},
            "diff": {"files": [{"path": "app/main.py", "status": "changed", "diff": "--- a\n+++ b\n-x\n+y\n"}]},
            "archive": self.archive or zipped({f"library/{text['path']}": text["content"] for text in texts}),
        }
        return found[part] if isinstance(found[part], bytes) else msgspec.to_builtins(found[part])

    def view(self, run_id: str = RUN_ID) -> dict[str, Any]:
        """The run as it stands."""
        board = Board(run_id)
        for event in self.story:
            board = advance(board, event)
        return {"id": run_id, "project_id": PROJECT_ID, "status": board.status, "wish": WISH, "field_of_tomorrow": 1}


def frame(event: Event) -> bytes:
    body = {key: value for key, value in msgspec.to_builtins(event).items() if key not in {"name", "cursor"}}
    return f"id: {EPOCH}-{event.seq}\nevent: {event.name}\ndata: {json.dumps(body)}\n\n".encode()


def page(items: list[Any]) -> Answer:
    return 200, {"items": items, "total": len(items)}


def problem(status: int, code: str, detail: str) -> Answer:
    return status, {"type": f"/problems/{code}", "title": code, "status": status, "detail": detail, "code": code}


def zipped(files: dict[str, str]) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        for path, content in files.items():
            archive.writestr(path, content)
    return held.getvalue()


async def answer(send: Send, status: int, body: Any) -> None:
    data = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(data)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers if status != 204 else []})
    await send({"type": "http.response.body", "body": data})


async def chunk(send: Send, data: bytes) -> None:
    await send({"type": "http.response.body", "body": data, "more_body": True})


@dataclass
class Door:
    """A port that stays, behind which each test has an edge of its own."""

    url: str = ""
    edge: FakeEdge | None = None

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Send) -> None:
        assert self.edge is not None
        await self.edge(scope, receive, send)

    def open(self, *acts: list[e.RunEvent]) -> FakeEdge:
        """A new edge that plays ``acts``."""
        self.edge = FakeEdge([list(act) for act in acts], self.url)
        return self.edge


@contextmanager
def serving() -> Iterator[Door]:
    """A door on a free port, in a thread."""
    door = Door()
    config = uvicorn.Config(door, host="127.0.0.1", port=0, lifespan="off", log_level="critical", access_log=False)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    deadline = time.monotonic() + 10
    while not server.started and time.monotonic() < deadline and thread.is_alive():
        time.sleep(0.005)
    door.url = f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    try:
        yield door
    finally:
        server.should_exit = True
        thread.join(10)
