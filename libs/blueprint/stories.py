"""Tests as steps that are tried out in the compiler's world before they are printed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from libs.blueprint import names
from libs.blueprint.candidates import Sample, domain, sample, watched
from libs.blueprint.conditions import paths_of
from libs.blueprint.enforce.parts import Compiled
from libs.blueprint.journeys import Trip, goals_of, journey, told
from libs.blueprint.moves import Body, Links, Move, Step, changes, inputs, items, seeded
from libs.blueprint.paths import resolve
from libs.blueprint.reading import RefusedError, Row
from libs.blueprint.solver import Seeds, Stage, ruled, variations
from libs.blueprint.view import EntityView, Link
from libs.contracts.behaviour import Condition

Accept = Callable[[Stage, Row], bool]
RACERS = 8
_DEPTH = 3
_CREATIONS = 120
_BODIES = 6
_WIDTH = 4
_STEPS = 200


@dataclass(frozen=True)
class At:
    """Where a row is made: what it refers to, its name in the test, its seed body; ``far``: long ways are tried too."""

    links: Links = field(default_factory=Links)
    variable: str = "row"
    n: int = 0
    far: bool = True


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
        return seeded(self.stage, view, n)

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

    def move(self, view: EntityView, variable: str, row_id: int, move: Move) -> Row:
        """Change a row, or what points at it; raise ``RefusedError``."""
        row = move.done(self.stage, view, row_id)
        self.lines.append(f"accepted({move.call(view, variable)})")
        return row

    def readied(self, link: Link, variable: str, row_id: int) -> None:
        """Prepare a row as the relation's rules want it; raise ``RefusedError``."""
        ready = self.seeds.prepared.get((link.source.name, link.key))
        for move in ready.moves if ready and len(ready.way) == 1 else ():
            self.move(link.target, variable, row_id, ready.numbered(self.seeds, move, 0) if ready else move)

    def referred(self, link: Link, n: int = 0) -> tuple[int, str]:
        """Return the id of a seed row, prepared as the relation's rules want it, with its source."""
        row_id, source = self.stage.referred(link, n), self.seed(link.target, n)[1]
        ready = self.seeds.prepared.get((link.source.name, link.key))
        if ready is None or n == self.seeds.number(link, 0):  # a body of the same test prepares that one
            return row_id, source
        return row_id, source.replace("seed.id(", f"seed.ready({ready.name}, ")

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
    row = _walk(story, view, accept, conditions, at)
    return row or (_travel(story, view, accept, conditions, at) if at.far else None)


def steps(story: Story, view: EntityView, attrs: Iterable[str]) -> Iterator[Step]:
    """Yield changes of one attribute, and actions."""
    yield from changes(view, attrs)
    for action in view.entity.actions:
        yield from inputs(story.stage, view, action)


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
                        row = after.move(view, at.variable, row_id, step)
                    except (RefusedError, IndexError):
                        continue
                    if accept(after.stage, row):
                        return _take(story, after, view, row_id)
                    further.append(after)
            waiting = further[:_WIDTH]
    return None


def _travel(story: Story, view: EntityView, accept: Accept, conditions: list[Condition], at: At) -> Row | None:
    """Bring a row to a state that is further away, or to where other rows must point at it."""
    goals = goals_of(view, conditions)
    if not goals and not any(resolve(view, path).computed for path in paths_of(conditions)):
        return None
    trial = story.copy()
    try:
        row_id = trial.create(view, at.variable, {}, at.links, at.n)["id"]
    except (RefusedError, IndexError):
        return None
    attrs = tuple(watched(view, (each for each in conditions if not resolve(view, each.field).computed)))
    trip = Trip(view, row_id, lambda stage: accept(stage, stage.world.of(view)[row_id]), goals, (*attrs, *told(view)))
    moves = journey(trial.stage, trip)
    for move in moves or ():
        trial.move(view, at.variable, row_id, move)
    return _take(story, trial, view, row_id) if moves else None


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
    """A printed test: its name, its lines, and for a race the body of which only one may be accepted, or the list of
    bodies where they must differ, with the rule that refuses the others."""

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
