"""No two printed modules need each other to be imported first, so each can be."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from graphlib import TopologicalSorter

import pytest

from libs.blueprint import compile_project
from libs.contracts.charter import Charter, Entity
from libs.contracts.fields import Field
from tests.behaviours import RICH
from tests.charters import ALL, PLAIN

AUDITED = Charter(
    "diary",
    "Diary",
    "",
    entities=(Entity("Entry", "entries", fields=(Field("mood", "enum", choices=("good", "bad")),), audit=True),),
)
CHARTERS = {each.name: each for each in (AUDITED, RICH["shop"], ALL["reading-room"])}


def imported(module: str, text: str, modules: set[str]) -> Iterator[str]:
    """Modules of the project that are read in before this one is; packages around it are being read in already."""
    for each in ast.parse(text).body:
        if isinstance(each, ast.ImportFrom) and each.module:
            names = [f"{each.module}.{alias.name}" for alias in each.names]
            ways = [*[name for name in names if name in modules], each.module]
            packages = [way.rsplit(".", cut)[0] for way in ways for cut in range(way.count(".") + 1)]
            yield from (one for one in packages if one in modules and not f"{module}.".startswith(f"{one}."))


@pytest.mark.parametrize("name", CHARTERS)
def test_any_module_of_a_printed_project_can_be_imported_first(name: str):
    files = {file.path: file.content for file in compile_project(CHARTERS[name], PLAIN)}
    texts = {
        path.removesuffix(".py").removesuffix("/__init__").replace("/", "."): text
        for path, text in files.items()
        if path.startswith("app/") and path.endswith(".py")
    }
    needed = {module: set(imported(module, text, set(texts))) for module, text in texts.items()}
    TopologicalSorter(needed).prepare()
