"""What must hold for every charter the offline reader gives, whatever the wish."""

from __future__ import annotations

import keyword
import re
from collections.abc import Iterator

import msgspec

from libs.contracts.charter import Charter, Entity

SNAKE = re.compile(r"[a-z][a-z0-9_]{0,39}")
PASCAL = re.compile(r"[A-Z][A-Za-z0-9]{0,39}")


def faults(charter: Charter) -> list[str]:
    assert msgspec.json.decode(msgspec.json.encode(charter), type=Charter) == charter
    return [*_names(charter), *_references(charter), *_rings(charter), *_emptiness(charter)]


def _names(charter: Charter) -> Iterator[str]:
    for kind, names in (
        ("entity", [entity.name for entity in charter.entities]),
        ("plural", [entity.plural for entity in charter.entities]),
        ("role", [role.name for role in charter.roles]),
        ("rule", [rule.id for rule in charter.rules]),
    ):
        if len(set(names)) < len(names):
            yield f"{kind} twice: {names}"
    for entity in charter.entities:
        if not PASCAL.fullmatch(entity.name) or not SNAKE.fullmatch(entity.plural):
            yield f"entity name {entity.name}/{entity.plural}"
        yield from _columns(entity)


def _columns(entity: Entity) -> Iterator[str]:
    names = [one.name for one in (*entity.fields, *entity.relations)]
    if len(set(names)) < len(names):
        yield f"{entity.name} has a column twice: {names}"
    for name in names:
        if not SNAKE.fullmatch(name) or keyword.iskeyword(name) or name in {"id", "metadata"}:
            yield f"{entity.name}.{name} is no column name"
    for field in entity.fields:
        if field.type == "enum" and len(field.choices) < 2:
            yield f"{entity.name}.{field.name} has no choices"


def _references(charter: Charter) -> Iterator[str]:
    names, roles = (
        {entity.name for entity in charter.entities},
        {*(role.name for role in charter.roles), "public", "user", "admin"},
    )
    for entity in charter.entities:
        yield from (f"{entity.name}.{one.name} to nowhere" for one in entity.relations if one.target not in names)
    for one in charter.permissions:
        if one.entity not in names or one.role not in roles:
            yield f"permission of nobody on nothing: {one}"
    for one in (*charter.rules, *charter.endpoints):
        if one.entity and one.entity not in names:
            yield f"names no entity: {one}"
    if [rule.id for rule in charter.rules] != [f"R{n}" for n in range(1, len(charter.rules) + 1)]:
        yield "rules are not numbered R1, R2, ..."


def _rings(charter: Charter) -> Iterator[str]:
    """Follow required relations: whoever comes back to itself could never be created."""
    links = {
        entity.name: {one.target for one in entity.relations if one.required and one.kind != "many_to_many"}
        for entity in charter.entities
    }
    for start, first in links.items():
        seen, waiting = set(), list(first)
        while waiting:
            name = waiting.pop()
            if name == start:
                yield f"{start} needs itself"
                break
            if name not in seen:
                seen.add(name)
                waiting.extend(links.get(name, ()))


def _emptiness(charter: Charter) -> Iterator[str]:
    if not charter.entities:
        yield "no entity"
    for entity in charter.entities:
        if not entity.fields and not entity.relations:
            yield f"{entity.name} has nothing"
        routes = [one.path for one in charter.endpoints if one.entity == entity.name]
        if len(charter.endpoints) < 400 and len(routes) != 5 + len(entity.actions):
            yield f"{entity.name} has {len(routes)} routes"
