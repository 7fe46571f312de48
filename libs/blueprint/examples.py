"""The body that a project's documentation shows as an example."""

from __future__ import annotations

import ast

from libs.blueprint import names, values
from libs.blueprint.literals import literal
from libs.blueprint.seeds import solved
from libs.blueprint.view import EntityView

_WIDEST = 1000  # characters; a longer example helps nobody


def example(view: EntityView) -> str:
    """Return the source of a new row that the rules let pass; empty where there is nothing to show, or too much."""
    body = solved(tuple(view.peers.values())).body(view, 0)
    # What is counted from today has no place in a text that stays.
    valid = {name: ast.literal_eval(each.source) for name, each in body.items() if "ahead(" not in each.source}
    fields = {
        field.name: valid.get(names.attribute(field.name), samples[0])
        for field in view.creatable
        if (samples := values.samples(field))
    }
    fields = {name: value for name, value in fields.items() if value is not None}
    links = {link.key: [1] if link.many else 1 for link in view.carried}
    source = literal(fields | links)
    return source if fields and len(source) <= _WIDEST else ""
