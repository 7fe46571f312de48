"""Who may do what on which rows: the expressions that printed routes use.

Routes take one session, ``session: SessionDep``; it takes the write lock of SQLite by itself where the method writes.
"""

from __future__ import annotations

from libs.blueprint.view import EntityView


def scope(view: EntityView, action: str) -> str:
    """Return the source of a select of the rows on which the caller may do ``action``."""
    del action
    return f"sa.select({view.cls})"


def refer(view: EntityView) -> str:
    """Return the source of a select of the rows that the caller may refer to in what they write."""
    return f"sa.select({view.cls})"


def user_parameter(view: EntityView, action: str) -> str:
    """Return the route's further parameter for whoever is signed in, from its comma on; empty without sign-in."""
    del view, action
    return ""
