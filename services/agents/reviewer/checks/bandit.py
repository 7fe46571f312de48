"""Bandit's findings for a syntax tree, in process: its plugins, driven without its file handling."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from io import BytesIO
from threading import Lock
from typing import Any

from bandit.core.config import BanditConfig
from bandit.core.meta_ast import BanditMetaAst
from bandit.core.metrics import Metrics
from bandit.core.node_visitor import BanditNodeVisitor
from bandit.core.test_set import BanditTestSet

from libs.contracts.artifacts import Severity
from services.agents.reviewer.checks.fault import Fault

MAX_TEXT = 16 * 1024  # characters of text in one expression; bandit's SQL pattern takes quadratic time
# What a web backend has no use for, though bandit calls it medium: code from data, SQL from text, open files for all.
ALWAYS_WRONG = {"B102", "B103", "B301", "B302", "B306", "B307", "B506", "B614"}
WRONG_WHEN_SURE = {"B608"}
_loading = Lock()


def check_security(tree: ast.Module, content: str, *, test: bool) -> Iterator[Fault]:
    """Findings of bandit. ``# nosec`` is not heard; in tests only what is medium or high counts."""
    visitor = _Visitor(content)
    visitor.generic_visit(tree)
    visitor.finish()
    for line in visitor.too_long:
        message = f"More than {MAX_TEXT} characters of text in one expression; move the text to a file of its own."
        yield Fault("error", message, line, "size")
    for found in visitor.tester.results:
        severity = _severity(found)
        if not (test and found.severity == "LOW"):
            yield Fault(severity, f"{found.text} (CWE-{found.cwe.id})", found.lineno or 0, found.test_id)


def _severity(found: Any) -> Severity:
    if found.severity == "HIGH" and found.confidence != "LOW":
        return "error"
    if found.test_id in ALWAYS_WRONG or (found.test_id in WRONG_WHEN_SURE and found.confidence != "LOW"):
        return "error"
    return "info" if found.severity == "LOW" else "warning"


@cache
def _test_set() -> BanditTestSet:
    return BanditTestSet(BanditConfig())


def _tests() -> BanditTestSet:
    with _loading:
        return _test_set()


class _Visitor(BanditNodeVisitor):
    """Bandit's visitor, which skips nodes that no plugin asks for and texts that its patterns are too slow for."""

    def __init__(self, content: str) -> None:
        data = BytesIO(content.encode())
        super().__init__("./generated.py", data, BanditMetaAst(), _tests(), False, {}, Metrics())
        self.too_long: list[int] = []
        self._chains: set[int] = set()

    def generic_visit(self, node: ast.AST) -> None:
        for child, sibling in _children(node):
            child._bandit_parent = node  # pyright: ignore[reportAttributeAccessIssue] - where bandit's plugins look
            child._bandit_sibling = sibling  # pyright: ignore[reportAttributeAccessIssue]
            name = type(child).__name__
            asked = name == "Constant" or name in self.testset.tests or hasattr(self, f"visit_{name}")
            if asked:
                self.pre_visit(child)
                self.visit(child)
            self.generic_visit(child)
            if asked:
                self.post_visit(child)

    def visit_Str(self, node: ast.Constant) -> None:
        parent = node._bandit_parent  # pyright: ignore[reportAttributeAccessIssue]
        if isinstance(parent, ast.BinOp):
            parent = _root(parent)
            if id(parent) in self._chains:
                return  # bandit reads the whole sum from any of its terms: once is enough
            self._chains.add(id(parent))
        if isinstance(parent, ast.BinOp | ast.JoinedStr | ast.Attribute) and _text_length(parent) > MAX_TEXT:
            self.too_long.append(node.lineno)
        else:
            super().visit_Str(node)

    def finish(self) -> None:
        """Run the plugins that read the file as a whole."""
        whole = {"file_data": self.fdata, "filename": self.fname, "lineno": 0, "linerange": [0, 1], "col_offset": 0}
        self.context = whole
        self.update_scores(self.tester.run_tests(whole, "File"))


def _children(node: ast.AST) -> Iterator[tuple[ast.AST, ast.AST | None]]:
    for field in node._fields:
        value = getattr(node, field, None)
        if isinstance(value, list):
            items = [item for item in value if isinstance(item, ast.AST)]
            yield from zip(items, [*items[1:], None], strict=False)
        elif isinstance(value, ast.AST) and not isinstance(value, ast.expr_context | ast.operator):
            yield value, None


def _root(node: ast.AST) -> ast.AST:
    while isinstance(node._bandit_parent, ast.BinOp):  # pyright: ignore[reportAttributeAccessIssue]
        node = node._bandit_parent  # pyright: ignore[reportAttributeAccessIssue]
    return node


def _text_length(node: ast.AST) -> int:
    return sum(len(n.value) for n in ast.walk(node) if isinstance(n, ast.Constant) and isinstance(n.value, str))
