"""PostgreSQL, in its one place: named queries on a pool, transactions, and notifications that survive a reconnect."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

import aiosql
import asyncpg
import structlog

from libs.contracts.errors import Unavailable
from libs.runtime.session import Row, Session

CONNECT_SECONDS = 5.0
STATEMENT_SECONDS = 30.0
WAIT_SECONDS = 10.0  # how long a lost server is waited for before the caller hears of it
PAUSE = 0.1  # seconds before the next try
ALIVE_SECONDS = 15.0  # between signs of life on a connection that only listens

T = TypeVar("T")
log = structlog.get_logger(__name__)

_LOST = (  # no fault of the statement, and it passes
    OSError,  # includes TimeoutError
    asyncpg.PostgresConnectionError,
    asyncpg.OperatorInterventionError,
    asyncpg.InsufficientResourcesError,
    asyncpg.TransactionRollbackError,  # a deadlock: the other one goes on
    asyncpg.InvalidTransactionStateError,  # it may only be read for now, or we were slow
    asyncpg.ObjectNotInPrerequisiteStateError,  # a lock is not to be had
    asyncpg.PostgresSystemError,  # its disk
    asyncpg.InternalServerError,  # damage, or two who shape schemas at once
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
)
_NOT_THERE = (asyncpg.UndefinedTableError, asyncpg.UndefinedColumnError, asyncpg.InvalidSchemaNameError)
_REFUSED = (
    asyncpg.DataError,
    asyncpg.IntegrityConstraintViolationError,
    asyncpg.ProgramLimitExceededError,
    OverflowError,  # COPY encodes values before the server sees them
    UnicodeError,
)


class Unstorable(Exception):  # an answer about the values, not a fault of the server
    """PostgreSQL does not take these values: out of range, against a constraint, or text it cannot hold."""


class NotPrepared(Unavailable):
    """The tables that are asked for do not exist (yet)."""


class ShutOut(Unavailable):
    """The database is not there, or does not let us in, until an operator sees to it."""


@contextlib.contextmanager
def _translated() -> Any:
    try:
        yield
    except asyncpg.InvalidAuthorizationSpecificationError as error:
        raise ShutOut("The database refuses the user or password of DATABASE_URL.") from error
    except asyncpg.InvalidCatalogNameError as error:
        raise ShutOut(f"The database of DATABASE_URL does not exist: {error}.") from error
    except _NOT_THERE as error:
        raise NotPrepared(f"The views are not there yet ({error}). Ask again in a moment.") from error
    except _REFUSED as error:
        raise Unstorable(str(error)) from error
    except _LOST as error:
        raise Unavailable(f"The database does not answer ({type(error).__name__}). Try again in a moment.") from error


async def _patiently(attempt: Callable[[], Awaitable[T]]) -> T:
    # A connection that died while it lay idle shows only when it is used; the next try gets another one.
    deadline = time.monotonic() + WAIT_SECONDS
    while True:
        try:
            with _translated():
                return await attempt()
        except (NotPrepared, ShutOut):
            raise
        except Unavailable:
            if time.monotonic() > deadline:
                raise
        await asyncio.sleep(PAUSE)


class Queries:
    """Named statements of a folder of ``.sql`` files, in aiosql's notation (``-- name: find_run``, ``:run_id``)."""

    def __init__(self, folder: Path) -> None:
        self._loaded: Any = aiosql.from_path(folder, "asyncpg", mandatory_parameters=False)

    def bind(self, name: str, values: Mapping[str, Any]) -> tuple[str, list[Any]]:
        """Statement ``name`` and its values in the order of its placeholders."""
        statement = getattr(self._loaded, name)
        return statement.sql, [values[key] for key in self._loaded.driver_adapter.var_sorted[name]]


