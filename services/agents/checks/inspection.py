"""What one file's own text says: its faults and its facts, kept by content."""

from __future__ import annotations

import ast
import sys
import warnings
from collections.abc import Iterator
from importlib import import_module
from threading import Lock
from types import ModuleType

from msgspec import Struct

from libs.contracts.artifacts import SourceFile
from services.agents.checks.cache import Cache, key_of
from services.agents.checks.credentials import check_assignments, check_text
from services.agents.checks.extract import facts_of
from services.agents.checks.facts import Facts
from services.agents.checks.fault import Fault, guarded, is_test, worst
from services.agents.checks.parse import check_data, parse_python


class Inspection(Struct, frozen=True):
    """``facts`` are None for what is not Python or cannot be read."""

    faults: tuple[Fault, ...]
    facts: Facts | None = None


BANDIT = "services.agents.checks.bandit"
_loading = Lock()
_seen: Cache[Inspection] = Cache()


def inspect(file: SourceFile) -> Inspection:
    """The file's inspection, from the cache where its text was seen before."""
    key = key_of(file.path, file.content)
    return _seen.get(key) or _seen.put(key, _inspect(file), len(file.content))


def _inspect(file: SourceFile) -> Inspection:
    faults = [*guarded(file.path, lambda: check_text(file.content), name="credentials")]
    if not file.path.endswith(".py"):
        faults += guarded(file.path, lambda: check_data(file.path, file.content), name="parse")
        return Inspection(worst(faults))
    trees: list[ast.Module] = []
    facts: list[Facts] = []
    faults += guarded(file.path, lambda: _parse(file.content, trees), name="parse")
    for tree in trees:
        faults += guarded(file.path, lambda tree=tree: _facts(tree, facts), name="facts")
        faults += guarded(file.path, lambda tree=tree: _security(file, tree), name="bandit")
    return Inspection(worst(faults), facts[0] if facts else None)


def _parse(content: str, trees: list[ast.Module]) -> Iterator[Fault]:
    tree = parse_python(content)
    if isinstance(tree, Fault):
        yield tree
    else:
        trees.append(tree)


def _facts(tree: ast.Module, facts: list[Facts]) -> Iterator[Fault]:
    facts.append(facts_of(tree))
    return iter(())


def _bandit() -> ModuleType:
    """Bandit, loaded when the first file is checked: it takes 0.3 s, warns, and replaces how warnings are shown."""
    with _loading:
        if BANDIT not in sys.modules:
            shown = warnings.formatwarning
            with warnings.catch_warnings(action="ignore"):
                import_module(BANDIT)
            warnings.formatwarning = shown
    return sys.modules[BANDIT]


def _security(file: SourceFile, tree: ast.Module) -> Iterator[Fault]:
    test = is_test(file.path)
    yield from _bandit().check_security(tree, file.content, test=test)
    if not test:
        yield from check_assignments(tree)
