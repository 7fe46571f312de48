"""Tests of states, actions, reports, and of the places for what is put in words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from typing import Any

from libs.blueprint import actions, custom, names, states
from libs.blueprint.candidates import Sample, domain, sample
from libs.blueprint.moves import Step, inputs
from libs.blueprint.paths import Place, resolve
from libs.blueprint.reading import NOW, RefusedError, Row
from libs.blueprint.solver import Seeds
from libs.blueprint.stories import At, Story, Test, reach
from libs.blueprint.values import TEXT_TYPES
from libs.blueprint.view import EntityView
from libs.blueprint.world import CHECK, STATE
from libs.contracts.behaviour import Action, Condition, Effect, Value
from libs.contracts.fields import Field

_FAR = 3  # inputs of an action with which long ways are tried


def state_tests(view: EntityView, seeds: Seeds) -> Iterator[Test]:
    """Yield a test of each transition, and of what may not become what."""
    kinds, attr = view.entity.states, states.attribute(view)
    field = resolve(view, kinds.field).field if kinds else None
    if kinds is None or field is None:
        return
    options = [sample(field, choice) for choice in field.choices]
    for each in kinds.transitions:
        yield from _transition(view, attr, (each.source, each.target), seeds)
    begins = [f'refused(client.post("{view.path}", json={{**seed.body("{view.path}"), "{field.name}": state}}))']
    others = [one.source for one in options if one.value != kinds.initial]
    if others:
        yield Test("test_a_new_row_has_its_first_state", (_each(others), f"    {begins[0]}"))
    for choice in field.choices:
        yield from _refused_states(view, field, choice, seeds)


def _each(sources: list[str]) -> str:
    listed = ", ".join(sources)
    return f"for state in ({listed}{',' if len(sources) == 1 else ''}):"


def _in_state(story: Story, view: EntityView, state: str) -> Row | None:
    attr = states.attribute(view)
    wanted = Condition(view.entity.states.field if view.entity.states else "", "eq", Value("literal", state))
    return reach(story, view, lambda _, row: row[attr] == state, (wanted,))


def _transition(view: EntityView, attr: str, pair: tuple[str, str], seeds: Seeds) -> Iterator[Test]:
    for maker in states.makers(view, pair[1]):
        story = Story.begun(seeds)
        for step in _making(story, view, attr, pair[1], maker):
            trial = story.copy()
            row = reach(
                trial,
                view,
                lambda stage, one, step=step: _leads(stage, view, one, (attr, *pair), step),
                _state_is(view, pair[0]),
            )
            if row is None:
                continue
            key = resolve(view, attr).field
            name = f"test_{_word(pair[0])}_becomes_{_word(pair[1])}_by_{maker}"
            done = f"after = accepted({step.call(view, 'row')})"
            yield Test(name, (*trial.lines, done, f'assert after["{key.name if key else attr}"] == "{pair[1]}"'))
            break


def _state_is(view: EntityView, state: str) -> tuple[Condition, ...]:
    kinds = view.entity.states
    return (Condition(kinds.field, "eq", Value("literal", state)),) if kinds else ()


def _leads(stage: Any, view: EntityView, row: Row, change: tuple[str, str, str], step: Step) -> bool:
    attr, source, target = change
    if row[attr] != source:
        return False
    try:
        return step.done(stage.copy(), view, row["id"])[attr] == target
    except RefusedError:
        return False


def _making(story: Story, view: EntityView, attr: str, target: str, maker: str) -> Iterator[Step]:
    if maker == "update":
        field = resolve(view, attr).field
        yield from [Step({attr: sample(field, target)})] if field else []
    for action in view.entity.actions:
        if custom.action_name(view, action) == maker:
            yield from islice(inputs(story.stage, view, action), 20)


def _word(text: str) -> str:
    return names.snake(names.pascal(text)) or "it"


def _refused_states(view: EntityView, field: Field, state: str, seeds: Seeds) -> Iterator[Test]:
    story, attr = Story.begun(seeds), names.attribute(field.name)
    row = _in_state(story, view, state)
    if row is None:
        return
    found = [
        one.source
        for choice in field.choices
        for one in [sample(field, choice)]
        if choice != state
        and STATE in story.refused_step(view, row["id"], Step({attr: one}))
        and story.refused_step(view, row["id"], Step({attr: one})) == {STATE}
    ]
    if found:
        request = f'client.patch(f"{view.path}/{{row[\'id\']}}", json={{"{field.name}": state}})'
        yield Test(f"test_{_word(state)}_becomes_nothing_else", (*story.lines, _each(found), f"    refused({request})"))


def action_tests(view: EntityView, seeds: Seeds) -> Iterator[Test]:
    """Yield tests of each action: what it does, and what it refuses."""
    for action in view.entity.actions:
        yield from _works(view, action, seeds)
        for number, each in enumerate(action.checks):
            yield from _checked(view, action, (number, each), seeds)
        yield _missing(view, action)
        yield from _invalid(view, action, seeds)


def _works(view: EntityView, action: Action, seeds: Seeds) -> Iterator[Test]:
    story, told = Story.begun(seeds), [*action.checks, *_before(view, action)]
    for number, step in enumerate(inputs(story.stage, view, action)):
        trial, at = story.copy(), At(far=number < _FAR)
        row = reach(trial, view, lambda stage, one, step=step: not _refusals(stage, view, one, step), told, at)
        if row is None:
            continue
        call = step.call(view, "row")
        step.done(trial.stage, view, row["id"])
        asserts = [line for effect in action.effects for line in _seen(trial, view, row, effect, step)]
        head = f"after = accepted({call})" if any("after" in line for line in asserts) else f"accepted({call})"
        yield Test(f"test_{action.name}_works", (*trial.lines, head, *dict.fromkeys(asserts)))
        return


def _before(view: EntityView, action: Action) -> tuple[Condition, ...]:
    """Return the condition that a row is in a state from which the action leads on."""
    kinds = view.entity.states
    targets = {each.target for each in kinds.transitions} if kinds else set[str]()
    made = {target for target in targets if custom.action_name(view, action) in states.makers(view, target)}
    sources = tuple(dict.fromkeys(each.source for each in kinds.transitions if each.target in made)) if kinds else ()
    return (Condition(kinds.field, "in", choices=sources),) if kinds and sources else ()


def _refusals(stage: Any, view: EntityView, row: Row, step: Step) -> set[str]:
    try:
        step.done(stage.copy(), view, row["id"])
    except RefusedError as error:
        return error.reasons
    return set()


def _seen(story: Story, view: EntityView, row: Row, effect: Effect, step: Step) -> list[str]:
    """Return what an answer shows of an effect."""
    if effect.kind == "create":
        target = view.peers[effect.target]
        return [f'assert client.get("{target.path}").json()["total"] == {len(story.stage.world.of(target))}']
    place = resolve(view, effect.target)
    value = story.stage.world.read(row, place)
    if place.field is None or (place.way and len(place.way) > 1):
        return []
    source = _source(place, value, list(step.values.values()))
    if effect.value is not None and effect.value.kind == "user":
        source = f'== client.get("/auth/me").json()["{"email" if place.type in TEXT_TYPES else "id"}"]'
    answer = "after"
    if place.way:
        answer = f"client.get(f\"{place.holder.path}/{{after['{place.way[0].key}']}}\").json()"
        answer = answer if row[place.way[0].key] is not None else ""
    return [f'assert {answer}["{place.field.name}"] {source}'] if answer else []


def _source(place: Place, value: Any, given: list[Sample]) -> str:
    """Return how an answer's value is compared."""
    if value is None:
        return "is None"
    if value in (NOW, NOW.date()) or place.field is None:
        return "is not None"
    if isinstance(value, bool):
        return f"is {value}"
    same = [one for one in (*given, *domain(place.holder, place.field)) if one.value == value]
    return f"== {(same[0] if same else sample(place.field, value)).source}"


