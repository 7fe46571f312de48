"""Whether calls and attribute reads across files fit what the other file defines."""

from __future__ import annotations

from collections.abc import Iterator

from services.agents.checks.facts import Call, Class, Function, Parameter, Signature, Use
from services.agents.checks.fault import Fault
from services.agents.checks.imports import suggest
from services.agents.checks.project import Project
from services.agents.checks.resolve import (
    Entity,
    Found,
    Missing,
    Module,
    class_member,
    constructor,
    member,
    target_entity,
)

# What an `await` may stand before; empty is an unannotated function.
AWAITABLE = {"", "Awaitable", "Coroutine", "Future", "Task", "Any", "object"}


def check_calls(path: str, project: Project) -> Iterator[Fault]:
    """What is wrong with the calls and attribute reads of ``path``."""
    for use in project.facts[path].uses:
        entity = target_entity(project, path, use.target)
        if isinstance(entity, Found) and (use.instance or use.attributes):
            yield from _class_use(project, entity, use)
        elif not isinstance(entity, Missing):
            yield from _module_use(project, entity, use)


def _module_use(project: Project, entity: Entity, use: Use) -> Iterator[Fault]:
    for index, attribute in enumerate(use.attributes):
        if isinstance(entity, Found):
            yield from _class_use(project, entity, _rest(use, index))
            return
        entity = member(project, entity.name, attribute) if isinstance(entity, Module) else None
    if isinstance(entity, Missing):
        name = use.attributes[-1]
        message = f"'{entity.owner}' has no name '{name}'{suggest(name, entity.offered())}"
        yield Fault("error", _sentence(message), use.line, "attribute")
    elif isinstance(entity, Found) and use.call:
        yield from _call(project, entity, use.call, use.line)


def _rest(use: Use, index: int) -> Use:
    return Use(use.target, use.attributes[index:], use.line, use.call)


def _class_use(project: Project, found: Found, use: Use) -> Iterator[Fault]:
    if not isinstance(found.definition, Class) or not use.attributes:
        return
    name = use.attributes[0]
    method = class_member(project, found, name)
    if isinstance(method, Missing) and not use.own and name not in project.stored and not name.startswith("__"):
        message = f"'{found.name}' ({found.path}) has no '{name}'{suggest(name, method.offered())}"
        yield Fault("error", _sentence(message), use.line, "attribute")
    elif isinstance(method, Function) and use.call and len(use.attributes) == 1:
        drop = method.binds == "cls" or (method.binds == "self" and use.instance)
        yield from _function_call(Found(found.path, f"{found.name}.{name}", method), use.call, use.line, drop=drop)


def _call(project: Project, found: Found, call: Call, line: int) -> Iterator[Fault]:
    if isinstance(found.definition, Function):
        yield from _function_call(found, call, line)
        return
    signature = constructor(project, found)
    if signature:
        yield from _arguments(found, signature, call, line)


def _function_call(found: Found, call: Call, line: int, *, drop: bool = False) -> Iterator[Fault]:
    function = found.definition
    if not isinstance(function, Function) or function.signature is None:
        return
    whole = function.signature
    signature = Signature(whole.parameters[1:], whole.args, whole.kwargs) if drop else whole
    yield from _arguments(found, signature, call, line)
    if call.bare and function.is_async:
        yield Fault("error", f"'{found.name}' is async and this call is never awaited; write 'await'.", line, "await")
    if call.awaited and not function.is_async and function.returns.rpartition(".")[2] not in AWAITABLE:
        yield Fault("error", f"'{found.name}' is not async ({found.path}); call it without 'await'.", line, "await")


def _arguments(found: Found, signature: Signature, call: Call, line: int) -> Iterator[Fault]:
    for reason in mismatches(signature, call):
        message = f"'{found.name}' {reason}; {found.path} defines {found.name}{describe(signature)}."
        yield Fault("error", message, line, "call")


def mismatches(signature: Signature, call: Call) -> Iterator[str]:
    """Why Python would refuse the call."""
    positional = [p for p in signature.parameters if p.kind != "keyword_only"]
    named = {p.name for p in signature.parameters if p.kind != "positional_only"}
    if call.positional > len(positional) and not signature.args and not call.open:
        yield f"takes at most {len(positional)} positional arguments but {call.positional} are given"
    for word in call.keywords:
        if word not in named and not signature.kwargs:
            yield f"has no parameter '{word}'"
    taken = {p.name for p in positional[: call.positional]} if not call.open else set[str]()
    for word in sorted(taken & set(call.keywords) & named):
        yield f"gets '{word}' twice"
    missing = [p.name for p in signature.parameters if p.required and p.name not in taken | set(call.keywords)]
    if missing and not call.open:
        yield f"misses the argument{'s' * (len(missing) > 1)} {', '.join(missing)}"


def describe(signature: Signature) -> str:
    """The parameters as a person would write them."""
    positional = [_parameter(p) for p in signature.parameters if p.kind != "keyword_only"]
    keywords = [_parameter(p) for p in signature.parameters if p.kind == "keyword_only"]
    star = ["*args"] if signature.args else ["*"] if keywords else []
    return f"({', '.join([*positional, *star, *keywords, *['**kwargs'] * signature.kwargs])})"


def _parameter(parameter: Parameter) -> str:
    return parameter.name if parameter.required else f"{parameter.name}=…"


def _sentence(message: str) -> str:
    return message if message.endswith("?") else f"{message}."
