"""What of an earlier run still holds, so that nobody writes it again and nobody's edits are lost."""

from __future__ import annotations

import ast

from libs import syntax
from libs.blueprint.custom import FOLDER, custom_modules
from libs.blueprint.neighbours import UNWRITTEN, printed
from libs.contracts.artifacts import Module, PlannedFile
from libs.contracts.charter import Charter
from libs.contracts.run import Run


def reusable(planned: PlannedFile, run: Run, base: Run) -> bool:
    """Whether the base run's text stands for ``planned``: same module, or same place for words, that still fits."""
    written = base.files.get(planned.path)
    if written is None or base.charter is None or run.charter is None:
        return False
    if not planned.path.startswith(FOLDER):
        same_rules = base.charter.rules == run.charter.rules
        return planned.origin == "model" and same_rules and _planned(base, planned.path) == _planned(run, planned.path)
    place = _place(run.charter, planned.path)
    if (
        place is None
        or place != _place(base.charter, planned.path)
        or _unwritten(base.charter, planned, written.content)
    ):
        return False
    return not _names(written.content) & _changed(base.charter, run.charter)


def _planned(run: Run, path: str) -> Module | None:
    modules = run.architecture.modules if run.architecture else ()
    return next((module for module in modules if module.path == path), None)


def _place(charter: Charter, path: str) -> Module | None:
    return next((module for module in custom_modules(charter) if module.path == path), None)


def _unwritten(charter: Charter, planned: PlannedFile, text: str) -> bool:
    """The place as it was printed: nothing to keep, and to be filled by a model where there is one."""
    return planned.origin == "model" and printed(charter, UNWRITTEN).get(planned.path) == text


def _names(text: str) -> set[str]:
    """Names that the text says of anything: classes, attributes, keywords, words in quotes."""
    try:
        nodes = list(ast.walk(syntax.parse(text)))
    except (SyntaxError, ValueError, RecursionError):
        return set()
    named = {node.id for node in nodes if isinstance(node, ast.Name)}
    named |= {node.attr for node in nodes if isinstance(node, ast.Attribute)}
    named |= {node.arg for node in nodes if isinstance(node, ast.keyword) and node.arg}
    return named | {node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)}


def _changed(old: Charter, new: Charter) -> set[str]:
    """Names of entities, fields and relations that are gone or are no longer what they were."""
    before, after = _parts(old), _parts(new)
    names = {name for name, _ in before - after}
    return names | {f"{name}_id" for name in names}


def _parts(charter: Charter) -> set[tuple[str, str]]:
    entities = {(entity.name, "") for entity in charter.entities}
    return entities | {
        (part.name, f"{entity.name} {part!r}")
        for entity in charter.entities
        for part in (*entity.fields, *entity.relations)
    }
