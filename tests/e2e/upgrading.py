"""Run by the Python of generated projects: databases with rows go from one version of a project to the next and back.

The folders given each hold ``old`` and ``new``; ``DATABASE`` is where, an SQLite folder or the address of PostgreSQL.
What was found is printed as JSON by folder: rows of each table, what differs, and what went wrong.
"""

from __future__ import annotations

import importlib
import json
import os
import sys
import traceback
import uuid
from argparse import Namespace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy.pool import NullPool

ROWS = 2


class Version:
    """A project's tables and migrations, imported from a folder."""

    def __init__(self, folder: Path) -> None:
        for name in [name for name in sys.modules if name.split(".")[0] == "app"]:
            del sys.modules[name]
        sys.path[0] = str(folder)
        importlib.invalidate_caches()
        self.folder = folder
        self.metadata: sa.MetaData = importlib.import_module("app.models").Base.metadata
        self.database = importlib.import_module("app.database")

    def engine(self, url: str) -> sa.Engine:
        return self.database.connect(url, poolclass=NullPool)

    def migrate(self, engine: sa.Engine, goal: str, *, back: bool = False, told: list[str] | None = None) -> None:
        with self.database.migrating(engine) as connection:
            config = Config(self.folder / "alembic.ini", cmd_opts=Namespace(x=told or []))
            config.attributes["connection"] = connection
            (command.downgrade if back else command.upgrade)(config, goal)


def shape(engine: sa.Engine) -> dict[str, Any]:
    """Everything about the tables but the order of columns, and the names of primary keys."""
    seen, found = sa.inspect(engine), {}
    for table in sorted(set(seen.get_table_names()) - {"alembic_version"}):
        columns = [(c["name"], str(c["type"]), c["nullable"], c["default"] or "") for c in seen.get_columns(table)]
        plain = [entry for entry in columns if entry[0] != "id"]
        parts = (seen.get_check_constraints, seen.get_unique_constraints, seen.get_foreign_keys, seen.get_indexes)
        found[table] = [sorted(plain), *(sorted(map(_plain, part(table))) for part in parts)]
    return found


def _plain(part: Any) -> str:
    return json.dumps(
        {k: v for k, v in part.items() if k not in ("comment", "include_columns")}, sort_keys=True, default=str
    )


def fill(version: Version, engine: sa.Engine) -> None:
    """Write rows into every table."""
    with engine.begin() as connection:
        for table in version.metadata.sorted_tables:
            for number in range(1, ROWS + 1):
                connection.execute(table.insert().values(**_row(table, number)))


def _row(table: sa.Table, number: int) -> dict[str, Any]:
    return {column.name: _value(table, column, number) for column in table.columns if column.name != "id"}


def _value(table: sa.Table, column: sa.Column[Any], number: int) -> Any:
    if column.foreign_keys:
        target = next(iter(column.foreign_keys)).column.table
        late = target is table or target not in _before(table)
        return None if column.nullable and late else number
    if column.nullable and (number == ROWS or column.name == "deleted_at"):
        return None
    return _of_type(column, number, _bounds(table, column))


def _before(table: sa.Table) -> list[sa.Table]:
    tables = table.metadata.sorted_tables
    return tables[: tables.index(table)]


def _of_type(column: sa.Column[Any], number: int, bounds: tuple[Any, Any]) -> Any:
    kind, (low, high) = column.type, bounds
    if isinstance(kind, sa.Enum):
        return kind.enums[number % len(kind.enums)]
    if isinstance(kind, sa.String):
        return f"{number}" * min(kind.length or 3, 3)
    if type(kind).__name__ == "Scaled" or isinstance(kind, sa.Integer):
        base = low if low is not None else high - ROWS if high is not None else 0
        value = min(base + number - 1, high) if high is not None else base + number - 1
        return value if isinstance(kind, sa.Integer) else Decimal(value)
    if type(kind).__name__ == "UtcDateTime":
        return datetime(2031, 1, number, tzinfo=UTC)
    others = {sa.Boolean: number == 1, sa.Uuid: uuid.UUID(int=number), sa.JSON: {"n": number}}
    others[sa.Date] = date(2024, 1, 1) + timedelta(days=number)
    return next(value for each, value in others.items() if isinstance(kind, each))


