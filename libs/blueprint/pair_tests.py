"""Tests of rules about two rows: what is used once, or not at the same time."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from libs.blueprint import names
from libs.blueprint.candidates import domain
from libs.blueprint.enforce.parts import Compiled, column
from libs.blueprint.moves import Links, Step
from libs.blueprint.paths import to_one
from libs.blueprint.reading import RefusedError, Row
from libs.blueprint.solver import Seeds
from libs.blueprint.stories import Story, Test, broken, creations, named, same_value
from libs.blueprint.view import EntityView
from libs.contracts.behaviour import NoOverlap, UniqueIn
from libs.contracts.fields import Field


def pair_tests(each: Compiled, kept: NoOverlap | UniqueIn, seeds: Seeds) -> Iterator[Test]:
    """Yield the tests of a rule about two rows: a second one, a race, one that begins where the other ends."""
    view = each.view
    scope = kept.fields if isinstance(kept, UniqueIn) else kept.scope
    for overrides in islice(creations(view, kept.where), 60):
        story = Story.begun(seeds)
        links: Links = {link.key: story.referred(link) for name in scope if (link := column(view, name).link)}
        try:
            first = story.create(view, "row", overrides, links)
        except (RefusedError, IndexError):
            continue
        if story.refused_creation(view, overrides, links) == {each.rule.id}:
            body = story.body(view, 0, overrides, links)
            lines = [line.replace("row = ", "", 1) for line in story.lines]
            yield named(
                each, "refuses_a_second_row", [*lines, broken(each, f'client.post("{view.path}", json={body})')]
            )
            yield named(each, "lets_one_of_many_win", [], body)
            if isinstance(kept, NoOverlap):
                yield from _touching(each, kept, story, links, first)
            yield from _together(each, kept, story, links, first)
            return


def _touching(each: Compiled, kept: NoOverlap, story: Story, links: Links, first: Row) -> Iterator[Test]:
    """Begin where the other ends."""
    view = each.view
    start, end = column(view, kept.start).attr, column(view, kept.end).attr
    if first[end] is None:
        return
    for one in (each_ for each_ in domain(view, _field(view, end)) if each_.value and each_.value > first[end]):
        overrides = {start: same_value(view, first, end), end: one}
        trial = story.copy()
        try:
            trial.create(view, "", overrides, links)
        except RefusedError:
            continue
        yield named(
            each, "lets_one_begin_where_the_other_ends", [trial.lines[0].replace("row = ", ""), *trial.lines[1:]]
        )
        return


def _field(view: EntityView, attr: str) -> Field:
    return next(each for each in view.fields if names.attribute(each.name) == attr)


def _together(each: Compiled, kept: NoOverlap | UniqueIn, story: Story, links: Links, first: Row) -> Iterator[Test]:
    """Move a row to where another is."""
    view = each.view
    for key, value in links.items():
        link = to_one(view, key)
        trial = story.copy()
        trial.lines = [trial.lines[0].replace("row = ", "")]
        try:
            away = links | {key: trial.referred(link, min(1, trial.seeds.capacity(link.target) - 1))}
            body = {
                attr: same_value(view, first, attr)
                for attr in own_attributes(view)
                if first[attr] != _plain(trial, view, attr)
            }
            row = trial.create(view, "row", body, away)
        except (RefusedError, IndexError):
            continue
        step = Step(links={key: value})
        if trial.refused_step(view, row["id"], step) == {each.rule.id}:
            what = f"refuses_a_row_moved_to_another_{link.attr.rstrip('_')}"
            yield named(each, what, [*trial.lines, broken(each, step.call(view, "row"))])
            return


def own_attributes(view: EntityView) -> list[str]:
    """Return the attributes of an entity's fields."""
    return [names.attribute(each.name) for each in view.fields]


def _plain(story: Story, view: EntityView, attr: str) -> object:
    return story.seeds.body(view, 0)[attr].value
