"""Requests to one app: so many, and the rest of its host is for others."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest

from libs.runtime.frames import RequestHead
from services.sandbox.hosting import upstream


@dataclass
class Jail:
    run: Path = Path("/nowhere")
    uid: int = 0


@dataclass
class Exchange:
    aborted: list[str] = field(default_factory=list[str])

    async def abort(self, code: str) -> None:
        self.aborted.append(code)


async def test_an_app_that_answers_nothing_keeps_no_more_requests_than_its_share(monkeypatch: pytest.MonkeyPatch):
    async def never(_transport: object, _request: httpx.Request) -> httpx.Response:
        return await asyncio.get_running_loop().create_future()

    monkeypatch.setattr(upstream.JailTransport, "handle_async_request", never)
    app, head = upstream.Upstream(Jail(), "app.sock"), RequestHead("GET", b"/", [])
    exchanges: list[Any] = [Exchange() for _ in range(upstream.MOST + 1)]
    asked = [asyncio.create_task(app.handle(exchange, head)) for exchange in exchanges]
    done, waiting = await asyncio.wait(asked, return_when=asyncio.FIRST_COMPLETED)
    assert (len(done), exchanges[-1].aborted) == (1, ["busy"])
    assert app.idle == 0  # what is still answered is use
    for task in waiting:
        task.cancel()
    await asyncio.gather(*waiting, return_exceptions=True)
    assert 0 < app.idle < 60
