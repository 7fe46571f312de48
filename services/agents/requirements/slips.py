"""Slips of a model that change nothing of what it means, and that would cost a whole answer to have corrected."""

from __future__ import annotations

from msgspec.structs import replace

from libs.contracts.charter import Charter, Entity, Requirements
from libs.contracts.fields import Relation


def mended(answer: Requirements) -> Requirements:
    """The answer without them: keys said again as fields, and rows that could never be the first of their kind."""
    charter = answer.charter
    return replace(answer, charter=_charter(charter)) if charter else answer


def _charter(charter: Charter) -> Charter:
    return replace(charter, entities=tuple(_entity(entity) for entity in charter.entities))


def _entity(entity: Entity) -> Entity:
    keys = {"id"} | {key for link in entity.relations for key in (link.name, f"{link.name}_id")}
    fields = tuple(field for field in entity.fields if field.name not in keys)
    return replace(entity, fields=fields, relations=tuple(_relation(entity, link) for link in entity.relations))


def _relation(entity: Entity, link: Relation) -> Relation:
    own = link.target == entity.name and link.kind != "many_to_many"
    return replace(link, required=False) if own else link
