"""The tables of the read models: made for the code that fills them, told apart by its fingerprint."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

from libs.contracts import sandbox
from libs.contracts.envelope import new_id
from libs.contracts.events import BY_TAG
from libs.runtime.postgres import Database
from services.projector.store import LIVE, Checkpoint

ROOM = Path(__file__).parent
SQL = ROOM / "sql"
SHAPERS = ("sql/*.sql", "views/*.py", "state.py", "intake.py")  # whatever decides what the rows say


@cache
def fingerprint() -> str:
    """Hash of everything that shapes the rows. Rows of another fingerprint are rebuilt."""
    digest = hashlib.sha256("\n".join(sorted(BY_TAG)).encode())
    for pattern in SHAPERS:
        for file in sorted(ROOM.glob(pattern)):
            digest.update(file.read_bytes())
    digest.update(Path(sandbox.__file__).read_bytes())  # its rows are that fold as it is
    return digest.hexdigest()


async def create(database: Database, schema: str) -> Checkpoint:
    """Make empty tables in a new ``schema``; ``database`` finds its tables there."""
    start = Checkpoint(0, new_id(), fingerprint())
    async with database.transaction() as session:
        await session.execute(f"create schema {schema}")
        await session.run("create_tables")
        await session.run("begin_checkpoint", generation=start.generation, fingerprint=start.fingerprint)
    return start


async def deployed(database: Database, schema: str = LIVE) -> Checkpoint | None:
    """What ``schema`` holds; ``None`` if there is none."""
    if not await database.value("has_schema", schema=schema):
        return None
    row = await database.one("checkpoint")
    return Checkpoint(**row) if row else None
