"""What keeps a charter from being printed: each fault is a sentence with its exact place."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator

from libs.blueprint import names
from libs.blueprint.access_faults import access_faults, entity_faults
from libs.blueprint.behaviour_faults import behaviour_faults
from libs.blueprint.field_faults import field_faults
from libs.blueprint.normal import plain_views
from libs.blueprint.stamps import USERS
from libs.blueprint.view import SCHEMAS, EntityView
from libs.contracts.artifacts import Architecture
from libs.contracts.charter import Charter, Entity
from libs.contracts.fields import Field, Relation

_PACKAGE = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?(?:\[[A-Za-z0-9._,-]+\])?")
_CLAUSE = r"\s*(?:===?|~=|!=|<=?|>=?)\s*[A-Za-z0-9.*+!_-]+\s*"
_SPECIFIER = re.compile(rf"(?:{_CLAUSE}(?:,{_CLAUSE})*)?")


def check_charter(charter: Charter, architecture: Architecture | None = None) -> tuple[str, ...]:
    """Return every fault of a charter, and of an architecture's modules and packages."""
    faults = [*_entities(charter), *_mentions(charter), *(_architecture(architecture) if architecture else ())]
    # What is derived from names can only be judged once the names themselves are right.
    found = tuple(faults) or tuple(_derived(charter))
    return found or behaviour_faults(charter, plain_views(charter))


def _entities(charter: Charter) -> Iterator[str]:
    declared = [entity.name for entity in charter.entities]
    for index, entity in enumerate(charter.entities):
        place = f"entities[{index}]"
        yield from _named(f"{place}.name", entity.name, pascal_case=True)
        yield from _named(f"{place}.plural", entity.plural)
        yield from _fields(place, entity)
        yield from entity_faults(place, entity)
        for number, relation in enumerate(entity.relations):
            yield from _relation(f"{place}.relations[{number}]", relation, declared)


def _named(place: str, name: str, *, pascal_case: bool = False) -> Iterator[str]:
    fault = names.name_fault(name, pascal_case=pascal_case)
    if fault:
        yield f'{place} "{name}" {fault}'


def _fields(place: str, entity: Entity) -> Iterator[str]:
    for index, field in enumerate(entity.fields):
        where = f"{place}.fields[{index}]"
        yield from _field(where, field)
        if field.name == "id" and field.type not in ("integer", "uuid"):
            yield f'{where}.name "id" is taken: every {entity.name} has an integer id; rename it, e.g. "code"'


def _field(where: str, field: Field) -> Iterator[str]:
    yield from _named(f"{where}.name", field.name)
    yield from (f'{where} "{field.name}": {fault}' for fault in field_faults(field))


def _relation(place: str, relation: Relation, declared: list[str]) -> Iterator[str]:
    yield from _named(f"{place}.name", relation.name)
    yield from _known(f"{place}.target", relation.target, "entity", declared)
    if relation.kind != "many_to_many" and relation.required and relation.on_delete == "set_null":
        yield f'{place} "{relation.name}": on_delete set_null needs required=false; change one of them'
    if relation.fields and relation.kind != "many_to_many":
        yield f"{place}.fields belong to many_to_many, not to {relation.kind}; move them to the entity"
    for index, field in enumerate(relation.fields):
        yield from _field(f"{place}.fields[{index}]", field)


def _known(place: str, name: str, what: str, declared: list[str]) -> Iterator[str]:
    if name in declared:
        return
    close = difflib.get_close_matches(name, declared, 1)
    hint = f'; did you mean "{close[0]}"?' if close else ""
    yield f'{place} "{name}" is no {what}{hint}; declared are: {", ".join(declared) or "none"}'


def _mentions(charter: Charter) -> Iterator[str]:
    """Check what names an entity or a role elsewhere."""
    entities = [entity.name for entity in charter.entities]
    roles = [*(role.name for role in charter.roles), "public", "user", "admin"]  # these three need no mention
    for kind, items in (("endpoints", charter.endpoints), ("rules", charter.rules)):
        for index, item in enumerate(items):
            if item.entity:
                yield from _known(f"{kind}[{index}].entity", item.entity, "entity", entities)
    for index, permission in enumerate(charter.permissions):
        yield from _known(f"permissions[{index}].entity", permission.entity, "entity", entities)
        yield from _known(f"permissions[{index}].role", permission.role, "role", roles)
    yield from _twice((f"rules[{index}].id", rule.id) for index, rule in enumerate(charter.rules))


def _twice(places: Iterable[tuple[str, str]]) -> Iterator[str]:
    """Yield the places whose value an earlier place has already."""
    first: dict[str, str] = {}
    for place, value in places:
        if value in first:
            yield f'{place} "{value}" is used by {first[value]} already; rename one of them'
        first.setdefault(value, place)


