"""What the blueprint prints has nothing to find, and what a model adds is held to it."""

from __future__ import annotations

from typing import NamedTuple

import pytest

from libs.blueprint import compile_project
from libs.contracts.artifacts import Architecture, Export, Module, SourceFile
from services.agents.checks import check_code
from tests.charters import ALL, LIBRARY, PLAIN


@pytest.mark.parametrize("name", ALL)
async def test_a_printed_project_is_clean(name: str) -> None:
    files = compile_project(ALL[name], PLAIN)
    issues = await check_code(files, PLAIN)
    assert [issue for issue in issues if issue.severity != "info"] == []


class Added(NamedTuple):
    text: str
    rule: str


ADDED = [
    Added("from app.models import Boook\n\n\ndef lend(book: Boook) -> None:\n    print(book)\n", "import-name"),
    Added("def lend(book: str, days: int) -> None:\n    print(book, days)\n", "export"),
    Added("import redis\n\n\ndef lend(book: str) -> None:\n    redis.Redis().set(book, 1)\n", "dependency"),
]


@pytest.mark.parametrize("added", ADDED, ids=lambda added: added.rule)
async def test_a_module_beside_printed_code_is_held_to_it(added: Added) -> None:
    promise = Export("lend", "def lend(book: str) -> None")
    plan = Architecture("", modules=(Module("app/lending.py", "lends", exports=(promise,)),))
    files = (*compile_project(LIBRARY, plan), SourceFile("app/lending.py", added.text))
    errors = [issue for issue in await check_code(files, plan) if issue.severity == "error"]
    assert {(issue.path, issue.rule) for issue in errors} == {("app/lending.py", added.rule)}
