"""Tests of each rule: it holds, and broken it is refused, however it is broken."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from libs.blueprint import names, rulebook
from libs.blueprint.candidates import Sample, domain, sample
from libs.blueprint.conditions import paths_of
from libs.blueprint.enforce.parts import Compiled, column
from libs.blueprint.paths import resolve, to_one
from libs.blueprint.solver import Body, Seeds, variations
from libs.blueprint.stories import Links, Step, Story, creations, inputs, reach, same_value, steps
from libs.blueprint.view import EntityView
from libs.blueprint.world import RefusedError, Row
from libs.contracts.behaviour import BlockedBy, Immutable, Ledger, Limit, NoOverlap, Requires, UniqueIn
from libs.contracts.fields import Field

_ROWS = 120
_FEW = 12
_TRIES = 150
_SHORT = 3


@dataclass(frozen=True)
class Test:
    """A printed test: its name, its lines, and for a race the body of which only one
    may be accepted, with the rule that refuses the other."""

    name: str
    lines: tuple[str, ...]
    race: str = ""
    rule: str = ""


def tests_of(view: EntityView, seeds: Seeds) -> list[Test]:
    """Return the tests of an entity's rules, as far as its other rules and bounds let them be broken."""
    return [test for each in rulebook.rules_of(view) for test in _of(each, seeds)]


def _of(each: Compiled, seeds: Seeds) -> Iterator[Test]:
    match each.rule.enforcement:
        case Limit() as kept:
            yield from _limit(each, kept, seeds)
        case NoOverlap() | UniqueIn() as kept:
            yield from _pair(each, kept, seeds)
        case Requires() as kept:
            yield from _requires(each, kept, seeds)
        case Immutable() as kept:
            yield from _immutable(each, kept, seeds)
        case BlockedBy() as kept:
            yield from _blocked(each, kept, seeds)
        case Ledger() as kept:
            yield from _ledger(each, kept, seeds)
        case None:
            return


def _named(each: Compiled, what: str, lines: list[str], race: str = "") -> Test:
    return Test(f"test_{each.rule.id.lower()}_{what}", tuple(lines), race, each.rule.id)


def broken(each: Compiled, request: str) -> str:
    """Return the line that sees a rule refuse a request."""
    return f'broken({request}, "{each.rule.id}")'


def _requires(each: Compiled, kept: Requires, seeds: Seeds) -> Iterator[Test]:
    view, story = each.view, Story.begun(seeds)
    told = [*kept.when, *kept.must]
    if reach(story, view, lambda stage, row: stage.world.hold(view, row, kept.when), told):
        yield _named(each, "holds", [line.replace("row = ", "", 1) for line in story.lines])
    for overrides in islice(creations(view, told), _TRIES):
        story = Story.begun(seeds)
        if story.refused_creation(view, overrides, {}) == {each.rule.id}:
            request = f'client.post("{view.path}", json={story.body(view, 0, overrides, {})})'
            yield _named(each, "refuses_a_new_row", [broken(each, request)])
            break
    yield from _changed(each, seeds)
    yield from _by_parent(each, kept, seeds)


def _by_parent(each: Compiled, kept: Requires, seeds: Seeds) -> Iterator[Test]:
    """Break a rule by the row that it looks at: when the other is created, and afterwards."""
    view = each.view
    places = [place for path in paths_of([*kept.when, *kept.must]) if len((place := resolve(view, path)).way) == 1]
    tried: set[str] = set()
    for place, one in ((place, one) for place in places if place.field for one in domain(place.holder, place.field)):
        key, story = place.way[0].key, Story.begun(seeds)
        try:
            fits = story.create(place.holder, "holder", {}, {}, story.last(place.holder))["id"]
            other = story.copy()
            other.step(place.holder, "holder", fits, Step({place.attr: one}))
            links: Links = {key: (fits, 'holder["id"]')}
            if "new" not in tried and other.refused_creation(view, {}, links) == {each.rule.id}:
                tried.add("new")
                request = f'client.post("{view.path}", json={story.body(view, 0, {}, links)})'
                name = f"refuses_a_new_row_because_of_its_{place.way[0].attr.rstrip('_')}"
                yield _named(each, name, [*other.lines, broken(each, request)])
            story.create(view, "", {}, links)
        except (RefusedError, IndexError):
            continue
        step = Step({place.attr: one})
        if "changed" not in tried and story.refused_step(place.holder, fits, step) == {each.rule.id}:
            tried.add("changed")
            name = f"refuses_a_change_of_its_{place.way[0].attr.rstrip('_')}"
            yield _named(each, name, [*story.lines, broken(each, step.call(place.holder, "holder"))])


