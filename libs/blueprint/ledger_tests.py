"""Tests of ledgers: rows move a balance, and none takes more than there is."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

from libs.blueprint import names
from libs.blueprint.candidates import domain, sample
from libs.blueprint.enforce.parts import Compiled, column
from libs.blueprint.moves import Links
from libs.blueprint.paths import Place, resolve, to_one
from libs.blueprint.reading import RefusedError
from libs.blueprint.solver import Seeds, variations
from libs.blueprint.stories import Story, Test, broken, named
from libs.blueprint.view import EntityView, Link
from libs.contracts.behaviour import Ledger
from libs.contracts.fields import Field


def ledger_tests(each: Compiled, kept: Ledger, seeds: Seeds) -> Iterator[Test]:
    """Yield the tests of a ledger: what it moves, what it takes back, and what it refuses."""
    view, story = each.view, Story.begun(seeds)
    link, amount = to_one(view, kept.relation), column(view, kept.amount).attr
    balance = resolve(link.target, kept.balance)
    holder, source = story.referred(link)
    before = story.stage.world.of(link.target)[holder][balance.attr]
    try:
        story.create(view, "row", {}, {link.key: (holder, source)})
    except (RefusedError, IndexError):
        return
    after = story.stage.world.of(link.target)[holder][balance.attr]
    address = f"f\"{link.target.path}/{{row['{link.key}']}}\""
    shown = [same_balance(link.target, balance.attr, each_) for each_ in (after, before)]
    key = balance.field.name if balance.field else balance.attr
    moved = [*story.lines, f'assert client.get({address}).json()["{key}"] == {shown[0]}']
    taken_back = [
        f"assert client.delete(f\"{view.path}/{{row['id']}}\").status_code == 204",
        f'assert client.get({address}).json()["{key}"] == {shown[1]}',
    ]
    if _goes(view, story):
        yield named(each, "moves_the_balance_and_a_deletion_takes_it_back", [*moved, *taken_back])
    else:
        yield named(each, "moves_the_balance", moved)
    yield from _overdrawn(each, kept, seeds, amount)
    yield from _unwritten(each, link, balance, seeds)


def _unwritten(each: Compiled, link: Link, balance: Place, seeds: Seeds) -> Iterator[Test]:
    """See the balance refused in a body."""
    holder, field = link.target, balance.field
    if field is None:
        return
    story, value = Story.begun(seeds), next(one.source for one in domain(holder, field) if one.value is not None)
    if field not in holder.creatable:
        body = f'{{**seed.body("{holder.path}"), "{field.name}": {value}}}'
        yield named(
            each, "starts_the_balance", [f'assert client.post("{holder.path}", json={body}).status_code == 422']
        )
    row, source = story.seed(holder)
    call = f'client.patch(f"{holder.path}/{{row_id}}", json={{"{field.name}": {value}}})'
    lines = [f"row_id = {source}", f"assert {call}.status_code == 422"]
    yield named(each, "lets_nobody_write_the_balance", lines if row else [])


def _goes(view: EntityView, story: Story) -> bool:
    """Tell whether no rule keeps the newest row from deletion."""
    world = story.copy().stage.world
    try:
        world.delete(view, max(world.of(view)))
    except RefusedError:
        return False
    return True


def same_balance(view: EntityView, attr: str, value: object) -> str:
    """Return a balance as an answer holds it."""
    return sample(_field(view, attr), value).source


def _overdrawn(each: Compiled, kept: Ledger, seeds: Seeds, amount: str) -> Iterator[Test]:
    view, story = each.view, Story.begun(seeds)
    link = to_one(view, kept.relation)
    attrs = [amount, *([column(view, kept.direction).attr] if kept.direction else [])]
    holder = story.referred(link)
    for overrides in variations(view, attrs):
        if story.refused_creation(view, overrides, {link.key: holder}) == {each.rule.id}:
            body = story.body(view, 0, overrides, {link.key: holder})
            yield named(each, "refuses_to_overdraw", [broken(each, f'client.post("{view.path}", json={body})')])
            break
    yield from _raced(each, seeds, attrs, link)


def _raced(each: Compiled, seeds: Seeds, attrs: list[str], link: Link) -> Iterator[Test]:
    """Fill the balance, if need be, so that it lets one of several equal rows through."""
    view = each.view
    for first, overrides in product([None, *variations(view, attrs)], variations(view, attrs)):
        story = Story.begun(seeds)
        holder = story.referred(link)
        links: Links = {link.key: holder}
        try:
            if first is not None:
                story.create(view, "", first, links)
            trial = story.copy()
            trial.create(view, "", overrides, links)
        except (RefusedError, IndexError):
            continue
        if trial.refused_creation(view, overrides, links) == {each.rule.id}:
            yield named(each, "lets_one_of_many_win", story.lines, story.body(view, 0, overrides, links))
            return


def _field(view: EntityView, attr: str) -> Field:
    return next(each for each in view.fields if names.attribute(each.name) == attr)
