"""Rows that tests refer to, brought to where a rule lets them be referred to: a talk confirmed, an order shipped."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from msgspec import structs

from libs.blueprint import candidates, names, rulebook, states
from libs.blueprint.conditions import paths_of
from libs.blueprint.journeys import Trip, goals_of, journey, told
from libs.blueprint.moves import Child, Move, items
from libs.blueprint.paths import Place, resolve
from libs.blueprint.reading import RefusedError
from libs.blueprint.solver import Seeds, Stage
from libs.blueprint.values import SAMPLES
from libs.blueprint.view import EntityView, Link
from libs.contracts.behaviour import Condition


@dataclass(frozen=True, eq=False)
class Ready:
    """How seed row ``n`` of the first relation's target is prepared: the moves of the row at the end of the way."""

    name: str
    way: tuple[Link, ...]
    moves: tuple[Move, ...]
    about: str

    @property
    def view(self) -> EntityView:
        """Return the entity that the moves change."""
        return self.way[-1].target

    def calls(self) -> list[str]:
        """Return the requests that prepare a row."""
        return _calls(self.view, self.moves)

    def done(self, stage: Stage, n: int) -> None:
        """Do it in a stage; raise ``RefusedError``."""
        row = stage.row(self.way[0].target, n)
        for link in self.way[1:]:
            row = stage.world.of(link.target)[row[link.key]]
        for move in self.moves:
            if isinstance(move, Child) and self._is_seed(stage.seeds, move):
                stage.row(move.link.source, n)
            else:
                self.numbered(stage.seeds, move, n).done(stage, self.view, row["id"])

    def numbered(self, seeds: Seeds, move: Move, n: int) -> Move:
        """Return the move as it is done for row ``n``."""
        return replace(move, n=(move.n + n) % seeds.capacity(move.link.source)) if isinstance(move, Child) else move

    def _is_seed(self, seeds: Seeds, move: Child) -> bool:
        """Tell whether the row that points here is the seed row that does so anyhow."""
        source, link = move.link.source, move.link
        plain = not move.n and not move.values and len(self.way) == 1 and link in source.carried
        return plain and not seeds.shift(link) and seeds.capacity(source) == seeds.capacity(link.target)

    def lines(self, seeds: Seeds) -> Iterator[str]:
        """Yield the lines that print it, as a function of ``seed`` and ``n``."""
        if not all(isinstance(move, Child) and self._is_seed(seeds, move) for move in self.moves):
            yield f'row = seed.row("{self.way[0].target.path}", n)'
        for link in self.way[1:]:
            yield f"row = seed.client.get(f\"{link.target.path}/{{row['{link.key}']}}\").json()"
        for move in self.moves:
            if isinstance(move, Child):
                yield self._child(seeds, move)
            else:
                yield f"done(seed.{move.call(self.view, 'row')})"

    def _child(self, seeds: Seeds, move: Child) -> str:
        path, size = move.link.source.path, seeds.capacity(move.link.source)
        if self._is_seed(seeds, move):
            return f'seed.row("{path}", n)'
        number = f"(n + {move.n}) % {size}" if move.n else "n" if size == SAMPLES else f"n % {size}"
        changed = ", ".join(items(move.link.source, move.values, {move.link.key: (0, 'row["id"]')}))
        body = f'{{**seed.body("{path}"{f", {number}" if size > 1 else ""}), {changed}}}'
        return f'done(seed.client.post("{path}", json={body}))'


def _calls(view: EntityView, moves: tuple[Move, ...]) -> list[str]:
    return [each.call(view, "row") for each in moves]


Asked = tuple[tuple[Link, ...], list[Condition], set[str]]


def readied(seeds: Seeds, view: EntityView) -> bool:
    """Tell whether bodies are valid once rows that they refer to are prepared, and keep how that is done."""
    found: list[tuple[str, str]] = []
    for asked in _asked(view):
        key = view.name, asked[0][0].key
        moves = _moves(seeds, view, asked)
        if moves and key not in seeds.prepared:
            seeds.prepared[key] = _known(seeds, asked[0], moves)
            found.append(key)
    seeds.bodies.clear()
    if found and seeds.capacity(view):
        seeds.contradictions.pop(view.name, None)
        return True
    for key in found:
        del seeds.prepared[key]
    seeds.bodies.clear()
    return False


def _asked(view: EntityView) -> Iterator[Asked]:
    """Yield the ways to rows that rules look at where no body writes, with conditions on the state and rules' ids."""
    found: dict[tuple[Link, ...], Asked] = {}
    for each in rulebook.rules_of(view):
        for start, condition in candidates.conditions_of(view, each.rule):
            for place in _places(view, condition) if start is view else ():
                _, wanted, ids = found.setdefault(place.way, (place.way, [], set()))
                ids.add(each.rule.id)
                if resolve(view, condition.field) is place:
                    wanted.append(structs.replace(condition, field=condition.field.rsplit(".", 1)[1]))
    yield from found.values()


def _places(view: EntityView, condition: Condition) -> list[Place]:
    """Return the places of other rows that a condition reads and that change by other means than a body."""
    found = [resolve(view, path) for path in paths_of([condition]) if "." in path]
    return [place for place in found if _grows(place)]


def _grows(place: Place) -> bool:
    if place.computed or place.attr == states.attribute(place.holder):
        return True
    done = [
        (peer, effect) for peer in place.start.peers.values() for each in peer.entity.actions for effect in each.effects
    ]
    if any(effect.kind != "create" and _is(resolve(peer, effect.target), place) for peer, effect in done):
        return True
    return place.field is not None and place.field.name in place.holder.balances


def _is(other: Place, place: Place) -> bool:
    return other.holder is place.holder and other.attr == place.attr


def _moves(seeds: Seeds, view: EntityView, asked: Asked) -> tuple[Move, ...]:
    """Return the moves after which the rules no longer refuse the plainest body; none where it needs none."""
    way, wanted, ids = asked
    seeds.bodies[view.name] = [seeds.default(view, 0)]
    stage = seeds.stage()
    try:
        row = stage.row(way[0].target, seeds.number(way[0], 0))
        for link in way[1:]:
            row = stage.world.of(link.target)[row[link.key]]
        stage.values(view, 0, {}, {})
    except (RefusedError, IndexError, RecursionError, KeyError):
        return ()
    end = way[-1].target
    trip = Trip(end, row["id"], lambda after: not _refusals(after, view) & ids, goals_of(end, wanted), told(end))
    return () if trip.arrived(stage) else journey(stage, trip) or ()


def _refusals(stage: Stage, view: EntityView) -> set[str]:
    try:
        stage.copy().create(view, 0, {})
    except RefusedError as error:
        return error.reasons
    return set()


def _known(seeds: Seeds, way: tuple[Link, ...], moves: tuple[Move, ...]) -> Ready:
    """Return the preparation as another entity asks for it already, or a new one with a name of its own."""
    end, known = way[-1].target, list(dict.fromkeys(seeds.prepared.values()))
    for each in known:
        if [link.target for link in each.way] == [link.target for link in way] and each.calls() == _calls(end, moves):
            return each
    source = way[0].source
    name = f"{end.snake}_ready_for_{source.snake}"
    number = sum(each.view is end and each.way[0].source is source for each in known)
    about = f"Bring {end.label} ``n`` to where {names.article(source.label)} may refer to it."
    return Ready(f"{name}_{number + 1}" if number else name, way, moves, about)
