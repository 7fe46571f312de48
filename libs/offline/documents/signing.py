"""The tables by which a printed project signs people in: no things of the system, but what makes rows owned."""

from __future__ import annotations

from libs.offline.documents.tables import Document, Table

_TABLES = ("auth_users", "auth_sessions")
OWNER, USER = "owner_id", "user_id"


def take_signing_in(document: Document) -> None:
    """Take a printed project's tables for signing in, and the columns that point at them for owners and accounts."""
    if not all(name in document.tables for name in _TABLES):
        return
    document.sign_in = True
    document.tables = {name: table for name, table in document.tables.items() if name not in _TABLES}
    for table in document.tables.values():
        _owners(table)


def _owners(table: Table) -> None:
    for reference in [each for each in table.references if each.target == _TABLES[0]]:
        owned = table.owned
        table.belongs_to_user(reference.columns[0])
        if reference.columns == (USER,):
            table.owned, table.account = owned, True


def owner_unseen(document: Document, table: Table, column: str) -> bool:
    """Take ``owner_id`` for the signed-in user where the document knows no owner, and say whether it was."""
    if column != OWNER or not {"owner", "owners"}.isdisjoint(document.tables):
        return False
    table.belongs_to_user(column)
    document.sign_in = True
    document.notes.assume(f"{table.name}.{column} is the signed-in user who made the row.")
    return True
