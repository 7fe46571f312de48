"""The charter as the templates see it: every name decided, every relation resolved."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property

from libs.blueprint import names
from libs.blueprint.stamps import Stamps
from libs.blueprint.values import has_default
from libs.contracts.behaviour import Ledger
from libs.contracts.charter import Charter, Entity
from libs.contracts.fields import Field, Relation

SCHEMAS = ("Create", "Query", "Read", "Update")
_TAKEN_PATHS = frozenset({"audit", "auth", "docs", "health", "redoc", "reports"})
# Whoever signs in has a password, and it is kept where nothing answers it.
_SECRETS = frozenset({"password", "password_hash", "hashed_password"})
_MOMENT_TYPES = frozenset({"date", "datetime"})
_OWN_ID_TYPES = frozenset({"integer", "uuid"})


@dataclass(frozen=True, eq=False)
class Link:
    """A relation: ``attr`` is the object, ``key`` the id (or list of ids) that stands for it in a request."""

    attr: str
    key: str
    relation: Relation
    source: EntityView
    target: EntityView

    @property
    def many(self) -> bool:
        """Tell whether the relation is many to many."""
        return self.relation.kind == "many_to_many"

    @property
    def single(self) -> bool:
        """Tell whether at most one row may hold the reference."""
        return self.relation.kind == "one_to_one"

    @property
    def needed(self) -> bool:
        """Tell whether a row cannot be created without the reference; a many-to-many list may be empty."""
        return self.relation.required and not self.many

    @property
    def to_self(self) -> bool:
        """Tell whether the relation joins a table with itself."""
        return self.source is self.target

    @property
    def mirror(self) -> Link | None:
        """Return the same many-to-many relation as the other entity states it, where it does."""
        ours = [link for link in self.source.collections if link.target is self.target]
        theirs = [link for link in self.target.collections if link.target is self.source]
        return theirs[0] if not self.to_self and len(ours) == len(theirs) == 1 else None

    @property
    def owns_table(self) -> bool:
        """Tell whether this side of a many-to-many relation declares the association table."""
        return self.mirror is None or self.source.number < self.mirror.source.number

    @property
    def table(self) -> str:
        """Name the association table of a many-to-many relation."""
        if self.mirror and not self.owns_table:
            return self.mirror.table
        return names.table_name(f"{self.source.plural}_{self.attr}_links")

    @property
    def far_column(self) -> str:
        """Name the association table's column that points at the target."""
        return f"other_{self.target.snake}_id" if self.to_self else f"{self.target.snake}_id"

    @property
    def far_rule(self) -> str:
        """Return what deleting a target does to the association table's rows that point at it."""
        return "RESTRICT" if self.relation.on_delete == "restrict" and not self.mirror else "CASCADE"

    @property
    def ambiguous(self) -> bool:
        """Tell whether several references join the two tables, so that the mapper must be told which."""
        joins = [link for link in self.source.references if link.target is self.target]
        back = [link for link in self.target.references if link.target is self.source]
        return len(joins) + (0 if self.to_self else len(back)) > 1


@dataclass(eq=False)
class EntityView:
    """An entity with the names of everything printed for it."""

    entity: Entity
    number: int
    path: str
    fields: tuple[Field, ...]
    charter: Charter
    peers: dict[str, EntityView] = field(default_factory=dict[str, "EntityView"])
    links: list[Link] = field(default_factory=list["Link"])

    def __post_init__(self) -> None:
        self.name = self.entity.name
        self.cls = names.class_name(self.name)
        self.snake = names.snake(self.name)
        self.plural = self.entity.plural
        self.label = names.words(self.name)
        self.labels = names.words(self.plural)
        self.module = names.module_name(self.snake)
        self.routes = names.module_name(self.plural)
        self.stamps = Stamps(self.entity, _keys(self.entity))

    @property
    def references(self) -> list[Link]:
        """Return the relations held as a foreign key."""
        return [link for link in self.links if not link.many]

    @property
    def collections(self) -> list[Link]:
        """Return the many-to-many relations."""
        return [link for link in self.links if link.many]

    @property
    def neighbours(self) -> list[EntityView]:
        """Return the other entities this one refers to, each once, by name."""
        found = {link.target.name: link.target for link in self.links if not link.to_self}
        return [found[name] for name in sorted(found)]

    @property
    def aliases(self) -> list[str]:
        """Name the types of the enum fields' choices."""
        return [self.choice_alias(each) for each in self.fields if each.type == "enum"]

    def choice_alias(self, each: Field) -> str:
        """Name the type of an enum field's choices: ``PriorityChoice``."""
        return f"{names.pascal(each.name)}Choice"

    @cached_property
    def balances(self) -> dict[str, str]:
        """Return the fields that rows of a ledger move, which nobody writes, each with its rule's id."""
        kept = ((rule, rule.enforcement) for rule in self.charter.rules if isinstance(rule.enforcement, Ledger))
        moved = ((rule, each, self.peers[rule.entity]) for rule, each in kept if rule.entity in self.peers)
        return {each.balance: rule.id for rule, each, peer in moved if peer.leads_by(each.relation, self)}

    @property
    def creatable(self) -> tuple[Field, ...]:
        """Return the fields that a new row is given: of balances those that have no default to start from."""
        return tuple(each for each in self.fields if each.name not in self.balances or not has_default(each))

    @property
    def updatable(self) -> tuple[Field, ...]:
        """Return the fields that may be written afterwards."""
        return tuple(each for each in self.fields if each.name not in self.balances)

    def leads_by(self, name: str, target: EntityView) -> bool:
        """Tell whether a to-one relation of this name or key leads to an entity."""
        named = (each for each in self.references if name in (each.relation.name, each.attr, each.key))
        return any(each.target is target for each in named)

    @cached_property
    def carried(self) -> list[Link]:
        """Return the relations a test body fills in: the needed ones, and others that do not lead back here."""
        return [link for link in self.links if link.needed or not link.target.reaches(self)]

    def reaches(self, goal: EntityView) -> bool:
        """Tell whether relations lead from this entity to another, or to itself."""
        return goal is self or any(view is goal for view in closure([self], lambda view: view.links))

    def attributes(self) -> Iterator[tuple[str, str]]:
        """Yield each attribute of the mapped class with the place in the charter it comes from."""
        for index, each in enumerate(self.entity.fields):
            if each in self.fields:
                yield names.attribute(each.name), f'fields[{index}] "{each.name}"'
        yield from ((stamp.name, "columns of its own") for stamp in self.stamps.all)
        for index, link in enumerate(self.links):
            place = f'relations[{index}] "{link.relation.name}"'
            yield from ((link.attr, place), (link.key, place))