class Database:
    """A pool of connections. A lost server is waited for up to 10 s, then ``Unavailable`` is raised."""

    def __init__(self, dsn: str, queries: Queries | None, options: Mapping[str, Any]) -> None:
        self._dsn = dsn
        self._queries = queries
        self._options = options
        self._pool: Any = None

    @classmethod
    async def open(
        cls, dsn: str, sql: Path | None = None, *, schema: str = "", connections: int = 10, durable: bool = True
    ) -> Database:
        """A pool whose statements find their tables in ``schema``.

        ``durable=False`` lets a commit return before it is on disk: a power failure may undo the newest commits, whole
        and in order. It suits what is stored together with its position in the log.

        Raises:
            Unavailable: nobody answers at ``dsn``, or the password is wrong.
        """
        settings = {"search_path": schema} if schema else {}
        if not durable:
            settings["synchronous_commit"] = "off"
        options = {"max_size": connections, "server_settings": settings}
        database = cls(dsn, Queries(sql) if sql else None, options)
        await database._connect()
        return database

    async def beside(self, schema: str, connections: int = 2) -> Database:
        """A second pool on the same server with the same queries, whose tables are in ``schema``."""
        settings = {**self._options["server_settings"], "search_path": schema}
        database = Database(self._dsn, self._queries, {"max_size": connections, "server_settings": settings})
        await database._connect()
        return database

    async def _connect(self) -> None:
        self._pool = asyncpg.create_pool(
            self._dsn,
            min_size=0,
            max_inactive_connection_lifetime=300,
            timeout=CONNECT_SECONDS,
            command_timeout=STATEMENT_SECONDS,
            reset=_as_it_is,
            **self._options,
        )
        try:
            with _translated():
                await self._pool
                await self._retried(lambda session: session.execute("select 1"))
        except BaseException:
            self._pool.terminate()
            raise

    def _bind(self, name: str, values: Mapping[str, Any]) -> tuple[str, list[Any]]:
        if self._queries is None:
            raise LookupError(f"this database was opened without a folder of queries, so there is no {name}")
        return self._queries.bind(name, values)

    async def close(self) -> None:
        """Close every connection, within 5 s."""
        try:
            async with asyncio.timeout(CONNECT_SECONDS):
                await self._pool.close()
        except (TimeoutError, *_LOST):
            self._pool.terminate()

    @contextlib.asynccontextmanager
    async def transaction(self) -> AsyncGenerator[Session]:
        """A transaction: committed at the end, rolled back if anything is raised.

        Raises:
            Unavailable: the server is gone; whether the commit counted is then unknown. Unstorable: it refuses values.
        """
        connection, transaction = await _patiently(self._begin)
        try:
            with _translated():
                try:
                    yield Session(connection, self._bind)
                except BaseException:
                    with contextlib.suppress(*_LOST):
                        await transaction.rollback()
                    raise
                await transaction.commit()
        finally:
            await self._release(connection)

    async def _begin(self) -> tuple[Any, Any]:
        connection = await self._take()
        transaction = connection.transaction()
        try:
            await transaction.start()
        except BaseException:
            await self._release(connection)
            raise
        return connection, transaction

    async def _take(self) -> Any:
        return await self._pool.acquire(timeout=CONNECT_SECONDS)

    async def _release(self, connection: Any) -> None:
        with contextlib.suppress(*_LOST):
            await self._pool.release(connection, timeout=CONNECT_SECONDS)

    @contextlib.asynccontextmanager
    async def _borrowed(self) -> AsyncGenerator[Any]:
        connection = await _patiently(self._take)
        try:
            with _translated():
                yield connection
        finally:
            await self._release(connection)

    async def _retried(self, work: Callable[[Session], Awaitable[T]]) -> T:
        async def attempt() -> T:
            connection = await self._take()
            try:
                return await work(Session(connection, self._bind))
            finally:
                await self._release(connection)

        return await _patiently(attempt)

    async def all(self, name: str, /, **values: Any) -> Sequence[Row]:
        """Every row of a named query; asked again if the connection is lost, so it must only read."""
        return await self._retried(lambda session: session.all(name, **values))

    async def one(self, name: str, /, **values: Any) -> Row | None:
        """First row of a named query that only reads."""
        return await self._retried(lambda session: session.one(name, **values))

    async def value(self, name: str, /, **values: Any) -> Any:
        """First column of the first row of a named query that only reads, or ``None``."""
        return await self._retried(lambda session: session.value(name, **values))

    async def execute(self, script: str) -> None:
        """Run statements outside a transaction, once."""
        async with self._borrowed() as connection:
            await connection.execute(script)

    @contextlib.asynccontextmanager
    async def exclusive(self, key: int) -> AsyncGenerator[bool]:
        """Whether this is the only holder of lock ``key`` among all clients; free again at the end, or when we die."""
        async with self._borrowed() as connection:
            held = bool(await connection.fetchval("select pg_try_advisory_lock($1)", key))
            try:
                yield held
            finally:
                with contextlib.suppress(*_LOST):
                    await connection.fetchval("select pg_advisory_unlock_all()")

    async def listen(self, channel: str) -> AsyncIterator[str]:
        """The newest payload sent to ``channel``, for ever; a slow reader misses older ones.

        An empty one says that we are listening (again), and that anything may have been missed before.
        """
        while True:
            with contextlib.suppress(Unavailable), _translated():
                async with _listening(self._dsn, channel) as payloads:
                    yield ""
                    while (payload := await payloads()) is not None:
                        yield payload
                log.info("listening_again", channel=channel)
            await asyncio.sleep(PAUSE)


async def _as_it_is(_connection: object) -> None:
    """Nothing to reset: a session leaves no setting, lock or cursor behind. Saves a round trip each time."""


@contextlib.asynccontextmanager
async def _listening(dsn: str, channel: str) -> AsyncGenerator[Callable[[], Awaitable[str | None]]]:
    received: asyncio.Queue[str | None] = asyncio.Queue(1)

    def keep(newest: str | None) -> None:
        if received.full():
            received.get_nowait()
        received.put_nowait(newest)

    connection: Any = await asyncpg.connect(dsn, timeout=int(CONNECT_SECONDS), command_timeout=CONNECT_SECONDS)

    async def payload() -> str | None:
        while True:
            try:
                async with asyncio.timeout(ALIVE_SECONDS):
                    return await received.get()
            except TimeoutError:
                await connection.execute("select 1")  # a silent server may be a dead one

    try:
        connection.add_termination_listener(lambda _: keep(None))
        await connection.add_listener(channel, lambda *notice: keep(notice[3]))
        yield payload
    finally:
        connection.terminate()
