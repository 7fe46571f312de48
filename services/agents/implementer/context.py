"""What a model is shown of a run to write one of its files."""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import PurePosixPath

from msgspec.structs import replace

from libs.blueprint import compile_project
from libs.contracts.artifacts import Architecture, Module, SourceFile
from libs.contracts.charter import Charter
from libs.contracts.run import Run
from libs.contracts.work import WriteFile
from libs.llm.inputs import FileInput

MAX_NEIGHBOURS = 12  # enough to fit in, few enough to read


def context(run: Run, order: WriteFile) -> FileInput:
    """The inputs of one file: what it promises, what stands around it, and the text to start from."""
    assert run.charter and run.architecture
    start = _start(run, order.path)
    refused = run.files.get(order.path) if order.reasons else None
    current = refused.content if refused else start
    return FileInput(
        path=order.path,
        module=module_at(run, order.path),
        charter=run.charter,
        architecture=_around(run.architecture, order.path),
        neighbours=_neighbours(run, order.path, start + current),
        current=current,
        reasons=order.reasons,
    )


def module_at(run: Run, path: str) -> Module | None:
    """The planned module whose file is ``path``."""
    modules = run.architecture.modules if run.architecture else ()
    return next((module for module in modules if module.path == path), None)


def _around(architecture: Architecture, path: str) -> Architecture:
    """The design without what is shown anyway, or says nothing about code."""
    return replace(architecture, diagrams=(), modules=tuple(m for m in architecture.modules if m.path != path))


def _start(run: Run, path: str) -> str:
    """What the compiler prints for ``path`` where there is nobody to judge: the right imports and signatures."""
    assert run.charter
    printed = _printed(run.charter, Architecture(design=""))
    return next((file.content for file in printed if file.path == path), "")


def _neighbours(run: Run, path: str, text: str) -> tuple[SourceFile, ...]:
    """The printed code that the file's ``text`` refers to, or else all; nearest folders first, tests last.

    A small model copies what it is shown, so what it does not need is left out.
    """
    assert run.charter and run.architecture
    printed = _printed(run.charter, run.architecture)
    code = [file for file in printed if file.path.endswith(".py") and file.path != path and file.content.strip()]
    near = [file for file in code if _refers(text, file.path)] or code
    folder = PurePosixPath(path).parent
    near.sort(key=lambda f: (f.path.startswith("tests/"), PurePosixPath(f.path).parent != folder, f.path))
    return tuple(near[:MAX_NEIGHBOURS])


@lru_cache(maxsize=32)
def _printed(charter: Charter, architecture: Architecture) -> tuple[SourceFile, ...]:
    """What is printed, once for all files of a run: they are written at the same time."""
    return compile_project(charter, architecture)


def _refers(text: str, path: str) -> bool:
    """Whether ``text`` names the module at ``path``, or the package it is in (``app.models``, not ``app`` itself)."""
    module = PurePosixPath(path).with_suffix("").as_posix().replace("/", ".").removesuffix(".__init__")
    package = module.rpartition(".")[0]
    names = [module, *([package] if "." in package else [])]
    return any(re.search(rf"\b{re.escape(name)}\b", text) for name in names if "." in name)
