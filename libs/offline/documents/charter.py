"""A document as the charter of its system."""

from __future__ import annotations

import re

from msgspec.structs import replace

from libs.blueprint import check_charter
from libs.contracts.behaviour import Rule
from libs.contracts.charter import Charter, Endpoint, Entity, Permission
from libs.contracts.fields import Relation
from libs.offline.documents.build import Builder, Built, Names, name_tables
from libs.offline.documents.joins import join_up
from libs.offline.documents.names import key
from libs.offline.documents.notes import Broken, Notes, capped, cut
from libs.offline.documents.rules import rule
from libs.offline.documents.signing import take_signing_in
from libs.offline.documents.tables import Document
from libs.offline.draft import MAX_ENTITIES, MAX_RULES, summary
from libs.offline.endpoints import endpoints
from libs.offline.words import human

_RULE = re.compile(r"rules\[(\d+)\]")
_PART = re.compile(r"entities\[(\d+)\]\.(computed|unique_together|actions|search)\[(\d+)\]")
# How sure a document is read, in percent; each thing that could not be kept takes some of it away.
_SURE, _LESS, _LEAST = 99, 3, 40


def charter_of(document: Document) -> Charter:
    """Return the charter of a document; raise ``Broken`` where it holds nothing to keep."""
    take_signing_in(document)
    join_up(document)
    _limit(document)
    if not document.tables:
        raise Broken("it holds no thing to keep: no table, schema or object with fields")
    names = name_tables(document)
    built = [Builder(document, names, table).build() for table in document.tables.values()]
    entities = _without_rings([each.entity for each in built], document.notes)
    title = cut(document.title or _titled(entities[0]), 80)
    made = Charter(
        name=_slug(title),
        title=title,
        description=_text(document.description) or summary(title, entities),
        entities=entities,
        permissions=_permissions(document, names),
        rules=_rules(document, built),
        sign_in=document.sign_in or any(each.secret for each in built),
        assumptions=capped(document.notes.assumptions),
        not_understood=capped(document.notes.lost),
        confidence=max(_LEAST, _SURE - _LESS * len(document.notes.lost)),
    )
    fitting = _fitting(made)
    listed = [*endpoints(fitting), *_own_endpoints(document, names)]
    return replace(fitting, endpoints=tuple(listed[:400]))


def _fitting(charter: Charter) -> Charter:
    """Leave in words or out what the blueprint could not compile, and ask about what is left at fault."""
    faults = check_charter(charter)
    ruled = {int(found[1]): fault for fault in faults if (found := _RULE.match(fault))}
    parts = {(int(found[1]), found[2], int(found[3])): fault for fault in faults if (found := _PART.match(fault))}
    if not ruled and not parts:
        return replace(charter, open_questions=tuple(cut(fault, 400) for fault in faults[:30]))
    rules = tuple(replace(rule, enforcement=None) if at in ruled else rule for at, rule in enumerate(charter.rules))
    entities = tuple(_without(entity, at, set(parts)) for at, entity in enumerate(charter.entities))
    lost = [f"{charter.rules[at].id} stays in words: {fault}" for at, fault in ruled.items()]
    lost += [f"A part of {charter.entities[at].name} is left out: {fault}" for (at, _, _), fault in parts.items()]
    said = {cut(line, 400): None for line in (*charter.not_understood, *lost)}
    made = replace(charter, rules=rules, entities=entities, not_understood=capped(said))
    return made if (made.rules, made.entities) == (charter.rules, charter.entities) else _fitting(made)


def _without(entity: Entity, number: int, parts: set[tuple[int, str, int]]) -> Entity:
    """Return an entity without those of its parts that are at fault."""
    changes = {
        name: tuple(each for at, each in enumerate(getattr(entity, name)) if (number, name, at) not in parts)
        for name in ("computed", "unique_together", "actions", "search")
    }
    return replace(entity, **changes)


def _limit(document: Document) -> None:
    """Keep as many tables as a charter holds, and no reference to the others."""
    for name in list(document.tables)[MAX_ENTITIES:]:
        document.notes.lose(f"{document.tables.pop(name).name} is more than the {MAX_ENTITIES} things a system keeps.")
    for table in document.tables.values():
        table.links = [each for each in table.links if each.target in document.tables]
        table.references = [each for each in table.references if each.target in document.tables]


def _titled(first: Entity) -> str:
    return f"{human(first.plural).title()} API"


def _slug(title: str) -> str:
    slug = key(title).replace("_", "-").removesuffix("-api")
    return slug if slug[:1].isalpha() else f"api-{slug}".strip("-")


def _text(text: str) -> str:
    return cut(text, 2000)


def _without_rings(entities: list[Entity], notes: Notes) -> tuple[Entity, ...]:
    """Make one relation of each ring of required ones optional, so that some row can be the first."""
    needed = {entity.name: {each.target for each in entity.relations if _needs(each)} for entity in entities}
    return tuple(
        replace(entity, relations=tuple(_loosened(entity.name, each, needed, notes) for each in entity.relations))
        for entity in entities
    )


def _needs(relation: Relation) -> bool:
    return relation.required and relation.kind != "many_to_many"


def _loosened(name: str, relation: Relation, needed: dict[str, set[str]], notes: Notes) -> Relation:
    if not _needs(relation) or not _reaches(relation.target, name, needed):
        return relation
    needed[name].discard(relation.target)
    notes.assume(f"{name}.{relation.name} may be empty: rows that all require each other could never be created.")
    return replace(relation, required=False)


def _reaches(start: str, goal: str, needed: dict[str, set[str]]) -> bool:
    seen, waiting = set[str](), [start]
    while waiting:
        name = waiting.pop()
        if name == goal:
            return True
        if name not in seen:
            seen.add(name)
            waiting.extend(needed.get(name, ()))
    return False


def _rules(document: Document, built: list[Built]) -> tuple[Rule, ...]:
    pairs = [
        (check, each) for table, each in zip(document.tables.values(), built, strict=True) for check in table.checks
    ]
    if len(pairs) > MAX_RULES:
        document.notes.lose(f"{len(pairs) - MAX_RULES} checks are more than the {MAX_RULES} rules a charter holds.")
    return tuple(rule(n, check, each.entity.name, each.became) for n, (check, each) in enumerate(pairs[:MAX_RULES], 1))


def _permissions(document: Document, names: Names) -> tuple[Permission, ...]:
    found = [each for each in document.permissions if each.entity in names.entities]
    return tuple(replace(each, entity=names.entities[each.entity]) for each in found[:400])


def _own_endpoints(document: Document, names: Names) -> list[Endpoint]:
    return [replace(each, entity=names.entities.get(each.entity, "")) for each in document.endpoints]
