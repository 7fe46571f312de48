"""What a wish is expected to become, written short: ``Book(title isbn:string* note:text?)``, ``Loan.book>Book``."""

from __future__ import annotations

import re
from dataclasses import dataclass

from libs.contracts.charter import Charter, Entity

_ENTITY = re.compile(r"(\w+)\(([^)]*)\)")
_FIELD = re.compile(r"(\w+)(?::(\w+))?([*?]*)")


@dataclass(frozen=True)
class Wish:
    """A wish and its charter: entities with columns, relations (``>`` one, ``>>`` many), roles, number of rules."""

    name: str
    text: str
    entities: str
    relations: str = ""
    roles: str = ""
    rules: int = 0


@dataclass(frozen=True)
class Score:
    """Expected parts, those of them found, and those found without being expected."""

    expected: frozenset[str]
    found: frozenset[str]
    extra: frozenset[str]

    @property
    def missing(self) -> list[str]:
        return sorted(self.expected - self.found)


def entities(wish: Wish, charter: Charter) -> Score:
    return _score({found[0] for found in _ENTITY.findall(wish.entities)}, {one.name for one in charter.entities})


def columns(wish: Wish, charter: Charter) -> Score:
    expected = {
        f"{name}.{column}{f':{kind}' if kind else ''}{signs}"
        for name, body in _ENTITY.findall(wish.entities)
        for column, kind, signs in _FIELD.findall(body)
    }
    kept = {entity.name: entity for entity in charter.entities}
    met = {text for text in expected if _has(kept.get(text.partition(".")[0]), text.partition(".")[2])}
    named = {text.partition(":")[0].rstrip("*?") for text in expected}
    real = {
        f"{one.name}.{field.name}" for one in charter.entities for field in one.fields if not _assumed(charter, one)
    }
    return Score(frozenset(expected), frozenset(met), frozenset(real - named))


def _has(entity: Entity | None, text: str) -> bool:
    found = _FIELD.fullmatch(text)
    field = next((one for one in (entity.fields if entity else ()) if found and one.name == found[1]), None)
    if field is None or found is None:
        return False
    kind = not found[2] or found[2] == field.type
    return kind and (not field.required or "?" not in found[3]) and (field.unique or "*" not in found[3])


def _assumed(charter: Charter, entity: Entity) -> bool:
    """Columns of an entity may be added where the charter says so."""
    return any(line.startswith(f"{entity.name} has the field") for line in charter.assumptions)


def relations(wish: Wish, charter: Charter) -> Score:
    real = {
        f"{entity.name}.{one.name}{'>>' if one.kind == 'many_to_many' else '>'}{one.target}"
        for entity in charter.entities
        for one in entity.relations
    }
    said = {text for text in real if not _said_assumed(charter, text)}
    return _score(set(wish.relations.split()), said, real)


def _said_assumed(charter: Charter, text: str) -> bool:
    owner = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", text.partition(".")[0]).lower()
    return any(line.lower().startswith((f"each {owner} belongs", f"a {owner} may")) for line in charter.assumptions)


def _score(expected: set[str], said: set[str], real: set[str] | None = None) -> Score:
    return Score(frozenset(expected), frozenset(expected & (real or said)), frozenset(said - expected))
