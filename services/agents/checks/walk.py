"""The notes that one pass over a syntax tree takes. Iterative: hostile depth costs no stack."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from dataclasses import dataclass, field

from services.agents.checks.facts import Imported
from services.agents.checks.scopes import Read, Scope

_LEAVES = (ast.Constant, ast.expr_context, ast.operator, ast.cmpop, ast.boolop, ast.unaryop)


@dataclass(frozen=True, slots=True)
class Place:
    """Where the walk is. ``runtime``: run when the file is loaded; ``optional``: an import error is caught."""

    scope: Scope
    runtime: bool = True
    optional: bool = False


@dataclass(slots=True)
class Walk:
    """Imports, reads and stored attributes met so far; ``dynamic`` code may define names that the text hides."""

    module: Scope = field(default_factory=lambda: Scope("module"))
    imports: list[Imported] = field(default_factory=list[Imported])
    reads: list[Read] = field(default_factory=list[Read])
    stored: set[str] = field(default_factory=set[str])
    dynamic: bool = False
    stack: list[tuple[ast.AST, Place]] = field(default_factory=list[tuple[ast.AST, Place]])

    def push(self, nodes: Iterable[ast.AST | None], place: Place) -> None:
        """Visit ``nodes`` later, first one first."""
        self.stack.extend((node, place) for node in reversed(list(nodes)) if node is not None)


def children(walk: Walk, node: ast.AST, place: Place) -> None:
    """Visit what ``node`` is made of."""
    inner = [child for child in ast.iter_child_nodes(node) if not isinstance(child, _LEAVES)]
    walk.stack.extend([(child, place) for child in reversed(inner)])
