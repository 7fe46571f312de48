"""Pairs that get another table, because their link has fields of its own from now on, or none any more."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

from libs.blueprint import existing
from libs.blueprint.constraints import parts
from libs.blueprint.tables import Key, Table


@dataclass(frozen=True)
class Carried:
    """A table whose pairs go into another one before it is dropped; its columns, each with that of the other."""

    old: Table
    new: Table
    columns: tuple[tuple[str, str], ...]

    def lines(self) -> Iterator[str]:
        """Yield the lines that copy the pairs; what else a row needs is made up."""
        given = [(new, f"pair[{number}]") for number, (_, new) in enumerate(self.columns)]
        made = list(self._made())
        shown = {column.name: column.storage for column in self.new.columns}
        before = ", ".join(f'sa.column("{old}", sa.Integer)' for old, _ in self.columns)
        after = ", ".join(f'sa.column("{name}", {shown[name]})' for name, _ in (*given, *made))
        values = ", ".join(f'"{name}": {source}' for name, source in (*given, *made))
        yield f"# The pairs of {self.old.name} are the rows of {self.new.name} from now on."
        yield f'pairs = sa.table("{self.old.name}", {before})'
        yield f'rows = sa.table("{self.new.name}", {after})'
        counted = any(name in self._unique for name, _ in made)
        read = "op.get_bind().execute(sa.select(pairs)).all()"
        yield f"for key, pair in enumerate({read}, 1):" if counted else f"for pair in {read}:"
        yield f"    op.execute(sa.insert(rows).values({{{values}}}))"

    @property
    def _unique(self) -> set[str]:
        return {name for part in parts(self.new).values() if part.unique for name in part.columns}

    def _made(self) -> Iterator[tuple[str, str]]:
        taken = {"id", *(new for _, new in self.columns)}
        for column in self.new.columns:
            if column.name not in taken and not column.optional:
                one = existing.of_id(column) if column.name in self._unique else ""
                yield column.name, one or existing.made_up(column)


def carried(removed: Iterable[Table], added: Iterable[Table], paired: Collection[str]) -> list[Carried]:
    """Return what is carried; nothing where several could be meant. ``paired`` are tables of links with fields."""
    come = [(table, _pair(table, paired)) for table in added]
    found: list[Carried] = []
    for old, keys in ((table, _pair(table, paired)) for table in removed):
        same = [
            (new, ends) for new, ends in come if _targets(keys) == _targets(ends) and _is_link(new) != _is_link(old)
        ]
        if keys and len(same) == 1:
            new, ends = same[0]
            found.append(Carried(old, new, tuple(zip(_columns(keys), _columns(ends), strict=True))))
    return [each for each in found if sum(other.new is each.new for other in found) == 1]


def _is_link(table: Table) -> bool:
    return table.primary != ("id",)


def _pair(table: Table, paired: Collection[str]) -> list[Key]:
    """Return the keys that make a table's rows pairs, in the order of their targets; none where they are not pairs."""
    return sorted(table.keys if _is_link(table) or table.name in paired else (), key=lambda key: key.target)


def _targets(keys: Iterable[Key]) -> list[str]:
    return [key.target for key in keys]


def _columns(keys: Iterable[Key]) -> list[str]:
    return [key.column for key in keys]
