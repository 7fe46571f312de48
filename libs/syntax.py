"""Python text as syntax trees, one at a time.

CPython before 3.11.5 counts the depth of the trees of all threads in one place (gh-106905): two that are made at once
may end in a ``SystemError``, which says nothing about either text.
"""

from __future__ import annotations

import ast
from threading import RLock

_turn = RLock()  # not Lock: what garbage collection runs meanwhile may come here too


def parse(text: str, filename: str = "<unknown>") -> ast.Module:
    """The tree of a module.

    Raises:
        SyntaxError: it is not Python. ValueError, RecursionError, MemoryError: nor can it be read as such.
    """
    with _turn:
        return ast.parse(text, filename)


def parse_expression(text: str) -> ast.expr:
    """The tree of one expression. Raises as ``parse`` does."""
    with _turn:
        return ast.parse(text, mode="eval").body
