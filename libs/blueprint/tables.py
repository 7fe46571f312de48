"""The tables of a project as plain data: what its models declare, and its first migration creates."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from dataclasses import field as given

from libs.blueprint import columns
from libs.blueprint.access import signs_in
from libs.blueprint.indexes import Index, unique_sets
from libs.blueprint.indexes import indexes as indexes_of
from libs.blueprint.stamps import USERS
from libs.blueprint.view import EntityView, Link
from libs.contracts.charter import Charter
from libs.contracts.fields import Field


@dataclass(frozen=True)
class Column:
    """A column: its name, the source of its type, whether it may be empty, and the field it holds, if any."""

    name: str
    sql: str
    optional: bool = False
    field: Field | None = None

    @property
    def storage(self) -> str:
        """Return the source of the type without the check of an enum's choices, which is a constraint of the table."""
        choices = self.field.choices if self.field else ()
        return f"sa.String({max(map(len, choices))})" if choices else self.sql


@dataclass(frozen=True)
class Key:
    """A foreign key: its column, the table it points at, and what deleting a row there does here."""

    column: str
    target: str
    rule: str


@dataclass(frozen=True)
class Table:
    """A table; ``checks`` are names with the source of their condition, ``primary`` is the primary key."""

    name: str
    columns: tuple[Column, ...]
    keys: tuple[Key, ...] = ()
    checks: tuple[tuple[str, str], ...] = ()
    uniques: tuple[tuple[str, ...], ...] = ()
    indexes: tuple[Index, ...] = ()
    primary: tuple[str, ...] = ("id",)
    late: frozenset[str] = given(default_factory=frozenset[str])  # columns whose key points at a later table


_ID = Column("id", "sa.Integer")


def tables(charter: Charter, views: list[EntityView]) -> list[Table]:
    """Return every table, each after those it points at, as far as they do not point at each other."""
    found = [*_signing_in(charter), *(_entity(view) for view in views), *_audit(charter)]
    found += [_pairs(link) for view in views for link in view.collections if link.owns_table]
    return ordered(found)


def _entity(view: EntityView) -> Table:
    return Table(
        name=view.plural,
        columns=(
            _ID,
            *(Column(each.name, columns.sql_type(each), not each.required, each) for each in view.fields),
            *(
                Column(stamp.name, "sa.Integer" if stamp.target else stamp.sql, stamp.optional)
                for stamp in view.stamps.all
            ),
            *(Column(link.key, "sa.Integer", not link.relation.required) for link in view.references),
        ),
        keys=tuple(_keys(view)),
        checks=tuple(check for each in view.fields for check in columns.checks(each)),
        uniques=tuple(unique_sets(view)),
        indexes=(*_plain_indexes(view), *indexes_of(view)),
    )


def _keys(view: EntityView) -> Iterator[Key]:
    for stamp in view.stamps.all:
        if stamp.target:
            yield Key(stamp.name, stamp.target, "SET NULL" if stamp.optional else "RESTRICT")
    for link in view.references:
        yield Key(link.key, link.target.plural, link.relation.on_delete.upper().replace("_", " "))


def _plain_indexes(view: EntityView) -> Iterator[Index]:
    found = [each.name for each in view.fields if each.indexed and not each.unique]
    found += [stamp.name for stamp in view.stamps.all if "index=True" in stamp.options]
    found += [link.key for link in view.references if not link.single or view.entity.soft_delete]
    yield from (Index(f"ix_{view.plural}_{name}", (name,)) for name in found)


def _pairs(link: Link) -> Table:
    near = f"{link.source.snake}_id"
    return Table(
        name=link.table,
        columns=(Column(near, "sa.Integer"), Column(link.far_column, "sa.Integer")),
        keys=(Key(near, link.source.plural, "CASCADE"), Key(link.far_column, link.target.plural, link.far_rule)),
        primary=(near, link.far_column),
    )


def _signing_in(charter: Charter) -> Iterator[Table]:
    if not signs_in(charter):
        return
    yield Table(
        name=USERS,
        columns=(
            _ID,
            Column("email", "sa.String(254)"),
            Column("password_hash", "sa.String(255)"),
            Column("role", "sa.String(80)"),
            Column("active", "sa.Boolean"),
            Column("created_at", "UtcDateTime"),
        ),
        uniques=(("email",),),
    )
    yield Table(
        name="auth_sessions",
        columns=(
            _ID,
            Column("user_id", "sa.Integer"),
            Column("handle", "sa.String(32)"),
            Column("digest", "sa.String(64)"),
            Column("expires_at", "UtcDateTime"),
        ),
        keys=(Key("user_id", USERS, "CASCADE"),),
        uniques=(("handle",),),
        indexes=(Index("ix_auth_sessions_user_id", ("user_id",)),),
    )


def _audit(charter: Charter) -> Iterator[Table]:
    if not any(entity.audit for entity in charter.entities):
        return
    who = (Column("user_id", "sa.Integer", optional=True),) if signs_in(charter) else ()
    yield Table(
        name="audit_entries",
        columns=(
            _ID,
            Column("at", "UtcDateTime"),
            *who,
            Column("entity", "sa.String(80)"),
            Column("row_id", "sa.Integer"),
            Column("action", "sa.String(10)"),
            Column("changes", "sa.JSON"),
        ),
        keys=(Key("user_id", USERS, "SET NULL"),) if who else (),
        indexes=(Index("ix_audit_entries_entity_row_id", ("entity", "row_id")),),
    )


def ordered(found: Iterable[Table], there: Iterable[str] = ()) -> list[Table]:
    """Sort tables so that each comes after those it points at; where a circle forbids it, its keys come late.

    ``there`` are the tables that a database has already.
    """
    waiting, done, known = {table.name: table for table in found}, list[Table](), set(there)
    while waiting:
        ready = [name for name, table in waiting.items() if not _missing(table, known)]
        for name in ready or [next(iter(waiting))]:
            table = waiting.pop(name)
            done.append(replace(table, late=frozenset(_missing(table, known))))
            known.add(name)
    return done


def _missing(table: Table, done: set[str]) -> set[str]:
    return {key.column for key in table.keys if key.target not in {table.name, *done}}


def key_name(table: Table, key: Key) -> str:
    """Name a foreign key as the project's naming convention does."""
    return f"fk_{table.name}_{key.column}"


def unique_name(table: Table, members: tuple[str, ...]) -> str:
    """Name a unique constraint as the project's naming convention does."""
    return f"uq_{table.name}_{'_'.join(members)}"
