"""Tests of each rule: it holds, and broken it is refused, however it is broken."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from libs.blueprint import names, rulebook
from libs.blueprint.candidates import conditions_of, domain
from libs.blueprint.conditions import paths_of
from libs.blueprint.enforce.parts import Compiled, column
from libs.blueprint.ledger_tests import ledger_tests
from libs.blueprint.limit_tests import limit_tests
from libs.blueprint.moves import Links, Step, inputs
from libs.blueprint.pair_tests import own_attributes, pair_tests
from libs.blueprint.paths import resolve, to_one
from libs.blueprint.reading import RefusedError, Row
from libs.blueprint.solver import Seeds, Stage
from libs.blueprint.stories import (
    At,
    Story,
    Test,
    broken,
    creations,
    named,
    reach,
    steps,
)
from libs.blueprint.view import EntityView
from libs.contracts.behaviour import BlockedBy, Immutable, Ledger, Limit, NoOverlap, Requires, UniqueIn

_TRIES = 150


def tests_of(view: EntityView, seeds: Seeds) -> list[Test]:
    """Return the tests of an entity's rules, as far as its other rules and bounds let them be broken."""
    return [test for each in rulebook.rules_of(view) for test in (*_of(each, seeds), *_cleared(each, seeds))]


def _of(each: Compiled, seeds: Seeds) -> Iterator[Test]:
    match each.rule.enforcement:
        case Limit() as kept:
            yield from limit_tests(each, kept, seeds)
        case NoOverlap() | UniqueIn() as kept:
            yield from pair_tests(each, kept, seeds)
        case Requires() as kept:
            yield from _requires(each, kept, seeds)
        case Immutable() as kept:
            yield from _immutable(each, kept, seeds)
        case BlockedBy() as kept:
            yield from _blocked(each, kept, seeds)
        case Ledger() as kept:
            yield from ledger_tests(each, kept, seeds)
        case None:
            return


def _requires(each: Compiled, kept: Requires, seeds: Seeds) -> Iterator[Test]:
    view, story = each.view, Story.begun(seeds)
    told = [*kept.when, *kept.must]
    if reach(story, view, lambda stage, row: stage.world.hold(view, row, kept.when), told):
        yield named(each, "holds", story.lines)
    for overrides in islice(creations(view, told), _TRIES):
        story = Story.begun(seeds)
        if story.refused_creation(view, overrides, {}) == {each.rule.id}:
            request = f'client.post("{view.path}", json={story.body(view, 0, overrides, {})})'
            yield named(each, "refuses_a_new_row", [broken(each, request)])
            break
    yield from _changed(each, seeds)
    known = list(_by_parent(each, kept, seeds))
    yield from known
    yield from (test for test in _unprepared(each, seeds) if test.name not in {one.name for one in known})
    yield from _without(each, seeds)


def _without(each: Compiled, seeds: Seeds) -> Iterator[Test]:
    """Break a rule by a row that refers to nothing: when it is created, and afterwards."""
    view = each.view
    for link in [each_ for each_ in view.references if not each_.relation.required and each_.key in each.watched]:
        story, name = Story.begun(seeds), link.attr.rstrip("_")
        links: Links = {link.key: (None, "None")}
        if story.refused_creation(view, {}, links) == {each.rule.id}:
            request = f'client.post("{view.path}", json={story.body(view, 0, {}, links)})'
            yield named(each, f"refuses_a_new_row_without_its_{name}", [broken(each, request)])
        row = story.create(view, "row", {}, {})
        if story.refused_step(view, row["id"], Step(links=links)) == {each.rule.id}:
            request = Step(links=links).call(view, "row")
            yield named(each, f"refuses_to_lose_its_{name}", [*story.lines, broken(each, request)])


