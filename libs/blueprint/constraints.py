"""The constraints and indexes of a table, each as the calls that make and drop it while the table is altered."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from libs.blueprint import columns
from libs.blueprint.literals import quoted
from libs.blueprint.tables import Table, key_name, unique_name


@dataclass(frozen=True)
class Part:
    """A constraint or index: its kind as Alembic names it, the columns it is about, and the call that makes it."""

    name: str
    kind: str
    columns: tuple[str, ...]
    create: str

    @property
    def drop(self) -> str:
        """Return the call that drops it."""
        if self.kind == "index":
            return f'batch.drop_index(op.f("{self.name}"))'
        return f'batch.drop_constraint(op.f("{self.name}"), type_="{self.kind}")'

    @property
    def unique(self) -> bool:
        """Tell whether no two rows may share the values of its columns."""
        return self.kind == "unique" or "unique=True" in self.create


def parts(table: Table) -> dict[str, Part]:
    """Return the constraints and indexes of a table by name, the primary key aside."""
    found = (*_checks(table), *_keys(table), *_uniques(table), *_indexes(table))
    return {part.name: part for part in found}


def _checks(table: Table) -> Iterator[Part]:
    for field in (column.field for column in table.columns if column.field):
        for short, source in (*columns.checks(field), *columns.choice_checks(field)):
            name = f"ck_{table.name}_{short}"
            yield Part(name, "check", (field.name,), f'batch.create_check_constraint(op.f("{name}"), {source})')


def _keys(table: Table) -> Iterator[Part]:
    for key in table.keys:
        name = key_name(table, key)
        create = (
            f'batch.create_foreign_key(op.f("{name}"), "{key.target}", ["{key.column}"], ["id"], ondelete="{key.rule}")'
        )
        yield Part(name, "foreignkey", (key.column,), create)


def _uniques(table: Table) -> Iterator[Part]:
    for members in table.uniques:
        name = unique_name(table, members)
        yield Part(name, "unique", members, f'batch.create_unique_constraint(op.f("{name}"), [{_list(members)}])')


def _indexes(table: Table) -> Iterator[Part]:
    for index in table.indexes:
        create = f'batch.create_index(op.f("{index.name}"), [{_list(index.columns)}]{index.arguments})'
        yield Part(index.name, "index", index.columns, create)


def _list(members: tuple[str, ...]) -> str:
    return ", ".join(quoted(name) for name in members)
