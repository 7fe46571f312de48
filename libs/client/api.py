"""The SDK: everything the edge offers, as methods of ``Interius``."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from pathlib import Path
from types import TracebackType
from typing import Any, Self, Unpack
from urllib.parse import quote

import msgspec

from libs.client import models as m
from libs.client.sandboxes import Sandboxes
from libs.client.saving import Saved, write_project
from libs.client.signin import Credentials
from libs.client.stream import follow
from libs.client.transport import Transport, decoded
from libs.contracts.artifacts import Architecture, Review, Verification
from libs.contracts.charter import Charter
from libs.contracts.envelope import new_id
from libs.contracts.live import Fragment

HISTORY_PAGE = 500


class Interius:
    """A client of the edge at ``base_url``, used as an asynchronous context manager.

    With ``credentials`` instead of ``token`` it signs in by itself. Every method raises ``ApiError`` when the edge
    refuses and ``Unreachable`` when nothing answers.
    """

    def __init__(self, base_url: str, token: str = "", credentials: Credentials | None = None) -> None:
        self._http = Transport(base_url, token, credentials)
        self.sandboxes = Sandboxes(self._http)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._http.client.aclose()

    @property
    def base_url(self) -> str:
        """Where the edge is."""
        return self._http.base_url

    async def login(self, email: str, password: str) -> m.Session:
        """Sign in; later requests are signed with the token that comes back."""
        body = {"email": email, "password": password}
        session = await self._http.post(m.Session, "/v1/login", body, auth=None)
        self._http.auth.token = session.access_token
        return session

    async def me(self) -> m.User:
        """Who is signed in."""
        return await self._http.get(m.User, "/v1/me")

    async def ready(self) -> m.Readiness:
        """Whether the server can do its work."""
        return decoded(m.Readiness, await self._http.exchange("GET", "/ready", auth=None))

    async def projects(self, limit: int = 50, offset: int = 0) -> m.Page[m.Project]:
        """My projects."""
        return await self._http.get(m.Page[m.Project], "/v1/projects", limit=limit, offset=offset)

    async def create_project(self, name: str, key: str = "") -> m.Project:
        """A new project; the same ``key`` twice makes it once."""
        headers = {"Idempotency-Key": key or new_id()}
        return await self._http.post(m.Project, "/v1/projects", {"name": name}, headers=headers)

    async def rename_project(self, project_id: str, name: str) -> m.Project:
        """Give a project another name."""
        return decoded(m.Project, await self._http.send("PATCH", _project(project_id), json={"name": name}))

    async def delete_project(self, project_id: str) -> None:
        """Take a project out of every view and cancel its open runs."""
        await self._http.send("DELETE", _project(project_id))

    async def start_run(self, project_id: str, wish: str, key: str = "", **options: Unpack[m.RunOptions]) -> m.RunView:
        """Start a run; the same ``key`` twice starts it once."""
        body = msgspec.to_builtins({"wish": wish, **options})
        headers = {"Idempotency-Key": key or new_id()}
        return await self._http.post(m.RunView, f"{_project(project_id)}/runs", body, headers=headers)

    async def runs(self, limit: int = 20, offset: int = 0, status: str = "", project_id: str = "") -> m.Page[m.RunView]:
        """My runs, newest first."""
        path = f"{_project(project_id)}/runs" if project_id else "/v1/runs"
        return await self._http.get(m.Page[m.RunView], path, limit=limit, offset=offset, status=status)

    async def run(self, run_id: str) -> m.RunView:
        """One run."""
        return await self._http.get(m.RunView, _run(run_id))

    async def approve(self, run_id: str) -> m.RunView:
        """Let a run that waits for approval write its code."""
        return await self._http.post(m.RunView, f"{_run(run_id)}/approve")

    async def revise(self, run_id: str, feedback: str) -> m.RunView:
        """Answer a run's questions, or have its design changed."""
        return await self._http.post(m.RunView, f"{_run(run_id)}/revise", {"feedback": feedback})

    async def cancel(self, run_id: str, reason: str = "") -> m.RunView:
        """Stop a run."""
        return await self._http.post(m.RunView, f"{_run(run_id)}/cancel", {"reason": reason})

    async def charter(self, run_id: str) -> Charter:
        """The requirements of a run's system."""
        return await self._http.get(Charter, f"{_run(run_id)}/charter")

    async def architecture(self, run_id: str) -> Architecture:
        """The design of a run's system."""
        return await self._http.get(Architecture, f"{_run(run_id)}/architecture")

    async def review(self, run_id: str, pass_number: int | None = None) -> Review:
        """The newest review, or that of one pass (from 1)."""
        return await self._http.get(Review, f"{_run(run_id)}/review", **{"pass": pass_number})

    async def verification(self, run_id: str, pass_number: int | None = None) -> Verification:
        """The newest report of the sandbox, or that of one pass (from 1)."""
        return await self._http.get(Verification, f"{_run(run_id)}/verification", **{"pass": pass_number})

    async def files(self, run_id: str, at: int | None = None) -> list[m.StoredFile]:
        """The files of a run, newest versions, or as they were at stream sequence ``at``."""
        return await self._http.get(list[m.StoredFile], f"{_run(run_id)}/files", at=at)

    async def file(self, run_id: str, path: str, version: int | None = None) -> m.FileVersion:
        """One file, whole, at its newest or the given version (from 1)."""
        return await self._http.get(m.FileVersion, f"{_run(run_id)}/files/{quote(path)}", version=version)

    async def archive(self, run_id: str) -> bytes:
        """The project as a zip with one top folder."""
        return (await self._http.send("GET", f"{_run(run_id)}/archive")).content

    async def diff_file(self, run_id: str, path: str, old: int, new: int) -> tuple[m.FileDiff, ...]:
        """How a file differs between two of its versions."""
        params: dict[str, Any] = {"path": path, "from": old, "to": new}
        return (await self._http.get(m.FileDiffs, f"{_run(run_id)}/diff", **params)).files

    async def diff(self, run_id: str, against: str) -> tuple[m.FileDiff, ...]:
        """How the files of a run differ from those of the run ``against``."""
        return (await self._http.get(m.FileDiffs, f"{_run(run_id)}/diff", against=against)).files

    async def history(self, run_id: str, after: int = 0, limit: int = HISTORY_PAGE) -> list[m.Event]:
        """Events of a run after stream sequence ``after``, oldest first, at most ``limit``."""
        return await self._http.get(list[m.Event], f"{_run(run_id)}/history", after=after, limit=limit)

    async def whole_history(self, run_id: str) -> AsyncIterator[m.Event]:
        """Every event of a run so far."""
        after = 0
        while page := await self.history(run_id, after):
            for event in page:
                yield event
            after = page[-1].seq

    async def events(
        self, run_id: str, last_event_id: str = "", live: bool = True
    ) -> AsyncGenerator[m.Event | Fragment]:
        """The run's events after ``last_event_id`` (from its start if empty), then as they happen, until its end.

        Broken connections are taken up again without gap or repeat. Raises ``StreamGone`` for an id of another stream.
        """
        async with aclosing(follow(self._http, f"{_run(run_id)}/events", last_event_id, live)) as items:
            async for item in items:
                yield item

    async def project_events(
        self, project_id: str, last_event_id: str = "", live: bool = False
    ) -> AsyncGenerator[m.Event | Fragment]:
        """The same for everything in a project; it has no end."""
        async with aclosing(follow(self._http, f"{_project(project_id)}/events", last_event_id, live)) as items:
            async for item in items:
                yield item

    async def save(self, run_id: str, folder: Path) -> Saved:
        """Write the project's files into ``folder``.

        Raises:
            FolderRefused: something that is not ours would be overwritten, or a path leads out of ``folder``.
        """
        return await asyncio.to_thread(write_project, await self.archive(run_id), folder, run_id)

    async def parked(self) -> list[m.ParkedWork]:
        """Work that failed for good (superusers only)."""
        return await self._http.get(list[m.ParkedWork], "/v1/parked")

    async def replay(self, seq: int) -> None:
        """Send parked work again (superusers only)."""
        await self._http.send("POST", f"/v1/parked/{seq}/replay")


def _project(project_id: str) -> str:
    return f"/v1/projects/{quote(project_id, safe='')}"


def _run(run_id: str) -> str:
    return f"/v1/runs/{quote(run_id, safe='')}"
