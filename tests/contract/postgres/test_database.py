"""A database that goes away is waited for; what it refuses comes back as a named error."""

from __future__ import annotations

import asyncio
from pathlib import Path

import asyncpg
import pytest

from deploy.local.postgres import Postgres
from libs.contracts.errors import Unavailable
from libs.runtime.postgres import Database, NotPrepared, Unstorable

SQL = """
-- name: make#
create table things (id bigint primary key, name text);

-- name: put!
insert into things values (:id, :name);

-- name: things
select id, name from things order by id;

-- name: thing^
select id, name from things where id = :id;

-- name: how_many$
select count(*) from things;
"""


@pytest.fixture
async def things(dsn: str, tmp_path: Path):
    (tmp_path / "queries.sql").write_text(SQL)
    database = await Database.open(dsn, tmp_path)
    yield database
    await database.close()


async def make(things: Database, *names: str) -> None:
    async with things.transaction() as session:
        await session.run("make")
        for number, name in enumerate(names):
            assert await session.run("put", id=number, name=name) == 1


async def test_named_queries_take_named_values(things: Database):
    await make(things, "a", "b")
    assert [dict(row) for row in await things.all("things")] == [{"id": 0, "name": "a"}, {"id": 1, "name": "b"}]
    found = await things.one("thing", id=1)
    assert found and found["name"] == "b"
    assert await things.one("thing", id=9) is None
    assert await things.value("how_many") == 2


async def test_a_transaction_that_fails_leaves_nothing(things: Database):
    await make(things, "a")
    with pytest.raises(RuntimeError):
        async with things.transaction() as session:
            await session.run("put", id=5, name="b")
            raise RuntimeError
    assert await things.value("how_many") == 1


@pytest.mark.parametrize("values", [{"id": 0, "name": "twice"}, {"id": 2**70, "name": "big"}, {"id": 1, "name": "\0"}])
async def test_values_that_it_refuses_are_unstorable_and_the_connection_stays_usable(things: Database, values: dict):
    await make(things, "a")
    with pytest.raises(Unstorable):
        async with things.transaction() as session:
            await session.run("put", **values)
    assert await things.value("how_many") == 1


async def test_tables_that_are_not_there_yet_are_said_to_be_so_at_once(things: Database):
    with pytest.raises(NotPrepared):
        await asyncio.wait_for(things.value("how_many"), 60)


async def test_reads_and_transactions_survive_a_restart(postgres: Postgres, things: Database):
    await make(things, "a")
    postgres.kill()
    postgres.start()
    async with things.transaction() as session:
        await session.run("put", id=7, name="after")
    postgres.kill()
    postgres.start()
    assert await things.value("how_many") == 2


async def test_a_server_that_stays_away_is_unavailable_after_a_while(
    postgres: Postgres, things: Database, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("libs.runtime.postgres.WAIT_SECONDS", 0.2)
    await make(things)
    postgres.kill()
    try:
        with pytest.raises(Unavailable):
            await asyncio.wait_for(things.value("how_many"), 60)
        with pytest.raises(Unavailable):
            async with things.transaction():
                pass
    finally:
        postgres.start()


async def test_who_listens_hears_the_newest_and_listens_again_after_a_restart(postgres: Postgres, database: Database):
    heard = database.listen("news")
    assert await anext(heard) == ""
    await database.execute("select pg_notify('news', '1'); select pg_notify('news', '2')")
    assert await anext(heard) == "2"
    postgres.kill()
    postgres.start()
    assert await asyncio.wait_for(anext(heard), 60) == ""
    await database.execute("select pg_notify('news', '3')")
    assert await asyncio.wait_for(anext(heard), 60) == "3"
    await heard.aclose()


async def test_a_lock_has_one_holder_at_a_time(dsn: str, database: Database):
    other = await Database.open(dsn)
    async with database.exclusive(1) as first, other.exclusive(1) as second, other.exclusive(2) as third:
        assert (first, second, third) == (True, False, True)
    async with other.exclusive(1) as held:
        assert held
    await other.close()


PASSES = {
    "deadlock": "do $$ begin raise exception 'x' using errcode = 'deadlock_detected'; end $$",
    "read only": "set transaction read only; create table late (id bigint)",
    "lock": "do $$ begin raise exception 'x' using errcode = 'lock_not_available'; end $$",
    "disk": "do $$ begin raise exception 'x' using errcode = 'io_error'; end $$",
    "inner": "do $$ begin raise exception 'tuple concurrently updated' using errcode = 'internal_error'; end $$",
    "idle": "set idle_in_transaction_session_timeout = 1; select pg_sleep(0)",
}


@pytest.mark.parametrize("trouble", PASSES)
async def test_trouble_that_passes_is_no_fault_of_whoever_asked(things: Database, trouble: str):
    with pytest.raises(Unavailable):
        async with things.transaction() as session:
            await session.execute(PASSES[trouble])
            await asyncio.sleep(0.05)
            await session.execute("select 1")


async def test_a_statement_that_is_wrong_is_a_fault(things: Database):
    with pytest.raises(asyncpg.PostgresSyntaxError):
        await things.execute("selec")


async def test_who_works_and_listens_goes_on_when_the_database_is_made_anew(
    postgres: Postgres, things: Database, dsn: str
):
    heard = things.listen("news")
    assert await anext(heard) == ""
    name, admin = dsn.rsplit("/", 1)[1], await Database.open(postgres.dsn, connections=1)
    try:
        await admin.execute(f'drop database "{name}" with (force)')
        with pytest.raises(Unavailable, match="does not exist"):
            await asyncio.wait_for(things.value("how_many"), 60)
        again = asyncio.ensure_future(anext(heard))
        await asyncio.wait({again}, timeout=0.5)  # it tries, and is refused
        await admin.execute(f'create database "{name}"')
        assert await asyncio.wait_for(again, 60) == ""
        await make(things, "a")
    finally:
        await admin.close()
