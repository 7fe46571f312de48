"""Business rules in words: which entities they touch, and the one module that enforces them."""

from __future__ import annotations

import re
from dataclasses import dataclass

from libs.blueprint.view import EntityView, entity_views
from libs.contracts.artifacts import Export, Module
from libs.contracts.behaviour import Rule
from libs.contracts.charter import Charter

RULES_PATH = "app/rules.py"


@dataclass(frozen=True)
class Hooks:
    """The rules that the three functions of an entity are the place for."""

    view: EntityView
    rules: tuple[Rule, ...]

    @property
    def ids(self) -> str:
        """Return the rules' ids: ``R1, R2``."""
        return ", ".join(rule.id for rule in self.rules)


def hooks(charter: Charter, views: list[EntityView]) -> list[Hooks]:
    """Return the entities that rules touch, in the charter's order, each with its rules."""
    touched = [(rule, _touched(rule, views)) for rule in charter.rules]
    found = [Hooks(view, tuple(rule for rule, names in touched if view.name in names)) for view in views]
    return [each for each in found if each.rules]


def _touched(rule: Rule, views: list[EntityView]) -> set[str]:
    """Return the entity a rule names, else those its words name; and those that cannot exist without one of them."""
    named = {rule.entity} if rule.entity else {v.name for v in views if _says(rule.text, v.label, v.labels)}
    if not named:
        named = {view.name for view in views if _says(rule.text, *(f.name.replace("_", " ") for f in view.fields))}
    return named | {view.name for view in views if _depends_on(view, named)}


def _says(text: str, *phrases: str) -> bool:
    return any(re.search(rf"\b{re.escape(phrase)}\b", text, re.IGNORECASE) for phrase in phrases)


def _depends_on(view: EntityView, named: set[str]) -> bool:
    return any(link.needed and link.target.name in named for link in view.links)


def rules_module(charter: Charter) -> Module | None:
    """Return the module to ask a model for, with the exact signatures the routes call; ``None`` without such rules."""
    found = hooks(charter, entity_views(charter))
    if not found:
        return None
    touched = {rule.id for each in found for rule in each.rules}
    return Module(
        path=RULES_PATH,
        purpose="Enforce the business rules: each function raises app.errors.RuleBroken(rule_id, message) to refuse.",
        exports=tuple(export for each in found for export in _exports(each)),
        rules=tuple(rule.id for rule in charter.rules if rule.id in touched),
    )


def _exports(each: Hooks) -> tuple[Export, ...]:
    return tuple(
        Export(
            name=f"before_{action}_{each.view.snake}",
            signature=signature(each.view, action),
            summary=f"Called before a {each.view.label} is {action}d, in the same transaction: {each.ids}",
        )
        for action in ("create", "update", "delete")
    )


def signature(view: EntityView, action: str) -> str:
    """Return the signature of the function called before ``action`` (create, update, delete)."""
    row = "" if action == "create" else f", row: {view.cls}"
    data = "" if action == "delete" else f", data: {view.name}{action.capitalize()}"
    return f"def before_{action}_{view.snake}(session: Session{row}{data}) -> None"
