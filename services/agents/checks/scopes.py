"""Who binds a name, and where: enough of Python's scoping to be certain what a name in an expression means."""

from __future__ import annotations

import ast
from dataclasses import dataclass, field
from typing import Literal

from services.agents.checks.facts import Call, Imported

FunctionNode = ast.FunctionDef | ast.AsyncFunctionDef
Dotted = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Defined:
    """A function or class statement."""

    node: FunctionNode | ast.ClassDef


@dataclass(frozen=True, slots=True)
class Typed:
    """A variable that holds an object of the class that ``cls`` names where ``scope`` is; ``own`` is ``self``."""

    cls: Dotted
    scope: Scope
    line: int
    own: bool = False


@dataclass(frozen=True, slots=True)
class Unknown:
    """Anything else that binds a name."""

    line: int


Binding = Imported | Defined | Typed | Unknown


@dataclass(slots=True, eq=False)
class Scope:
    """A module, class or function body with the names it binds; ``name`` is a class's own."""

    kind: Literal["module", "class", "function"]
    parent: Scope | None = None
    name: str = ""
    bindings: dict[str, list[Binding]] = field(default_factory=dict[str, list[Binding]])
    elsewhere: set[str] = field(default_factory=set[str])

    def bind(self, name: str, binding: Binding) -> None:
        """``name`` gets a value here, or where ``global`` or ``nonlocal`` sends it."""
        scope = self
        while name in scope.elsewhere and scope.parent:
            scope = scope.parent
            binding = Unknown(0)
        scope.bindings.setdefault(name, []).append(binding)

    def lookup(self, name: str) -> tuple[Binding, Scope] | None:
        """The only binding of ``name`` as seen from here; None where there is none or more than one."""
        scope: Scope | None = self
        while scope is not None:
            if name in scope.bindings and (scope.kind != "class" or scope is self):
                found = scope.bindings[name]
                return (found[0], scope) if len(found) == 1 else None
            scope = scope.parent
        return None


@dataclass(frozen=True, slots=True)
class Read:
    """``name.attribute.attribute``, maybe called, as met in a scope."""

    name: str
    attributes: Dotted
    line: int
    scope: Scope
    call: Call | None


def chain(node: ast.expr) -> tuple[ast.expr, Dotted]:
    """The innermost expression of ``a.b.c`` and the attributes read from it."""
    attributes: list[str] = []
    while isinstance(node, ast.Attribute):
        attributes.append(node.attr)
        node = node.value
    return node, tuple(reversed(attributes))


def dotted(node: ast.expr | None) -> Dotted:
    """``a.b.c`` as its names; empty where the expression is something else."""
    if node is None:
        return ()
    inner, attributes = chain(node)
    return (inner.id, *attributes) if isinstance(inner, ast.Name) else ()


def annotated_class(node: ast.expr | None) -> Dotted:
    """The class that an annotation names; ``Annotated[X, …]`` names ``X``."""
    if isinstance(node, ast.Subscript) and dotted(node.value)[-1:] == ("Annotated",):
        inner = node.slice
        node = inner.elts[0] if isinstance(inner, ast.Tuple) and inner.elts else inner
    return dotted(node)
