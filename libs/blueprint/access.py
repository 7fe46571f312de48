"""Who may do what on which rows: decided from the charter's permissions, and as the expressions that routes use.

Routes take one session, ``session: SessionDep``; it takes the write lock of SQLite by itself where the method writes.
"""

from __future__ import annotations

import keyword
from collections.abc import Iterator
from dataclasses import dataclass

from libs.blueprint.view import EntityView, Link
from libs.contracts.charter import Charter, Permission

CRUD = ("create", "read", "update", "delete")
ADMIN, USER, PUBLIC = "admin", "user", "public"
_TAKEN = frozenset({"limited", "sa"})


@dataclass(frozen=True)
class Right:
    """Roles that may do something with every row, and those that may with their own; ``admin`` always may."""

    every: tuple[str, ...] = ()
    own: tuple[str, ...] = ()

    def reach(self, role: str) -> str:
        """Return ``every``, ``own`` or ``none``: the rows with which a role may do it."""
        words = {role, PUBLIC} if role == PUBLIC else {role, USER, PUBLIC}
        if role == ADMIN or words & set(self.every):
            return "every"
        return "own" if words & set(self.own) else "none"

    @property
    def source(self) -> str:
        """Return the right as printed."""
        parts = [f"{word}={_names(roles)}" for word, roles in (("every", self.every), ("own", self.own)) if roles]
        return f"Right({', '.join(parts)})"


def _names(roles: tuple[str, ...]) -> str:
    listed = ", ".join(f'"{role}"' for role in roles)
    return f"({listed},)" if len(roles) == 1 else f"({listed})"


def signs_in(charter: Charter) -> bool:
    """Tell whether people sign in to the system."""
    owned = any(entity.owned or entity.account for entity in charter.entities)
    return bool(charter.sign_in or charter.roles or charter.permissions or owned)


def default_role(charter: Charter) -> str:
    """Return the role of whoever registers: the first that people may sign up for, else ``user``."""
    return next((role.name for role in charter.roles if role.signup), USER)


def roles(charter: Charter) -> list[str]:
    """Name the roles a user can have, ``admin`` first; ``public`` is nobody's role."""
    named = [ADMIN, *(role.name for role in charter.roles), *([USER] if default_role(charter) == USER else [])]
    return [role for role in dict.fromkeys(named) if role != PUBLIC]


def actions(view: EntityView) -> list[str]:
    """Name what can be done with rows of the entity."""
    return [*CRUD, *(action.name for action in view.entity.actions)]


def right(view: EntityView, action: str) -> Right:
    """Return who may do ``action``: whom permissions name, else everybody signed in, with own rows their owner."""
    named = [grant for grant in _grants(view) if action in grant.actions]
    if not named:
        return Right(own=(USER,)) if own_path(view) is not None and not _only_named(view) else Right(every=(USER,))
    every = tuple(dict.fromkeys(grant.role for grant in named if not grant.own_only))
    own = dict.fromkeys(grant.role for grant in named if grant.own_only)
    return Right(every, tuple(role for role in own if role not in every))


def _grants(view: EntityView) -> list[Permission]:
    return [grant for grant in view.charter.permissions if grant.entity == view.name]


def _only_named(view: EntityView) -> bool:
    """Tell whether rows are somebody's own only where a permission says so, through a person's account."""
    path = own_path(view) or ()
    return bool(path) and path[-1].target.entity.account


def own_path(view: EntityView) -> tuple[Link, ...] | None:
    """Return the references that lead to a row's owner; ``None`` where rows belong to nobody."""
    if view.stamps.owner:
        return ()
    paths = list(_paths(view))
    owned = [path for path in paths if not path[-1].target.entity.account]
    if any(grant.own_only for grant in _grants(view)):
        owned = [path for path in paths if path[-1].target.entity.account] + owned + _assigned(view)
    return owned[0] if owned else None


def _assigned(view: EntityView) -> list[tuple[Link, ...]]:
    """Return the optional references to a person: a row belongs to whom it was given, and until then to nobody."""
    return [(link,) for link in view.references if link.target.entity.account and not link.needed]


