"""Rules and actions in words: the places for judgement, one module with one function each, which are the owner's."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from libs.blueprint import names
from libs.blueprint.enforce.parts import slug
from libs.blueprint.literals import prose
from libs.blueprint.normal import plain
from libs.blueprint.view import EntityView, entity_views
from libs.contracts.artifacts import Export, Module
from libs.contracts.behaviour import Action, Rule
from libs.contracts.charter import Charter

FOLDER = "app/custom/"
_MOST_NAMED = 6  # entities a signature names; a rule that looks at more is given rows of any


@dataclass(frozen=True, eq=False)
class Place:
    """A module for what stays in words: of a rule, or of an entity's action."""

    name: str
    views: tuple[EntityView, ...]
    text: str
    rule: Rule | None = None
    action: Action | None = None

    @property
    def path(self) -> str:
        """Return the module's path."""
        return f"{FOLDER}{self.name}.py"

    @property
    def function(self) -> str:
        """Name the module's one function."""
        return "check" if self.rule else "apply"

    @property
    def signature(self) -> str:
        """Return the exact signature of the function."""
        row = " | ".join(view.cls for view in self.views) if len(self.views) <= _MOST_NAMED else "Base"
        if self.action:
            data = f", data: {action_schema(self.views[0], self.action)}" if takes_data(self.action) else ""
            return f"def apply(session: Session, row: {row}{data}) -> None"
        return f"def check(session: Session, action: str, row: {row}, before: dict[str, Any] | None) -> None"

    @property
    def heading(self) -> str:
        """Return what the module is for."""
        text = prose(self.text)
        kind = (
            f"Rule {self.rule.id}" if self.rule else f"What else {names.words(self.name.removesuffix('_logic'))} does"
        )
        return f"{kind}: {text}" if text.endswith((".", "!", "?")) else f"{kind}: {text}."

    @property
    def marker(self) -> str:
        """Return the function's docstring as long as nobody has filled it in."""
        head = f"{self.rule.id}: " if self.rule else ""
        return f"Not enforced yet. {head}{prose(self.text)}"


def takes_data(action: Action) -> bool:
    """Tell whether an action has a body."""
    return bool(action.inputs or action.references)


def action_schema(view: EntityView, action: Action) -> str:
    """Name the schema of an action's body: ``LoanExtendInput``."""
    return f"{view.name}{names.pascal(action.name)}Input"


def action_name(view: EntityView, action: Action) -> str:
    """Name the function of an action: ``return_loan``."""
    return f"{action.name}_{view.snake}"


@lru_cache(maxsize=4)
def places(charter: Charter) -> tuple[Place, ...]:
    """Return every place of the charter, rules first."""
    views = entity_views(charter)
    found = [_rule_place(rule, views) for rule in charter.rules if rule.enforcement is None] if views else []
    actions = [
        Place(f"{action_name(view, action)}_logic", (view,), action.logic, action=action)
        for view in views
        for action in view.entity.actions
        if action.logic
    ]
    return (*found, *actions)


def _rule_place(rule: Rule, views: list[EntityView]) -> Place:
    return Place(slug(rule.id, rule.text), tuple(_touched(rule, views)), rule.text, rule=rule)


def _touched(rule: Rule, views: list[EntityView]) -> list[EntityView]:
    """Return the entity a rule names, else those its words name, else those with a field it names, else all."""
    if rule.entity:
        return [view for view in views if view.name == rule.entity]
    named = [view for view in views if _says(rule.text, view.label, view.labels)]
    named = named or [view for view in views if _says(rule.text, *(names.words(each.name) for each in view.fields))]
    return named or views


def _says(text: str, *phrases: str) -> bool:
    return any(re.search(rf"\b{re.escape(phrase)}\b", text, re.IGNORECASE) for phrase in phrases)


def rule_places(view: EntityView) -> Iterator[Place]:
    """Yield the places of rules that look at rows of the entity."""
    return (place for place in places(view.charter) if place.rule and view.name in {each.name for each in place.views})


def action_place(view: EntityView, action: Action) -> Place | None:
    """Return the place of an action's logic, where it has one."""
    found = [each for each in places(view.charter) if each.action == action and each.views[0].name == view.name]
    return found[0] if found else None


def custom_modules(charter: Charter) -> tuple[Module, ...]:
    """Return the modules to ask a model for, each with the exact signature of its one function."""
    return tuple(_module(place) for place in places(plain(charter)))


def _module(place: Place) -> Module:
    called = (
        "Called after a create, update or action and before a delete; refuses with app.errors.RuleBroken(id, message)"
        if place.rule
        else "Called in the action's transaction, after its effects; raises app.errors.Conflict(message) to refuse"
    )
    return Module(
        path=place.path,
        purpose=f"{place.rule.id + ': ' if place.rule else ''}{prose(place.text)}"[:400],
        exports=(Export(place.function, place.signature, called),),
        rules=(place.rule.id,) if place.rule else (),
    )
