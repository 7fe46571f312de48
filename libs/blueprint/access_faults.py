"""What keeps permissions, and what entities say about their rows as a whole, from being printed."""

from __future__ import annotations

from collections.abc import Iterator

from libs.blueprint import access, values
from libs.blueprint.view import EntityView
from libs.contracts.charter import Charter, Entity, Permission

_TO_ONE = ("many_to_one", "one_to_one")


def access_faults(charter: Charter, views: list[EntityView]) -> Iterator[str]:
    """Yield what is wrong with permissions; every name in them is known to be declared."""
    by_name = {view.name: view for view in views}
    for index, permission in enumerate(charter.permissions):
        place = f"permissions[{index}]"
        yield from _actions(place, permission, by_name[permission.entity])
        yield from _rows(place, permission, by_name[permission.entity])


def _actions(place: str, permission: Permission, view: EntityView) -> Iterator[str]:
    known = access.actions(view)
    for action in permission.actions:
        if action not in known:
            yield f'{place}.actions "{action}" is no action of {view.name}; declared are: {", ".join(known)}'


def _rows(place: str, permission: Permission, view: EntityView) -> Iterator[str]:
    if permission.role == access.PUBLIC and permission.own_only:
        yield f"{place} limits public to its own rows, but who is not signed in has none; drop own_only"
    elif permission.own_only and access.own_path(view) is None:
        yield (
            f"{place}.own_only has no meaning: rows of {view.name} belong to nobody; set owned=true on it, give it a "
            f"required relation to an entity that is owned or an account, or drop own_only"
        )
    owned = view.entity.owned and not view.entity.account
    if permission.role == access.PUBLIC and owned and "create" in permission.actions:
        yield f"{place} lets public create {view.name}, whose rows belong to whoever made them; take role user"


def entity_faults(place: str, entity: Entity) -> Iterator[str]:
    """Yield what is wrong with the names that an entity searches or wants unique together."""
    texts = [field.name for field in entity.fields if field.type in values.TEXT_TYPES]
    columns = [field.name for field in entity.fields if field.type != "json"]
    columns += [relation.name for relation in entity.relations if relation.kind in _TO_ONE]
    for name in entity.search:
        if name not in texts:
            yield f'{place}.search "{name}" is no text field; declared are: {", ".join(texts) or "none"}'
    for index, together in enumerate(entity.unique_together):
        where = f"{place}.unique_together[{index}]"
        for name in together.fields:
            if name not in columns:
                yield f'{where} "{name}" is neither a field nor a to-one relation; declared are: {", ".join(columns)}'
        if len(set(together.fields)) < len(together.fields):
            yield f"{where} names a field twice; name each once"
