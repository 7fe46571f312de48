"""States: who makes which transition, and the source that holds a row to it."""

from __future__ import annotations

from collections.abc import Iterator

from libs.blueprint import custom, names
from libs.blueprint.enforce.parts import column
from libs.blueprint.literals import quoted
from libs.blueprint.paths import resolve
from libs.blueprint.view import EntityView
from libs.contracts.behaviour import Action, Effect


def attribute(view: EntityView) -> str:
    """Name the attribute that holds the state; empty for an entity without states."""
    return column(view, view.entity.states.field).attr if view.entity.states else ""


def makers(view: EntityView, target: str) -> tuple[str, ...]:
    """Return who makes a transition into a state: the actions that set it, else a plain ``update``."""
    found = [
        custom.action_name(peer, action)
        for peer in view.peers.values()
        for action in peer.entity.actions
        if any(_sets(peer, action, effect, view, target) for effect in action.effects)
    ]
    return tuple(found) or ("update",)


def _sets(peer: EntityView, action: Action, effect: Effect, view: EntityView, target: str) -> bool:
    if effect.kind != "set" or effect.value is None or effect.value.kind not in ("literal", "input"):
        return False
    place = resolve(peer, effect.target)
    if place.holder is not view or place.attr != attribute(view):
        return False
    if effect.value.kind == "literal":
        return effect.value.text == target
    # An action that takes the state as an input makes every transition into the choices it offers.
    return any(each.name == effect.value.text and target in each.choices for each in action.inputs)


def table(view: EntityView) -> Iterator[str]:
    """Yield the lines of the table of transitions."""
    if view.entity.states is None:
        return
    yield "# From which state to which other, and by whom."
    yield "TRANSITIONS = {"
    for each in view.entity.states.transitions:
        who = ", ".join(map(quoted, makers(view, each.target)))
        yield f"    ({quoted(each.source)}, {quoted(each.target)}): {{{who}}},"
    yield "}"


def started(view: EntityView) -> list[str]:
    """Return the lines that hold a new row to the initial state."""
    if view.entity.states is None:
        return []
    label = _article(view.label)
    initial = view.entity.states.initial
    return [
        f"    if row.{attribute(view)} != {quoted(initial)}:",
        f"        raise Conflict({quoted(f'{label} starts as {initial}.')})",
    ]


def moved(view: EntityView) -> list[str]:
    """Return the lines that hold a changed row to the transitions."""
    if view.entity.states is None:
        return []
    attr = attribute(view)
    said = f"{_article(view.label)} does not go from {{before[{attr!r}]}} to {{row.{attr}}} this way."
    return [
        f'    if "{attr}" in changed and action not in TRANSITIONS.get((before["{attr}"], row.{attr}), ()):',
        f'        raise Conflict(f"{said}")',
    ]


def _article(label: str) -> str:
    return f"{'An' if label[0] in 'aeio' else 'A'} {names.words(label)}"
