"""Named queries on one database connection."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

Row = Mapping[str, Any]
Bind = Callable[[str, Mapping[str, Any]], tuple[str, list[Any]]]  # name and values to statement and arguments


class Session:
    """Queries on one connection, in one transaction. JSON columns come back as text."""

    def __init__(self, connection: Any, bind: Bind) -> None:
        self._connection = connection
        self._bind = bind

    async def all(self, name: str, /, **values: Any) -> Sequence[Row]:
        """Every row of a named query."""
        sql, arguments = self._bind(name, values)
        return await self._connection.fetch(sql, *arguments)

    async def one(self, name: str, /, **values: Any) -> Row | None:
        """First row of a named query."""
        sql, arguments = self._bind(name, values)
        return await self._connection.fetchrow(sql, *arguments)

    async def value(self, name: str, /, **values: Any) -> Any:
        """First column of the first row, or ``None``."""
        sql, arguments = self._bind(name, values)
        return await self._connection.fetchval(sql, *arguments)

    async def run(self, name: str, /, **values: Any) -> int:
        """Execute a named statement; the number of rows it touched."""
        sql, arguments = self._bind(name, values)
        status: str = await self._connection.execute(sql, *arguments)
        count = status.rsplit(" ", 1)[-1]
        return int(count) if count.isdigit() else 0

    async def copy(self, table: str, columns: Sequence[str], rows: Sequence[tuple[Any, ...]]) -> None:
        """Add new rows by COPY, the quickest way in; it knows no conflict that is not an error."""
        await self._connection.copy_records_to_table(table, columns=columns, records=rows)

    async def execute(self, script: str) -> None:
        """Run statements that take no values."""
        await self._connection.execute(script)
