"""The design document of a charter, written from the charter alone: data, routes, rules, who may do what."""

from __future__ import annotations

from libs.contracts.artifacts import Architecture, Dependency, Diagram
from libs.contracts.behaviour import Rule
from libs.contracts.charter import Charter, Entity
from libs.contracts.fields import Field, Relation
from libs.offline.diagrams import component_diagram, entity_diagram, sequence_diagram
from libs.offline.words import human, series

_DEPENDENCIES = (
    Dependency("fastapi"),
    Dependency("sqlalchemy"),
    Dependency("pydantic-settings"),
    Dependency("uvicorn"),
)
# The contract's limit of a design document in characters.
_LIMIT = 20_000
_KINDS = {"many_to_one": "one", "one_to_one": "exactly one", "many_to_many": "any number of"}
_REMOVAL = {
    "restrict": "cannot be deleted while it is referred to",
    "cascade": "takes these with it when it is deleted",
    "set_null": "leaves this empty when it is deleted",
}


def draft_architecture(charter: Charter) -> Architecture:
    """Return the design of a charter's system; it asks no module of a model."""
    parts = (
        _overview(charter),
        _data(charter),
        _routes(charter),
        _actions(charter),
        _reports(charter),
        _rights(charter),
        _rules(charter),
        _notes(charter),
    )
    text = "\n\n".join(part for part in parts if part)
    diagrams = (component_diagram(charter), entity_diagram(charter), sequence_diagram(charter))
    return Architecture(
        design=text if len(text) <= _LIMIT else f"{text[: _LIMIT - 40]}\n\n(Cut: the charter has the rest.)",
        diagrams=tuple(Diagram(kind, text) for kind, text in zip(_ORDER, diagrams, strict=True)),
        dependencies=_DEPENDENCIES,
    )


_ORDER = ("components", "er", "sequence")


def _overview(charter: Charter) -> str:
    count = len(charter.entities)
    return (
        f"# {charter.title}\n\n{charter.description}\n\n"
        f"A FastAPI application over one relational database with {count} table{'s' if count != 1 else ''}. "
        "Requests are checked against schemas, worked in one database transaction, and answered as JSON; errors are "
        "answered with a status and a sentence. Each entity has its model, schemas and routes in files of their own."
    )


def _data(charter: Charter) -> str:
    return "## Data\n\n" + "\n\n".join(_entity(entity) for entity in charter.entities)


def _entity(entity: Entity) -> str:
    head = f"### {entity.name}\n\n{entity.description}"
    owned = "\n\nRows belong to the user who made them." if entity.owned else ""
    columns = "\n".join(f"| `{one.name}` | {one.type} | {_column(one)} |" for one in entity.fields)
    table = f"\n\n| field | type | constraints |\n|---|---|---|\n{columns}" if columns else ""
    links = "\n".join(_link(one) for one in entity.relations)
    return f"{head}{owned}{table}{chr(10) * 2 + links if links else ''}"


def _column(field: Field) -> str:
    said = ["required" if field.required else "may be empty"]
    said += ["unique"] if field.unique else []
    said += [f"at least {field.minimum}"] if field.minimum is not None else []
    said += [f"at most {field.maximum}"] if field.maximum is not None else []
    said += [f"up to {field.max_length} characters"] if field.max_length is not None else []
    said += [f"one of {series([human(choice) for choice in field.choices])}"] if field.choices else []
    said += [f"starts as {human(field.default)}"] if field.default is not None else []
    return ", ".join(said)


def _link(relation: Relation) -> str:
    may = "may refer" if not relation.required and relation.kind != "many_to_many" else "refers"
    says = f"- `{relation.name}` {may} to {_KINDS[relation.kind]} {relation.target}"
    return f"{says}." if relation.kind == "many_to_many" else f"{says}, which {_REMOVAL[relation.on_delete]}."


def _routes(charter: Charter) -> str:
    lines = "\n".join(f"| `{one.method} {one.path}` | {one.summary} |" for one in charter.endpoints)
    return f"## Routes\n\n| route | what it does |\n|---|---|\n{lines}" if lines else ""


def _actions(charter: Charter) -> str:
    lines = [
        f"- {human(entity.name)}: **{human(one.name)}**{f'. {one.summary}' if one.summary else ''}"
        for entity in charter.entities
        for one in entity.actions
    ]
    return "## Actions\n\n" + "\n".join(lines) if lines else ""


def _reports(charter: Charter) -> str:
    plurals = {entity.name: entity.plural for entity in charter.entities}
    lines = [
        f"- **{human(one.name)}**, over {human(plurals.get(one.entity, one.entity))}."
        + (f" {one.summary}" if one.summary else "")
        for one in charter.reports
    ]
    return "## Reports\n\n" + "\n".join(lines) if lines else ""


def _rights(charter: Charter) -> str:
    lines = [
        f"- {human(one.role)} may {series(list(one.actions))} {'only their own ' if one.own_only else ''}"
        f"{human(one.entity)} rows."
        for one in charter.permissions
    ]
    roles = [f"- {human(one.name)}: {one.description}" for one in charter.roles if one.description]
    return "## Roles\n\n" + "\n".join([*roles, *lines]) if roles or lines else ""


def _rules(charter: Charter) -> str:
    lines = "\n".join(_rule(rule) for rule in charter.rules)
    return f"## Rules\n\n{lines}" if lines else ""


def _rule(rule: Rule) -> str:
    return f"- **{rule.id}** {rule.text}" + (f" ({rule.entity})" if rule.entity else "")


def _notes(charter: Charter) -> str:
    assumed = "\n".join(f"- {line}" for line in charter.assumptions)
    asked = "\n".join(f"- {line}" for line in charter.open_questions)
    parts = [f"## Assumptions\n\n{assumed}"] if assumed else []
    return "\n\n".join([*parts, f"## Open questions\n\n{asked}"] if asked else parts)
