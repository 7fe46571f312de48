"""What stands between the brackets of a table: columns with their constraints, and constraints of the table."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from msgspec.structs import replace
from sqlglot import Expr, exp

from libs.contracts.behaviour import Computed, NoOverlap
from libs.contracts.fields import OnDelete
from libs.offline.documents.notes import Broken, Notes, cut
from libs.offline.documents.sql_conditions import bare, conditions
from libs.offline.documents.sql_types import SERIALS, dated, default_of, typed
from libs.offline.documents.tables import Check, Reference, Table

_DELETES: dict[str, OnDelete] = {"CASCADE": "cascade", "SET NULL": "set_null"}
_FORMULA = re.compile(r"[a-z0-9_ .+*/()-]{1,400}")


@dataclass(slots=True)
class Reader:
    """Takes parsed parts of tables into tables. Checks wait until all columns are known."""

    dialect: str
    notes: Notes
    enums: dict[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])
    domains: dict[str, exp.ColumnDef] = field(default_factory=dict[str, exp.ColumnDef])
    checks: list[tuple[Table, Expr]] = field(default_factory=list[tuple[Table, Expr]])
    excluded: list[tuple[Table, Expr]] = field(default_factory=list[tuple[Table, Expr]])
    indexes: list[tuple[Table, tuple[str, ...], Expr]] = field(
        default_factory=list[tuple[Table, tuple[str, ...], Expr]]
    )

    def take(self, table: Table, part: Expr, line: int) -> None:
        """Take one part of a table; raise ``Broken`` where it cannot be one."""
        if isinstance(part, exp.ColumnDef):
            self.column(table, part, line)
        elif isinstance(part, exp.Identifier):
            self.column(table, exp.ColumnDef(this=part), line)
        elif isinstance(part, exp.Constraint):
            for each in part.expressions:
                self.take(table, each, line)
        else:
            self._constraint(table, part, line)

    def _constraint(self, table: Table, part: Expr, line: int) -> None:
        if isinstance(part, exp.PrimaryKey):
            table.primary = self._names(table, part.expressions, line)
            self._require(table, table.primary)
        elif isinstance(part, exp.UniqueColumnConstraint):
            table.uniques.extend(filter(None, [self._names(table, part.this.expressions if part.this else [], line)]))
        elif isinstance(part, exp.ForeignKey):
            self._foreign(table, part, line)
        elif isinstance(part, exp.CheckColumnConstraint):
            self.checks.append((table, part.this))
        elif isinstance(part, exp.ExcludeColumnConstraint):
            self.excluded.append((table, part))
        elif isinstance(part, exp.IndexColumnConstraint):
            self.index(table, [each.name for each in part.expressions if each.name])
        else:
            self.notes.lose(f"{cut(table.name)}: {cut(part.sql(self.dialect), 120)}")

    def _names(self, table: Table, parts: list[Expr], line: int) -> tuple[str, ...]:
        names = tuple(dict.fromkeys(part.name.lower() for part in parts if part.name))
        for name in names:
            if name not in table.columns and name not in table.gone:
                raise Broken(f'"{cut(name)}" is no column of {cut(table.name)}', line)
        if table.gone & set(names):
            self.notes.lose(
                f"{cut(table.name)}: a key over {cut(', '.join(names))} is not kept, as not all of them are."
            )
            return ()
        return names

    def _require(self, table: Table, names: tuple[str, ...]) -> None:
        for name in names:
            table.columns[name] = replace(table.columns[name], required=True)

    def index(self, table: Table, names: list[str]) -> None:
        """Mark an indexed column."""
        found = [name.lower() for name in names]
        if len(found) == 1 and found[0] in table.columns:
            table.columns[found[0]] = replace(table.columns[found[0]], indexed=True)
        elif found:
            self.notes.assume("An index over several columns only makes a query faster; it is left to the database.")

    def column(self, table: Table, part: exp.ColumnDef, line: int) -> None:
        """Add a column; raise ``Broken`` where there is one of its name."""
        name, kind = part.name, part.args.get("kind")
        if name.lower() in table.columns:
            raise Broken(f'"{cut(name)}" is there twice in {cut(table.name)}', line)
        domain = self.domains.get(str(kind.args.get("kind") or "").strip('"').lower()) if kind else None
        found = typed(name, domain.args.get("kind") if domain else kind, self.enums, self.notes)
        if found is None:
            table.gone.add(name.lower())
            return
        table.columns[name.lower()] = dated(found) if self.dialect == "sqlite" else found
        if kind is not None and str(getattr(kind.this, "value", "")) in SERIALS:
            self._counted(table, name.lower())
        for constraint in [*(_of_domain(domain, name) if domain else []), *part.args.get("constraints", [])]:
            if name.lower() in table.columns:
                self.flag(table, name.lower(), constraint.args.get("kind"), line)

    def _counted(self, table: Table, name: str) -> None:
        table.counted.add(name)
        self._require(table, (name,))

    def flag(self, table: Table, name: str, kind: Expr | None, line: int) -> None:
        """Take a constraint that stands behind a column."""
        column = table.columns[name]
        if isinstance(kind, exp.NotNullColumnConstraint):
            table.columns[name] = replace(column, required=not kind.args.get("allow_null"))
        elif isinstance(kind, exp.PrimaryKeyColumnConstraint):
            table.primary = (name,)
            self._require(table, (name,))
        elif isinstance(kind, exp.UniqueColumnConstraint):
            table.columns[name] = replace(column, unique=True)
        elif isinstance(kind, exp.GeneratedAsIdentityColumnConstraint) and kind.args.get("expression"):
            self._compute(table, name, kind.args["expression"])
        elif isinstance(kind, exp.AutoIncrementColumnConstraint | exp.GeneratedAsIdentityColumnConstraint):
            self._counted(table, name)
        elif isinstance(kind, exp.CommentColumnConstraint):
            table.columns[name] = replace(column, description=kind.this.name)
        else:
            self._reach(table, name, kind, line)

    def _reach(self, table: Table, name: str, kind: Expr | None, line: int) -> None:
        if isinstance(kind, exp.DefaultColumnConstraint):
            self.default(table, name, kind.this)
        elif isinstance(kind, exp.CheckColumnConstraint):
            self.checks.append((table, kind.this))
        elif isinstance(kind, exp.Reference):
            self._refer(table, (name,), kind)
        elif isinstance(kind, exp.ComputedColumnConstraint):
            self._compute(table, name, kind.this)
        elif isinstance(kind, exp.CollateColumnConstraint) and kind.this.name.upper() == "NOCASE":
            self.notes.lose(f"{cut(table.name)}.{cut(name)}: that upper and lower case are the same is not kept.")

    def default(self, table: Table, name: str, node: Expr) -> None:
        """Give a column its default; note one that only a database can work out."""
        column = table.columns[name]
        if isinstance(node, exp.Anonymous) and node.name.lower() == "nextval":
            self._counted(table, name)
            return
        try:
            found = default_of(node, column)
        except LookupError:
            said = cut(node.sql(self.dialect), 120)
            self.notes.lose(f"{cut(table.name)}.{cut(name)}: the default {said} is worked out by the database.")
            return
        table.columns[name] = replace(column, default="[]" if column.type == "json" and found == "{}" else found)

    def _compute(self, table: Table, name: str, node: Expr) -> None:
        text = bare(node).sql().lower()
        column = table.columns.pop(name)
        table.gone.add(name)
        if _FORMULA.fullmatch(text) and column.type in ("integer", "decimal", "money"):
            table.computed.append(Computed(name, column.type, text))
        else:
            self.notes.lose(f"{cut(table.name)}.{cut(name)} is computed as {cut(text, 150)}, which is not kept.")

    def _foreign(self, table: Table, part: exp.ForeignKey, line: int) -> None:
        reference = part.args.get("reference")
        if reference is None:
            raise Broken("a foreign key names no table", line)
        if columns := self._names(table, part.expressions, line):
            self._refer(table, columns, reference)

    def _refer(self, table: Table, columns: tuple[str, ...], reference: exp.Reference) -> None:
        target = reference.this.this if isinstance(reference.this, exp.Schema) else reference.this
        said = " ".join(str(option).upper() for option in reference.args.get("options") or [])
        found = re.search(r"ON DELETE (CASCADE|SET NULL|SET DEFAULT)", said)
        if found and found[1] == "SET DEFAULT":
            self.notes.lose(f"{cut(table.name)}.{cut(columns[0])}: ON DELETE SET DEFAULT is kept as a refusal.")
        table.references = [each for each in table.references if each.columns != columns]
        table.references.append(
            Reference(columns, target.name.lower(), _DELETES.get(found[1], "restrict") if found else "restrict")
        )

    def exclude(self, table: Table, part: Expr) -> None:
        """Take EXCLUDE over a range as a rule against overlapping; note any other."""
        said = cut(part.sql(self.dialect), 200)
        scope: list[str] = []
        ends: list[str] = []
        for each in part.find_all(exp.WithOperator):
            names = [column.name.lower() for column in each.find_all(exp.Column)]
            (ends if str(each.args.get("op")) == "&&" else scope).extend(names)
        where = part.find(exp.Where)
        held = conditions(where.this, table) if where else ()
        if len(ends) != 2 or not {*ends, *scope} <= set(table.columns) or (where and not held):
            table.checks.append(Check(said))
            return
        table.checks.append(Check(said, NoOverlap(ends[0], ends[1], tuple(scope), held)))


def _of_domain(domain: exp.ColumnDef, name: str) -> list[Expr]:
    """Return the constraints of a domain with VALUE read as the column."""
    copies = [each.copy() for each in domain.args.get("constraints", [])]
    for each in copies:
        for column in each.find_all(exp.Column):
            if column.name.lower() == "value":
                column.set("this", exp.to_identifier(name))
    return copies
