"""The read models as PostgreSQL has them: opened when it is there, and not waited for when it is not."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar

import structlog

from libs.contracts.errors import Unavailable
from libs.runtime.postgres import Database, NotPrepared, Row

SQL = Path(__file__).parent / "sql"
SCHEMA = "views"
ANSWER_SECONDS = 2.0  # a reader rather hears that there is no answer than waits on
AWAY_SECONDS = 1.0  # how long nobody else is made to wait once somebody waited in vain
AWAY = "The views do not answer, or are still being made. Commands and event streams go on; try again in a moment."
WAIT_SECONDS = 2.0  # for the views to tell of what a command did
STALLED_SECONDS = 0.1  # the same, once they were waited for in vain and have not moved since
POLL_SECONDS = 0.05  # between looks for views that are being made
PAUSE = 0.5  # seconds between attempts to reach the database
CONNECTIONS = 10

T = TypeVar("T")
log = structlog.get_logger(__name__)


class Reader:
    """Named queries on the views; ``keep_open`` runs beside and connects."""

    def __init__(self, dsn: str) -> None:
        self._dsn = dsn
        self._database: Database | None = None
        self._opened = asyncio.Event()
        self._away_until = 0.0

    @property
    def configured(self) -> bool:
        """Whether there is to be a database at all."""
        return bool(self._dsn)

    async def keep_open(self) -> None:
        """Connect as soon as there is a database."""
        while self._dsn and self._database is None:
            try:
                self._database = await Database.open(self._dsn, SQL, schema=SCHEMA, connections=CONNECTIONS)
            except Unavailable as error:
                log.warning("database_away", cause=str(error))
                await asyncio.sleep(PAUSE)
        self._opened.set()
        await asyncio.Event().wait()

    async def opened(self) -> Database | None:
        """The database once it is there; ``None`` if none is set."""
        await self._opened.wait()
        return self._database

    async def all(self, name: str, **values: Any) -> Sequence[Row]:
        """Every row of a named query."""
        return await self._asked(lambda database: database.all(name, **values))

    async def one(self, name: str, **values: Any) -> Row | None:
        """First row of a named query."""
        return await self._asked(lambda database: database.one(name, **values))

    async def value(self, name: str, **values: Any) -> Any:
        """First column of the first row."""
        return await self._asked(lambda database: database.value(name, **values))

    async def _asked(self, question: Callable[[Database], Awaitable[T]]) -> T:
        if not self._dsn:
            raise Unavailable("There is no database to read from. Set DATABASE_URL and start again.")
        if time.monotonic() < self._away_until:
            raise Unavailable(AWAY)
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                await self._opened.wait()
                return await self._prepared(question)
        except (TimeoutError, Unavailable):
            self._away_until = time.monotonic() + AWAY_SECONDS
            raise Unavailable(AWAY) from None

    async def _prepared(self, question: Callable[[Database], Awaitable[T]]) -> T:
        assert self._database is not None
        while True:
            try:
                return await question(self._database)
            except NotPrepared:  # the projector makes the views when it first starts
                await asyncio.sleep(POLL_SECONDS)

    async def close(self) -> None:
        """Leave the database."""
        if self._database is not None:
            await self._database.close()


class Progress:
    """How far the views are, heard from the projector, so that a command can wait for its own effect."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._position = 0
        self._stalled = False
        self._waiters: dict[asyncio.Future[None], int] = {}

    async def follow(self) -> None:
        """Listen for ever."""
        database = await self._reader.opened()
        if database is None:
            await asyncio.Event().wait()
            return
        async for payload in database.listen("projected"):
            with contextlib.suppress(Unavailable):  # the next notice tells
                self._reached(int(payload or await self._reader.value("position") or 0))

    def _reached(self, position: int) -> None:
        self._position, self._stalled = position, False
        for waiter, wanted in list(self._waiters.items()):
            if wanted <= position and not waiter.done():
                waiter.set_result(None)

    async def reached(self, seq: int) -> bool:
        """Whether the views tell of ``seq``, waiting for that at most 2 s (not at all where they stand still)."""
        if self._position >= seq or not self._reader.configured:
            return self._position >= seq
        waiter: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiters[waiter] = seq
        try:
            async with asyncio.timeout(STALLED_SECONDS if self._stalled else WAIT_SECONDS):
                await waiter
            return True
        except TimeoutError:
            self._stalled = True
            return False
        finally:
            del self._waiters[waiter]