def _unprepared(each: Compiled, seeds: Seeds) -> Iterator[Test]:
    """Break a rule by rows that have not come far enough: referred to at once, and afterwards."""
    view = each.view
    for link in [link for link in view.carried if (view.name, link.key) in seeds.prepared]:
        story, name = Story.begun(seeds), link.attr.rstrip("_")
        try:
            row = story.create(view, "row", {}, {})
            links: Links = {link.key: story.seed(link.target, story.last(link.target))}
        except (RefusedError, IndexError):
            continue
        if story.refused_creation(view, {}, links) == {each.rule.id}:
            request = f'client.post("{view.path}", json={story.body(view, 0, {}, links)})'
            yield named(each, f"refuses_a_new_row_because_of_its_{name}", [broken(each, request)])
        if story.refused_step(view, row["id"], Step(links=links)) == {each.rule.id}:
            request = Step(links=links).call(view, "row")
            yield named(each, f"refuses_a_row_moved_to_another_{name}", [*story.lines, broken(each, request)])


def _by_parent(each: Compiled, kept: Requires, seeds: Seeds) -> Iterator[Test]:
    """Break a rule by the row that it looks at: when the other is created, and afterwards."""
    view = each.view
    places = [place for path in paths_of([*kept.when, *kept.must]) if len((place := resolve(view, path)).way) == 1]
    tried: set[str] = set()
    for place, one in ((each_, one) for each_ in places if each_.field for one in domain(each_.holder, each_.field)):
        key, story = place.way[0].key, Story.begun(seeds)
        try:
            fits = story.create(place.holder, "holder", {}, {}, story.last(place.holder))["id"]
            links: Links = {key: (fits, 'holder["id"]')}
            other = story.copy()
            if other.refused_creation(view, {}, links) != {each.rule.id}:
                other.move(place.holder, "holder", fits, Step({place.attr: one}))
            story.readied(place.way[0], "holder", fits)
            if "new" not in tried and other.refused_creation(view, {}, links) == {each.rule.id}:
                tried.add("new")
                request = f'client.post("{view.path}", json={story.body(view, 0, {}, links)})'
                name = f"refuses_a_new_row_because_of_its_{place.way[0].attr.rstrip('_')}"
                yield named(each, name, [*other.lines, broken(each, request)])
            story.create(view, "", {}, links)
        except (RefusedError, IndexError):
            continue
        step = Step({place.attr: one})
        if "changed" not in tried and story.refused_step(place.holder, fits, step) == {each.rule.id}:
            tried.add("changed")
            name = f"refuses_a_change_of_its_{place.way[0].attr.rstrip('_')}"
            yield named(each, name, [*story.lines, broken(each, step.call(place.holder, "holder"))])


def _changed(each: Compiled, seeds: Seeds) -> Iterator[Test]:
    """Break a rule by a change of a row that kept it."""
    view, story = each.view, Story.begun(seeds)
    row = story.create(view, "row", {}, {})
    for overrides in islice(creations(view), _TRIES):
        step = Step(overrides)
        if overrides and story.refused_step(view, row["id"], step) == {each.rule.id}:
            yield named(each, "refuses_a_change", [*story.lines, broken(each, step.call(view, "row"))])
            return


def _cleared(each: Compiled, seeds: Seeds) -> Iterator[Test]:
    """Break a rule by the deletion of a row that others refer to, which clears their reference."""
    view = each.view
    told = [one for start, one in conditions_of(view, each.rule) if start is view]
    for link in [
        link for link in view.references if link.relation.on_delete == "set_null" and link.key in each.watched
    ]:
        story, name = Story.begun(seeds), link.attr.rstrip("_")
        try:
            held = story.create(link.target, "holder", {}, {}, story.last(link.target))["id"]
            story.readied(link, "holder", held)
        except (RefusedError, IndexError):
            continue
        at = At({link.key: (held, 'holder["id"]')})
        if reach(
            story, view, lambda stage, _, goal=(link.target, held): _keeps(stage, goal) == {each.rule.id}, told, at
        ):
            request = f"client.delete(f\"{link.target.path}/{{holder['id']}}\")"
            yield named(each, f"refuses_a_deletion_of_its_{name}", [*story.lines, broken(each, request)])


def _keeps(stage: Stage, goal: tuple[EntityView, int]) -> set[str]:
    """Return why a row is not deleted; nothing where it is."""
    try:
        stage.copy().world.delete(*goal)
    except RefusedError as error:
        return error.reasons
    return set()


