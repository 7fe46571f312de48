"""A charter opened up while the behaviour that a wish states is read into it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from msgspec.structs import replace

from libs.contracts.behaviour import Condition, Enforcement, Report, Rule, Value
from libs.contracts.charter import Charter, Entity, Permission, Role
from libs.contracts.fields import Field, FieldType, Relation
from libs.offline.prose.narrative import Story
from libs.offline.words import article, human

_MAX_RULES, _MAX_ROLES, _MAX_GRANTS, _MAX_REPORTS, _MAX_FIELDS = 100, 20, 400, 40, 60
_ORDER = ("create", "read", "update", "delete")
Grant = tuple[str, str, bool]
CAPACITIES = (
    "capacity",
    "max_",
    "maximum",
    "spots",
    "places",
    "seats",
    "copies",
    "limit",
    "slots",
    "beds",
    "size",
    "stock",
)
_STARTS = ("start", "begin", "from", "pickup", "pick_up", "arriv", "open", "valid_from", "lent", "borrowed", "hired")
_ENDS = (
    "end", "until", "to_", "return", "leav", "depart", "finish", "clos", "valid_until", "valid_to", "due", "drop_off",
)  # fmt: skip


@dataclass(slots=True)
class World:
    """The parts of a charter by name; ``claimed`` are the stretches of the wish that became behaviour."""

    charter: Charter
    entities: dict[str, Entity] = field(default_factory=lambda: {})
    roles: dict[str, Role] = field(default_factory=lambda: {})
    permissions: dict[Grant, list[str]] = field(default_factory=lambda: {})
    rules: list[Rule] = field(default_factory=lambda: [])
    reports: list[Report] = field(default_factory=lambda: [])
    claimed: list[str] = field(default_factory=lambda: [])
    sign_in: bool = False
    acting: tuple[str, ...] = ()
    narrator: str = ""
    implied: dict[str, list[str]] = field(default_factory=lambda: {})
    mentioned: dict[str, list[str]] = field(default_factory=lambda: {})
    acted: tuple[str, str] = ("", "")
    stage: dict[str, tuple[str, ...]] = field(default_factory=lambda: {})
    listed: set[str] = field(default_factory=set[str])
    firsts: dict[str, str] = field(default_factory=lambda: {})
    story: Story | None = None
    heirs: list[tuple[str, str]] = field(default_factory=lambda: [])

    def put(self, name: str, **changes: object) -> None:
        """Change parts of an entity."""
        self.entities[name] = replace(self.entities[name], **changes)

    def role(self, name: str) -> str:
        """Add a role unless it is there or one of those that need no mention; return its name."""
        if name not in self.roles and name not in {"public", "user", "admin"} and len(self.roles) < _MAX_ROLES:
            self.roles[name] = Role(name, f"{article(human(name)).capitalize()} of the system.")
        return name if name in self.roles or name in {"public", "user", "admin"} else ""

    def grant(self, role: str, entity: str, actions: Iterable[str], own: bool = False) -> None:
        """Let a role do actions on an entity."""
        grant = (role, entity, own)
        if not self.role(role) or (grant not in self.permissions and len(self.permissions) >= _MAX_GRANTS):
            return
        kept = list(dict.fromkeys([*self.permissions.get(grant, []), *actions]))
        self.permissions[grant] = sorted(kept, key=lambda one: _ORDER.index(one) if one in _ORDER else len(_ORDER))[:24]

    def rule(self, text: str, entity: str, enforcement: Enforcement | None = None) -> bool:
        """Add a rule unless the same is there; say so either way."""
        line = text.strip(" .,;:-")
        line = f"{line[:1].upper()}{line[1:]}."[:400]
        self._optional(entity, enforcement)
        same = any(one.entity == entity and one.enforcement == enforcement and enforcement for one in self.rules)
        if not same and len(self.rules) < _MAX_RULES:
            self.rules.append(Rule("R1", line, entity, enforcement))
        return True

    def _optional(self, entity: str, enforcement: Enforcement | None) -> None:
        """Let a date be empty where a rule speaks of rows in which it is not set yet."""
        where = (*getattr(enforcement, "where", ()), *getattr(enforcement, "when", ()))
        unset = {one.field for one in where if one.operator in {"is_unset", "is_set"}}
        if entity in self.entities and unset:
            fields = tuple(
                replace(one, required=False) if one.name in unset and one.type in {"date", "datetime"} else one
                for one in self.entities[entity].fields
            )
            self.put(entity, fields=fields)

    def report(self, report: Report) -> bool:
        """Add a report unless one has its name."""
        if all(one.name != report.name for one in self.reports) and len(self.reports) < _MAX_REPORTS:
            self.reports.append(report)
        return True

    def add_field(self, entity: str, column: Field) -> str:
        """Add a column unless it is there; return its name, empty when there is no room."""
        kept = self.entities[entity]
        names = {one.name for one in kept.fields}
        if column.name not in names and all(one.name != column.name for one in kept.relations):
            if len(kept.fields) >= _MAX_FIELDS:
                return ""
            self.put(entity, fields=(*kept.fields, column))
        return column.name

    def column(self, entity: str, name: str) -> Field | None:
        """Return a column by name."""
        return next((one for one in self.entities[entity].fields if one.name == name), None)

    def numeric(self, entity: str, name: str) -> FieldType | None:
        """Return the type of a number that an entity has, stored or computed."""
        kept = self.entities[entity]
        numbers: dict[str, FieldType] = {"integer": "integer", "decimal": "decimal", "money": "money"}
        found = next((one.type for one in (*kept.fields, *kept.computed) if one.name == name), "")
        return numbers.get(found)

    def link(self, source: str, target: str) -> Relation | None:
        """Return the first to-one relation from one entity to another."""
        kept = self.entities.get(source)
        links = kept.relations if kept else ()
        return next((one for one in links if one.target == target and one.kind != "many_to_many"), None)

    def children(self, target: str) -> list[str]:
        """Return the entities that point at one."""
        return [name for name in self.entities if name != target and self.link(name, target)]

    def path(self, entity: str, name: str) -> str:
        """Return the path from an entity to a column of this name, of its own or one relation away; else nothing."""
        kept = self.entities[entity]
        if any(one.name == name for one in (*kept.fields, *kept.computed, *kept.relations)):
            return name
        for link in kept.relations:
            near = self.entities.get(link.target)
            if near and link.kind != "many_to_many" and any(one.name == name for one in (*near.fields, *near.computed)):
                return f"{link.name}.{name}"
        return ""

    def route(self, start: str, goal: str) -> str:
        """Return the relations from an entity to another over at most three, joined by dots; else nothing."""
        paths = [("", start)] if start in self.entities else []
        for _ in range(3):
            paths = [
                (f"{path}.{link.name}".strip("."), link.target)
                for path, name in paths
                for link in self.entities[name].relations
                if link.kind != "many_to_many" and link.target in self.entities
            ]
            if found := next((path for path, name in paths if name == goal), ""):
                return found
        return ""

    def holder(self, name: str, near: Iterable[str] = ()) -> str:
        """Return the entity that has a column of this name, those nearby first."""
        return next((one for one in (*near, *self.entities) if one in self.entities and self.column(one, name)), "")

    def state(self, entity: str, value: str) -> Condition | None:
        """Return the condition that a row is in a state: a value of an enum, a flag, or a date that is set."""
        for column in self.entities[entity].fields:
            if value in column.choices:
                return Condition(column.name, "eq", Value("literal", value))
        for column in self.entities[entity].fields:
            if column.type == "boolean" and column.name.removeprefix("is_") == value:
                return Condition(column.name, "eq", Value("literal", "true"))
            if column.type in {"date", "datetime"} and column.name in {f"{value}_on", f"{value}_at", f"{value}_date"}:
                return Condition(column.name, "is_set")
        return None

    def span(self, entity: str) -> tuple[str, str]:
        """Return the columns in which a row starts and ends, empty when it has none."""
        moments = [one.name for one in self.entities[entity].fields if one.type in {"date", "datetime"}]
        start = next((one for one in moments if one.startswith(_STARTS) or "_in_" in f"_{one}_"), "")
        end = next((one for one in moments if (one.startswith(_ENDS) or "_out_" in f"_{one}_") and one != start), "")
        return (start, end) if start and end else ("", "")

    def dated(self, entity: str, name: str) -> bool:
        """Say whether an entity has a date or a moment of this name."""
        kept = self.column(entity, name) if entity in self.entities else None
        return kept is not None and kept.type in {"date", "datetime"}

    def timed(self, entity: str, name: str) -> bool:
        """Say whether a column is a moment, not only a day."""
        kept = self.column(entity, name)
        return kept is not None and kept.type == "datetime"

    def beginning(self, entity: str) -> str:
        """Return the column in which a row starts, else its only moment to come; empty when it has none."""
        if start := self.span(entity)[0]:
            return start
        ahead = ("start", "begin", "from", "date", "scheduled", "takes_place", "held", "time")
        moments = [one.name for one in self.entities[entity].fields if one.type in {"date", "datetime"}]
        return next((one for one in moments if one.startswith(ahead)), "")

    def capacity(self, entity: str) -> str:
        """Return the column that says how many fit."""
        numbers = [one.name for one in self.entities[entity].fields if one.type == "integer"]
        return next((name for word in CAPACITIES for name in numbers if word in name), "")

    def still_open(self, entity: str) -> Condition | None:
        """Return the condition that a row is not over: its state, or the date of its end not set."""
        if open_state := self.state(entity, "open"):
            return open_state
        done = ("return", "left", "leav", "end", "close", "finish", "complete", "exit", "check_out", "paid", "resolved")
        for column in self.entities[entity].fields:
            if column.type in {"date", "datetime"} and column.name.startswith(done) and not column.required:
                return Condition(column.name, "is_unset")
        over = ("closed", "done", "returned", "finished", "completed", "resolved", "cancelled")
        for column in self.entities[entity].fields:
            value = next((one for one in over if one in column.choices), "")
            if value:
                return Condition(column.name, "ne", Value("literal", value))
        return None

    def told_of(self, entity: str, values: Iterable[str]) -> bool:
        """Say whether a column has all of these values."""
        return any(set(values) <= set(one.choices) for one in self.entities[entity].fields)

    def closed(self) -> Charter:
        """Return the charter with everything that was read into it."""
        rules = tuple(replace(rule, id=f"R{number}") for number, rule in enumerate(self.rules, 1))
        grants = tuple(
            Permission(role, entity, tuple(acts), own) for (role, entity, own), acts in self.permissions.items() if acts
        )
        return replace(
            self.charter,
            entities=tuple(self.entities.values()),
            roles=tuple(self.roles.values()),
            permissions=grants,
            rules=rules,
            reports=tuple(self.reports),
            sign_in=self.sign_in,
        )


def opened(charter: Charter) -> World:
    """Return a charter opened up."""
    world = World(charter, sign_in=charter.sign_in)
    world.entities = {entity.name: entity for entity in charter.entities}
    world.roles = {role.name: role for role in charter.roles}
    world.permissions = {(one.role, one.entity, one.own_only): list(one.actions) for one in charter.permissions}
    world.rules, world.reports = list(charter.rules), list(charter.reports)
    return world
