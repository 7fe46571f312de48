"""Functions and classes of a syntax tree as facts."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import Literal

from msgspec import structs

from services.agents.checks.facts import Class, Function, Parameter, Signature, Target
from services.agents.checks.scopes import Dotted, FunctionNode, annotated_class, dotted

Resolve = Callable[[Dotted], Target | None]
KEEP_SIGNATURE = {
    *("staticmethod", "classmethod", "abstractmethod", "override", "final"),
    *("cache", "lru_cache", "contextmanager", "asynccontextmanager"),
}
ROUTES = {
    *("get", "post", "put", "patch", "delete", "head", "options", "websocket"),
    *("api_route", "middleware", "exception_handler", "on_event"),
}
KEEP_CLASS = {"dataclass", "final", "total_ordering", "runtime_checkable"}
PLAIN_BASES = {"object", "ABC", "Generic", "Protocol"}
CALLED_OTHERWISE = {"Enum", "IntEnum", "StrEnum", "Flag", "IntFlag", "NamedTuple", "TypedDict", "type"}
PLAIN_STATEMENTS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Assign, ast.AnnAssign, ast.Expr, ast.Pass)
WRITE_MEMBERS = {"setattr", "vars"}
HOOKS = {"__getattr__", "__getattribute__", "__new__", "__init_subclass__", "__class_getitem__"}


def function_of(node: FunctionNode, *, method: bool = False) -> Function:
    """The function; its signature is left out where a decorator may have changed it."""
    names = {_decorator(decorator) for decorator in node.decorator_list}
    certain = all(name in KEEP_SIGNATURE or _is_route(d) for d in node.decorator_list for name in [_decorator(d)])
    return Function(
        line=node.lineno,
        signature=signature_of(node.args) if certain else None,
        is_async=isinstance(node, ast.AsyncFunctionDef) and "asynccontextmanager" not in names,
        returns=".".join(annotated_class(node.returns)),
        binds=_binds(names) if method else "nothing",
    )


def _binds(decorators: set[str]) -> Literal["nothing", "self", "cls"]:
    return "nothing" if "staticmethod" in decorators else "cls" if "classmethod" in decorators else "self"


def _decorator(node: ast.expr) -> str:
    names = dotted(node.func if isinstance(node, ast.Call) else node)
    return names[-1] if names else ""


def _is_route(node: ast.expr) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in ROUTES


def signature_of(arguments: ast.arguments) -> Signature:
    """The parameters of a ``def``."""
    positional = [*arguments.posonlyargs, *arguments.args]
    first_default = len(positional) - len(arguments.defaults)
    return Signature(
        (
            *(
                Parameter(
                    argument.arg,
                    "positional_only" if index < len(arguments.posonlyargs) else "positional",
                    index < first_default,
                )
                for index, argument in enumerate(positional)
            ),
            *(
                Parameter(argument.arg, "keyword_only", default is None)
                for argument, default in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True)
            ),
        ),
        args=arguments.vararg is not None,
        kwargs=arguments.kwarg is not None,
    )


def class_of(node: ast.ClassDef, resolve: Resolve) -> Class:
    """The class, with bases resolved where the file says what they are."""
    named = [dotted(base.value if isinstance(base, ast.Subscript) else base) for base in node.bases]
    outside = [names for names in named if names[-1:] and names[-1] in PLAIN_BASES]
    bases = [resolve(names) for names in named if names not in outside]
    known = [base for base in bases if base is not None]
    methods = _methods(node)
    inside = list(ast.walk(node))
    plain = _is_plain(node, methods) and not any(isinstance(n, ast.Name) and n.id in WRITE_MEMBERS for n in inside)
    otherwise = any(names[-1:] and names[-1] in CALLED_OTHERWISE for names in named)
    return Class(
        line=node.lineno,
        bases=tuple(known),
        members=_members(inside),
        methods={name: method for name, method in methods.items() if method.signature is not None},
        sealed=plain and len(known) == len(bases),
        inherits=plain and "__init__" not in methods and len(known) == len(bases) == 1 and not _is_dataclass(node),
        constructor=_constructor(node, methods, bases) if plain and not otherwise else None,
    )


def _is_plain(node: ast.ClassDef, methods: dict[str, Function]) -> bool:
    return (
        not node.keywords
        and not HOOKS & methods.keys()
        and all(_decorator(decorator) in KEEP_CLASS for decorator in node.decorator_list)
        and all(isinstance(item, PLAIN_STATEMENTS) for item in node.body)
    )


def _methods(node: ast.ClassDef) -> dict[str, Function]:
    methods: dict[str, Function] = {}
    for item in node.body:
        if isinstance(item, FunctionNode):
            method = function_of(item, method=True)
            # Defined twice (a property's setter, an overload): what a call meets is not certain.
            methods[item.name] = method if item.name not in methods else structs.replace(method, signature=None)
    return methods


def _members(inside: list[ast.AST]) -> frozenset[str]:
    members: set[str] = set()
    for inner in inside:
        if isinstance(inner, ast.Attribute) and not isinstance(inner.ctx, ast.Load):
            members.add(inner.attr)
        elif isinstance(inner, ast.Name) and not isinstance(inner.ctx, ast.Load):
            members.add(inner.id)
        elif isinstance(inner, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            members.add(inner.name)
    return frozenset(members)


def _constructor(node: ast.ClassDef, methods: dict[str, Function], bases: list[Target | None]) -> Signature | None:
    if "__init__" in methods:
        signature = methods["__init__"].signature
        if signature is None or _is_dataclass(node):
            return None
        return Signature(signature.parameters[1:], signature.args, signature.kwargs)
    if bases:
        return None
    return _dataclass_constructor(node) if _is_dataclass(node) else Signature(())


def _is_dataclass(node: ast.ClassDef) -> bool:
    return any(_decorator(decorator) == "dataclass" for decorator in node.decorator_list)


def _dataclass_constructor(node: ast.ClassDef) -> Signature | None:
    keywords = [word.arg for d in node.decorator_list if isinstance(d, ast.Call) for word in d.keywords]
    if {"init", "kw_only", None} & set(keywords):
        return None
    fields = [item for item in node.body if isinstance(item, ast.AnnAssign) and isinstance(item.target, ast.Name)]
    if any(_is_special(field) for field in fields):
        return None
    return Signature(tuple(Parameter(_target(f), "positional", f.value is None) for f in fields))


def _target(field: ast.AnnAssign) -> str:
    return field.target.id if isinstance(field.target, ast.Name) else ""


def _is_special(field: ast.AnnAssign) -> bool:
    words = {part for inner in ast.walk(field) for part in dotted(inner if isinstance(inner, ast.expr) else None)}
    return bool({"ClassVar", "InitVar", "KW_ONLY", "field"} & words) or isinstance(field.annotation, ast.Constant)
