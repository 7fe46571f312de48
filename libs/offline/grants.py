"""Roles and who may do what, from the deeds that sentences allow."""

from __future__ import annotations

from libs.contracts.charter import Crud
from libs.offline.draft import Draft
from libs.offline.facts import Facts
from libs.offline.lexicon import verbs
from libs.offline.words import MAX_COLUMN, article, human, singular, snake

_ORDER: tuple[Crud, ...] = ("create", "read", "update", "delete")
_BY_VERB: tuple[tuple[Crud, frozenset[str]], ...] = (
    ("create", verbs.CREATE), ("read", verbs.READ), ("update", verbs.UPDATE), ("delete", verbs.DELETE),
)  # fmt: skip
# The contract holds no more than these.
_MAX_ROLES, _MAX_GRANTS = 20, 400


def grant_all(draft: Draft, facts: Facts) -> None:
    """Add the roles named and the permissions that deeds give."""
    for phrase in facts.roles:
        _role(draft, "_".join((*phrase.words[:-1], singular(phrase.words[-1]))))


def _role(draft: Draft, name: str) -> str:
    role = snake(name, MAX_COLUMN)
    if not role or (role not in draft.roles and len(draft.roles) >= _MAX_ROLES):
        return ""
    role = "admin" if role == "administrator" and "admin" in draft.roles else role
    draft.roles.setdefault(role, f"{article(human(role)).capitalize()} of the system.")
    return role
