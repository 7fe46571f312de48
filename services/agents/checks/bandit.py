"""Bandit's findings for a syntax tree, in process: its plugins, driven without its file handling."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from io import BytesIO
from typing import Any

from bandit.core.config import BanditConfig
from bandit.core.context import Context
from bandit.core.meta_ast import BanditMetaAst
from bandit.core.metrics import Metrics
from bandit.core.node_visitor import BanditNodeVisitor
from bandit.core.test_set import BanditTestSet
from bandit.core.tester import BanditTester

from libs.contracts.artifacts import Severity
from services.agents.checks.fault import Fault

MAX_TEXT = 16 * 1024  # characters of text in one expression; bandit's SQL pattern takes quadratic time
# What a web backend has no use for, though bandit calls it medium: code from data, SQL from text, open files for all.
ALWAYS_WRONG = {"B102", "B103", "B301", "B302", "B306", "B307", "B506", "B614"}
WRONG_WHEN_SURE = {"B608"}
_NO_SCORES: dict[str, list[int]] = {}
_WITHOUT_CHILDREN = (ast.Name, ast.expr_context, ast.operator, ast.cmpop, ast.boolop, ast.unaryop)


def check_security(tree: ast.Module, content: str, *, test: bool) -> Iterator[Fault]:
    """Findings of bandit. ``# nosec`` is not heard; in tests only what is medium or high counts."""
    visitor = _Visitor(content)
    visitor.generic_visit(tree)
    visitor.finish()
    for line in visitor.too_long:
        message = f"More than {MAX_TEXT} characters of text in one expression; move the text to a file of its own."
        yield Fault("error", message, line, "size")
    for line, failure in visitor.tester.failures:
        yield Fault("warning", f"A security check failed here ({failure}).", line, "check")
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


class _Tester(BanditTester):
    """Bandit's runner of plugins without comments that silence it, and without its copies for them."""

    def run_tests(self, raw_context: dict[str, Any], checktype: str) -> dict[str, list[int]]:
        for test in self.testset.get_tests(checktype):
            context = Context(raw_context)
            try:
                found = test(context, test._config) if hasattr(test, "_config") else test(context)
            except Exception as error:  # a plugin that fails is said, and the others go on
                self.failures.append((raw_context.get("lineno", 0), f"{test.__name__}: {type(error).__name__}"))
                continue
            if found is not None:
                found.lineno = raw_context.get("lineno", 0) if found.lineno is None else found.lineno
                found.test_id = found.test_id or test._test_id
                self.results.append(found)
        return _NO_SCORES

    def __init__(self) -> None:
        super().__init__(_test_set(), False, {}, Metrics())
        self.failures: list[tuple[int, str]] = []


class _Visitor(BanditNodeVisitor):
    """Bandit's visitor, which skips nodes that no plugin asks for and texts that its patterns are too slow for."""

    def __init__(self, content: str) -> None:
        data = BytesIO(content.encode())
        super().__init__("./generated.py", data, BanditMetaAst(), _test_set(), False, {}, Metrics())
        self.tester = _Tester()
        self.too_long: list[int] = []
        self._chains: set[int] = set()
        self._asked = {*self.testset.tests, "ClassDef", "FunctionDef", "Call", "Import", "ImportFrom", "Constant"}

    def generic_visit(self, node: ast.AST) -> None:
        for child in ast.iter_child_nodes(node):
            if isinstance(child, _WITHOUT_CHILDREN):
                continue
            child._bandit_parent = node  # pyright: ignore[reportAttributeAccessIssue] - where bandit's plugins look
            asked = type(child).__name__ in self._asked
            if asked:
                self.pre_visit(child)
                self.visit(child)
            self.generic_visit(child)
            if asked:
                self.post_visit(child)

    def update_scores(self, scores: dict[str, list[int]]) -> None:
        """Scores are not asked for."""

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
        self.tester.run_tests(whole, "File")


def _root(node: ast.AST) -> ast.AST:
    while isinstance(node._bandit_parent, ast.BinOp):  # pyright: ignore[reportAttributeAccessIssue]
        node = node._bandit_parent  # pyright: ignore[reportAttributeAccessIssue]
    return node


def _text_length(node: ast.AST) -> int:
    return sum(len(n.value) for n in ast.walk(node) if isinstance(n, ast.Constant) and isinstance(n.value, str))
