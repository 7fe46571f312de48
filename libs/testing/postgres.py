"""A real PostgreSQL for tests: started once, a fresh database for each test."""

from __future__ import annotations

import secrets
from collections.abc import AsyncGenerator
from contextlib import AbstractContextManager, asynccontextmanager

from deploy.local.postgres import Postgres
from libs.runtime.postgres import Database
from libs.testing.servers import serving


def postgres_server() -> AbstractContextManager[Postgres]:
    """A server on a free port with a folder of its own."""
    return serving(Postgres)


@asynccontextmanager
async def fresh_database(server: Postgres) -> AsyncGenerator[str]:
    """DSN of a new, empty database, dropped afterwards."""
    name = f"test_{secrets.token_hex(6)}"
    await _administer(server.dsn, f'create database "{name}"')
    try:
        yield f"{server.dsn.rsplit('/', 1)[0]}/{name}"
    finally:
        await _administer(server.dsn, f'drop database "{name}" with (force)')


async def _administer(dsn: str, statement: str) -> None:
    database = await Database.open(dsn, connections=1)
    try:
        await database.execute(statement)
    finally:
        await database.close()
