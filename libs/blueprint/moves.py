"""Changes that bring a row on: a PATCH, an action, a row that points at it; done in a stage, printed as a request."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice, product
from typing import TYPE_CHECKING

from libs.blueprint import actions, custom, names
from libs.blueprint.candidates import Sample, domain, from_now
from libs.blueprint.literals import quoted
from libs.blueprint.reading import Row
from libs.blueprint.view import EntityView, Link
from libs.contracts.behaviour import Action
from libs.contracts.fields import Field

if TYPE_CHECKING:
    from libs.blueprint.solver import Stage

Body = dict[str, Sample]
Links = dict[str, tuple[int | None, str]]
_INPUTS = 60


@dataclass(frozen=True)
class Step:
    """A change of a row that exists: a PATCH of values, or an action with its inputs."""

    values: Body = field(default_factory=dict[str, Sample])
    action: Action | None = None
    links: Links = field(default_factory=Links)

    def done(self, stage: Stage, view: EntityView, row_id: int) -> Row:
        """Do it in a stage; raise ``RefusedError``."""
        found = {name: each.value for name, each in self.values.items()} | {k: v[0] for k, v in self.links.items()}
        if self.action is None:
            return stage.world.update(view, row_id, found)
        given = found | {each.relation.name: found[each.key] for each in actions.references(view, self.action)}
        return stage.world.act(view, row_id, self.action, given)

    def call(self, view: EntityView, variable: str) -> str:
        """Return the source of the request."""
        address = f"f\"{view.path}/{{{variable}['id']}}"
        if self.action is None:
            return f'client.patch({address}", json={self.body(view)})'
        data = f", json={self.body(view)}" if custom.takes_data(self.action) else ""
        return f'client.post({address}/{self.action.name}"{data})'

    def body(self, view: EntityView) -> str:
        """Return the source of the request's body."""
        return "{" + ", ".join(items(view, self.values, self.links)) + "}"


@dataclass(frozen=True)
class Child:
    """A new row that points at the row by a relation, made of seed body ``n``."""

    link: Link
    n: int = 0
    values: Body = field(default_factory=dict[str, Sample])

    def done(self, stage: Stage, view: EntityView, row_id: int) -> Row:
        """Do it in a stage, and return the row that it points at; raise ``RefusedError``."""
        stage.create(self.link.source, self.n, self.values, {self.link.key: row_id})
        return stage.world.of(view)[row_id]

    def call(self, _: EntityView, variable: str) -> str:
        """Return the source of the request."""
        source = self.link.source
        plain = f'seed.body("{source.path}"{f", {self.n}" if self.n else ""})'
        changed = items(source, self.values, {self.link.key: (0, f'{variable}["id"]')})
        return f'client.post("{source.path}", json={{**{plain}, {", ".join(changed)}}})'


Move = Step | Child


def items(view: EntityView, values: Body, links: Links) -> list[str]:
    """Return the items of a body in JSON."""
    keys = {names.attribute(each.name): each.name for each in view.fields}
    found = [f"{quoted(keys.get(name, name))}: {each.source}" for name, each in values.items()]
    return found + [f'"{key}": {source}' for key, (_, source) in links.items()]


def seeded(stage: Stage, view: EntityView, n: int = 0) -> tuple[int, str]:
    """Return the id of a seed row with its source."""
    return stage.row(view, n)["id"], f'seed.id("{view.path}"{f", {n}" if n else ""})'


def inputs(stage: Stage, view: EntityView, action: Action) -> Iterator[Step]:
    """Yield the action with different inputs."""
    fields = [_input_domain(view, each) for each in action.inputs]
    links: Links = {}
    for link in actions.references(view, action):
        links[link.key] = seeded(stage, link.target, min(1, stage.seeds.capacity(link.target) - 1))
    for combination in islice(product(*fields), _INPUTS):
        yield Step(dict(zip((each.name for each in action.inputs), combination, strict=True)), action, links)


def _input_domain(view: EntityView, each: Field) -> list[Sample]:
    found = [one for one in domain(view, each) if one.value is not None]
    return [*found, *from_now(each)] if each.type in ("date", "datetime") else found


def changes(view: EntityView, attrs: Iterable[str]) -> Iterator[Step]:
    """Yield changes of one attribute."""
    fields = {names.attribute(each.name): each for each in view.fields}
    for attr in attrs:
        yield from (Step({attr: each}) for each in (domain(view, fields[attr]) if attr in fields else ()))
