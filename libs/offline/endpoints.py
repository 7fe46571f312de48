"""The five usual routes of each entity, one for each of its actions, and one for each report."""

from __future__ import annotations

from libs.contracts.behaviour import Action, Report
from libs.contracts.charter import Charter, Crud, Endpoint, Entity, Method
from libs.offline.words import article, human, snake

_ROUTES: tuple[tuple[Method, Crud, bool], ...] = (
    ("GET", "read", False),
    ("POST", "create", False),
    ("GET", "read", True),
    ("PATCH", "update", True),
    ("DELETE", "delete", True),
)


def endpoints(charter: Charter, base: Charter | None = None) -> tuple[Endpoint, ...]:
    """Return the routes of every entity; those of an entity that is as it was in ``base`` stay as they were there."""
    before = {entity.name: entity for entity in base.entities} if base else {}
    out: list[Endpoint] = []
    for entity in charter.entities:
        kept = [one for one in base.endpoints if one.entity == entity.name] if base else []
        same = before.get(entity.name) == entity and _roles_same(entity, charter, base)
        out.extend(kept if kept and same else _routes(entity, charter))
    reports = [_report(one) for one in charter.reports]
    asked = {one.path for one in reports}
    out.extend(one for one in (base.endpoints if base else ()) if not one.entity and one.path not in asked)
    out.extend(reports)
    return tuple(out[:400])


def _roles_same(entity: Entity, charter: Charter, base: Charter | None) -> bool:
    now = [one for one in charter.permissions if one.entity == entity.name]
    return base is not None and now == [one for one in base.permissions if one.entity == entity.name]


def _routes(entity: Entity, charter: Charter) -> list[Endpoint]:
    usual = [_route(entity, charter, method, action, single) for method, action, single in _ROUTES]
    return [*usual, *(_action(entity, charter, one) for one in entity.actions)]


def _action(entity: Entity, charter: Charter, action: Action) -> Endpoint:
    word = human(entity.name)
    roles = [one.role for one in charter.permissions if one.entity == entity.name and action.name in one.actions]
    return Endpoint(
        method="POST",
        path=f"/{entity.plural.replace('_', '-')}/{{{snake(entity.name)}_id}}/{action.name}",
        summary=f"{human(action.name).capitalize()} {article(word)}",
        entity=entity.name,
        response=f"200, the {word}",
        errors=(f"404 when the {word} does not exist", "409 when its state or a rule forbids it"),
        roles=tuple(dict.fromkeys(roles)),
    )


def _report(report: Report) -> Endpoint:
    return Endpoint(
        method="GET",
        path=f"/reports/{report.name}",
        summary=f"Report: {human(report.name)}",
        response="200, the rows of the report",
        roles=report.roles,
    )


def _route(entity: Entity, charter: Charter, method: Method, action: Crud, single: bool) -> Endpoint:
    path = f"/{entity.plural.replace('_', '-')}"
    roles = [one.role for one in charter.permissions if one.entity == entity.name and action in one.actions]
    return Endpoint(
        method=method,
        path=f"{path}/{{{snake(entity.name)}_id}}" if single else path,
        summary=_summary(entity, method, single),
        entity=entity.name,
        request=_request(entity, method),
        response=_response(entity, method, single),
        errors=_errors(entity, method, single),
        roles=tuple(dict.fromkeys(roles)),
    )


def _summary(entity: Entity, method: Method, single: bool) -> str:
    word, many = human(entity.name), human(entity.plural)
    verbs = {"POST": "Create", "PATCH": "Change", "DELETE": "Delete"}
    if method in verbs:
        return f"{verbs[method]} {article(word)}"
    return f"Show one {word}" if single else f"List {many}, a page at a time"


def _request(entity: Entity, method: Method) -> str:
    return {"POST": f"{entity.name} without id", "PATCH": f"Any fields of {entity.name}"}.get(method, "")


def _response(entity: Entity, method: Method, single: bool) -> str:
    if method == "DELETE":
        return "204, no content"
    if method == "POST":
        return f"201, the {human(entity.name)}"
    return f"200, the {human(entity.name)}" if single else f"200, a page of {human(entity.plural)}"


def _errors(entity: Entity, method: Method, single: bool) -> tuple[str, ...]:
    word = human(entity.name)
    errors = [f"404 when the {word} does not exist"] if single else []
    if method in {"POST", "PATCH"}:
        errors.append("422 when a value is missing or wrong")
        if any(field.unique for field in entity.fields):
            errors.append("409 when a unique value is taken")
    if method == "GET" and not single:
        errors.append("422 when the page asked for is out of bounds")
    if method == "DELETE":
        errors.append(f"409 when something still refers to the {word}")
    return tuple(errors)