def closure(start: Iterable[EntityView], links: Callable[[EntityView], Iterable[Link]]) -> list[EntityView]:
    """Return the entities to start from and all that the chosen links lead to, each once."""
    found = {view.name: view for view in start}
    waiting = list(found.values())
    while waiting:
        targets = [link.target for link in links(waiting.pop())]
        new = {view.name: view for view in targets if view.name not in found}
        found |= new
        waiting += new.values()
    return list(found.values())


def entity_views(charter: Charter) -> list[EntityView]:
    """Return a view of each entity, relations to unknown entities left out."""
    views = [
        EntityView(entity, number, _path(charter, entity), tuple(_own_fields(entity)), charter)
        for number, entity in enumerate(charter.entities)
    ]
    by_name = {view.name: view for view in views}
    for view in views:
        view.peers = by_name
        view.links.extend(_links(view, by_name))
    return views


def _links(view: EntityView, by_name: dict[str, EntityView]) -> Iterable[Link]:
    for relation in view.entity.relations:
        target = by_name.get(relation.target)
        if target is not None:
            base, key = _relation_names(relation, target)
            yield Link(names.attribute(base), key, relation, view, target)


def _relation_names(relation: Relation, target: EntityView) -> tuple[str, str]:
    """Return attribute and key: ``author`` and ``author_id``, or ``tags`` and ``tag_ids``."""
    if relation.kind != "many_to_many":
        base = relation.name.removesuffix("_id")
        return base, f"{base}_id"
    if relation.name.endswith("_ids"):
        stem = relation.name.removesuffix("_ids")
        return (target.plural if stem == target.snake else f"{stem}s"), relation.name
    if relation.name.endswith(target.plural):
        return relation.name, f"{relation.name.removesuffix(target.plural)}{target.snake}_ids"
    return relation.name, f"{relation.name.removesuffix('s')}_ids"


def _keys(entity: Entity) -> set[str]:
    return {f"{link.name.removesuffix('_id')}_id" for link in entity.relations if link.kind != "many_to_many"}


def _own_fields(entity: Entity) -> Iterable[Field]:
    """Leave out what the printed class has anyhow: ``id``, stamps, and a foreign key also written as a field."""
    keys = _keys(entity)
    stamps = Stamps(entity, keys)
    ids, moments = {"id", stamps.owner, *keys}, {stamp.name for stamp in stamps.all if not stamp.target}
    for each in entity.fields:
        if entity.account and each.name in _SECRETS:
            continue
        kept_anyhow = moments if each.type in _MOMENT_TYPES else ids if each.type in _OWN_ID_TYPES else set[str]()
        if each.name not in kept_anyhow:
            yield each


def _path(charter: Charter, entity: Entity) -> str:
    """Return the collection's path: as the charter's endpoints spell it, else the plural with hyphens."""
    for endpoint in charter.endpoints:
        first = endpoint.path.split("/")[1]
        if first.replace("-", "_") == entity.plural and first not in _TAKEN_PATHS:
            return f"/{first}"
    usual = entity.plural.replace("_", "-")
    return f"/{names.snake(entity.name).replace('_', '-')}-records" if usual in _TAKEN_PATHS else f"/{usual}"
