"""What the printed tests of lists and of access go through: names to filter by, and each role on each endpoint."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

from libs.blueprint import access, actions, custom, moves
from libs.blueprint.indexes import together
from libs.blueprint.listing import Column, listed
from libs.blueprint.paths import can_be_empty
from libs.blueprint.seeds import capacity, solved
from libs.blueprint.seeds import empty as empty_fields
from libs.blueprint.view import EntityView, Link

_OTHER_ROW = 1


@dataclass(frozen=True)
class ListProof:
    """What the tests of one entity's list go through: parameter and field, as printed."""

    filters: tuple[tuple[str, str], ...]
    ranges: bool
    together: tuple[tuple[str, ...], ...]
    reusable: bool


def list_proof(view: EntityView) -> ListProof:
    """Return what to test of an entity's list, and of its values that are unique."""
    found = [column for column in listed(view) if column.annotation and _filled(view, column)]
    taken = {column.name for column in listed(view)}
    filters = [(column.name, _key(column)) for column in found]
    ranges = [
        (f"{column.name}{ending}", _key(column))
        for column in found
        for ending in ("_min", "_max")
        if column.ranged and f"{column.name}{ending}" not in taken
    ]
    filled = {_key(column) for column in found}
    return ListProof(
        filters=(*filters, *ranges),
        ranges=bool(ranges),
        together=tuple(each for each in together(view) if set(each) <= filled),
        reusable=any(field.unique for field in view.fields),
    )


def _key(column: Column) -> str:
    return column.name.removesuffix("_is")


def _filled(view: EntityView, column: Column) -> bool:
    """Tell whether the column holds something in a row that a test creates."""
    empty = {link.key for link in view.references if link not in view.carried}
    empty |= {stamp.name for stamp in view.stamps.all if stamp.optional} | empty_fields(view)
    empty |= {each.name for each in view.entity.computed if can_be_empty(view, each)}
    return column.name not in empty


def access_values(views: list[EntityView]) -> dict[str, Any]:
    """Return what the tests of access go through."""
    return {
        "policy": [entry for view in views for entry in _policy(view)],
        "owners": [entry for view in views for entry in _owner(view)],
        "owned_references": [entry for view in views for entry in _owned_references(view)],
        "inputs": [entry for view in views for entry in _inputs(view)],
        "guarded": [entry for view in views for entry in _guarded(view)],
        "moves": [entry for view in views for entry in _moves(view)],
    }


def _policy(view: EntityView) -> Iterator[tuple[str, str, str, str]]:
    for action in access.actions(view):
        right = access.right(view, action)
        for role in (*access.roles(view.charter), access.PUBLIC):
            yield view.path, action, role, right.reach(role)


def _inputs(view: EntityView) -> Iterator[tuple[str, str]]:
    """Yield path and body of each action that takes one."""
    for action in view.entity.actions:
        stage = solved(tuple(view.peers.values())).stage()
        for step in islice(moves.inputs(stage, view, action), 1) if custom.takes_data(action) else ():
            yield f"{view.path}/{action.name}", step.body(view)


def _owned_references(view: EntityView) -> Iterator[tuple[str, str, str]]:
    """Yield what a test body of a new row, or of an action, holds of rows that belong to somebody."""
    yield from ((view.path, link.key, link.target.path) for link in _owned(view))
    for action in view.entity.actions:
        for link in (link for link in actions.references(view, action) if access.guarded(link)):
            yield f"{view.path}/{action.name}", link.key, link.target.path


def _owner(view: EntityView) -> Iterator[tuple[str, str, list[str], str]]:
    path = access.own_path(view)
    if path is not None:
        end = path[-1].target if path else view
        yield view.path, view.cls, [link.attr for link in path], end.stamps.owner


def _owned(view: EntityView) -> list[Link]:
    """Return the references that a test body holds to rows that belong to somebody."""
    return [link for link in view.carried if access.guarded(link)]


def _limited(view: EntityView, action: str) -> Iterator[tuple[str, Link]]:
    """Yield roles that are limited to their own rows, with what they may not point at the rows of others."""
    right, path = access.right(view, action), access.own_path(view) or ()
    for role in access.roles(view.charter):
        for link in _owned(view) if right.reach(role) == "own" else []:
            if link in path[:1] or access.refer_right(link.target).reach(role) == "own":
                yield role, link


def _guarded(view: EntityView) -> Iterator[tuple[str, str]]:
    yield from dict.fromkeys((view.path, role) for role, _ in _limited(view, "create"))


def _moves(view: EntityView) -> Iterator[tuple[str, str, str, str]]:
    for role, link in _limited(view, "update"):
        if capacity(link.target) > _OTHER_ROW:
            yield view.path, role, link.key, link.target.path