def _changed(each: Compiled, seeds: Seeds) -> Iterator[Test]:
    """Break a rule by a change of a row that kept it."""
    view, story = each.view, Story.begun(seeds)
    row = story.create(view, "row", {}, {})
    for overrides in islice(creations(view), _TRIES):
        step = Step(overrides)
        if overrides and story.refused_step(view, row["id"], step) == {each.rule.id}:
            yield _named(each, "refuses_a_change", [*story.lines, broken(each, step.call(view, "row"))])
            return


def _limit(each: Compiled, kept: Limit, seeds: Seeds) -> Iterator[Test]:
    found = _full(each, kept, seeds)
    if found is None:
        return
    story, overrides, links, lines = found
    view = each.view
    more = f'client.post("{view.path}", json={story.body(view, 0, overrides, links)})'
    yield _named(each, "refuses_one_more", [*lines, broken(each, more)])
    room = _loop(story, lines[:-1] if not lines[-1].startswith("    ") else [], lines)
    if room is not None:
        yield _named(each, "lets_one_of_two_win", room, story.body(view, 0, overrides, links))
    yield from _moved(each, kept, story, (overrides, links), lines)
    yield from _lowered(each, kept, story, lines)


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
            for more in islice(variations(view, sorted(hindrance)), _FEW * 2) if filled is None else ():
                overrides = overrides | more  # noqa: PLW2901  # what hinders is varied on top of what counts
                filled, _ = _filled(each, kept, story.copy(), overrides, links)
                if filled is not None:
                    break
            if filled is not None:
                return filled[0], overrides, links, filled[1]
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
    return [*sorted(found, key=lambda one: one.value)]


def _group(story: Story, view: EntityView, kept: Limit, parent: Sample | None) -> Links | None:
    links: Links = {}
    try:
        if kept.per and (link := column(view, kept.per).link):
            links[link.key] = story.seed(link.target)
        if parent is not None:
            place = resolve(view, kept.maximum.text)
            row = story.create(place.holder, "holder", {place.attr: parent}, {}, story.last(place.holder))
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
            other = dict(links) | {key: trial.seed(link.target, min(1, trial.seeds.capacity(link.target) - 1))}
            row = trial.create(view, "row", overrides, other)
        except (RefusedError, IndexError):
            continue
        step = Step(links={key: links[key]})
        if trial.refused_step(view, row["id"], step) == {each.rule.id}:
            what = f"refuses_a_row_moved_to_another_{link.attr.rstrip('_')}"
            yield _named(each, what, [*trial.lines, broken(each, step.call(view, "row"))])
    trial = story.copy()
    trial.lines = list(lines)
    row = reach(trial, view, lambda stage, one: not stage.world.hold(view, one, kept.where), kept.where, links)
    if row and kept.where:
        values = _back(view, row, overrides, trial)
        if values and trial.refused_step(view, row["id"], Step(values)) == {each.rule.id}:
            what = "refuses_a_row_that_begins_to_count"
            yield _named(each, what, [*trial.lines, broken(each, Step(values).call(view, "row"))])


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
            yield _named(each, what, [*lines, broken(each, step.call(place.holder, "holder"))])
            return


