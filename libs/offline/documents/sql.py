"""SQL DDL of PostgreSQL, MySQL and SQLite as a document."""

from __future__ import annotations

import re
from collections.abc import Callable

from msgspec.structs import replace
from sqlglot import Expr, exp

from libs.contracts.behaviour import UniqueIn
from libs.offline.documents.notes import Broken, cut
from libs.offline.documents.sql_checks import read_check
from libs.offline.documents.sql_columns import Reader
from libs.offline.documents.sql_conditions import conditions
from libs.offline.documents.sql_text import Piece, source
from libs.offline.documents.tables import MAX_COLUMNS, Check, Document, Table
from libs.offline.lexicon import words

_TABLE = re.compile(r"CREATE (?:OR REPLACE )?(?:(?:GLOBAL|LOCAL) )?(?:TEMP |TEMPORARY |UNLOGGED )?TABLE ")
_INDEX = re.compile(r"CREATE (?:UNIQUE )?INDEX ")
_SILENT = words(
    """
    SET BEGIN START COMMIT ROLLBACK DROP PRAGMA LOCK UNLOCK GRANT REVOKE SELECT ANALYZE VACUUM END SHOW REINDEX
    EXPLAIN RESET DISCARD SAVEPOINT RELEASE
    """
)
_SILENT_PAIRS = (
    "CREATE EXTENSION",
    "CREATE SEQUENCE",
    "ALTER SEQUENCE",
    "ALTER TYPE",
    "ALTER DATABASE",
    "ALTER DEFAULT",
)
_ROWS = words("INSERT REPLACE UPDATE DELETE COPY MERGE TRUNCATE")
_OTHERS = words("CREATE ALTER DO CALL WITH")
_DELIMITED = re.compile(r"^delimiter\b", re.IGNORECASE | re.MULTILINE)
_COMMENT = re.compile(r"\bcomment\s*=?\s*'((?:[^']|'')*)'", re.IGNORECASE)


def read_sql(text: str) -> Document:
    """Return the document of a schema; raise ``Broken`` with the line where it cannot be read."""
    found = source(text)
    script = _Script(Document("SQL schema"), found.dialect)
    if _DELIMITED.search(text):
        script.document.notes.lose("Triggers and procedures are not kept: only tables, types and indexes are.")
    for statement in found.statements():
        script.run(statement)
    return script.finish()


