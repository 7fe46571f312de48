"""The body of a migration: what leads from one version of the tables to another, and keeps the rows."""

from __future__ import annotations

from collections.abc import Iterator

from libs.blueprint import migration
from libs.blueprint.evolution import Evolution, TableChange
from libs.blueprint.filling import Filling

_SOFT = "deleted_at"


def statements(change: Evolution) -> list[str]:
    """Return the lines, in an order that a database takes."""
    come = {table.name: table for table in change.added}
    return [
        *(line for each in change.changed for line in _renaming(each)),
        *migration.creating(change.added),
        *(line for each in change.changed for line in _altering(each, Filling(each, come))),
        *(line for each in change.carried for line in each.lines()),
        *migration.dropping(change.removed),
    ]


def _renaming(change: TableChange) -> Iterator[str]:
    if change.old.name != change.new.name:
        yield f"# {change.old.name} are called {change.new.name} from now on: the two differ in nothing else."
        yield f'op.rename_table("{change.old.name}", "{change.new.name}")'
        # Else a later table of the former name could not be made: its key is to be called as this one still was.
        yield 'if op.get_context().dialect.name == "postgresql":'
        yield f'    op.execute(\'ALTER INDEX IF EXISTS "pk_{change.old.name}" RENAME TO "pk_{change.new.name}"\')'


def _altering(change: TableChange, filling: Filling) -> Iterator[str]:
    """Yield a table's change: loosened, its rows brought to what is asked from now on, tightened again.

    It is one step where no row is written, and no column has another name: Alembic leaves a constraint out, without a
    word, that names a column as the same step renames it.
    """
    loosened, filled, tightened = list(_loosened(change, filling)), list(filling.lines()), list(_tightened(change))
    created = [part.create for part in change.created]
    steps = [[*loosened, *tightened, *created]]
    if filling.rewritten:
        steps = [loosened, tightened, list(_settled(filling)), created]
    elif filled or any(each.renamed for each in change.columns):
        steps = [loosened, [*tightened, *created]]
    yield from _refusing(change)
    yield from _batch(change, steps[0])
    yield from filled
    for step in steps[1:]:
        yield from _batch(change, step)


def _batch(change: TableChange, calls: list[str]) -> Iterator[str]:
    if calls:
        yield f'with op.batch_alter_table("{change.new.name}") as batch:'
        yield from (f"    {call}" for call in calls)


def _refusing(change: TableChange) -> Iterator[str]:
    """Yield what keeps rows that were deleted from coming back."""
    if any(column.name == _SOFT and column.field is None for column in change.removed):
        table = change.new.name
        yield f'rows = sa.table("{table}", sa.column("{_SOFT}"))'
        yield f'if op.get_bind().scalar(sa.select(sa.exists().where(rows.c["{_SOFT}"].is_not(None)))):'
        yield f'    raise CommandError("Deleted {table} would come back: take them out of the table first.")'


def _loosened(change: TableChange, filling: Filling) -> Iterator[str]:
    yield from (part.drop for part in change.dropped)
    for each in change.columns:
        if each.renamed:
            yield f"# {each.old.name} is called {each.new.name} from now on: the two differ in nothing else."
            yield _column(each.old.name, f'new_column_name="{each.new.name}"')
    yield from (_added(column.name, column.storage) for column in change.added)
    yield from (_added(filling.meanwhile(each), each.new.storage) for each in filling.rewritten)


def _added(name: str, storage: str) -> str:
    return f'batch.add_column(sa.Column("{name}", {storage}, nullable=True))'


def _tightened(change: TableChange) -> Iterator[str]:
    yield from (f'batch.drop_column("{column.name}")' for column in change.removed)
    for each in change.columns:
        if each.rewritten:
            yield f'batch.drop_column("{each.old.name}")'
        elif each.altered:
            asked = [f"nullable={each.new.optional}"] if each.old.optional != each.new.optional else []
            asked += [f"type_={each.new.storage}"] if each.old.storage != each.new.storage else []
            yield _column(each.new.name, *asked)
    for column in change.added:
        if not column.optional:
            yield _column(column.name, "nullable=False")


def _settled(filling: Filling) -> Iterator[str]:
    """Yield what brings rewritten columns to their names."""
    for each in filling.rewritten:
        asked = [] if each.new.optional else ["nullable=False"]
        yield _column(filling.meanwhile(each), f'new_column_name="{each.new.name}"', *asked)


def _column(name: str, *asked: str) -> str:
    return f'batch.alter_column("{name}", {", ".join(asked)})'