def _pair(each: Compiled, kept: NoOverlap | UniqueIn, seeds: Seeds) -> Iterator[Test]:
    view = each.view
    scope = kept.fields if isinstance(kept, UniqueIn) else kept.scope
    for overrides in islice(creations(view, kept.where), 60):
        story = Story.begun(seeds)
        links = {link.key: story.seed(link.target) for name in scope if (link := column(view, name).link)}
        try:
            first = story.create(view, "row", overrides, links)
        except (RefusedError, IndexError):
            continue
        if story.refused_creation(view, overrides, links) == {each.rule.id}:
            body = story.body(view, 0, overrides, links)
            lines = [line.replace("row = ", "", 1) for line in story.lines]
            yield _named(
                each, "refuses_a_second_row", [*lines, broken(each, f'client.post("{view.path}", json={body})')]
            )
            yield _named(each, "lets_one_of_two_win", [], body)
            if isinstance(kept, NoOverlap):
                yield from _touching(each, kept, story, links, first)
            yield from _together(each, kept, story, links, first)
            return


def _touching(each: Compiled, kept: NoOverlap, story: Story, links: Links, first: Row) -> Iterator[Test]:
    """Begin where the other ends."""
    view = each.view
    start, end = column(view, kept.start).attr, column(view, kept.end).attr
    ends = [one for one in domain(view, _field(view, end)) if one.value is not None and one.value > first[end]]
    for one in ends if first[end] is not None else []:
        overrides = {start: same_value(view, first, end), end: one}
        trial = story.copy()
        try:
            trial.create(view, "", overrides, links)
        except RefusedError:
            continue
        yield _named(
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
            away = links | {key: trial.seed(link.target, min(1, trial.seeds.capacity(link.target) - 1))}
            body = {
                attr: same_value(view, first, attr) for attr in _own(view) if first[attr] != _plain(trial, view, attr)
            }
            row = trial.create(view, "row", body, away)
        except (RefusedError, IndexError):
            continue
        step = Step(links={key: value})
        if trial.refused_step(view, row["id"], step) == {each.rule.id}:
            what = f"refuses_a_row_moved_to_another_{link.attr.rstrip('_')}"
            yield _named(each, what, [*trial.lines, broken(each, step.call(view, "row"))])
            return


def _own(view: EntityView) -> list[str]:
    return [names.attribute(each.name) for each in view.fields]


def _plain(story: Story, view: EntityView, attr: str) -> object:
    return story.seeds.body(view, 0)[attr].value


def _immutable(each: Compiled, kept: Immutable, seeds: Seeds) -> Iterator[Test]:
    view, story = each.view, Story.begun(seeds)
    row = reach(story, view, lambda stage, one: stage.world.hold(view, one, kept.when), kept.when)
    if row is None:
        row = _reach_by_parent(each, kept, story)
    if row is None:
        return
    fixed = {column(view, name).attr for name in kept.fields} or set(_own(view))
    for field in (field for field in view.fields if names.attribute(field.name) in fixed):
        for one in domain(view, field):
            step = Step({names.attribute(field.name): one})
            if story.refused_step(view, row["id"], step) == {each.rule.id}:
                yield _named(each, "refuses_a_change", [*story.lines, broken(each, step.call(view, "row"))])
                break
        else:
            continue
        break
    if story.refused_deletion(view, row["id"]) == {each.rule.id}:
        request = f"client.delete(f\"{view.path}/{{row['id']}}\")"
        yield _named(each, "refuses_a_deletion", [*story.lines, broken(each, request)])


def _reach_by_parent(each: Compiled, kept: Immutable, story: Story) -> Row | None:
    """Bring the row that a condition looks at to where it must be, after this one was made."""
    view = each.view
    ways = [place.way for one in kept.when if len((place := resolve(view, one.field)).way) == 1]
    for (link,) in ways:
        trial = story.copy()
        holder = trial.create(link.target, "holder", {}, {}, trial.last(link.target))["id"]
        row = trial.create(view, "row", {}, {link.key: (holder, 'holder["id"]')})
        if _advance(trial, (link.target, holder), row, each, kept):
            story.stage, story.lines = trial.stage, trial.lines
            return story.stage.world.of(view)[row["id"]]
    return None


def _advance(story: Story, held: tuple[EntityView, int], row: Row, each: Compiled, kept: Immutable) -> bool:
    target, holder = held
    attrs = [attr for attr in _own(target) if target.entity.states and attr == target.entity.states.field]
    waiting = [story.copy()]
    for _ in range(2):
        further: list[Story] = []
        for one in waiting:
            for step in steps(one, target, attrs or _own(target)):
                after = one.copy()
                try:
                    after.step(target, "holder", holder, step)
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
    found = reach(story, peer, lambda stage, one: stage.world.hold(peer, one, kept.where), kept.where, given, "_")
    if found is None:
        return
    lines = [line.replace("_ = ", "", 1) for line in story.lines]
    if "delete" in kept.actions and story.refused_deletion(view, held["id"]) == {each.rule.id}:
        yield _named(
            each, "refuses_a_deletion", [*lines, broken(each, f"client.delete(f\"{view.path}/{{row['id']}}\")")]
        )
    tries = [Step({names.attribute(one.name): value}) for one in view.fields for value in domain(view, one)]
    tries = tries if "update" in kept.actions else []
    for action in (action for action in view.entity.actions if action.name in kept.actions):
        tries += islice(inputs(story, view, action), 20)
    tried: set[str] = set()
    for step in tries:
        name = step.action.name if step.action else "change"
        if name not in tried and story.refused_step(view, held["id"], step) == {each.rule.id}:
            tried.add(name)
            yield _named(each, f"refuses_to_{name}", [*lines, broken(each, step.call(view, "row"))])


def _ledger(each: Compiled, kept: Ledger, seeds: Seeds) -> Iterator[Test]:
    view, story = each.view, Story.begun(seeds)
    link, amount = to_one(view, kept.relation), column(view, kept.amount).attr
    balance = resolve(link.target, kept.balance)
    holder, source = story.seed(link.target)
    before = story.stage.world.of(link.target)[holder][balance.attr]
    try:
        row = story.create(view, "row", {}, {link.key: (holder, source)})
    except (RefusedError, IndexError):
        return
    after = story.stage.world.of(link.target)[holder][balance.attr]
    address = f"f\"{link.target.path}/{{row['{link.key}']}}\""
    shown = [same_balance(link.target, balance.attr, each_) for each_ in (after, before)]
    key = balance.field.name if balance.field else balance.attr
    yield _named(
        each,
        "moves_the_balance_and_a_deletion_takes_it_back",
        [
            *story.lines,
            f'assert client.get({address}).json()["{key}"] == {shown[0]}',
            f"assert client.delete(f\"{view.path}/{{row['id']}}\").status_code == 204",
            f'assert client.get({address}).json()["{key}"] == {shown[1]}',
        ],
    )
    yield from _overdrawn(each, kept, seeds, amount)


def same_balance(view: EntityView, attr: str, value: object) -> str:
    """Return a balance as an answer holds it."""
    return sample(_field(view, attr), value).source


def _overdrawn(each: Compiled, kept: Ledger, seeds: Seeds, amount: str) -> Iterator[Test]:
    view, story = each.view, Story.begun(seeds)
    link = to_one(view, kept.relation)
    attrs = [amount, *([column(view, kept.direction).attr] if kept.direction else [])]
    holder = story.seed(link.target)
    for overrides in variations(view, attrs):
        if story.refused_creation(view, overrides, {link.key: holder}) == {each.rule.id}:
            body = story.body(view, 0, overrides, {link.key: holder})
            yield _named(each, "refuses_to_overdraw", [broken(each, f'client.post("{view.path}", json={body})')])
            break
    for overrides in variations(view, attrs):
        trial = story.copy()
        try:
            trial.create(view, "", overrides, {link.key: holder})
        except (RefusedError, IndexError):
            continue
        if trial.refused_creation(view, overrides, {link.key: holder}) == {each.rule.id}:
            yield _named(each, "lets_one_of_two_win", [], story.body(view, 0, overrides, {link.key: holder}))
            return