def _derived(charter: Charter) -> Iterator[str]:
    """Check what names are turned into, which rows need which others, and who may do what with them."""
    views = plain_views(charter)
    found = [*_names(charter, views), *_loops(views)]
    yield from (_at_its_place(fault, charter) for fault in found)
    yield from () if found else access_faults(charter, views)


def _names(charter: Charter, views: list[EntityView]) -> Iterator[str]:
    for view in views[len(charter.entities) :]:
        yield from _named(f"entities[{view.number}].name", view.name, pascal_case=True)
        yield from _named(f"entities[{view.number}].plural", view.plural)
    yield from _twice((f"entities[{view.number}].name", view.snake) for view in views)
    yield from _twice(_tables(views))
    yield from _twice((f"entities[{view.number}].plural", view.path) for view in views)
    yield from _twice(_classes(views))
    for view in views:
        yield from _attributes(view)


def _at_its_place(fault: str, charter: Charter) -> str:
    """Name the relation that became an entity of its own, where a fault is about that entity."""
    pairs = [
        f"entities[{number}].relations[{index}]"
        for number, entity in enumerate(charter.entities)
        for index, link in enumerate(entity.relations)
        if link.kind == "many_to_many" and link.fields
    ]
    for position, place in enumerate(pairs):
        fault = fault.replace(f"entities[{len(charter.entities) + position}]", f"{place}, as an entity,")
    return fault


def _tables(views: list[EntityView]) -> Iterator[tuple[str, str]]:
    yield from (("the tables of signing in", USERS), ("the tables of signing in", "auth_sessions"))
    yield from (
        ("the audit log", "audit_entries"),
        *((f"entities[{view.number}].plural", view.plural) for view in views),
    )
    for view in views:
        links = [(number, link) for number, link in enumerate(view.links) if link.many and link.owns_table]
        yield from ((f"entities[{view.number}].relations[{number}]", link.table) for number, link in links)


def _classes(views: list[EntityView]) -> Iterator[tuple[str, str]]:
    yield from ((f"entities[{view.number}].name", view.cls) for view in views)
    for view in views:
        yield from ((f"entities[{view.number}].name", f"{view.name}{kind}") for kind in SCHEMAS)
        yield from ((f"entities[{view.number}].name", alias) for alias in set(view.aliases) & _class_names(views))


def _class_names(views: list[EntityView]) -> set[str]:
    return {view.cls for view in views}


def _attributes(view: EntityView) -> Iterator[str]:
    first: dict[str, str] = {"id": "the id every entity has"}
    for name, place in view.attributes():
        where = f"entities[{view.number}].{place}"
        if name in first and first[name] != where:
            yield f'{where} becomes "{name}", which {first[name]} becomes too; rename or drop one of them'
        first.setdefault(name, where)


def _loops(views: list[EntityView]) -> Iterator[str]:
    """Find entities that need each other, so that no row could be the first."""
    reported: set[str] = set()
    for view in views:
        loop = _loop(view)
        if loop and not reported & {each.name for each in loop}:
            reported |= {each.name for each in loop}
            path = " → ".join([*(each.name for each in loop), view.name])
            place = f"entities[{view.number}].relations"
            yield f"{place} require each other ({path}), so that no row can be the first; set required=false on one"


def _loop(start: EntityView) -> list[EntityView]:
    """Return the shortest way of needed relations from an entity back to itself, without its end."""
    ways = [[start]]
    seen: set[str] = set()
    for way in ways:
        for target in (link.target for link in way[-1].links if link.needed):
            if target is start:
                return way
            if target.name not in seen:
                seen.add(target.name)
                ways.append([*way, target])
    return []


def _architecture(architecture: Architecture) -> Iterator[str]:
    for index, module in enumerate(architecture.modules):
        parts = module.path.split("/")
        if module.path.startswith("/") or any(part in ("", ".", "..") for part in parts):
            hint = 'leaves the project or has an empty part; write e.g. "app/reports.py"'
            yield f'modules[{index}].path "{module.path}" {hint}'
    yield from _twice((f"modules[{index}].path", module.path) for index, module in enumerate(architecture.modules))
    for index, package in enumerate(architecture.dependencies):
        if not _PACKAGE.fullmatch(package.name):
            yield f'dependencies[{index}].name "{package.name}" is no package name; write e.g. "httpx"'
        if not _SPECIFIER.fullmatch(package.version):
            yield f'dependencies[{index}].version "{package.version}" is no version specifier; write e.g. ">=2.0,<3"'