def _paths(view: EntityView) -> Iterator[tuple[Link, ...]]:
    """Yield the ways over required references to an entity whose rows have an owner, shortest first."""
    waiting: list[tuple[tuple[Link, ...], EntityView]] = [((), view)]
    seen = {view.name}
    for path, each in waiting:
        for link in (link for link in each.references if link.needed and link.target.name not in seen):
            seen.add(link.target.name)
            waiting.append(((*path, link), link.target))
            if link.target.stamps.owner:
                yield (*path, link)


def refer_right(view: EntityView) -> Right:
    """Return who may refer to rows of an entity that has owners.

    To every row may refer who may read every row, and who may write every row of what belongs to them by it.
    """
    every = dict.fromkeys(right(view, "read").every)
    for source in view.peers.values():
        path = own_path(source)
        if path and path[0].target is view:
            every |= dict.fromkeys(role for action in ("create", "update") for role in right(source, action).every)
    return Right(tuple(every), () if USER in every else (USER,))


def assign_right(view: EntityView) -> Right:
    """Return who may say which login an account's row belongs to: roles that may change every row."""
    every = [role for action in ("create", "update") for role in right(view, action).every]
    return Right(tuple(dict.fromkeys(role for role in every if role not in (USER, PUBLIC))))


def rights(view: EntityView) -> dict[str, Right]:
    """Return the rights on an entity by the word that printed routes use."""
    found = {action: right(view, action) for action in actions(view)}
    if own_path(view) is not None:
        found["refer"] = refer_right(view)
    if view.entity.account:
        found["assign"] = assign_right(view)
    return found


def function(view: EntityView) -> str:
    """Name the function of ``app/access.py`` that selects rows of the entity."""
    return f"{view.plural}_" if keyword.iskeyword(view.plural) or view.plural in _TAKEN else view.plural


def rows(view: EntityView) -> str:
    """Return the source of a select of all rows that are not deleted."""
    return f"sa.select({view.cls})" + (f".where({view.cls}.deleted_at.is_(None))" if view.entity.soft_delete else "")


def owned_by(view: EntityView) -> str:
    """Return the source of the condition that a row belongs to ``owner``."""
    path = own_path(view) or ()
    end = path[-1].target if path else view
    condition = f"{end.cls}.{end.stamps.owner} == owner"
    for link in reversed(path):
        condition = f"{link.source.cls}.{link.attr}.has({condition})"
    return condition


def is_public(view: EntityView, action: str) -> bool:
    """Tell whether nobody needs to sign in for an action."""
    return not signs_in(view.charter) or PUBLIC in right(view, action).every


def scope(view: EntityView, action: str) -> str:
    """Return the source of a select of the rows on which the caller may do ``action``."""
    return rows(view) if is_public(view, action) else f'access.{function(view)}(user, "{action}")'


def guarded(link: Link) -> bool:
    """Tell whether a reference may only lead to rows that the caller may refer to.

    Where an entity names several people, one of them is its owner; the others may be anybody.
    """
    if not signs_in(link.source.charter) or own_path(link.target) is None:
        return False
    people = [each for each in link.source.links if each.target is link.target and each.target.entity.account]
    if link not in people:
        return True
    owner = (own_path(link.source) or (people[0],))[0]
    return link is (owner if owner in people else people[0])


def refer(link: Link) -> str:
    """Return the source of a select of the rows that the caller may refer to by ``link`` in what they write."""
    return f'access.{function(link.target)}(user, "refer")' if guarded(link) else rows(link.target)


def check(view: EntityView, action: str) -> str:
    """Return the source of a call that raises where the caller may not do ``action`` at all.

    It returns the id of the user to whose rows the caller is limited, or ``None``. Empty without sign-in.
    """
    return "" if is_public(view, action) else f'access.limited(user, "{view.plural}.{action}")'


def user_parameter(view: EntityView, action: str) -> str:
    """Return the route's further parameter for whoever is signed in, from its comma on; empty without sign-in."""
    if not signs_in(view.charter):
        return ""
    if not is_public(view, action):
        return ", user: CurrentUser"
    writes = action not in ("read", "delete")
    asked = view.entity.account or any(own_path(link.target) is not None for link in view.links)
    return ", user: OptionalUser" if writes and asked else ""


def confirms(view: EntityView, action: str) -> bool:
    """Tell whether a written row must be looked at again: it belongs to somebody by what it refers to."""
    return bool(own_path(view)) and bool(right(view, action).own)