def _checked(view: EntityView, action: Action, check: tuple[int, Condition], seeds: Seeds) -> Iterator[Test]:
    number, each = check
    story, wanted = Story.begun(seeds), {f"{CHECK} {number}"}
    told = [each, *_before(view, action)]
    for tries, step in enumerate(islice(inputs(story.stage, view, action), 12)):
        trial, at = story.copy(), At(far=tries < _FAR)
        row = reach(trial, view, lambda stage, one, step=step: _refusals(stage, view, one, step) == wanted, told, at)
        if row is not None:
            name = f"test_{action.name}_is_refused_unless_{_word(resolve(view, each.field).label)}_allows_it"
            suffix = f"_{number + 1}" if number else ""
            yield Test(f"{name}{suffix}", (*trial.lines, f"refused({step.call(view, 'row')})"))
            return


def _missing(view: EntityView, action: Action) -> Test:
    data = ", json={}" if custom.takes_data(action) else ""
    expected = "in (404, 422)" if custom.takes_data(action) else "== 404"
    call = f'client.post("{view.path}/2000000000/{action.name}"{data})'
    return Test(f"test_{action.name}_needs_a_row", (f"assert {call}.status_code {expected}",))


def _invalid(view: EntityView, action: Action, seeds: Seeds) -> Iterator[Test]:
    for link in actions.references(view, action):
        story = Story.begun(seeds)
        step = next(inputs(story.stage, view, action), None)
        if step is None:
            return
        row = story.create(view, "row", {}, {})
        wrong = replace(step, links=step.links | {link.key: (row["id"], "2_000_000_000")})
        check = f"assert {wrong.call(view, 'row')}.status_code == 422"
        yield Test(f"test_{action.name}_refuses_an_unknown_{link.attr.rstrip('_')}", (*story.lines, check))


def place_tests(seeds: Seeds, views: list[EntityView]) -> Iterator[Test]:
    """Yield a test of each place for what is put in words: it is called."""
    for place in custom.places(views[0].charter) if views else ():
        view = next(each for each in views if each.name == place.views[0].name)
        story = Story.begun(seeds)
        if place.rule:
            story.create(view, "", {}, {})
            lines, call = story.lines[:-1], story.lines[-1]
            yield _called(place, "check", "session: Any, action: str, row: Any, before: Any", (*lines, call))
        elif place.action:
            found = _works(view, place.action, seeds)
            lines = next((test.lines for test in found), ())
            kept = [line.replace("after = ", "") for line in lines if not line.startswith("assert ")]
            data = ", data: Any" if custom.takes_data(place.action) else ""
            if kept:
                yield _called(place, "apply", f"session: Any, row: Any{data}", tuple(kept))


def _called(place: custom.Place, function: str, signature: str, lines: tuple[str, ...]) -> Test:
    return Test(
        f"test_{place.name}_is_called",
        (
            "calls: list[int] = []",
            "",
            f"def {function}({signature}) -> None:",
            "    calls.append(row.id)",
            "",
            f'monkeypatch.setattr({place.name}, "{function}", {function})',
            *lines,
            "assert calls",
        ),
    )
