"""Compare roles and what they may do."""

from __future__ import annotations

from libs.contracts.charter import Charter
from tests.wishes.align import Aligned
from tests.wishes.naming import same
from tests.wishes.parts_behaviour import is_named, sets
from tests.wishes.tally import Tallies
from tests.wishes.want import Grant, Wanted

BUILT_IN = {"public", "user", "admin"}


def compare(wanted: Wanted, charter: Charter, aligned: Aligned, tallies: Tallies) -> None:
    """Count the roles, then each single thing that a role may do."""
    given = {_role(each.name, wanted) for each in charter.roles} - BUILT_IN
    sure = {each.item for each in wanted.roles if not each.may} - BUILT_IN
    sets(tallies["roles"], sure, {each.item for each in wanted.roles}, given)
    grants = {each.item for each in wanted.grants}
    must = {each.item for each in wanted.grants if not each.may}
    may = {grant for grant in _given(wanted, charter, aligned) if _is_free(grant, must, wanted)}
    sets(tallies["permissions"], _said(must), _said(grants | may), _said(_given(wanted, charter, aligned)))


def _said(grants: set[Grant]) -> set[str]:
    return {f"{each.role} {each.action} {each.entity}{' own' if each.own else ''}" for each in grants}


def _role(name: str, wanted: Wanted) -> str:
    return next((each.item for each in wanted.roles if same(name, each.names)), name)


def _given(wanted: Wanted, charter: Charter, aligned: Aligned) -> set[Grant]:
    found: set[Grant] = set()
    for each in charter.permissions:
        role, entity = _role(each.role, wanted), aligned.entity(each.entity)
        found |= {Grant(role, entity, _action(name, entity, wanted), each.own_only) for name in each.actions}
    return found


def _action(name: str, entity: str, wanted: Wanted) -> str:
    actions = [action for each in wanted.entities if each.name == entity for action in each.actions]
    return next((each.names[0] for each in actions if is_named(name, each.names)), name)


def _is_free(grant: Grant, must: set[Grant], wanted: Wanted) -> bool:
    """What changes nothing: the admin's, and reading what everybody who signed in may read."""
    read = any(each.action == "read" and each.entity == grant.entity for each in must)
    neutral = any(each.may and each.name == grant.entity for each in wanted.entities)
    mentioned = any(each.item == grant.role for each in wanted.roles if each.may)
    return grant.role == "admin" or (grant.action == "read" and not read) or neutral or mentioned
