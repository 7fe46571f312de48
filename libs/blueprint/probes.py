"""What may be sent to the API of a charter from outside, and who may do what: data for whoever tries it out."""

from __future__ import annotations

import ast
import datetime as dt
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from libs.blueprint import access, columns, names
from libs.blueprint.candidates import Sample
from libs.blueprint.changes import changes
from libs.blueprint.normal import plain, plain_views
from libs.blueprint.reading import RefusedError
from libs.blueprint.seeds import solved
from libs.blueprint.solver import Seeds, Stage
from libs.blueprint.view import EntityView, closure
from libs.contracts.charter import Charter

CREATED = 2  # rows of each collection that can be created, in this order; what they refer to is created just before


@dataclass(frozen=True)
class Row:
    """The id of seed row ``number`` of a collection, as one or in a list."""

    path: str
    number: int
    many: bool


@dataclass(frozen=True)
class Collection:
    """One entity's routes. ``policy`` is (action, role) -> every, own or none.

    The first ``CREATED`` of its up to three ``bodies`` create rows; a rule may refuse a third.

    ``changes`` are other values for fields of its first row, ``columns`` the declarations of its table's columns.
    ``owned``: a row belongs to who made it. ``module`` and ``routes`` name the files of its rules, schemas and routes.
    """

    path: str
    entity: str
    plural: str
    module: str
    routes: str
    bodies: tuple[Mapping[str, Any], ...]
    changes: Mapping[str, Any]
    columns: Mapping[str, str]
    policy: Mapping[tuple[str, str], str]
    actions: tuple[str, ...]
    owned: bool


@dataclass(frozen=True)
class Probes:
    """All collections, each after those that its bodies refer to."""

    signs_in: bool
    default_role: str
    collections: tuple[Collection, ...]


def probes(charter: Charter) -> Probes:
    """What may be sent to the API of a charter. Values that depend on the day are of now."""
    views = plain_views(charter)
    stage = solved(tuple(views)).stage()
    return Probes(
        access.signs_in(plain(charter)),
        access.default_role(plain(charter)),
        tuple(_collection(view, stage) for view in _in_order(views)),
    )


def _in_order(views: list[EntityView]) -> list[EntityView]:
    reached = {view.name: len(closure([view], lambda each: each.carried)) for view in views}
    return sorted(views, key=lambda view: reached[view.name])


def _collection(view: EntityView, stage: Stage) -> Collection:
    bodies = tuple(_bodies(view, stage))
    roles = (*access.roles(view.charter), access.PUBLIC)
    policy = {
        (action, role): "every" if access.is_public(view, action) else access.right(view, action).reach(role)
        for action in access.actions(view)
        for role in roles
    }
    return Collection(
        view.path,
        view.name,
        view.plural,
        view.module,
        view.routes,
        bodies,
        {name: _json(each) for name, each in changes(view, stage).items()} if bodies else {},
        dict(_columns(view)),
        policy,
        tuple(action.name for action in view.entity.actions),
        view.entity.owned and not view.entity.account,
    )


def _columns(view: EntityView) -> Iterator[tuple[str, str]]:
    """Yield the name of each column in the database with its declaration in the model."""
    yield from ((field.name, columns.column(view, field)) for field in view.fields)
    yield from ((each.name, columns.stamp(each)) for each in view.stamps.all)
    yield from ((link.key, columns.reference(link)) for link in view.references)


def _bodies(view: EntityView, stage: Stage) -> Iterator[dict[str, Any]]:
    """Yield bodies until a rule would refuse one, after what the rows of all collections before it did."""
    for n in range(stage.seeds.capacity(view) if _is_plain(view, stage.seeds) else 0):
        try:
            if n < CREATED:
                stage.row(view, n)
        except RefusedError:
            return
        yield _body(view, n, stage.seeds)


def _is_plain(view: EntityView, found: Seeds) -> bool:
    """Tell whether rows can be created by what refers to other rows just as they were created."""
    made = closure([view], lambda each: each.carried)
    return not any((each.name, link.key) in found.prepared for each in made for link in each.carried)


def _body(view: EntityView, n: int, found: Seeds) -> dict[str, Any]:
    body = found.body(view, n)
    sent = {each.name: _json(body[names.attribute(each.name)]) for each in view.creatable}
    rows = {link.key: Row(link.target.path, found.number(link, n), link.many) for link in view.carried}
    return sent | rows


def _json(value: Sample) -> Any:
    moment = re.fullmatch(r"(day_)?ahead\((-?[\d.]+)\)", value.source)
    if moment is None:
        return ast.literal_eval(value.source)
    then = dt.datetime.now(dt.UTC).replace(microsecond=0) + dt.timedelta(days=float(moment[2]))
    return then.date().isoformat() if moment[1] else then.isoformat().replace("+00:00", "Z")
