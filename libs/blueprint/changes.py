"""Other values for a row's fields, as many as the rules let change at once."""

from __future__ import annotations

from libs.blueprint import names
from libs.blueprint.candidates import Sample, domain
from libs.blueprint.reading import RefusedError, Row
from libs.blueprint.solver import Body, Stage
from libs.blueprint.view import EntityView


def changes(view: EntityView, stage: Stage) -> dict[str, Sample]:
    """Return another value for each field of seed row 0 that may change among the rows there are, by its name."""
    row = stage.row(view)
    body: Body = {}
    for field in view.updatable:
        attr = names.attribute(field.name)
        others = (each for each in domain(view, field) if each.value not in (None, row[attr]))
        another = next((each for each in others if _allowed(stage, view, row, {**body, attr: each})), None)
        body |= {attr: another} if another else {}
    return {field.name: body[attr] for field in view.updatable if (attr := names.attribute(field.name)) in body}


def _allowed(stage: Stage, view: EntityView, row: Row, body: Body) -> bool:
    try:
        stage.copy().world.update(view, row["id"], {attr: each.value for attr, each in body.items()})
    except RefusedError:
        return False
    return True
