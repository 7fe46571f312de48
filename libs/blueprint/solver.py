"""Finds bodies that keep every rule, and bodies that break one: what the printed tests send."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import chain, combinations, islice, product
from typing import TYPE_CHECKING

from libs.blueprint import candidates, indexes, names, rulebook
from libs.blueprint.candidates import Sample, domain
from libs.blueprint.moves import Body
from libs.blueprint.paths import resolve
from libs.blueprint.reading import RefusedError, Row
from libs.blueprint.values import SAMPLES
from libs.blueprint.view import EntityView, Link, closure
from libs.blueprint.world import World

if TYPE_CHECKING:
    from libs.blueprint.ready import Ready

_TRIES = 3000


@dataclass
class Stage:
    """A world together with the seed rows that are in it."""

    seeds: Seeds
    world: World
    made: dict[tuple[str, int], int] = field(default_factory=dict[tuple[str, int], int])
    ready: set[tuple[Ready, int]] = field(default_factory=set["tuple[Ready, int]"])

    def row(self, view: EntityView, n: int = 0) -> Row:
        """Return seed row ``n`` of an entity, created where it is not there yet."""
        if (view.name, n) not in self.made:
            self.made[view.name, n] = self.create(view, n, {})["id"]
        return self.world.of(view)[self.made[view.name, n]]

    def referred(self, link: Link, n: int) -> int:
        """Return the id of seed row ``n`` that a relation leads to, prepared as its rules want it."""
        row_id, ready = self.row(link.target, n)["id"], self.seeds.prepared.get((link.source.name, link.key))
        if ready and (ready, n) not in self.ready:
            self.ready.add((ready, n))
            ready.done(self, n)
        return row_id

    def create(self, view: EntityView, n: int, overrides: Body, links: Row | None = None) -> Row:
        """Create a row of body ``n`` with other values; raise ``RefusedError``."""
        return self.world.create(view, self.values(view, n, overrides, links or {}))

    def values(self, view: EntityView, n: int, overrides: Body, links: Row) -> Row:
        """Return the values of a body."""
        body = self.seeds.body(view, n) | overrides
        found = {link.key: self.referred(link, self.seeds.number(link, n)) for link in view.carried}
        return {name: each.value for name, each in body.items()} | found | links

    def copy(self) -> Stage:
        """Return a stage of its own that begins where this one is."""
        return Stage(self.seeds, World(self.world.views, self.world.copied()), dict(self.made), set(self.ready))


class Seeds:
    """Up to three valid bodies for each entity; ``contradictions`` name entities without any, and the rules at odds."""

    def __init__(self, views: list[EntityView]) -> None:
        self.views = views
        self.bodies: dict[str, list[Body]] = {}
        self.contradictions: dict[str, set[str]] = {}
        self.preferred: dict[tuple[str, str], Sample] = {}
        self.shifted: dict[tuple[str, str], int] = {}
        self.prepared: dict[tuple[str, str], Ready] = {}

    def stage(self) -> Stage:
        """Return an empty stage."""
        return Stage(self, World(self.views))

    def capacity(self, view: EntityView) -> int:
        """Return how many different rows there are bodies for."""
        return len(self._solved(view))

    def body(self, view: EntityView, n: int) -> Body:
        """Return body ``n``."""
        return self._solved(view)[n]

    def shift(self, link: Link) -> int:
        """Return by how many rows a reference is ahead of the others, where a rule wants two of them apart."""
        return self.shifted.get((link.source.name, link.key), 0)

    def number(self, link: Link, n: int) -> int:
        """Return which seed row of its target body ``n`` refers to."""
        if link.single or self.capacity(link.target) == SAMPLES:
            return (n + self.shift(link)) % SAMPLES
        return self.shift(link)

    def _solved(self, view: EntityView) -> list[Body]:
        if view.name not in self.bodies:
            self.bodies[view.name] = self._solve(view)
        return self.bodies[view.name]

    def _solve(self, view: EntityView) -> list[Body]:
        found: list[Body] = []
        self.bodies[view.name] = found
        most = self._most(view)
        stage = self.stage()
        for n in range(most):
            body = self._next(stage, view, n, found)
            if body is None:
                break
        if not found:
            self.contradictions.setdefault(view.name, set()).update(self._at_odds(view, stage))
        return found

    def _most(self, view: EntityView) -> int:
        bound = closure([view], lambda each: [link for link in each.carried if link.single])
        unique = [len(domain(each, one)) for each in bound for one in each.fields if one.unique]
        return min([SAMPLES, *unique])

    def default(self, view: EntityView, n: int) -> Body:
        """Return the plainest body, whatever the rules say."""
        body: Body = {}
        for each in view.creatable:
            attr = names.attribute(each.name)
            found = [one for one in domain(view, each) if one.value is not None] or list(domain(view, each))
            body[attr] = self.preferred.get((view.name, attr)) or found[n if each.unique and n < len(found) else 0]
            if attr in candidates.opened(view) and (view.name, attr) not in self.preferred:
                body[attr] = candidates.sample(each, None)
        if view.entity.states:
            state = resolve(view, view.entity.states.field)
            if state.field:
                body[state.attr] = candidates.sample(state.field, view.entity.states.initial)
        return body

    def _next(self, stage: Stage, view: EntityView, n: int, found: list[Body]) -> Body | None:
        found.append(self.default(view, n))
        try:
            stage.row(view, n)
            return found[n]
        except RefusedError:
            pass
        except (IndexError, RecursionError):
            found.pop()
            return None
        for overrides in variations(view, list(dict.fromkeys([*ruled(view), *_apart(view)]))):
            found[n] = self.default(view, n) | overrides
            try:
                stage.row(view, n)
                return found[n]
            except RefusedError:
                continue
        found.pop()
        return None

    def _at_odds(self, view: EntityView, stage: Stage) -> set[str]:
        """Return the rules that refuse the plainest body or one with a single other value."""
        found: set[str] = set()
        self.bodies[view.name] = [self.default(view, 0)]
        for overrides in chain([{}], islice(variations(view, ruled(view)), 60)):
            try:
                stage.copy().create(view, 0, overrides)
            except (RefusedError, IndexError, RecursionError) as error:
                found |= error.reasons if isinstance(error, RefusedError) else set()
        self.bodies[view.name] = []
        return {each for each in found if each.startswith("R")}


def ruled(view: EntityView) -> list[str]:
    """Return the attributes of the fields that a rule looks at when a row is written."""
    kept = {attr for each in rulebook.rules_of(view) if each.created for attr in each.watched}
    return [attr for each in view.fields if (attr := names.attribute(each.name)) in kept]


def _apart(view: EntityView) -> list[str]:
    """Return the attributes of the fields that are unique together with others."""
    return [attr for each in view.fields if (attr := names.attribute(each.name)) in set(chain(*indexes.together(view)))]


def variations(view: EntityView, attrs: list[str]) -> Iterator[Body]:
    """Yield other values for a few of the attributes, those with the fewest differences first."""
    fields = {names.attribute(each.name): each for each in view.fields}
    return islice(_varied({attr: domain(view, fields[attr]) for attr in attrs if attr in fields}), _TRIES)


def _varied(choices: dict[str, tuple[Sample, ...]]) -> Iterator[Body]:
    for size in range(1, min(len(choices), 4) + 1):
        for chosen in combinations(choices, size):
            for combination in product(*(choices[attr] for attr in chosen)):
                yield dict(zip(chosen, combination, strict=True))
