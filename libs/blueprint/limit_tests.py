"""Tests of limits: one row more than there may be, however it comes to count."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from itertools import islice

from libs.blueprint import rulebook
from libs.blueprint.candidates import Sample, domain
from libs.blueprint.enforce.parts import Compiled, column
from libs.blueprint.moves import Body, Links, Step
from libs.blueprint.paths import in_period, resolve, to_one
from libs.blueprint.reading import RefusedError, Row
from libs.blueprint.solver import Seeds, variations
from libs.blueprint.stories import At, Story, Test, broken, creations, named, reach
from libs.blueprint.view import EntityView
from libs.contracts.behaviour import Limit

_ROWS = 120
_FEW = 12
_SHORT = 3


def limit_tests(each: Compiled, kept: Limit, seeds: Seeds) -> Iterator[Test]:
    """Yield the tests of a limit: one more, a race for the last place, rows moved in, a lowered maximum."""
    found = _full(each, kept, seeds)
    if found is None:
        return
    story, overrides, links, lines = found
    view = each.view
    more = f'client.post("{view.path}", json={story.body(view, 0, overrides, links)})'
    yield named(each, "refuses_one_more", [*lines, broken(each, more)])
    room = _loop(story, lines[:-1] if not lines[-1].startswith("    ") else [], lines)
    if room is not None:
        yield named(each, "lets_one_of_many_win", room, story.body(view, 0, overrides, links))
    yield from _moved(each, kept, story, (overrides, links), lines)
    yield from _lowered(each, kept, story, lines)
    yield from _elsewhere(each, kept, story, (overrides, links), lines)


def _elsewhere(each: Compiled, kept: Limit, story: Story, body: tuple[Body, Links], lines: list[str]) -> Iterator[Test]:
    """Add a row that shares all but one thing with those of a full group."""
    view, (overrides, links) = each.view, body
    for name in kept.scope:
        place = column(view, in_period(view, name)[0])
        for one in domain(view, place.field) if place.field else ():
            other, trial = overrides | {place.attr: one}, story.copy()
            trial.lines = list(lines)
            try:
                trial.create(view, "", other, links)
            except (RefusedError, IndexError):
                continue
            yield named(each, f"counts_another_{place.attr.rstrip('_')}_by_itself", trial.lines)
            break


def _loop(story: Story, short: list[str], lines: list[str]) -> list[str] | None:
    """Return the lines that leave room for one row."""
    if lines[-1].startswith("    "):
        head, size = lines[-2], int(lines[-2].split("(")[1].split(")")[0])
        return [*lines[:-2], head.replace(f"({size})", f"({size - 1})"), lines[-1]]
    return short if story.lines else None


def _full(each: Compiled, kept: Limit, seeds: Seeds) -> tuple[Story, Body, Links, list[str]] | None:
    """Fill a group up to its maximum; nothing where that cannot be done by creating rows."""
    view = each.view
    for parent in _maxima(each, kept):
        story = Story.begun(seeds)
        links = _group(story, view, kept, parent)
        if links is None:
            continue
        counted = (one for one in creations(view, kept.where) if _counts(story, view, kept, one, links))
        for overrides in islice(counted, _FEW):
            filled, hindrance = _filled(each, kept, story.copy(), overrides, links)
            if filled is not None:
                return filled[0], overrides, links, filled[1]
            # What another rule hinders is varied on top of what counts.
            for more in islice(variations(view, sorted(hindrance)), _FEW * 2):
                both = overrides | more
                filled, _ = _filled(each, kept, story.copy(), both, links)
                if filled is not None:
                    return filled[0], both, links, filled[1]
    return None


def _counts(story: Story, view: EntityView, kept: Limit, overrides: Body, links: Links) -> bool:
    trial = story.copy()
    try:
        return trial.stage.world.hold(view, trial.create(view, "", overrides, links), kept.where)
    except (RefusedError, IndexError):
        return False


def _maxima(each: Compiled, kept: Limit) -> list[Sample | None]:
    """Return small maxima for the row that holds it; nothing where it is a number of the rule."""
    if kept.maximum.kind != "field":
        return [None]
    place = resolve(each.view, kept.maximum.text)
    if len(place.way) != 1 or place.field is None:
        return [None]
    found = [one for one in domain(place.holder, place.field) if one.value is not None and one.value > 0]
    return [*sorted_by_value(found)]


def sorted_by_value(found: list[Sample]) -> list[Sample]:
    """Return samples of one number field from the least."""

    def value(one: Sample) -> Decimal:
        return Decimal(one.value)

    return sorted(found, key=value)


def _group(story: Story, view: EntityView, kept: Limit, parent: Sample | None) -> Links | None:
    links: Links = {}
    try:
        if kept.per and (link := column(view, kept.per).link):
            links[link.key] = story.referred(link)
        if parent is not None:
            place = resolve(view, kept.maximum.text)
            row = story.create(place.holder, "holder", {place.attr: parent}, {}, story.last(place.holder))
            story.readied(place.way[0], "holder", row["id"])
            links[place.way[0].key] = (row["id"], 'holder["id"]')
    except (RefusedError, IndexError):
        return None
    return links


def _filled(
    each: Compiled, kept: Limit, story: Story, overrides: Body, links: Links
) -> tuple[tuple[Story, list[str]] | None, set[str]]:
    """Return the story and its lines once one more row is refused, or the attributes of the rules that hinder."""
    view, start = each.view, len(story.lines)
    for count in range(_most(kept)):
        reasons = story.refused_creation(view, overrides, links)
        if reasons == {each.rule.id} and count:
            return (story, _short(story, start)), set()
        if reasons:
            others = (one for one in rulebook.rules_of(view) if one.rule.id in reasons - {each.rule.id})
            return None, {attr for one in others for attr in one.watched}
        story.create(view, "", overrides, links)
    return None, set()


def _most(kept: Limit) -> int:
    """Return how many rows are worth trying."""
    counted = kept.function == "count" and kept.maximum.kind == "literal"
    return min(int(kept.maximum.text) + 2, _ROWS) if counted else _FEW


def _short(story: Story, start: int) -> list[str]:
    """Return the lines of a story, those that are alike as a loop."""
    head, tail = story.lines[:start], story.lines[start:]
    if len(tail) <= _SHORT:
        return story.lines
    return [*head, f"for _ in range({len(tail)}):", f"    {tail[0]}"]


def _moved(each: Compiled, kept: Limit, story: Story, body: tuple[Body, Links], lines: list[str]) -> Iterator[Test]:
    """Move a row into a full group, or make one count that did not."""
    view, (overrides, links) = each.view, body
    for key in links:
        link = to_one(view, key)
        trial = story.copy()
        trial.lines = list(lines)
        try:
            other = dict(links) | {key: trial.referred(link, min(1, trial.seeds.capacity(link.target) - 1))}
            row = trial.create(view, "row", overrides, other)
        except (RefusedError, IndexError):
            continue
        step = Step(links={key: links[key]})
        if trial.refused_step(view, row["id"], step) == {each.rule.id}:
            what = f"refuses_a_row_moved_to_another_{link.attr.rstrip('_')}"
            yield named(each, what, [*trial.lines, broken(each, step.call(view, "row"))])
    trial = story.copy()
    trial.lines = list(lines)
    row = reach(trial, view, lambda stage, one: not stage.world.hold(view, one, kept.where), kept.where, At(links))
    if row and kept.where:
        values = _back(view, row, overrides, trial)
        if values and trial.refused_step(view, row["id"], Step(values)) == {each.rule.id}:
            what = "refuses_a_row_that_begins_to_count"
            yield named(each, what, [*trial.lines, broken(each, Step(values).call(view, "row"))])


def _back(view: EntityView, row: Row, overrides: Body, story: Story) -> Body:
    body = story.seeds.body(view, 0) | overrides
    return {attr: each for attr, each in body.items() if row[attr] != each.value}


def _lowered(each: Compiled, kept: Limit, story: Story, lines: list[str]) -> Iterator[Test]:
    """Lower the maximum below what is taken already."""
    if kept.maximum.kind != "field" or not any(line.startswith("holder = ") for line in lines):
        return
    place = resolve(each.view, kept.maximum.text)
    holder = max(story.stage.world.of(place.holder))
    for one in domain(place.holder, place.field) if place.field else ():
        step = Step({place.attr: one})
        if one.value is not None and story.refused_step(place.holder, holder, step) == {each.rule.id}:
            what = "refuses_a_maximum_below_what_is_taken"
            yield named(each, what, [*lines, broken(each, step.call(place.holder, "holder"))])
            return