def _immutable(each: Compiled, kept: Immutable, seeds: Seeds) -> Iterator[Test]:
    view, story = each.view, Story.begun(seeds)
    row = reach(story, view, lambda stage, one: stage.world.hold(view, one, kept.when), kept.when)
    if row is None:
        row = _reach_by_parent(each, kept, story)
    if row is None:
        return
    fixed = {column(view, name).attr for name in kept.fields} or set(own_attributes(view))
    for field in (field for field in view.fields if names.attribute(field.name) in fixed):
        for one in domain(view, field):
            step = Step({names.attribute(field.name): one})
            if story.refused_step(view, row["id"], step) == {each.rule.id}:
                yield named(each, "refuses_a_change", [*story.lines, broken(each, step.call(view, "row"))])
                break
        else:
            continue
        break
    if story.refused_deletion(view, row["id"]) == {each.rule.id}:
        request = f"client.delete(f\"{view.path}/{{row['id']}}\")"
        yield named(each, "refuses_a_deletion", [*story.lines, broken(each, request)])


def _reach_by_parent(each: Compiled, kept: Immutable, story: Story) -> Row | None:
    """Bring the row that a condition looks at to where it must be, after this one was made."""
    view = each.view
    ways = [place.way for one in kept.when if len((place := resolve(view, one.field)).way) == 1]
    for (link,) in ways:
        trial = story.copy()
        holder = trial.create(link.target, "holder", {}, {}, trial.last(link.target))["id"]
        trial.readied(link, "holder", holder)
        row = trial.create(view, "row", {}, {link.key: (holder, 'holder["id"]')})
        if _advance(trial, (link.target, holder), row, each, kept):
            story.stage, story.lines = trial.stage, trial.lines
            return story.stage.world.of(view)[row["id"]]
    return None


def _advance(story: Story, held: tuple[EntityView, int], row: Row, each: Compiled, kept: Immutable) -> bool:
    target, holder = held
    attrs = [attr for attr in own_attributes(target) if target.entity.states and attr == target.entity.states.field]
    waiting = [story.copy()]
    for _ in range(2):
        further: list[Story] = []
        for one in waiting:
            for step in steps(one, target, attrs or own_attributes(target)):
                after = one.copy()
                try:
                    after.move(target, "holder", holder, step)
                except (RefusedError, IndexError):
                    continue
                if after.stage.world.hold(each.view, after.stage.world.of(each.view)[row["id"]], kept.when):
                    story.stage, story.lines = after.stage, after.lines
                    return True
                further.append(after)
        waiting = further[:8]
    return False


def _blocked(each: Compiled, kept: BlockedBy, seeds: Seeds) -> Iterator[Test]:
    view, story = each.view, Story.begun(seeds)
    peer = view.peers[kept.source]
    link = to_one(peer, kept.relation)
    held = story.create(view, "row", {}, {}, story.last(view))
    given: Links = {link.key: (held["id"], 'row["id"]')}
    story.readied(link, "row", held["id"])
    found = reach(
        story, peer, lambda stage, one: stage.world.hold(peer, one, kept.where), kept.where, At(given, "other")
    )
    if found is None:
        return
    lines = story.lines
    if "delete" in kept.actions and story.refused_deletion(view, held["id"]) == {each.rule.id}:
        yield named(
            each, "refuses_a_deletion", [*lines, broken(each, f"client.delete(f\"{view.path}/{{row['id']}}\")")]
        )
    tries = [Step({names.attribute(one.name): value}) for one in view.fields for value in domain(view, one)]
    tries = tries if "update" in kept.actions else []
    for action in (action for action in view.entity.actions if action.name in kept.actions):
        tries += islice(inputs(story.stage, view, action), 20)
    tried: set[str] = set()
    for step in tries:
        name = step.action.name if step.action else "change"
        if name not in tried and story.refused_step(view, held["id"], step) == {each.rule.id}:
            tried.add(name)
            yield named(each, f"refuses_to_{name}", [*lines, broken(each, step.call(view, "row"))])
