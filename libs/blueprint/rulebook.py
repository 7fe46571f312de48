"""Which rules of an entity its routes call, and how."""

from __future__ import annotations

from dataclasses import dataclass

from libs.blueprint.view import EntityView


@dataclass(frozen=True)
class Hooks:
    """After which changes the rules of an entity are called; ``deleted`` is called before the row goes."""

    created: bool = False
    updated: bool = False
    deleted: bool = False


def hooks(view: EntityView) -> Hooks:
    """Return the hooks that the entity's rules need."""
    del view
    return Hooks()


def call(view: EntityView, event: str) -> str:
    """Return the source of the call for ``event``: ``created``, ``updated`` or ``deleted``."""
    return f"{view.snake}_rules.{event}(session, row{', before' if event == 'updated' else ''})"


def imports(view: EntityView) -> dict[str, str]:
    """Return what the entity's routes import for its rules: name to module."""
    return {f"{view.snake}_rules": f"app.rules.{view.module} as {view.snake}_rules"}
