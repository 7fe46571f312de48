"""Whether each module offers what the architecture promised to the others in its name."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from libs.contracts.artifacts import Export, Module
from services.agents.checks.calls import describe
from services.agents.checks.definitions import function_of
from services.agents.checks.facts import Class, Function, Imported, Signature
from services.agents.checks.fault import Fault
from services.agents.checks.imports import suggest
from services.agents.checks.parse import parse_python
from services.agents.checks.project import Project
from services.agents.checks.resolve import Entity, Found, Missing, class_member, member


def check_exports(module: Module, project: Project) -> Iterator[Fault]:
    """What of ``module``'s promises is not there, or not as promised."""
    if module.path not in project.files:
        yield Fault("error", f"The architecture asks for this file ({module.purpose}); it is not there.", 0, "module")
    elif module.path in project.facts:
        for export in module.exports:
            yield from _export(module, export, project)


def _export(module: Module, export: Export, project: Project) -> Iterator[Fault]:
    names = export.name.split(".")
    found: Entity | Function = member(project, project.module_name(module.path), names[0])
    if isinstance(found, Found) and isinstance(found.definition, Class) and len(names) == 2:
        found = class_member(project, found, names[1])
    promise = f"The architecture promises '{export.signature}' of this file"
    if isinstance(found, Missing):
        yield Fault(
            "error", f"{promise}, and '{export.name}' is not defined{suggest(names[0], found.offered())}.", 0, "export"
        )
        return
    line = project.facts[module.path].names.get(names[0])
    for reason in _differences(export, found):
        at = 0 if line is None or isinstance(line, Imported) else line.line
        yield Fault("error", f"{promise}, and {reason}.", at, "export")


def _differences(export: Export, found: Entity | Function) -> Iterator[str]:
    definition = found.definition if isinstance(found, Found) else found
    kind, promised = _promise(export.signature)
    if kind == "class" and isinstance(definition, Function):
        yield f"'{export.name}' is a function, not a class"
    if kind != "function" or promised is None or promised.signature is None:
        return
    if isinstance(definition, Class):
        yield f"'{export.name}' is a class, not a function"
    elif isinstance(definition, Function) and definition.signature:
        if promised.is_async != definition.is_async:
            yield f"'{export.name}' is {'' if definition.is_async else 'not '}async here"
        yield from _parameters(promised.signature, definition)


def _promise(signature: str) -> tuple[str, Function | None]:
    text = signature.strip().rstrip(":").strip()
    kind = "class" if text.startswith("class ") else "function" if text.startswith(("def ", "async def ")) else ""
    tree = parse_python(f"{text}: ...") if kind else None
    node = tree.body[0] if isinstance(tree, ast.Module) and tree.body else None
    return kind, function_of(node) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) else None


def _parameters(promised: Signature, function: Function) -> Iterator[str]:
    actual = function.signature
    if actual is None:
        return
    wanted = [p for p in promised.parameters if p.name not in {"self", "cls"}]
    have = {p.name: p for p in actual.parameters if p.name not in {"self", "cls"}}
    missing = [p.name for p in wanted if p.name not in have]
    shown = f"it takes {describe(actual)}"
    if missing and not actual.kwargs:
        yield f"has no parameter {', '.join(missing)}; {shown}"
    extra = [p.name for p in have.values() if p.required and p.name not in {w.name for w in wanted}]
    if extra and not (promised.kwargs or promised.args):
        yield f"also demands {', '.join(extra)}; {shown}"
    stricter = [p.name for p in wanted if not p.required and p.name in have and have[p.name].required]
    if stricter:
        yield f"demands {', '.join(stricter)}, which were optional; {shown}"
    order = [p.name for p in wanted if p.kind != "keyword_only"]
    here = [p.name for p in have.values() if p.kind != "keyword_only" and p.name in order]
    if not missing and not actual.args and here[: len(order)] != order:
        yield f"takes its positional parameters otherwise; {shown}"
