"""The facts of a syntax tree."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import Any

from services.agents.checks import expressions as e
from services.agents.checks import statements as s
from services.agents.checks.definitions import class_of, function_of
from services.agents.checks.facts import Class, Definition, Facts, Function, Imported, Target, Use, Value
from services.agents.checks.scopes import Binding, Defined, Dotted, Read, Scope, Typed
from services.agents.checks.walk import Place, Walk, children


def facts_of(tree: ast.Module) -> Facts:
    """What the file defines and uses."""
    walk = Walk()
    walk.push(tree.body, Place(walk.module))
    while walk.stack:
        node, place = walk.stack.pop()
        _HANDLERS.get(type(node), children)(walk, node, place)
    return Facts(
        imports=tuple(walk.imports),
        names={name: _definition(found, walk.module) for name, found in walk.module.bindings.items()},
        open=walk.dynamic or "__getattr__" in walk.module.bindings,
        uses=tuple(use for read in walk.reads for use in _use(read)),
        stored=frozenset(walk.stored),
    )


def _definition(bindings: list[Binding], module: Scope) -> Definition:
    only = bindings[0]
    if len(bindings) > 1:
        return Value(getattr(only, "line", 0))
    if isinstance(only, Imported):
        return only
    if isinstance(only, Defined):
        return _defined(only, module)
    return Value(only.line)


def _defined(binding: Defined, module: Scope) -> Function | Class:
    if isinstance(binding.node, ast.ClassDef):
        return class_of(binding.node, lambda names: _target(names, module))
    return function_of(binding.node)


def _target(names: Dotted, scope: Scope) -> Target | None:
    found = scope.lookup(names[0]) if names else None
    if found is None:
        return None
    binding, home = found
    if isinstance(binding, Imported):
        return Target(binding, names[1:])
    at_top = isinstance(binding, Defined) and home.kind == "module"
    return Target(names[0], names[1:]) if at_top else None


def _use(read: Read) -> list[Use]:
    found = read.scope.lookup(read.name)
    if found is None:
        return []
    binding, _ = found
    if isinstance(binding, Typed):
        cls = _target(binding.cls, binding.scope)
        return [Use(cls, read.attributes, read.line, read.call, instance=True, own=binding.own)] if cls else []
    target = _target((read.name,), read.scope)
    return [Use(target, read.attributes, read.line, read.call)] if target else []


_HANDLERS: dict[type[ast.AST], Callable[[Walk, Any, Place], None]] = {
    ast.Import: s.visit_import,
    ast.ImportFrom: s.visit_import_from,
    ast.FunctionDef: s.visit_function,
    ast.AsyncFunctionDef: s.visit_function,
    ast.Lambda: s.visit_lambda,
    ast.ClassDef: s.visit_class,
    ast.ListComp: e.visit_comprehension,
    ast.SetComp: e.visit_comprehension,
    ast.DictComp: e.visit_comprehension,
    ast.GeneratorExp: e.visit_comprehension,
    ast.NamedExpr: e.visit_walrus,
    ast.Name: e.visit_name,
    ast.Assign: e.visit_assign,
    ast.AnnAssign: e.visit_annotated,
    ast.Attribute: e.visit_attribute,
    ast.Call: e.visit_call,
    ast.Await: e.visit_await,
    ast.Expr: e.visit_expression,
    ast.Global: e.visit_outer_names,
    ast.Nonlocal: e.visit_outer_names,
    ast.ExceptHandler: e.visit_except,
    ast.MatchAs: e.visit_match_name,
    ast.MatchStar: e.visit_match_name,
    ast.MatchMapping: e.visit_match_mapping,
    ast.Try: s.visit_try,
    ast.If: s.visit_if,
}
