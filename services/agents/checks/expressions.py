"""Expressions and targets: what binds a name, and what reads attributes or calls."""

from __future__ import annotations

import ast
from dataclasses import replace

from services.agents.checks.facts import Call
from services.agents.checks.scopes import Read, Scope, Typed, Unknown, annotated_class, chain, dotted
from services.agents.checks.walk import Place, Walk, children

DEFINES_HIDDEN_NAMES = {"exec", "globals"}


def visit_comprehension(walk: Walk, node: ast.AST, place: Place) -> None:
    walk.push(ast.iter_child_nodes(node), replace(place, scope=Scope("function", place.scope)))


def visit_walrus(walk: Walk, node: ast.NamedExpr, place: Place) -> None:
    scope: Scope | None = place.scope
    while scope is not None:  # from inside a comprehension the name lands further out
        scope.bind(node.target.id, Unknown(node.lineno))
        scope = scope.parent
    walk.push([node.value], place)


def visit_name(walk: Walk, node: ast.Name, place: Place) -> None:
    if not isinstance(node.ctx, ast.Load):
        place.scope.bind(node.id, Unknown(node.lineno))
    elif node.id in DEFINES_HIDDEN_NAMES:
        walk.dynamic = True


def visit_assign(walk: Walk, node: ast.Assign, place: Place) -> None:
    target = node.targets[0]
    cls = dotted(node.value.func) if isinstance(node.value, ast.Call) else ()
    if cls and len(node.targets) == 1 and isinstance(target, ast.Name):
        place.scope.bind(target.id, Typed(cls, place.scope, node.lineno))
        walk.push([node.value], place)
    else:
        children(walk, node, place)


def visit_annotated(walk: Walk, node: ast.AnnAssign, place: Place) -> None:
    cls = annotated_class(node.annotation)
    if cls and isinstance(node.target, ast.Name):
        place.scope.bind(node.target.id, Typed(cls, place.scope, node.lineno))
        walk.push([node.annotation, node.value], place)
    else:
        children(walk, node, place)


def visit_attribute(walk: Walk, node: ast.Attribute, place: Place) -> None:
    if not isinstance(node.ctx, ast.Load):
        walk.stored.add(node.attr)
        walk.push([node.value], place)
        return
    inner, attributes = chain(node)
    if isinstance(inner, ast.Name):
        walk.reads.append(Read(inner.id, attributes, node.lineno, place.scope, None))
    else:
        walk.push([inner], place)


def visit_call(walk: Walk, node: ast.Call, place: Place, *, awaited: bool = False, bare: bool = False) -> None:
    inner, attributes = chain(node.func)
    if isinstance(inner, ast.Name):
        visit_name(walk, inner, place)
        walk.reads.append(Read(inner.id, attributes, node.lineno, place.scope, _shape(node, awaited, bare)))
    else:
        walk.push([inner], place)
    walk.push([*node.args, *(word.value for word in node.keywords)], place)


def _shape(node: ast.Call, awaited: bool, bare: bool) -> Call:
    starred = any(isinstance(argument, ast.Starred) for argument in node.args)
    words = tuple(word.arg for word in node.keywords if word.arg)
    return Call(len(node.args), words, starred or len(words) < len(node.keywords), awaited, bare)


def visit_await(walk: Walk, node: ast.Await, place: Place) -> None:
    if isinstance(node.value, ast.Call):
        visit_call(walk, node.value, place, awaited=True)
    else:
        walk.push([node.value], place)


def visit_expression(walk: Walk, node: ast.Expr, place: Place) -> None:
    if isinstance(node.value, ast.Call):
        visit_call(walk, node.value, place, bare=True)
    else:
        walk.push([node.value], place)


def visit_outer_names(_walk: Walk, node: ast.Global | ast.Nonlocal, place: Place) -> None:
    place.scope.elsewhere.update(node.names)


def visit_except(walk: Walk, node: ast.ExceptHandler, place: Place) -> None:
    _bind_optional(place, node.name, node.lineno)
    children(walk, node, place)


def visit_match_name(walk: Walk, node: ast.MatchAs | ast.MatchStar, place: Place) -> None:
    _bind_optional(place, node.name, node.lineno)
    children(walk, node, place)


def visit_match_mapping(walk: Walk, node: ast.MatchMapping, place: Place) -> None:
    _bind_optional(place, node.rest, node.lineno)
    children(walk, node, place)


def _bind_optional(place: Place, name: str | None, line: int) -> None:
    if name is not None:
        place.scope.bind(name, Unknown(line))
