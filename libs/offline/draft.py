"""The charter while it is being put together: entities by key, with everything open to change."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from keyword import iskeyword

from libs.contracts.behaviour import Enforcement
from libs.contracts.charter import Charter, Entity
from libs.contracts.fields import Field, OnDelete, Relation, RelationKind
from libs.offline.phrases import Phrase
from libs.offline.words import article, human, plural_key, series, singular, snake

# Names that every printed class has already.
TAKEN = frozenset({"id", "metadata", "registry"})
MAX_ENTITIES, MAX_FIELDS, MAX_RELATIONS, MAX_RULES = 80, 60, 30, 100


@dataclass(slots=True)
class EntityDraft:
    """An entity in the making; ``stated`` counts what the wish itself said of it."""

    key: str
    name: str = ""
    plural: str = ""
    description: str = ""
    fields: dict[str, Field] = field(default_factory=lambda: {})
    relations: dict[str, Relation] = field(default_factory=lambda: {})
    owned: bool = False
    fixed: bool = False
    stated: int = 0
    base: Entity | None = None

    def points_at(self, target: str) -> Relation | None:
        """Return the first relation that points at an entity's key."""
        return next((relation for relation in self.relations.values() if relation.target == target), None)


@dataclass(slots=True)
class Draft:
    """A charter in the making. Relations hold keys as targets until it is finished."""

    title: tuple[str, ...] = ()
    entities: dict[str, EntityDraft] = field(default_factory=lambda: {})
    roles: dict[str, str] = field(default_factory=lambda: {})
    permissions: dict[tuple[str, str, bool], list[str]] = field(default_factory=lambda: {})
    rules: list[tuple[str, str, Enforcement | None]] = field(default_factory=lambda: [])
    assumptions: list[str] = field(default_factory=lambda: [])
    questions: list[str] = field(default_factory=lambda: [])
    parts: set[str] = field(default_factory=set[str])
    unused: list[str] = field(default_factory=lambda: [])
    unread: list[str] = field(default_factory=lambda: [])
    base: Charter | None = None
    nouns: Counter[str] = field(default_factory=Counter[str])

    def entity(self, key: str) -> EntityDraft | None:
        """Return the entity of a key, made when there is room for one more."""
        if key not in self.entities and key and len(self.entities) < MAX_ENTITIES:
            self.entities[key] = EntityDraft(key)
        return self.entities.get(key)

    def find(self, phrase: Phrase) -> str:
        """Return the key of the entity a phrase means, empty when it means none."""
        return self.find_key(phrase.key) or self._by_tail(phrase)

    def find_key(self, key: str) -> str:
        """Return the key as it is kept, or the one entity whose last word it is."""
        if key in self.entities:
            return key
        tails = [kept for kept in self.entities if kept.endswith(f"_{key}")]
        return tails[0] if len(tails) == 1 else ""

    def _by_tail(self, phrase: Phrase) -> str:
        """Take "library members" for members and "new order" for order."""
        head = singular(phrase.head)
        if len(phrase.nouns) > 1 and (phrase.nouns[0] in self.title or not head):
            return self.find_key("_".join((*phrase.nouns[1:-1], head)))
        return ""

    def assume(self, text: str) -> None:
        """Note an assumption once."""
        line = text if len(text) <= 400 else f"{text[:397]}..."
        if line not in self.assumptions:
            self.assumptions.append(line)

    def ask(self, text: str) -> None:
        """Note an open question once."""
        line = text if len(text) <= 400 else f"{text[:397]}..."
        if line not in self.questions:
            self.questions.append(line)

    def put_field(self, entity: EntityDraft, column: Field) -> None:
        """Add or replace a column, unless a relation has its name or the entity is full."""
        free = column.name.removesuffix("_id") not in entity.relations and f"{column.name}_id" not in entity.fields
        if free and (column.name in entity.fields or len(entity.fields) < MAX_FIELDS):
            entity.fields[column.name] = column

    def relate(self, child: EntityDraft, target: str, link: Link) -> bool:
        """Add a relation; one that would close a ring of required ones is optional. Says whether it is new."""
        name = link.name or (plural_key(target) if link.kind == "many_to_many" else target)
        name = f"{name}_ref" if iskeyword(name) or name in TAKEN else name
        if name in child.relations or len(child.relations) >= MAX_RELATIONS:
            return False
        child.fields.pop(name, None)
        child.fields.pop(f"{name}_id", None)
        many = link.kind == "many_to_many"
        required = link.required and not many and not self._reaches(target, child.key)
        on_delete: OnDelete = link.on_delete if required or many else "set_null"
        if many:
            on_delete = "cascade"
        child.relations[name] = Relation(name, target, link.kind, required, on_delete)
        return True

    def _reaches(self, start: str, goal: str) -> bool:
        seen: set[str] = set()
        waiting = [start]
        while waiting:
            key = waiting.pop()
            if key == goal:
                return True
            if key in seen or key not in self.entities:
                continue
            seen.add(key)
            waiting.extend(relation.target for relation in self.entities[key].relations.values() if relation.required)
        return False


@dataclass(frozen=True, slots=True)
class Link:
    """How a relation is to be made."""

    name: str = ""
    kind: RelationKind = "many_to_one"
    required: bool = True
    on_delete: OnDelete = "restrict"


def draft_of(charter: Charter) -> Draft:
    """Return a charter opened up for change."""
    keys = {entity.name: snake(entity.name) for entity in charter.entities}
    draft = Draft(title=tuple(charter.name.split("-")), base=charter)
    for entity in charter.entities:
        relations = {one.name: _keyed(one, keys) for one in entity.relations}
        fields = {one.name: one for one in entity.fields}
        key = keys[entity.name]
        told = "" if entity.description == purpose(entity) else entity.description
        made = EntityDraft(key, entity.name, entity.plural, told, fields, relations, entity.owned)
        made.fixed, made.stated, made.base = True, len(fields), entity
        draft.entities[key] = made
    draft.roles = {role.name: role.description for role in charter.roles}
    for grant in charter.permissions:
        draft.permissions[(grant.role, keys.get(grant.entity, ""), grant.own_only)] = list(grant.actions)
    draft.rules = [(rule.text, keys.get(rule.entity, ""), rule.enforcement) for rule in charter.rules]
    draft.assumptions, draft.questions = list(charter.assumptions), list(charter.open_questions)
    return draft


def _keyed(relation: Relation, keys: dict[str, str]) -> Relation:
    return Relation(
        relation.name, keys.get(relation.target, snake(relation.target)), relation.kind, relation.required,
        relation.on_delete, relation.description,
    )  # fmt: skip


def purpose(entity: Entity) -> str:
    """Return the sentence that describes an entity when nothing else does."""
    word = human(entity.name)
    columns = series([human(column.name) for column in entity.fields[:6]])
    return f"{article(word).capitalize()} with {columns}."[:400] if columns else f"{article(word).capitalize()}."


def summary(title: str, entities: tuple[Entity, ...]) -> str:
    """Return the sentence that describes a system when nothing else does."""
    things = series([human(entity.plural) for entity in entities[:20]])
    more = f" and {len(entities) - 20} more" if len(entities) > 20 else ""
    return f"{title}: keeps {things}{more}."[:2000]
