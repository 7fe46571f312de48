"""The body that a project's documentation shows as an example."""

from __future__ import annotations

from libs.blueprint import values
from libs.blueprint.literals import literal
from libs.blueprint.view import EntityView

_WIDEST = 1000  # characters; a longer example helps nobody


def example(view: EntityView) -> str:
    """Return the source of an example of a new row; empty where there is nothing to show, or too much."""
    fields = {field.name: samples[0] for field in view.creatable if (samples := values.samples(field))}
    links = {link.key: [1] if link.many else 1 for link in view.carried}
    source = literal(fields | links)
    return source if fields and len(source) <= _WIDEST else ""