class _Script:
    """Runs the statements of a schema on a document."""

    def __init__(self, document: Document, dialect: str) -> None:
        self.document = document
        self.reader = Reader(dialect, document.notes)

    def run(self, statement: Piece) -> None:
        """Take one statement."""
        head = " ".join(statement.words())
        for begins, action in self._actions():
            if begins.match(head):
                action(statement)
                return
        first, pair = head.split(" ")[0], " ".join(head.split(" ")[:2])
        if first in _ROWS | _OTHERS and pair not in _SILENT_PAIRS:
            what = f'"{cut(statement.text)}"' if first in _OTHERS else "A statement that changes rows"
            self.document.notes.lose(f"{what} is not kept: only tables, types and indexes are.")
        elif first not in _SILENT and pair not in _SILENT_PAIRS:
            raise Broken(f'"{cut(statement.text)}" is no SQL statement that I know', statement.line)

    def _actions(self) -> tuple[tuple[re.Pattern[str], Callable[[Piece], None]], ...]:
        return (
            (_TABLE, self._table),
            (_INDEX, self._index),
            (re.compile("ALTER TABLE "), self._alter),
            (re.compile(r"CREATE TYPE .*\bAS ENUM"), self._enum),
            (re.compile("CREATE DOMAIN "), self._domain),
            (re.compile("COMMENT ON "), self._comment),
            (re.compile("(?:CREATE (?:DATABASE|SCHEMA)|USE) "), self._title),
        )

    def _title(self, statement: Piece) -> None:
        name = statement.part(-1).text.strip('`"') if len(statement.tokens) < 7 else ""
        if name.isidentifier() and name.lower() not in {"public", "postgres", "main"}:
            self.document.title = self.document.title or name.replace("_", " ").title()

    def _table(self, statement: Piece) -> None:
        opening = next((at for at, token in enumerate(statement.tokens) if token.text == "("), 0)
        if not opening or "AS" in statement.words(opening) or "OF" in statement.words(opening):
            self.document.notes.lose(f"Line {statement.line}: a table without columns of its own is not kept.")
            return
        closing = statement.closing(opening)
        table = self.document.add(Table(statement.tokens[opening - 1].text), statement.line)
        items = statement.part(opening + 1, closing).split()
        if len(items) > MAX_COLUMNS:
            raise Broken(f"{cut(table.name)} has more than {MAX_COLUMNS} columns and constraints", statement.line)
        for item in items:
            self._item(table, item, statement.tokens[closing].line)
        told = _COMMENT.search(statement.part(closing + 1).text)
        table.description = told[1].replace("''", "'") if told else ""

    def _item(self, table: Table, item: Piece, line: int) -> None:
        if not item.tokens:
            raise Broken(f"{cut(table.name)} has an empty place between two commas, or a comma before its end", line)
        self._nested(item)
        made = item.source.parse(f"CREATE TABLE t ({item.text})", item.line)
        for part in made.this.expressions if isinstance(made.this, exp.Schema) else []:
            self.reader.take(table, part, item.line)

    def _nested(self, piece: Piece) -> None:
        opening = next((at for at, token in enumerate(piece.tokens) if token.text == "("), None)
        if opening is not None:
            piece.closing(opening)

    def _found(self, name: str, line: int) -> Table:
        table = self.document.tables.get(name.lower())
        if table is None:
            raise Broken(f'there is no table "{cut(name)}" above it', line)
        return table

    def _index(self, statement: Piece) -> None:
        self._nested(statement)
        try:
            made = statement.source.parse(statement.text, statement.line)
        except Broken:
            self.document.notes.lose(f"Line {statement.line}: {cut(statement.text, 150)}")
            return
        index = made.this
        table = self._found(index.args["table"].name, statement.line)
        parameters = index.args.get("params")
        columns = [each.this for each in (parameters.args.get("columns") if parameters else None) or []]
        names = tuple(each.name.lower() for each in columns if isinstance(each, exp.Column))
        where = parameters.args.get("where") if parameters else None
        if len(names) < len(columns) or not set(names) <= set(table.columns):
            self.document.notes.lose(f"Line {statement.line}: {cut(statement.text, 150)}")
        elif not made.args.get("unique"):
            self.reader.index(table, list(names))
        elif where:
            self.reader.indexes.append((table, names, where.this))
        else:
            table.uniques.append(names)

    def _alter(self, statement: Piece) -> None:
        words = statement.words(12)
        at = 2 + sum(word in {"ONLY", "IF", "EXISTS"} for word in words[2:5])
        while len(statement.tokens) > at + 1 and statement.tokens[at + 1].text == ".":
            at += 2
        table = self.document.tables.get(statement.tokens[at].text.lower()) if at < len(statement.tokens) else None
        for action in statement.part(at + 1).split():
            if table is None or not action.tokens or action.words(1) in (["OWNER"], ["ENABLE"], ["AUTO_INCREMENT"]):
                continue
            self._change(table, action)

    def _change(self, table: Table, action: Piece) -> None:
        self._nested(action)
        try:
            made = action.source.parse(f"ALTER TABLE t {action.text}", action.line)
        except Broken:
            if action.words(1) == ["ADD"]:
                raise
            made = None
        for part in made.args.get("actions", []) if made else []:
            self._apply(table, part, action)

    def _apply(self, table: Table, part: Expr, action: Piece) -> None:
        if isinstance(part, exp.AddConstraint):
            for each in part.expressions:
                self.reader.take(table, each, action.line)
        elif isinstance(part, exp.ColumnDef):
            self.reader.column(table, part, action.line)
        elif isinstance(part, exp.ModifyColumn):
            table.columns.pop(part.this.name.lower(), None)
            self.reader.column(table, part.this, action.line)
        elif isinstance(part, exp.AlterColumn) and part.name.lower() in table.columns:
            self._alter_column(table, part, action)
        elif action.words(1) != ["VALIDATE"]:
            self.document.notes.lose(f"Line {action.line}: {cut(action.text, 150)}")

    def _alter_column(self, table: Table, part: exp.AlterColumn, action: Piece) -> None:
        name = part.name.lower()
        if part.args.get("default") is not None:
            self.reader.default(table, name, part.args["default"])
        elif "SET NOT NULL" in " ".join(action.words(12)):
            table.columns[name] = replace(table.columns[name], required=True)

    def _enum(self, statement: Piece) -> None:
        made = statement.source.parse(statement.text, statement.line)
        values = made.expression.expressions if made.expression else []
        self.reader.enums[made.this.name.lower()] = tuple(each.name for each in values)

    def _domain(self, statement: Piece) -> None:
        words = statement.words(8)
        at = words.index("AS") + 1 if "AS" in words else 3
        self._nested(statement)
        made = statement.source.parse(f"CREATE TABLE t (value {statement.part(at).text})", statement.line)
        column = made.find(exp.ColumnDef)
        if column is not None:
            self.reader.domains[statement.tokens[2].text.lower()] = column

    def _comment(self, statement: Piece) -> None:
        made = statement.source.parse(statement.text, statement.line)
        text = made.expression.name if isinstance(made.expression, Expr) else ""
        named = made.this
        table = self.document.tables.get(str(getattr(named, "table", "") or named.name).lower())
        if table is None:
            return
        if isinstance(named, exp.Column) and named.name.lower() in table.columns:
            table.columns[named.name.lower()] = replace(table.columns[named.name.lower()], description=text)
        elif isinstance(named, exp.Table):
            table.description = text

    def finish(self) -> Document:
        """Return the document with what had to wait for all columns."""
        for table, check in self.reader.checks:
            read_check(check, table, self.reader.dialect)
        for table, part in self.reader.excluded:
            self.reader.exclude(table, part)
        for table, names, where in self.reader.indexes:
            said = Check(f"UNIQUE ({', '.join(names)}) WHERE {cut(where.sql(self.reader.dialect), 200)}")
            held = conditions(where, table)
            said.enforcement = UniqueIn(names, held) if held else None
            table.checks.append(said)
        return self.document
