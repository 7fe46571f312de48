"""Indexes of a table that are more than one column's own: unique together, and unique among some rows only."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from libs.blueprint import names
from libs.blueprint.literals import quoted
from libs.blueprint.view import EntityView
from libs.contracts.behaviour import Condition, Rule, UniqueIn

_ALIVE = "deleted_at IS NULL"


@dataclass(frozen=True)
class Index:
    """An index; ``where`` is the SQL of the rows that it is about, understood by SQLite and PostgreSQL."""

    name: str
    columns: tuple[str, ...]
    unique: bool = False
    where: str = ""

    @property
    def arguments(self) -> str:
        """Return the source of what follows name and columns, from its comma on."""
        text = f"sa.text({quoted(self.where)})"
        where = f", sqlite_where={text}, postgresql_where={text}" if self.where else ""
        return f"{', unique=True' if self.unique else ''}{where}"

    @property
    def source(self) -> str:
        """Return the index as an argument of a table."""
        return f"sa.Index({', '.join(quoted(part) for part in (self.name, *self.columns))}{self.arguments})"


def unique_sets(view: EntityView) -> Iterator[tuple[str, ...]]:
    """Yield the columns whose values no two rows share; none of a table that keeps deleted rows."""
    yield from () if view.entity.soft_delete else unique(view)


def indexes(view: EntityView) -> Iterator[Index]:
    """Yield the indexes that hold values unique among some rows: those not deleted, and those a rule is about."""
    yield from (index for index, _ in ruled(view))
    for members in unique(view) if view.entity.soft_delete else ():
        yield Index(names.table_name(f"uq_{view.plural}_{'_'.join(members)}"), members, unique=True, where=_ALIVE)


def unique(view: EntityView) -> Iterator[tuple[str, ...]]:
    """Yield the columns whose values are unique: among all rows, or among those not deleted."""
    yield from ((field.name,) for field in view.fields if field.unique)
    yield from ((stamp.name,) for stamp in view.stamps.all if "unique=True" in stamp.options)
    yield from ((link.key,) for link in view.references if link.single)
    yield from together(view)


def together(view: EntityView) -> Iterator[tuple[str, ...]]:
    """Yield the sets of columns that the charter wants unique together."""
    keys = {link.relation.name: link.key for link in view.references}
    yield from (tuple(keys.get(name, name) for name in each.fields) for each in view.entity.unique_together)


def ruled(view: EntityView) -> Iterator[tuple[Index, Rule]]:
    """Yield the indexes that hold up rules about unique values, as far as their conditions can be said in SQL."""
    keys = {link.relation.name: link.key for link in view.references}
    for rule in view.charter.rules:
        kept = rule.enforcement
        if rule.entity != view.name or not isinstance(kept, UniqueIn):
            continue
        conditions = [_sql(view, condition) for condition in kept.where]
        if all(conditions):
            alive = [_ALIVE] if view.entity.soft_delete else []
            members = tuple(keys.get(name, name) for name in kept.fields)
            name = names.table_name(f"uq_{view.plural}_{'_'.join(members)}_{rule.id.lower()}")
            yield Index(name, members, unique=True, where=" AND ".join([*conditions, *alive])), rule


def _sql(view: EntityView, condition: Condition) -> str:
    """Return a condition on a column of the row itself as SQL that both databases read; empty where it is none."""
    kinds = {field.name: field.type for field in view.fields} | {link.relation.name: "id" for link in view.references}
    kind = kinds.get(condition.field, "")
    column = next((link.key for link in view.references if link.relation.name == condition.field), condition.field)
    if not kind or condition.operator in ("is_set", "is_unset"):
        return kind and f'"{column}" IS {"NOT " if condition.operator == "is_set" else ""}NULL'
    if condition.value is not None and (condition.value.kind != "literal" or condition.operator not in ("eq", "ne")):
        return ""
    if kind == "boolean" and condition.value is not None:
        truth = (condition.value.text.lower() in ("true", "1", "yes")) == (condition.operator == "eq")
        return f'"{column}"' if truth else f'NOT "{column}"'
    return _compared(condition, column) if kind in ("enum", "string") else ""


def _compared(condition: Condition, column: str) -> str:
    if condition.operator == "in":
        return f'"{column}" IN ({", ".join(_text(choice) for choice in condition.choices)})'
    text = condition.value.text if condition.value else ""
    return f'"{column}" {"=" if condition.operator == "eq" else "<>"} {_text(text)}'


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


def table_arguments(view: EntityView) -> list[str]:
    """Return the sources of a mapped class's constraints over several columns, and of its indexes."""
    plain = [] if view.entity.soft_delete else list(together(view))
    uniques = [f"sa.UniqueConstraint({', '.join(quoted(name) for name in members)})" for members in plain]
    return [*uniques, *(index.source for index in indexes(view))]
