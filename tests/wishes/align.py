"""Which entity, field and relation of a charter is which of the expected ones."""

from __future__ import annotations

from dataclasses import dataclass, field

from libs.contracts.charter import Charter, Entity
from libs.contracts.fields import Relation
from tests.wishes.naming import canon, same
from tests.wishes.pieces import snake
from tests.wishes.want import Wanted, WantedEntity

NEUTRAL = {"user", "account"}  # who signs in may be an entity of its own, or not


@dataclass
class Aligned:
    """A charter seen with the names of what is expected. ``columns`` names each field and relation of each entity."""

    wanted: Wanted
    entities: tuple[Entity, ...]
    known: dict[str, WantedEntity] = field(default_factory=dict)
    columns: dict[tuple[str, str], str] = field(default_factory=dict)

    def entity(self, name: str) -> str:
        """The expected name of an entity of the charter."""
        return self.known[name].name if name in self.known else name

    def is_neutral(self, name: str) -> bool:
        """Whether an entity may be there or not."""
        return self.known[name].may if name in self.known else canon(name) in NEUTRAL

    def path(self, entity: str, path: str) -> str:
        """A path of the charter in expected names, each hop followed."""
        first, _, rest = path.partition(".")
        here = self.columns.get((entity, first), canon(first))
        target = next((link.target for link in self._relations(entity) if link.name == first), "")
        return f"{here}.{self.path(target, rest)}" if rest else here

    def _relations(self, entity: str) -> tuple[Relation, ...]:
        return next((each.relations for each in self.entities if each.name == entity), ())


def align(wanted: Wanted, charter: Charter) -> Aligned:
    """Find what belongs together; a many-to-many relation with fields is the entity it becomes."""
    aligned = Aligned(wanted, _plain(charter))
    for want in wanted.entities:
        found = _by_name(want, aligned) or _by_link(want, aligned)
        if found:
            aligned.known[found.name] = want
    for entity in aligned.entities:
        _columns(aligned, entity)
    return aligned


def meant(wanted: Wanted) -> Aligned:
    """The expected charter seen as itself, so that its own rules can be compared with those of another."""
    return Aligned(wanted, (), {each.name: each for each in wanted.entities})


def _plain(charter: Charter) -> tuple[Entity, ...]:
    links = [
        Entity(
            f"{entity.name}{relation.target}",
            relation.name,
            fields=relation.fields,
            relations=(Relation(snake(entity.name), entity.name), Relation(snake(relation.target), relation.target)),
        )
        for entity in charter.entities
        for relation in entity.relations
        if relation.fields
    ]
    return (*charter.entities, *links)


def _by_name(want: WantedEntity, aligned: Aligned) -> Entity | None:
    return next((e for e in aligned.entities if e.name not in aligned.known and same(e.name, want.names)), None)


def _by_link(want: WantedEntity, aligned: Aligned) -> Entity | None:
    """An entity between the same two others, whatever it is called."""
    if "link" not in want.traits:
        return None
    between = sorted(canon(each.item.target) for each in want.relations if not each.may)
    for entity in aligned.entities:
        targets = sorted(canon(aligned.entity(each.target)) for each in entity.relations)
        if entity.name not in aligned.known and targets == between:
            return entity
    return None


def _columns(aligned: Aligned, entity: Entity) -> None:
    want = aligned.known.get(entity.name)
    for each in entity.fields:
        found = next((w for w in want.fields if same(each.name, w.names, want.name)), None) if want else None
        aligned.columns[entity.name, each.name] = canon(found.names[0]) if found else canon(each.name)
    taken: set[int] = set()
    for each in entity.relations:
        found = relation_for(want, each, aligned, taken) if want else None
        taken |= {id(found)} if found else set()
        aligned.columns[entity.name, each.name] = canon(found.names[0]) if found else canon(each.name)


def relation_for(want: WantedEntity, relation: Relation, aligned: Aligned, taken: set[int]):
    """The expected relation to the same entity: the one of that name, or the only one there is."""
    target = aligned.entity(relation.target)
    options = [each for each in want.relations if each.item.target == target and id(each) not in taken]
    named = [each for each in options if same(relation.name, each.names, want.name)]
    alone = sum(each.item.target == target and not each.may for each in want.relations) <= 1
    return (named or (options if alone else []) or [None])[0]
