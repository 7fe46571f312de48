"""Tests as steps that are tried out in the compiler's world before they are printed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice, product
from typing import Any

from libs.blueprint import actions, custom, names
from libs.blueprint.candidates import Sample, domain, from_now, sample, watched
from libs.blueprint.enforce.parts import Compiled
from libs.blueprint.literals import quoted
from libs.blueprint.reading import RefusedError, Row
from libs.blueprint.solver import Body, Seeds, Stage, ruled, variations
from libs.blueprint.view import EntityView
from libs.contracts.behaviour import Action, Condition
from libs.contracts.fields import Field

Links = dict[str, tuple[int, str]]
Accept = Callable[[Stage, Row], bool]
_DEPTH = 3
_CREATIONS = 120
_BODIES = 6
_WIDTH = 4
_STEPS = 200
_INPUTS = 60


@dataclass(frozen=True)
class Step:
    """A change of a row that exists: a PATCH of values, or an action with its inputs."""

    values: Body = field(default_factory=dict[str, Sample])
    action: Action | None = None
    links: Links = field(default_factory=dict[str, tuple[int, str]])

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


def items(view: EntityView, values: Body, links: Links) -> list[str]:
    """Return the items of a body in JSON."""
    keys = {names.attribute(each.name): each.name for each in view.fields}
    found = [f"{quoted(keys.get(name, name))}: {each.source}" for name, each in values.items()]
    return found + [f'"{key}": {source}' for key, (_, source) in links.items()]


@dataclass(frozen=True)
class At:
    """Where a row is made: what it refers to, the name it gets in the test, the seed body it is made of."""

    links: Links = field(default_factory=dict[str, tuple[int, str]])
    variable: str = "row"
    n: int = 0


@dataclass
class Story:
    """The lines of a test, and the world as it is after them."""

    seeds: Seeds
    stage: Stage
    lines: list[str] = field(default_factory=list[str])

    @classmethod
    def begun(cls, seeds: Seeds) -> Story:
        """Return a story in an empty world."""
        return cls(seeds, seeds.stage())

    def copy(self) -> Story:
        """Return a story of its own that goes on from here."""
        return Story(self.seeds, self.stage.copy(), list(self.lines))

    def seed(self, view: EntityView, n: int = 0) -> tuple[int, str]:
        """Return the id of a seed row with its source."""
        return self.stage.row(view, n)["id"], f'seed.id("{view.path}"{f", {n}" if n else ""})'

    def last(self, view: EntityView) -> int:
        """Return the body that seed rows of others do not use, as far as there are several."""
        return self.seeds.capacity(view) - 1

    def body(self, view: EntityView, n: int, overrides: Body, links: Links) -> str:
        """Return the source of a body that creates."""
        plain = f'seed.body("{view.path}"{f", {n}" if n else ""})'
        changed = items(view, overrides, links)
        return f"{{**{plain}, {', '.join(changed)}}}" if changed else plain

    def create(self, view: EntityView, variable: str, overrides: Body, links: Links, n: int = 0) -> Row:
        """Create a row; raise ``RefusedError``."""
        row = self.stage.create(view, n, overrides, {key: value[0] for key, value in links.items()})
        head = f"{variable} = " if variable else ""
        self.lines.append(f'{head}created(client, "{view.path}", {self.body(view, n, overrides, links)})')
        return row

    def step(self, view: EntityView, variable: str, row_id: int, step: Step) -> Row:
        """Change a row; raise ``RefusedError``."""
        row = step.done(self.stage, view, row_id)
        self.lines.append(f"accepted({step.call(view, variable)})")
        return row

    def refused_creation(self, view: EntityView, overrides: Body, links: Links, n: int = 0) -> set[str]:
        """Return why a creation is refused; nothing where it is not."""
        try:
            self.stage.copy().create(view, n, overrides, {key: value[0] for key, value in links.items()})
        except RefusedError as error:
            return error.reasons
        return set()

    def refused_step(self, view: EntityView, row_id: int, step: Step) -> set[str]:
        """Return why a change is refused; nothing where it is not."""
        try:
            step.done(self.stage.copy(), view, row_id)
        except RefusedError as error:
            return error.reasons
        return set()

    def refused_deletion(self, view: EntityView, row_id: int) -> set[str]:
        """Return why a deletion is refused; nothing where it is not."""
        try:
            self.stage.copy().world.delete(view, row_id)
        except RefusedError as error:
            return error.reasons
        return set()


def creations(view: EntityView, conditions: Iterable[Condition] = ()) -> Iterator[Body]:
    """Yield differences from a seed body, none first, then in what rules and the conditions look at."""
    yield {}
    attrs = dict.fromkeys([*watched(view, conditions), *ruled(view)])
    yield from variations(view, list(attrs))


def inputs(story: Story, view: EntityView, action: Action) -> Iterator[Step]:
    """Yield the action with different inputs."""
    fields = [_input_domain(view, each) for each in action.inputs]
    links: Links = {}
    for link in actions.references(view, action):
        n = min(1, story.seeds.capacity(link.target) - 1)
        links[link.key] = story.seed(link.target, n)
    for combination in islice(product(*fields), _INPUTS):
        yield Step(dict(zip((each.name for each in action.inputs), combination, strict=True)), action, links)


def _input_domain(view: EntityView, each: Field) -> list[Sample]:
    found = [one for one in domain(view, each) if one.value is not None]
    return [*found, *from_now(each)] if each.type in ("date", "datetime") else found


def steps(story: Story, view: EntityView, attrs: Iterable[str]) -> Iterator[Step]:
    """Yield changes of one attribute, and actions."""
    fields = {names.attribute(each.name): each for each in view.fields}
    for attr in attrs:
        yield from (Step({attr: each}) for each in domain(view, fields[attr]) if attr in fields)
    for action in view.entity.actions:
        yield from inputs(story, view, action)


def reach(
    story: Story,
    view: EntityView,
    accept: Accept,
    conditions: Iterable[Condition] = (),
    at: At | None = None,
) -> Row | None:
    """Create a row that is accepted, and change it if need be; nothing where no way is found."""
    conditions, at = list(conditions), at or At()
    for overrides in islice(creations(view, conditions), _CREATIONS):
        trial = story.copy()
        try:
            row = trial.create(view, at.variable, overrides, at.links, at.n)
        except (RefusedError, IndexError):
            continue
        if accept(trial.stage, row):
            return _take(story, trial, view, row["id"])
    return _walk(story, view, accept, conditions, at)


def _walk(
    story: Story,
    view: EntityView,
    accept: Accept,
    conditions: list[Condition],
    at: At,
) -> Row | None:
    attrs = [attr for attr in dict.fromkeys([*watched(view, conditions), *_state(view)]) if attr in _fields(view)]
    left = _STEPS
    for overrides in islice(creations(view, conditions), _BODIES):
        trial = story.copy()
        try:
            row_id = trial.create(view, at.variable, overrides, at.links, at.n)["id"]
        except (RefusedError, IndexError):
            continue
        waiting = [trial]
        for _ in range(_DEPTH):
            further: list[Story] = []
            for each in waiting:
                for step in islice(list(steps(each, view, attrs)), left):
                    after, left = each.copy(), left - 1
                    try:
                        row = after.step(view, at.variable, row_id, step)
                    except (RefusedError, IndexError):
                        continue
                    if accept(after.stage, row):
                        return _take(story, after, view, row_id)
                    further.append(after)
            waiting = further[:_WIDTH]
    return None


def _take(story: Story, trial: Story, view: EntityView, row_id: int) -> Row:
    story.stage, story.lines = trial.stage, trial.lines
    return story.stage.world.of(view)[row_id]


def _fields(view: EntityView) -> set[str]:
    return {names.attribute(each.name) for each in view.fields}


def _state(view: EntityView) -> list[str]:
    return [names.attribute(view.entity.states.field)] if view.entity.states else []


def same_value(view: EntityView, row: Row, attr: str) -> Sample:
    """Return what a row holds as a sample."""
    fields: dict[str, Any] = {names.attribute(each.name): each for each in view.fields}
    found = [each for each in domain(view, fields[attr]) if each.value == row[attr]]
    return found[0] if found else sample(fields[attr], row[attr])


@dataclass(frozen=True)
class Test:
    """A printed test: its name, its lines, and for a race the body of which only one
    may be accepted, with the rule that refuses the other."""

    name: str
    lines: tuple[str, ...]
    race: str = ""
    rule: str = ""


def named(each: Compiled, what: str, lines: list[str], race: str = "") -> Test:
    """Return a test of a rule."""
    return Test(f"test_{each.rule.id.lower()}_{what}", tuple(lines), race, each.rule.id)


def broken(each: Compiled, request: str) -> str:
    """Return the line that sees a rule refuse a request."""
    return f'broken({request}, "{each.rule.id}")'
