"""The way to where a row must be: the moves that bring it there, those nearest to the wanted state tried first."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import chain, count, islice

from libs.blueprint import states
from libs.blueprint.candidates import watched
from libs.blueprint.enforce.parts import column
from libs.blueprint.moves import Child, Move, changes, inputs
from libs.blueprint.paths import resolve, to_one
from libs.blueprint.reading import RefusedError
from libs.blueprint.solver import Stage, variations
from libs.blueprint.view import EntityView, Link
from libs.blueprint.world import pointing, rules_of
from libs.contracts.behaviour import Condition, Ledger, Requires

_PLACES = 40
_KINDS = 3  # ways to do an action, or to add a row, that are followed further
_INPUTS = 12
_AMOUNTS = 40


@dataclass(frozen=True)
class Trip:
    """Which row is to be brought where: until ``arrived``, whose state is one of ``goals`` where there are any."""

    view: EntityView
    row_id: int
    arrived: Callable[[Stage], bool]
    goals: frozenset[str] = frozenset()
    attrs: tuple[str, ...] = ()


@dataclass(order=True)
class _Place:
    rank: tuple[int, int, int]
    stage: Stage = field(compare=False)
    moves: tuple[Move, ...] = field(compare=False, default=())


def journey(stage: Stage, trip: Trip) -> tuple[Move, ...] | None:
    """Return the moves that bring the row there; nothing where none are found."""
    far, number = _distances(trip), count(1)
    waiting, seen = [_Place((0, 0, 0), stage)], {str(stage.world.rows)}
    for _ in range(_PLACES):
        if not waiting:
            return None
        place = heapq.heappop(waiting)
        for move, after in _onward(place.stage, trip):
            moves, known = (*place.moves, move), str(after.world.rows)
            if trip.arrived(after):
                return moves
            if known not in seen:
                seen.add(known)
                rank = (_left(far, trip, after), len(moves), next(number))
                heapq.heappush(waiting, _Place(rank, after, moves))
    return None


def goals_of(view: EntityView, wanted: Iterable[Condition]) -> frozenset[str]:
    """Return the states in which conditions on the state hold."""
    kinds = view.entity.states
    place = resolve(view, kinds.field) if kinds else None
    if place is None or place.field is None:
        return frozenset()
    told = [each for each in wanted if each.field == place.field.name]
    return frozenset(state for state in place.field.choices if told and all(_is(each, state) for each in told))


def _is(each: Condition, state: str) -> bool:
    if each.operator == "in":
        return state in each.choices
    same = each.value is not None and each.value.text == state
    return same if each.operator == "eq" else not same


def _distances(trip: Trip) -> dict[str, int]:
    """Return how many transitions each state is away from one of the goals."""
    kinds = trip.view.entity.states
    far = dict.fromkeys(trip.goals, 0)
    waiting = list(trip.goals)
    for state in waiting:
        before = [each.source for each in (kinds.transitions if kinds else ()) if each.target == state]
        waiting += [each for each in before if each not in far]
        far |= {each: far[state] + 1 for each in before if each not in far}
    return far


def _left(far: dict[str, int], trip: Trip, stage: Stage) -> int:
    here = stage.world.of(trip.view)[trip.row_id].get(states.attribute(trip.view))
    return far.get(str(here), len(far)) if far else 0


def _onward(stage: Stage, trip: Trip) -> Iterator[tuple[Move, Stage]]:
    """Yield what can be done with the row, each with the stage after it."""
    state = [states.attribute(trip.view)] if trip.view.entity.states else []
    yield from _done(stage, trip, changes(trip.view, dict.fromkeys([*state, *trip.attrs])))
    for action in trip.view.entity.actions:
        yield from islice(_done(stage, trip, islice(inputs(stage, trip.view, action), _INPUTS)), _KINDS)
    for link in dict.fromkeys(_counted(trip.view)):
        yield from islice(_done(stage, trip, _children(stage, link)), _KINDS)


def _done(stage: Stage, trip: Trip, moves: Iterable[Move]) -> Iterator[tuple[Move, Stage]]:
    for move in moves:
        after = stage.copy()
        try:
            move.done(after, trip.view, trip.row_id)
        except (RefusedError, IndexError, RecursionError):
            continue
        yield move, after


def _counted(view: EntityView) -> Iterator[Link]:
    """Yield the references to the entity whose rows it counts, adds up or is moved by."""
    for each in view.entity.computed:
        if each.aggregate:
            yield to_one(view.peers[each.aggregate.source], each.aggregate.relation)
    for link in pointing(view):
        yield from (link for _, kept in rules_of(link.source, Ledger) if to_one(link.source, kept.relation) is link)


def _children(stage: Stage, link: Link) -> Iterator[Child]:
    """Yield rows that point at the row, of a ledger those of other amounts too."""
    source, kept = link.source, [kept for _, kept in rules_of(link.source, Ledger)]
    amounts = [column(source, name).attr for each in kept for name in (each.amount, each.direction) if name]
    for n in range(stage.seeds.capacity(source)):
        yield from (Child(link, n, values) for values in chain([{}], islice(variations(source, amounts), _AMOUNTS)))


def told(view: EntityView) -> tuple[str, ...]:
    """Return the attributes that an entity's own actions and rules look at."""
    wanted = [each for action in view.entity.actions for each in action.checks]
    wanted += [each for _, kept in rules_of(view, Requires) for each in (*kept.when, *kept.must)]
    return tuple(watched(view, [each for each in wanted if not resolve(view, each.field).computed]))
