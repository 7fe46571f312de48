"""Whether a model declares a column as the charter wants it: then a migration that differs from it is at fault."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from libs.syntax import parse

# What Alembic says of a difference: the kind, then table and column, or a column that names its table.
_NAMED = re.compile(r"\('(?:add|remove|modify)_\w+', None, '(\w+)', (?:Column\()?'(\w+)'")
_HELD = re.compile(r"Column\('(\w+)', [^<]{1,500}table=<(\w+)>")


def differing(text: str) -> Iterator[tuple[str, str]]:
    """Yield each table and column in which models and migrations differ, as Alembic tells."""
    yield from _NAMED.findall(text)
    yield from ((table, column) for column, table in _HELD.findall(text))


def declares(model: str, wanted: str) -> bool:
    """Tell whether a model has this declaration, however it is laid out."""
    try:
        return next(_declarations(wanted)) in _declarations(model)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False


def _declarations(text: str) -> Iterator[str]:
    for each in ast.walk(parse(text)):
        if isinstance(each, ast.AnnAssign):
            yield ast.unparse(each).replace(", use_alter=True", "")
