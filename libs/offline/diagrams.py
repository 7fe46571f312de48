"""Mermaid diagrams of a charter: components, entities and relations, and the sequence of the main flow."""

from __future__ import annotations

from libs.contracts.charter import Charter, Entity
from libs.contracts.fields import Relation
from libs.offline.words import article, human

_MARKS = {"many_to_one": "}o--||", "one_to_one": "|o--||", "many_to_many": "}o--o{"}
# More than this and a diagram can no longer be read.
_MAX_ENTITIES = 40


def component_diagram(charter: Charter) -> str:
    """Return who calls what: clients, routes of each entity, rules, database."""
    lines = ["flowchart LR", "  client([Client]) --> app[FastAPI application]"]
    for entity in charter.entities[:_MAX_ENTITIES]:
        lines.append(f"  app --> {entity.plural}_routes[{_label(human(entity.plural))} routes]")
        target = "rules" if any(rule.entity == entity.name for rule in charter.rules) else "database"
        lines.append(f"  {entity.plural}_routes --> {target}")
    if charter.reports:
        lines += ["  app --> report_routes[report routes]", "  report_routes --> database"]
    if any(rule.entity for rule in charter.rules):
        lines += ["  rules[Business rules] --> database"]
    return "\n".join([*lines, "  database[(Database)]"])


def entity_diagram(charter: Charter) -> str:
    """Return entities with their columns and relations."""
    lines = ["erDiagram"]
    for entity in charter.entities[:_MAX_ENTITIES]:
        lines += _entity(entity)
    shown = {entity.name for entity in charter.entities[:_MAX_ENTITIES]}
    for entity in charter.entities[:_MAX_ENTITIES]:
        lines += [_relation(entity, one) for one in entity.relations if one.target in shown]
    return _within("\n".join(lines))


def _entity(entity: Entity) -> list[str]:
    columns = [f"    {one.type} {one.name}{' UK' if one.unique else ''}" for one in entity.fields]
    return [f"  {entity.name} {{", "    integer id PK", *columns, "  }"]


def _relation(entity: Entity, relation: Relation) -> str:
    mark = _MARKS[relation.kind]
    if relation.kind != "many_to_many" and not relation.required:
        mark = mark.replace("||", "o|")
    return f'  {entity.name} {mark} {relation.target} : "{_label(human(relation.name))}"'


def sequence_diagram(charter: Charter) -> str:
    """Return what happens when a row of the busiest entity is created."""
    lines = ["sequenceDiagram", "  actor C as Client", "  participant A as API", "  participant D as Database"]
    entity = max(charter.entities, key=lambda one: len(one.relations), default=None)
    if entity is None:
        return "\n".join([*lines, "  C->>A: GET /health", "  A-->>C: 200"])
    word = human(entity.name)
    path = f"/{entity.plural.replace('_', '-')}"
    lines += [f"  C->>A: POST {path}", f"  A->>A: check {article(word)} against its schema"]
    lines += [f"  A->>D: find {human(one.name)}" for one in entity.relations[:6]]
    rules = [rule.id for rule in charter.rules if rule.entity == entity.name]
    lines += [f"  A->>A: check rules {' '.join(rules[:10])}"] if rules else []
    return "\n".join([*lines, f"  A->>D: insert {word}", "  A-->>C: 201 or an error with its reason"])


def _label(text: str) -> str:
    return "".join(sign for sign in text if sign.isalnum() or sign in " _-")


def _within(text: str, limit: int = 20_000) -> str:
    """Cut whole lines off a diagram that is longer than the contract allows, in characters."""
    while len(text) > limit:
        text = text[:limit].rpartition("\n")[0]
        text = text if text.count("{") - text.count("o{") == text.count("\n  }") else f"{text}\n  }}"
    return text
