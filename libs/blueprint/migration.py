"""The statements of migrations that create tables and drop them."""

from __future__ import annotations

from collections.abc import Iterator

from libs.blueprint.literals import quoted
from libs.blueprint.tables import Key, Table, key_name, unique_name


def upgrade_lines(table: Table) -> list[str]:
    """Return the arguments of ``op.create_table`` after the table's name."""
    return [
        *(f'sa.Column("{each.name}", {each.sql}, nullable={each.optional})' for each in table.columns),
        *(f"sa.CheckConstraint({source}, name={_named(f'ck_{table.name}_{name}')})" for name, source in table.checks),
        *(_key(table, key) for key in table.keys),
        f"sa.PrimaryKeyConstraint({_quoted(table.primary)}, name={_named(f'pk_{table.name}')})",
        *(f"sa.UniqueConstraint({_quoted(each)}, name={_named(unique_name(table, each))})" for each in table.uniques),
    ]


def _named(name: str) -> str:
    return f'op.f("{name}")'


def _quoted(members: tuple[str, ...]) -> str:
    return ", ".join(f'"{name}"' for name in members)


def _key(table: Table, key: Key) -> str:
    late = ", use_alter=True" if key.column in table.late else ""
    name = _named(key_name(table, key))
    return f'sa.ForeignKeyConstraint(["{key.column}"], ["{key.target}.id"], name={name}, ondelete="{key.rule}"{late})'


def index_lines(table: Table) -> Iterator[str]:
    """Yield the calls that create a table's indexes."""
    for index in table.indexes:
        members = ", ".join(quoted(name) for name in index.columns)
        yield f'op.create_index({_named(index.name)}, "{table.name}", [{members}]{index.arguments})'


def creating(tables: list[Table]) -> Iterator[str]:
    """Yield the statements that create tables, each after those it points at."""
    for table in tables:
        yield f'op.create_table("{table.name}", {", ".join(upgrade_lines(table))})'
        yield from index_lines(table)
    yield from _where_altered(late_lines(tables))


def dropping(tables: list[Table]) -> Iterator[str]:
    """Yield the statements that drop tables, each before those it points at."""
    yield from _where_altered(drop_late_lines(tables))
    yield from (f'op.drop_table("{table.name}")' for table in reversed(tables))


def _where_altered(calls: list[str]) -> Iterator[str]:
    if calls:
        yield "if op.get_context().dialect.supports_alter:"
        yield from (f"    {call}" for call in calls)


def late_lines(tables: list[Table]) -> list[str]:
    """Return the calls that add the keys of tables that point at each other, where the database adds keys."""
    return [
        f'op.create_foreign_key({_named(key_name(table, key))}, "{table.name}", "{key.target}", '
        f'["{key.column}"], ["id"], ondelete="{key.rule}")'
        for table in tables
        for key in table.keys
        if key.column in table.late
    ]


def drop_late_lines(tables: list[Table]) -> list[str]:
    """Return the calls that take those keys away again."""
    return [
        f'op.drop_constraint({_named(key_name(table, key))}, "{table.name}", type_="foreignkey")'
        for table in tables
        for key in table.keys
        if key.column in table.late
    ]
