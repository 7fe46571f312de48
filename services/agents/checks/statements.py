"""Statements: imports, functions, classes, and what makes an import optional."""

from __future__ import annotations

import ast
from dataclasses import replace

from services.agents.checks.facts import Imported
from services.agents.checks.scopes import (
    Binding,
    Defined,
    FunctionNode,
    Scope,
    Typed,
    Unknown,
    annotated_class,
    dotted,
)
from services.agents.checks.walk import Place, Walk

CATCHES_IMPORT_ERRORS = {"ImportError", "ModuleNotFoundError", "Exception", "BaseException"}


def visit_import(walk: Walk, node: ast.Import, place: Place) -> None:
    for alias in node.names:
        imported = Imported(
            alias.name,
            node.lineno,
            root=alias.asname is None and "." in alias.name,
            runtime=place.runtime,
            optional=place.optional,
        )
        walk.imports.append(imported)
        place.scope.bind(alias.asname or alias.name.partition(".")[0], imported)


def visit_import_from(walk: Walk, node: ast.ImportFrom, place: Place) -> None:
    for alias in node.names:
        imported = Imported(
            node.module or "",
            node.lineno,
            level=node.level,
            name=alias.name,
            runtime=place.runtime,
            optional=place.optional,
        )
        walk.imports.append(imported)
        if alias.name != "*":
            place.scope.bind(alias.asname or alias.name, imported)


def visit_function(walk: Walk, node: FunctionNode, place: Place) -> None:
    place.scope.bind(node.name, Defined(node))
    annotations = [arg.annotation for arg in _all_arguments(node.args)]
    walk.push([*node.decorator_list, *_defaults(node.args), *annotations, node.returns], place)
    inner = Scope("function", place.scope)
    _bind_arguments(node, inner, place.scope)
    walk.push(node.body, replace(place, scope=inner, runtime=False))


def visit_lambda(walk: Walk, node: ast.Lambda, place: Place) -> None:
    inner = Scope("function", place.scope)
    for argument in _all_arguments(node.args):
        inner.bind(argument.arg, Unknown(node.lineno))
    walk.push(_defaults(node.args), place)
    walk.push([node.body], replace(place, scope=inner, runtime=False))


def _all_arguments(arguments: ast.arguments) -> list[ast.arg]:
    rest = [argument for argument in (arguments.vararg, arguments.kwarg) if argument]
    return [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs, *rest]


def _defaults(arguments: ast.arguments) -> list[ast.expr]:
    return [*arguments.defaults, *(default for default in arguments.kw_defaults if default)]


def _bind_arguments(node: FunctionNode, inner: Scope, outer: Scope) -> None:
    arguments = node.args
    for argument in _all_arguments(arguments):
        cls = annotated_class(argument.annotation)
        takes_rest = argument in (arguments.vararg, arguments.kwarg)
        inner.bind(argument.arg, Typed(cls, outer, node.lineno) if cls and not takes_rest else Unknown(node.lineno))
    first = next(iter([*arguments.posonlyargs, *arguments.args]), None)
    if first and outer.kind == "class":
        inner.bindings[first.arg] = [_own(node, outer)]


def _own(node: FunctionNode, cls: Scope) -> Binding:
    decorated = any(
        dotted(decorator)[-1:] in (("staticmethod",), ("classmethod",)) for decorator in node.decorator_list
    )
    nested = cls.parent is None or cls.parent.kind != "module"
    return Unknown(node.lineno) if decorated or nested else Typed((cls.name,), cls, node.lineno, own=True)


def visit_class(walk: Walk, node: ast.ClassDef, place: Place) -> None:
    place.scope.bind(node.name, Defined(node))
    walk.push([*node.decorator_list, *node.bases, *(word.value for word in node.keywords)], place)
    walk.push(node.body, replace(place, scope=Scope("class", place.scope, name=node.name)))


def visit_try(walk: Walk, node: ast.Try, place: Place) -> None:
    caught = any(handler.type is None or _catches(handler.type) for handler in node.handlers)
    walk.push(node.body, replace(place, optional=place.optional or caught))
    walk.push([*node.handlers, *node.orelse, *node.finalbody], place)


def _catches(node: ast.expr) -> bool:
    kinds = node.elts if isinstance(node, ast.Tuple) else [node]
    return any(dotted(kind)[-1:] and dotted(kind)[-1] in CATCHES_IMPORT_ERRORS for kind in kinds)


def visit_if(walk: Walk, node: ast.If, place: Place) -> None:
    typing_only = dotted(node.test)[-1:] == ("TYPE_CHECKING",)
    walk.push([node.test, *node.orelse], place)
    walk.push(node.body, replace(place, runtime=place.runtime and not typing_only))
