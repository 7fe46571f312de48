"""Valid bodies for all entities: where the plain ones are refused, rows that they refer to are chosen or prepared."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from libs.blueprint import candidates, rulebook
from libs.blueprint.candidates import Sample, domain
from libs.blueprint.conditions import paths_of
from libs.blueprint.paths import resolve
from libs.blueprint.ready import readied
from libs.blueprint.solver import Seeds
from libs.blueprint.view import EntityView

_PARENTS = 30


def settled(views: list[EntityView]) -> Seeds:
    """Return the seeds of a charter, what a body refers to before what refers to it."""
    seeds, done = Seeds(views), set[str]()
    for view in views:
        _with_targets(seeds, view, done)
    return seeds


def _with_targets(seeds: Seeds, view: EntityView, done: set[str]) -> None:
    if view.name not in done:
        done.add(view.name)
        for link in view.carried:
            _with_targets(seeds, link.target, done)
        _settle(seeds, view)


def _settle(seeds: Seeds, view: EntityView) -> None:
    """Find bodies; where none is valid, try other rows to refer to."""
    if not seeds.capacity(view) and not _apart(seeds, view) and not readied(seeds, view):
        _elsewhere(seeds, view)


def _elsewhere(seeds: Seeds, view: EntityView) -> None:
    """Find bodies with other values in the rows that they refer to, prepared if need be."""
    for holder, attr, each in islice(_others(view), _PARENTS):
        seeds.bodies.clear()
        seeds.preferred[holder.name, attr] = each
        if seeds.capacity(view) or readied(seeds, view):
            seeds.contradictions.pop(view.name, None)
            return
        del seeds.preferred[holder.name, attr]
    seeds.bodies.clear()


def _apart(seeds: Seeds, view: EntityView) -> bool:
    """Tell whether bodies are valid once a reference leads to another row than the rest."""
    for link in [each for each in view.carried if not each.single]:
        for shift in range(1, seeds.capacity(link.target)):
            seeds.bodies.clear()
            seeds.shifted[view.name, link.key] = shift
            if seeds.capacity(view):
                seeds.contradictions.pop(view.name, None)
                return True
            del seeds.shifted[view.name, link.key]
    return False


def _others(view: EntityView) -> Iterator[tuple[EntityView, str, Sample]]:
    for each in rulebook.rules_of(view):
        for start, condition in candidates.conditions_of(view, each.rule):
            for path in paths_of([condition]):
                if "." in path and start is view:
                    place = resolve(view, path)
                    found = domain(place.holder, place.field) if place.field else ()
                    yield from ((place.holder, place.attr, sample) for sample in found[1:])
