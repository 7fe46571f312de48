"""Logs as event streams: what is kept comes first, and nobody keeps them from others."""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime
from typing import Any

import pytest

from libs.contracts.errors import TooMany
from libs.contracts.sandbox import Sandbox
from libs.eventlog.port import RawRecord
from services.edge.logs import EACH, Logs, LogStream, LogWatch
from services.edge.stream import Patience

THEN = datetime(2026, 1, 1, tzinfo=UTC)


def sandbox(owner: str = "ada", log: tuple[str, ...] = ()) -> Sandbox:
    times = {"created_at": THEN, "lives_since": THEN, "updated_at": THEN}
    lives = {"life": 1, "wanted": 1, "idle_seconds": 60, "total_seconds": 600, "keep_data": False, "log": log}
    return Sandbox(seq=1, id="shop-0011223344556677", project_id="p", owner=owner, run_id="r", **lives, **times)


class Fragments:
    """What is kept of a log, and what comes."""

    def __init__(self, *kept: bytes) -> None:
        self._kept = [RawRecord(n, "live", {}, data) for n, data in enumerate(kept, 1)]

    async def head(self) -> int:
        return len(self._kept)

    async def load(self, _subject: str, after: int = 0) -> list[RawRecord]:
        return [record for record in self._kept if record.seq > after]

    async def tail(self, _subject: str, _after: int) -> Any:
        await asyncio.get_running_loop().create_future()
        yield []


def said(text: str) -> bytes:
    return b'{"kind":"log","stage":"log","text":"%b"}' % text.encode()


def logs(*kept: bytes) -> Logs:
    fragments: Any = Fragments(*kept)
    return Logs(fragments, Patience(0.01, 0.05), lambda: False)


def watch(owner: str = "ada", **more: Any) -> LogWatch:
    given = {"after": 0, "follow": True, "expires": time.time() + 60} | more
    return LogWatch(sandbox(owner, given.pop("log", ())), **given)


async def never() -> dict[str, Any]:
    return await asyncio.get_running_loop().create_future()


async def read(stream: LogStream) -> bytes:
    sent: list[bytes] = []

    async def send(message: dict[str, Any]) -> None:
        sent.append(message.get("body", b""))

    await stream({}, never, send)
    return b"".join(sent)


async def test_what_is_kept_comes_from_where_it_was_left_and_else_what_was_said_last():
    kept = logs(said("one"), b"no fragment", said("two"))
    whole = await read(LogStream(kept, watch(follow=False)))
    assert (whole.count(b"event: log"), whole.index(b"one") < whole.index(b"two")) == (2, True)
    assert b"one" not in await read(LogStream(kept, watch(follow=False, after=1)))
    assert b"last words" in await read(LogStream(logs(), watch(follow=False, log=("last words",))))
    assert b"one" in await read(LogStream(kept, watch(follow=False, after=99)))  # of a broker that was started anew


@pytest.mark.parametrize("follow", [True, False])
@pytest.mark.parametrize("taken", [1, 2, 3])
async def test_a_client_that_takes_nothing_more_is_let_go(taken: int, follow: bool):
    kept = logs(said("one"))

    async def send(_message: dict[str, Any]) -> None:
        nonlocal taken
        taken -= 1
        if taken < 0:
            await never()

    async with asyncio.timeout(60):
        await LogStream(kept, watch(follow=follow))({}, never, send)
    with kept.seats.one_more("ada"):
        pass


async def test_a_stream_ends_with_the_token_of_who_follows():
    async with asyncio.timeout(60):
        assert b"event: end" in await read(LogStream(logs(), watch(expires=time.time() + 0.05)))


async def test_one_user_leaves_room_for_others_and_may_come_again():
    kept = logs()
    following = [asyncio.create_task(read(LogStream(kept, watch()))) for _ in range(EACH)]
    await asyncio.sleep(0)
    with pytest.raises(TooMany):
        await read(LogStream(kept, watch()))
    assert await read(LogStream(kept, watch("bob", follow=False)))
    for task in following:
        task.cancel()
    await asyncio.gather(*following, return_exceptions=True)
    assert await read(LogStream(kept, watch(follow=False)))
