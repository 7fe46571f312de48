"""The one function that a model writes: what is asked, and what keeps its answer from being taken."""

from __future__ import annotations

import ast
import asyncio
from collections.abc import Iterator, Mapping

from libs import syntax
from libs.blueprint.neighbours import Surroundings, printed
from libs.contracts.artifacts import Architecture, Issue, SourceFile, WrittenCode
from libs.contracts.run import Run
from libs.contracts.work import WriteFile
from libs.llm.inputs import FunctionInput
from services.agents.checks import check_code
from services.agents.implementer.tidy import tidied

MOST_FAULTS = 12
# The request's session is opened, committed and closed by what calls the function.
NOT_ITS_OWN = frozenset({"commit", "rollback", "close", "begin"})
_PLAIN = (ast.Import, ast.ImportFrom, ast.Assign, ast.AnnAssign)


def asked(found: Surroundings, order: WriteFile, current: str) -> FunctionInput:
    """What the model is given: signature, words, the printed code around it, and the tests that call it."""
    place = found.place
    return FunctionInput(
        path=place.path,
        signature=place.signature,
        logic=place.text,
        rule=place.rule.id if place.rule else "",
        neighbours=found.neighbours,
        tests=found.tests,
        current=current if order.reasons and current else found.start,
        reasons=order.reasons,
    )


def form_faults(signature: str, text: str) -> tuple[str, ...]:
    """What keeps ``text`` from being one module with one function of this signature."""
    try:
        tree = syntax.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        return (f"content is not Python: {error}",)
    return tuple(_form(signature, tree))[:MOST_FAULTS]


def _form(signature: str, tree: ast.Module) -> Iterator[str]:
    wanted = syntax.parse(f"{signature}: ...").body[0]
    assert isinstance(wanted, ast.FunctionDef)
    functions = [node for node in tree.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    own = next((node for node in functions if node.name == wanted.name), None)
    if own is None or not _same_signature(own, wanted):
        yield f"the function must have exactly this signature: {signature}"
    elif not any(_works(node) for node in own.body):
        yield f"{wanted.name} does nothing; do what the words ask"
    for node in tree.body:
        if not _allowed(node, wanted.name):
            yield f"line {node.lineno}: only imports, constants, {wanted.name} and helpers that begin with _ stand here"
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and _ends_work(node.func):
            yield f"line {node.lineno}: session.{node.func.attr}() is done by what calls this function; leave it out"


def _same_signature(own: ast.FunctionDef | ast.AsyncFunctionDef, wanted: ast.FunctionDef) -> bool:
    if isinstance(own, ast.AsyncFunctionDef) or own.decorator_list:
        return False
    returns = [ast.dump(node.returns) if node.returns else "" for node in (own, wanted)]
    return ast.dump(own.args) == ast.dump(wanted.args) and returns[0] == returns[1]


def _allowed(node: ast.stmt, name: str) -> bool:
    if isinstance(node, ast.FunctionDef):
        return node.name == name or node.name.startswith("_")
    if isinstance(node, ast.Assign | ast.AnnAssign):
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        return all(isinstance(target, ast.Name) for target in targets)
    return isinstance(node, _PLAIN) or (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant))


def _works(node: ast.stmt) -> bool:
    return not isinstance(node, ast.Pass) and not (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant))


def _ends_work(called: ast.Attribute) -> bool:
    return isinstance(called.value, ast.Name) and called.value.id == "session" and called.attr in NOT_ITS_OWN


class Fits:
    """Whether a written function fits its place: form, the project's own ruff settings, the checks of the project."""

    def __init__(self, found: Surroundings, run: Run) -> None:
        assert run.charter and run.architecture
        self._place = found.place
        self._files = printed(run.charter, run.architecture)
        self._architecture = run.architecture

    async def faults(self, answer: WrittenCode) -> tuple[str, ...]:
        """Each reason why the answer is not taken; none where it is."""
        wrong = form_faults(self._place.signature, answer.content)
        if wrong:
            return wrong
        text, unclean = await asyncio.to_thread(self.tidied, answer.content)
        return (*await fit_faults(self._place.path, text, self._files, self._architecture), *unclean)[:MOST_FAULTS]

    def tidied(self, text: str) -> tuple[str, tuple[str, ...]]:
        """The text as the project formats it, and what its linter still holds against it."""
        return tidied(self._place.path, text, self._files["pyproject.toml"])


async def fit_faults(path: str, text: str, files: Mapping[str, str], architecture: Architecture) -> tuple[str, ...]:
    """What the deterministic checks of the whole project hold against ``text`` at ``path``."""
    around = [SourceFile(name, content) for name, content in files.items() if _matters(name) and name != path]
    issues = await check_code([*around, SourceFile(path, text)], architecture)
    return tuple(_said(issue) for issue in issues if issue.path == path and issue.severity == "error")


def _matters(path: str) -> bool:
    """Imports are looked up in the application, and packages in its lists of requirements."""
    return path.startswith(("app/", "requirements")) or path == "pyproject.toml"


def _said(issue: Issue) -> str:
    return f"line {issue.line}: {issue.message} ({issue.rule})"
