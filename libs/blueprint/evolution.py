"""What leads from the tables of one charter to those of another: as data, from which a migration is printed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from msgspec.structs import replace as changed

from libs.blueprint.carried import Carried, carried
from libs.blueprint.constraints import Part, parts
from libs.blueprint.existing import in_place
from libs.blueprint.normal import paired, plain, plain_views
from libs.blueprint.tables import Column, Table, ordered, tables
from libs.contracts.charter import Charter


@dataclass(frozen=True)
class ColumnChange:
    """A column that stays, before and after."""

    old: Column
    new: Column

    @property
    def renamed(self) -> bool:
        """Tell whether it has another name."""
        return self.old.name != self.new.name

    @property
    def altered(self) -> bool:
        """Tell whether it may be empty where it could not or the reverse, or is longer or shorter."""
        return (self.old.storage, self.old.optional) != (self.new.storage, self.new.optional)

    @property
    def rewritten(self) -> bool:
        """Tell whether its values have to be written anew in another type."""
        return not in_place(self.old, self.new)


@dataclass(frozen=True)
class TableChange:
    """A table that stays, under its own or another name, with its columns that stay."""

    old: Table
    new: Table
    columns: tuple[ColumnChange, ...]

    @cached_property
    def added(self) -> list[Column]:
        """Return the columns that it had not."""
        kept = {each.new.name for each in self.columns}
        return [column for column in self.new.columns if column.name not in kept]

    @cached_property
    def removed(self) -> list[Column]:
        """Return the columns that it has no more."""
        kept = {each.old.name for each in self.columns}
        return [column for column in self.old.columns if column.name not in kept]

    @cached_property
    def dropped(self) -> list[Part]:
        """Return the constraints and indexes that go, or are made anew."""
        after = parts(self.new)
        return [part for part in parts(self.old).values() if self._moves(part) or part != after.get(part.name)]

    @cached_property
    def created(self) -> list[Part]:
        """Return the constraints and indexes that come, or are made anew."""
        before = {part.name: part for part in parts(self.old).values() if not self._moves(part)}
        return [part for part in parts(self.new).values() if part != before.get(part.name)]

    def _moves(self, part: Part) -> bool:
        """Tell whether a constraint is about a column that moves, so that it has to be made anew."""
        return any(each.old.name in part.columns and (each.renamed or each.rewritten) for each in self.columns)

    @property
    def is_one(self) -> bool:
        """Tell whether anything changes."""
        touched = [each for each in self.columns if each.renamed or each.altered]
        return self.old.name != self.new.name or any((touched, self.added, self.removed, self.dropped, self.created))


@dataclass(frozen=True)
class Evolution:
    """Tables that come, tables that go (each in the order in which they can be made), and tables that change.

    ``carried`` are those of the first two that hold the same pairs.
    """

    added: list[Table]
    removed: list[Table]
    changed: list[TableChange]
    carried: list[Carried]

    def __bool__(self) -> bool:
        """Tell whether anything changes."""
        return bool(self.added or self.removed or self.changed)


def evolution(old: Charter, new: Charter) -> Evolution:
    """Return what leads from the tables of one charter to those of another.

    What goes and what comes in the same place, alike but for the name, is taken for a renaming: nothing is lost by it.
    """
    before, after = (tables(plain(each), plain_views(each)) for each in (old, new))
    names = _new_names(before, after, (_places(old), _places(new)))
    before = [_pointing(table, names) for table in before]
    kept = {names.get(table.name, table.name): table for table in before}
    there = {table.name for table in after}
    changes = [_change(kept[table.name], table) for table in after if table.name in kept]
    added = ordered((table for table in after if table.name not in kept), kept)
    removed = ordered((table for name, table in kept.items() if name not in there), there)
    return Evolution(
        added,
        removed,
        changed=[each for each in changes if each.is_one],
        carried=carried(removed, added, paired(old) | paired(new)),
    )


def _places(charter: Charter) -> list[str]:
    return [entity.plural for entity in plain(charter).entities]


def _pointing(table: Table, names: Mapping[str, str]) -> Table:
    """Return a table whose keys point at the new names: databases see to that when they rename a table."""
    return replace(table, keys=tuple(replace(key, target=names.get(key.target, key.target)) for key in table.keys))


def _change(old: Table, new: Table) -> TableChange:
    slots = _slots([column.name for column in old.columns], [column.name for column in new.columns])
    by_name = {column.name: column for column in old.columns}
    kept = {column.name: column for column in new.columns if column.name in by_name}
    pairs = [ColumnChange(by_name[name], column) for name, column in kept.items()]
    alike = {column.name: _alike(old, column) for column in old.columns}
    for gone, come in slots:
        column = next(each for each in new.columns if each.name == come)
        if alike[gone] == _alike(new, column):
            pairs.append(ColumnChange(by_name[gone], column))
    return TableChange(old, new, tuple(pairs))


def _alike(table: Table, column: Column) -> tuple[object, ...]:
    """Return what two columns share that differ in their names alone."""
    target = next(((key.target, key.rule) for key in table.keys if key.column == column.name), None)
    field = changed(column.field, name="-", description="") if column.field else None
    return column.storage, column.optional, field, target


def _slots(old: Sequence[str], new: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Yield pairs of a name that went and one that came behind the same name that stayed."""
    gone, come = _behind(old, lambda name: name in new), _behind(new, lambda name: name in old)
    for place in gone:
        yield from zip(gone[place], come.get(place, ()), strict=False)


def _behind(names: Sequence[str], stays: Callable[[str], bool]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    place = ""
    for name in names:
        if stays(name):
            place = name
        else:
            found.setdefault(place, []).append(name)
    return found


def _new_names(before: list[Table], after: list[Table], places: tuple[list[str], list[str]]) -> dict[str, str]:
    """Return the new names of tables: of entities in the same place with the same columns, then of their links."""
    old, new = ({table.name: table for table in each} for each in (before, after))
    names: dict[str, str] = {}
    for gone, come in _slots(*places):
        if gone in old and come in new and _shape(old[gone], {}) == _shape(new[come], {}):
            names[gone] = come
    for link in (table for table in before if table.primary != ("id",) and table.name not in new):
        come = [each for each in after if each.name not in old and each.primary != ("id",)]
        same = [each.name for each in come if _ends(each, {}) == _ends(link, names)]
        names |= {link.name: same[0]} if len(same) == 1 else {}
    return names


def _shape(table: Table, names: Mapping[str, str]) -> list[object]:
    return [(column.name, column.storage, column.optional) for column in table.columns] + _ends(table, names)


def _ends(table: Table, names: Mapping[str, str]) -> list[object]:
    """Return where the keys of a table lead; to itself is one place under every name."""
    return [(key.target == table.name or names.get(key.target, key.target), key.rule) for key in table.keys]