def _bounds(table: sa.Table, column: sa.Column[Any]) -> tuple[Any, Any]:
    found: dict[str, Any] = {}
    for check in table.constraints:
        text = check.sqltext if isinstance(check, sa.CheckConstraint) else None
        if isinstance(text, sa.BinaryExpression) and text.left.key == column.name and hasattr(text.right, "value"):
            found[text.operator.__name__] = text.right.value
    return found.get("ge"), found.get("le")


def rows(engine: sa.Engine, *, typed: sa.MetaData) -> dict[str, list[dict[str, Any]]]:
    with engine.connect() as connection:
        return {
            name: [dict(row._mapping) for row in connection.execute(sa.select(table).order_by(*table.primary_key))]
            for name, table in typed.tables.items()
        }


def fresh(url: str, name: str) -> str:
    """The address of an empty database."""
    if not url.startswith("postgresql"):
        return f"sqlite:///{url}/{name}.db"
    engine = sa.create_engine(url, poolclass=NullPool)
    with engine.begin() as connection:
        connection.execute(sa.text("DROP SCHEMA public CASCADE"))
        connection.execute(sa.text("CREATE SCHEMA public"))
    return url


def made(version: Version, url: str, name: str) -> dict[str, Any]:
    engine = version.engine(fresh(url, name))
    version.metadata.create_all(engine)
    return shape(engine)


def upgraded(old: Version, new: Version, url: str, name: str) -> dict[str, Any]:
    """The tables of an empty database: led to the new ones and back and there again, and to nothing."""
    was, wanted = made(old, url, f"{name}-old"), made(new, url, f"{name}-new")
    engine, found = new.engine(fresh(url, name)), {}
    for step, goal in (("first", "0001"), ("next", "head"), ("back", "0001"), ("again", "head")):
        new.migrate(engine, goal, back=step == "back")
        found[step] = [shape(engine), was if goal == "0001" else wanted]
        if step == "next":
            with engine.connect() as connection:
                context = MigrationContext.configure(connection)
                found["differences"] = repr(compare_metadata(context, new.metadata))
    new.migrate(engine, "base", back=True)
    found["nothing"] = sa.inspect(engine).get_table_names()
    return found


def kept(old: Version, new: Version, url: str, name: str) -> dict[str, Any]:
    """The rows of a database: before, after, and back; or why it stopped, which must have changed nothing."""
    engine = new.engine(fresh(url, f"{name}-rows"))
    new.migrate(engine, "0001")
    fill(old, engine)
    tables = [*old.metadata.tables.values(), *new.metadata.tables.values()]
    told = [f"{table.name}.{column.name}=1" for table in tables for column in table.columns if column.foreign_keys]
    found: dict[str, Any] = {"before": rows(engine, typed=old.metadata), "refused": []}
    for words in ([], told):
        try:
            new.migrate(engine, "head", told=words)
            break
        except Exception as error:  # what is wrong with rows is told by the database, by Alembic, or by Python
            found["refused"].append(f"{type(error).__name__}: {error}".splitlines()[0])
            assert rows(engine, typed=old.metadata) == found["before"], "what was refused has left traces"
    else:
        return found
    found["after"] = rows(engine, typed=new.metadata)
    new.migrate(engine, "0001", back=True, told=told)
    found["back"] = rows(engine, typed=old.metadata)
    return found


def tried(folder: Path, url: str) -> dict[str, Any]:
    try:
        old, new = Version(folder / "old"), Version(folder / "new")
        return {"tables": upgraded(old, new, url, folder.name), "rows": kept(old, new, url, folder.name)}
    except Exception:
        return {"error": traceback.format_exc()[-2000:]}


def main() -> None:
    """Try each folder."""
    sys.path.insert(0, "")
    found = {folder.name: tried(folder, os.environ["DATABASE"]) for folder in map(Path, sys.argv[1:])}
    sys.stdout.write(json.dumps(found, default=str))


if __name__ == "__main__":
    main()
