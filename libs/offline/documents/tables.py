"""What every kind of document is read into first: tables with columns and references, as they are named there."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from libs.contracts.behaviour import Action, Computed, Enforcement
from libs.contracts.charter import Endpoint, Permission
from libs.contracts.fields import Field, OnDelete
from libs.offline.documents.notes import Broken, Notes

MAX_TABLES = 400
MAX_COLUMNS = 500  # of a table in a document; an entity keeps 60 fields and 30 relations


@dataclass(slots=True)
class Reference:
    """Columns of a table that name a row of another; ``name`` is the relation's where the document says it."""

    columns: tuple[str, ...]
    target: str
    on_delete: OnDelete = "restrict"
    name: str = ""
    required: bool | None = None
    single: bool = False
    description: str = ""


@dataclass(slots=True)
class Link:
    """A many-to-many relation."""

    name: str
    target: str
    on_delete: OnDelete = "cascade"
    description: str = ""


@dataclass(slots=True)
class Check:
    """A rule of a table: in words, and where it has a kind also compiled, with the document's column names."""

    text: str
    enforcement: Enforcement | None = None


@dataclass(slots=True)
class Table:
    """A thing that is kept. Columns are found by their name in lower case, ``gone`` are not kept."""

    name: str
    entity: str = ""
    description: str = ""
    columns: dict[str, Field] = field(default_factory=dict[str, Field])
    primary: tuple[str, ...] = ()
    counted: set[str] = field(default_factory=set[str])
    uniques: list[tuple[str, ...]] = field(default_factory=list[tuple[str, ...]])
    references: list[Reference] = field(default_factory=list[Reference])
    links: list[Link] = field(default_factory=list[Link])
    checks: list[Check] = field(default_factory=list[Check])
    computed: list[Computed] = field(default_factory=list[Computed])
    actions: list[Action] = field(default_factory=list[Action])
    gone: set[str] = field(default_factory=set[str])
    search: bool = False
    owned: bool = False
    account: bool = False

    def belongs_to_user(self, column: str) -> None:
        """Take a column for the signed-in user who made a row, not for a value of the row."""
        self.owned = True
        self.references = [each for each in self.references if each.columns != (column,)]
        self.columns.pop(column, None)

    def referring(self) -> dict[str, Reference]:
        """Return the columns that are part of a reference, each with its first one."""
        found: dict[str, Reference] = {}
        for reference in self.references:
            for column in reference.columns:
                found.setdefault(column, reference)
        return found


@dataclass(slots=True)
class Document:
    """All that one document says."""

    kind: str
    notes: Notes = field(default_factory=Notes)
    title: str = ""
    description: str = ""
    tables: dict[str, Table] = field(default_factory=dict[str, Table])
    endpoints: list[Endpoint] = field(default_factory=list[Endpoint])
    permissions: list[Permission] = field(default_factory=list[Permission])
    sign_in: bool = False

    def add(self, table: Table, line: int = 0) -> Table:
        """Keep a table; raise ``Broken`` where there is one of its name, or far too many."""
        key = table.name.lower()
        if key in self.tables:
            raise Broken(f'"{table.name[:60]}" is there twice', line)
        if len(self.tables) >= MAX_TABLES:
            raise Broken(f"it has more than {MAX_TABLES} tables, and at most 80 can be printed", line)
        self.tables[key] = table
        return table


def free(name: str, taken: Iterable[str]) -> str:
    """Return a name that is not taken, numbered where it has to be."""
    used, number, found = set(taken), 2, name
    while found in used:
        found, number = f"{name[:33]}{number}", number + 1
    return found
