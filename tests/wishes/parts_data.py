"""Compare entities, fields with their details, and relations."""

from __future__ import annotations

from libs.contracts.charter import Charter, Entity
from libs.contracts.fields import Field, Relation
from tests.wishes.align import Aligned, relation_for
from tests.wishes.naming import canon, same
from tests.wishes.tally import Tallies, Tally
from tests.wishes.want import Want, Wanted, WantedEntity

_ALIKE = ({"string", "text"}, {"money", "decimal"})
_STAMPS = {"created_at", "updated_at", "deleted_at"}
_DETAILS = ("unique", "required", "default", "minimum", "maximum", "min_length", "max_length", "choices", "scale")
_SETTLED = ("unique", "minimum", "maximum", "choices")  # what would refuse rows that the wish allows


def compare(wanted: Wanted, charter: Charter, aligned: Aligned, tallies: Tallies) -> None:
    """Count entities, then within each the fields and relations; those of a missing entity are missing."""
    there = {want.name: entity for entity in aligned.entities if (want := aligned.known.get(entity.name))}
    missing_links = [want for want in wanted.entities if want.name not in there]
    for entity in aligned.entities:
        if entity.name not in aligned.known:
            _extra_entity(entity, aligned, tallies)
    for want in wanted.entities:
        if not want.may:
            _found(tallies["entities"], want.name in there, want.name)
            _fields(want, there.get(want.name), aligned, tallies)
            _relations(want, there.get(want.name), aligned, tallies)
    assert len(missing_links) + len(there) == len(wanted.entities), charter.name


def _found(tally: Tally, right: bool, what: str) -> None:
    if right:
        tally.right += 1
    else:
        tally.missed.append(what)


def _extra_entity(entity: Entity, aligned: Aligned, tallies: Tallies) -> None:
    if aligned.is_neutral(entity.name) or _is_plain_link(entity, aligned):
        return
    tallies["entities"].extra.append(entity.name)
    tallies["fields"].extra += [f"{entity.name}.{each.name}" for each in entity.fields if each.name not in _STAMPS]
    tallies["relations"].extra += [f"{entity.name}.{each.name}" for each in entity.relations]


def _is_plain_link(entity: Entity, aligned: Aligned) -> bool:
    """A table between two entities that are expected to be related many-to-many."""
    ends = {aligned.entity(each.target) for each in entity.relations}
    return not entity.fields and len(entity.relations) == 2 and ends in _pairs(aligned.wanted)


def _pairs(wanted: Wanted) -> list[set[str]]:
    return [
        {entity.name, each.item.target}
        for entity in wanted.entities
        for each in entity.relations
        if each.item.kind == "many_to_many"
    ]


# Fields


def _fields(want: WantedEntity, entity: Entity | None, aligned: Aligned, tallies: Tallies) -> None:
    given = list(entity.fields) if entity else []
    for each in want.fields:
        found = next((f for f in given if same(f.name, each.names, want.name)), None)
        if found:
            given.remove(found)
        _field(want, each, found, _instead(each, entity, aligned), tallies)
    named = any(not each.may for each in want.fields)
    free = want.free or not entity
    spare = _STAMPS | (set() if named else {"name", "title", "description"})
    tallies["fields"].extra += [f"{want.name}.{f.name}" for f in given if not free and f.name not in spare]


def _instead(each: Want, entity: Entity | None, aligned: Aligned) -> bool:
    """Whether a field is given as a relation, where that is as right."""
    targets = {aligned.entity(link.target) for link in entity.relations} if entity else set()
    return bool(each.instead) and each.instead in targets


def _field(want: WantedEntity, each: Want, found: Field | None, instead: bool, tallies: Tallies) -> None:
    tally, place = tallies["fields"], f"{want.name}.{each.names[0]}"
    if found and not _fits(found.type, each.types):
        tally.extra.append(f"{place} {found.type}")
        found = None
    if found and not each.may:
        _details(place, each, found, tallies["details"])
    if not each.may:
        _found(tally, bool(found) or instead, f"{place} {each.types[0]}")


def _fits(given: str, types: tuple[str, ...]) -> bool:
    return given in types or any(given in pair and not pair.isdisjoint(types) for pair in _ALIKE)


def _details(place: str, each: Want, found: Field, tally: Tally) -> None:
    for name in _DETAILS:
        meant, given = _detail(each.item, name), _detail(found, name)
        if name in each.said:
            _found(tally, meant == given, f"{place} {name} {meant}")
        settled = name in _SETTLED and given not in (None, False, (), frozenset(), meant)
        harmless = name in each.loose or (name == "minimum" and given in (0.0, 1.0)) or each.types[1:]
        if settled and not harmless:
            tally.extra.append(f"{place} {name} {given}")


def _detail(field: Field, name: str) -> object:
    value = getattr(field, name)
    if name == "choices":
        return frozenset(canon(each) or each for each in value)
    if name in ("minimum", "maximum") and value is not None and value.lstrip("-").replace(".", "", 1).isdigit():
        return float(value)
    return canon(value) if name == "default" and value else value


# Relations


def _relations(want: WantedEntity, entity: Entity | None, aligned: Aligned, tallies: Tallies) -> None:
    taken: set[int] = set()
    tally = tallies["relations"]
    for relation in entity.relations if entity else ():
        found = relation_for(want, relation, aligned, taken)
        if found and _kind_fits(found, relation):
            taken.add(id(found))
            _optional(f"{want.name}.{found.names[0]}", found, relation, tallies["details"])
        elif not _is_free(want, relation, aligned):
            tally.extra.append(f"{want.name} {relation.kind} {relation.target} as {relation.name}")
    for each in want.relations:
        if not each.may:
            right = id(each) in taken or _other_side(want, each, aligned)
            _found(tally, right, f"{want.name} {each.item.kind} {each.item.target} as {each.names[0]}")


def _optional(place: str, found: Want, relation: Relation, tally: Tally) -> None:
    if "?" in found.said and not found.may:
        _found(tally, not relation.required, f"{place} required False")


def _kind_fits(found: Want, relation: Relation) -> bool:
    return found.item.kind == relation.kind


def _is_free(want: WantedEntity, relation: Relation, aligned: Aligned) -> bool:
    """A relation to what may be there, in place of a field, or the other side of one that is expected."""
    target = aligned.entity(relation.target)
    back = relation.kind == "many_to_many" and {want.name, target} in _pairs(aligned.wanted)
    instead = any(each.instead == target for each in want.fields)
    return aligned.is_neutral(relation.target) or instead or back


def _other_side(want: WantedEntity, each: Want, aligned: Aligned) -> bool:
    """Whether a many-to-many relation is held by its other side, or by a table of its own."""
    if each.item.kind != "many_to_many":
        return False
    for entity in aligned.entities:
        ends = [aligned.entity(link.target) for link in entity.relations]
        held = aligned.entity(entity.name) == each.item.target and any(
            link.kind == "many_to_many" and aligned.entity(link.target) == want.name for link in entity.relations
        )
        if held or (_is_plain_link(entity, aligned) and set(ends) == {want.name, each.item.target}):
            return True
    return False
