"""The lines of a migration that bring the rows of a table to what is asked of them from now on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from libs.blueprint import existing
from libs.blueprint.constraints import parts
from libs.blueprint.evolution import ColumnChange, TableChange
from libs.blueprint.tables import Column, Table

_KEYED = 'rows.c["id"] == key'


class _Written(NamedTuple):
    """A column whose rows are written: ``name`` is what it is called meanwhile, ``old`` what its values are made of."""

    column: Column
    name: str
    old: Column | None = None


class Filling:
    """What is written into the rows of a table that changes; ``come`` are the tables that are new."""

    def __init__(self, change: TableChange, come: Mapping[str, Table]) -> None:
        self._change, self._come = change, come
        self.rewritten = [each for each in change.columns if each.rewritten]
        self._targets = {key.column: key.target for key in change.new.keys}
        made = [part for part in parts(change.new).values() if part.unique]
        self._unique = {name for part in made for name in part.columns}

    def meanwhile(self, each: ColumnChange) -> str:
        """Name the column that takes the values of one whose type is another, until that one is gone."""
        taken = {column.name for table in (self._change.old, self._change.new) for column in table.columns}
        name = f"new_{each.new.name}"
        while name in taken:
            name = f"new_{name}"
        return name

    def lines(self) -> list[str]:
        """Return the lines; none where no row has to be written."""
        found = list(self._found())
        if not found:
            return []
        shown = {each.old.name: each.old for each in found if each.old} | {each.name: each.column for each in found}
        columns = [f'sa.column("{name}", {column.storage})' for name, column in shown.items()]
        head = f'rows = sa.table("{self._change.new.name}", sa.column("id", sa.Integer), {", ".join(columns)})'
        return [head, *(line for each in found for line in self._write(each))]

    def _found(self) -> Iterator[_Written]:
        yield from (_Written(column, column.name) for column in self._change.added if not column.optional)
        for each in self._change.columns:
            if each.rewritten:
                yield _Written(each.new, self.meanwhile(each), each.old)
            elif each.old.optional and not each.new.optional:
                yield _Written(each.new, each.new.name)

    def _write(self, each: _Written) -> Iterator[str]:
        if each.old:
            yield from _rewritten(each, each.old)
        source = existing.rewriting(each.old, each.column) if each.old else ""
        if each.column.optional or (each.old and not each.old.optional and source):
            return
        if each.name in self._targets:
            yield from self._pointed(each.name)
        elif each.column.name in self._unique and existing.of_id(each.column):
            yield f'for key in op.get_bind().scalars(sa.select(rows.c["id"]).where({_empty(each.name)})).all():'
            yield f"    {_update(_KEYED, each.name, existing.of_id(each.column))}"
        else:
            yield _update(_empty(each.name), each.name, existing.made_up(each.column))

    def _pointed(self, name: str) -> Iterator[str]:
        """Yield what lets rows point at the row that the command line names, or at the first one of a new table."""
        target = self._targets[name]
        if target not in self._come:
            yield f'_point(rows, "{name}")'
            return
        yield f'if _lacks(rows, "{name}"):'
        yield f"    first = {self._first(self._come[target])}"
        yield f"    {_update(_empty(name), name, 'first')}"

    def _first(self, table: Table) -> str:
        """Return the call that makes the first row of a new table, of values that say as little as can be."""
        targets = {key.column: key.target for key in table.keys}
        needed = [column for column in table.columns if not column.optional and column.name != "id"]
        columns = [f', sa.column("{column.name}", {column.storage})' for column in needed]
        given = [f'"{each.name}": {self._of_first(each, targets.get(each.name, ""))}' for each in needed]
        return (
            f'_first(sa.table("{table.name}", sa.column("id", sa.Integer){"".join(columns)}), {{{", ".join(given)}}})'
        )

    def _of_first(self, column: Column, target: str) -> str:
        if target in self._come:
            return self._first(self._come[target])
        return (
            f'_first(sa.table("{target}", sa.column("id", sa.Integer)), {{}})' if target else existing.made_up(column)
        )


def _rewritten(each: _Written, old: Column) -> Iterator[str]:
    source = existing.rewriting(old, each.column)
    if not source:
        yield f"# What {old.name} held says nothing of what it is to hold."
        return
    yield f'for key, value in op.get_bind().execute(sa.select(rows.c["id"], rows.c["{old.name}"])).all():'
    yield "    if value is not None:"
    yield f"        {_update(_KEYED, each.name, source)}"


def _empty(name: str) -> str:
    return f'rows.c["{name}"].is_(None)'


def _update(where: str, name: str, source: str) -> str:
    return f'op.execute(sa.update(rows).where({where}).values({{"{name}": {source}}}))'
