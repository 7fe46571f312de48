"""Tests of limits: one row more than there may be, however it comes to count."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from itertools import islice

from libs.blueprint import rulebook
from libs.blueprint.apart import Apart
from libs.blueprint.candidates import Sample, domain
from libs.blueprint.enforce.parts import Compiled, column
from libs.blueprint.journeys import Trip, journey
from libs.blueprint.moves import Body, Links, Step
from libs.blueprint.paths import Place, in_period, resolve, to_one
from libs.blueprint.reading import RefusedError, Row
from libs.blueprint.solver import Seeds, Stage, variations
from libs.blueprint.stories import RACERS, At, Story, Test, broken, creations, named, reach
from libs.blueprint.view import EntityView
from libs.contracts.behaviour import Limit

_ROWS = 120
_FEW = 12
_SHORT = 3


@dataclass(frozen=True)
class _Full:
    """A group that is full: its story and lines, what one row more is made of, and those of which one may still win."""

    story: Story
    lines: list[str]
    overrides: Body
    links: Links
    race: str


def limit_tests(each: Compiled, kept: Limit, seeds: Seeds) -> Iterator[Test]:
    """Yield the tests of a limit: one more, a race for the last place, rows moved in, a lowered maximum."""
    found = _full(each, kept, seeds)
    if found is None:
        return
    story, overrides, links, lines = found.story, found.overrides, found.links, found.lines
    view = each.view
    more = f'client.post("{view.path}", json={story.body(view, 0, overrides, links)})'
    yield named(each, "refuses_one_more", [*lines, broken(each, more)])
    room = _loop(story, lines[:-1] if not lines[-1].startswith("    ") else [], lines)
    if room is not None and found.race:
        yield named(each, "lets_one_of_many_win", room, found.race)
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


def _full(each: Compiled, kept: Limit, seeds: Seeds) -> _Full | None:
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
                return filled
            # What another rule hinders is varied on top of what counts.
            for more in islice(variations(view, sorted(hindrance)), _FEW * 2):
                filled, _ = _filled(each, kept, story.copy(), overrides | more, links)
                if filled is not None:
                    return filled
    return None


def _counts(story: Story, view: EntityView, kept: Limit, overrides: Body, links: Links) -> bool:
    trial = story.copy()
    try:
        return trial.stage.world.hold(view, trial.create(view, "", overrides, links), kept.where)
    except (RefusedError, IndexError):
        return False


def _maxima(each: Compiled, kept: Limit) -> list[Sample | None]:
    """Return small maxima for the row that holds it, and nothing: a number of the rule, or as that row has it."""
    if kept.maximum.kind != "field":
        return [None]
    place = resolve(each.view, kept.maximum.text)
    if len(place.way) != 1 or place.field is None:
        return [None]
    found = [one for one in domain(place.holder, place.field) if one.value is not None and one.value > 0]
    return [*sorted_by_value(found), None]


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
        place = resolve(view, kept.maximum.text) if kept.maximum.kind == "field" else None
        if place and len(place.way) == 1:
            values = {place.attr: parent} if parent else {}
            row = story.create(place.holder, "holder", values, {}, story.last(place.holder))
            story.readied(place.way[0], "holder", row["id"])
            _raise(story, place, row["id"])
            links[place.way[0].key] = (row["id"], 'holder["id"]')
    except (RefusedError, IndexError):
        return None
    return links


def _raise(story: Story, place: Place, row_id: int) -> None:
    """Bring a maximum that no body says, because other rows move it, to where there is room."""

    def has_room(stage: Stage) -> bool:
        return (stage.world.of(place.holder)[row_id][place.attr] or 0) > 0

    moves = () if has_room(story.stage) else journey(story.stage, Trip(place.holder, row_id, has_room))
    for move in moves or ():
        story.move(place.holder, "holder", row_id, move)


def _filled(each: Compiled, kept: Limit, story: Story, overrides: Body, links: Links) -> tuple[_Full | None, set[str]]:
    """Return the group once one more row is refused, or the attributes of the rules that hinder."""
    view, start = each.view, len(story.lines)
    apart = Apart(view, {*overrides, *each.watched})
    for count in range(_most(kept)):
        if not apart.lasts(count + 1):
            break
        more = overrides | apart.at(count)
        reasons = story.refused_creation(view, more, links)
        if reasons == {each.rule.id} and count:
            alike = story.body(view, 0, overrides | apart.each(count + RACERS), links)
            lines = _short(view, story.lines[:start], story.lines[start:], alike if apart else "")
            many = f"[{alike} for n in range({count}, {count + RACERS})]" if apart.lasts(count + RACERS) else ""
            return _Full(story, lines, more, links, many if apart else alike), set()
        if reasons:
            others = (one for one in rulebook.rules_of(view) if one.rule.id in reasons - {each.rule.id})
            return None, {attr for one in others for attr in one.watched}
        story.create(view, "", more, links)
    return None, set()


def _most(kept: Limit) -> int:
    """Return how many rows are worth trying."""
    counted = kept.function == "count" and kept.maximum.kind == "literal"
    return min(int(kept.maximum.text) + 2, _ROWS) if counted else _FEW


def _short(view: EntityView, head: list[str], tail: list[str], alike: str) -> list[str]:
    """Return the lines of a story, its rows as a loop; ``alike`` is the body of row ``n`` where they differ."""
    if len(tail) <= _SHORT:
        return [*head, *tail]
    if not alike:
        return [*head, f"for _ in range({len(tail)}):", f"    {tail[0]}"]
    return [*head, f"for n in range({len(tail)}):", f'    created(client, "{view.path}", {alike})']


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
