"""A charter in its plain form, in which a many-to-many relation with fields of its own is an entity."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache

from msgspec.structs import replace

from libs.blueprint import names
from libs.blueprint.view import EntityView, entity_views
from libs.contracts.charter import Charter, Entity, Permission, UniqueTogether
from libs.contracts.fields import Relation

# What somebody may do with a row is what they may do with its pairs; changing the row is changing them.
_PAIR_ACTIONS = {"read": ("read",), "update": ("create", "update", "delete")}


def plain(charter: Charter) -> Charter:
    """Return the charter with each pair that has fields as an entity of its own, after the others."""
    pairs = {(entity.name, link.name): _pair(charter, entity, link) for entity, link in _with_fields(charter)}
    if not pairs:
        return charter
    entities = tuple(replace(each, relations=tuple(_kept(charter, each))) for each in charter.entities)
    grants = [grant for (source, _), pair in pairs.items() for grant in _grants(charter, source, pair.name)]
    return replace(
        charter,
        entities=(*entities, *pairs.values()),
        permissions=(*charter.permissions, *grants),
    )


def paired(charter: Charter) -> frozenset[str]:
    """Return the tables of the pairs that have fields."""
    return frozenset(_pair(charter, entity, link).plural for entity, link in _with_fields(charter))


@lru_cache(maxsize=4)
def plain_views(charter: Charter) -> list[EntityView]:
    """Return the views of a charter's plain form, the same ones to whoever asks, so that they are judged once."""
    return entity_views(plain(charter))


def _with_fields(charter: Charter) -> Iterator[tuple[Entity, Relation]]:
    for entity in charter.entities:
        yield from ((entity, link) for link in entity.relations if _is_pair(link))


def _is_pair(link: Relation) -> bool:
    return link.kind == "many_to_many" and bool(link.fields)


def _kept(charter: Charter, entity: Entity) -> Iterable[Relation]:
    """Leave out the relations that became entities, and the same ones as the other side states them."""
    paired = {source.name for source, link in _with_fields(charter) if link.target == entity.name}
    for link in entity.relations:
        mirrored = link.kind == "many_to_many" and link.target in paired
        if not _is_pair(link) and not mirrored:
            yield link


def _pair(charter: Charter, source: Entity, link: Relation) -> Entity:
    near = names.snake(source.name)
    far = f"other_{near}" if link.target == source.name else names.snake(link.target)
    target = next((entity for entity in charter.entities if entity.name == link.target), source)
    one = target.name if link.name == target.plural else names.pascal(_singular(link.name))
    return Entity(
        name=f"{source.name}{one}",
        plural=f"{near}_{link.name}",
        description=link.description,
        fields=link.fields,
        relations=(
            Relation(near, source.name, on_delete="cascade"),
            Relation(far, link.target, on_delete="restrict" if link.on_delete == "restrict" else "cascade"),
        ),
        unique_together=(UniqueTogether((near, far)),),
    )


def _singular(plural: str) -> str:
    return f"{plural[:-3]}y" if plural.endswith("ies") else plural.removesuffix("s")


def _grants(charter: Charter, source: str, pair: str) -> Iterator[Permission]:
    for grant in charter.permissions:
        actions = tuple(each for action in grant.actions for each in _PAIR_ACTIONS.get(action, ()))
        if grant.entity == source and actions:
            yield replace(grant, entity=pair, actions=actions)
