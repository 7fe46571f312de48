"""Scripted answers for a small system that a model writes wholly: no entity, so nothing is printed."""

from __future__ import annotations

import re
from typing import Any

from libs.contracts.artifacts import Architecture, Export, ModelReview, Module, WrittenCode
from libs.contracts.charter import Charter, Requirements
from libs.llm.inputs import FileInput, FunctionInput
from libs.llm.port import Task
from libs.llm.scripted import Script

CHARTER = Charter("sums", "Sums", "Adds numbers.")
ACCEPTED = ModelReview(True, 9, "Read and found good.")


def architecture(files: int = 8) -> Architecture:
    """A design of so many modules, each exporting one function."""
    modules = tuple(
        Module(f"app/part_{n}.py", f"Part {n}.", (Export(f"part_{n}", f"def part_{n}(value: int) -> int"),))
        for n in range(1, files + 1)
    )
    return Architecture("# Sums\n\nParts that add.", modules=modules)


def code(task: Task[Any]) -> WrittenCode:
    """What the file that is asked for promises."""
    inputs = task.inputs
    assert isinstance(inputs, FileInput)
    number = inputs.path.removeprefix("app/part_").removesuffix(".py")
    body = f'def part_{number}(value: int) -> int:\n    """Add."""\n    return value + {number}\n'
    text = f'"""Part {number}."""\n\n\n{body}'
    return WrittenCode(text)


def passing(inputs: FunctionInput) -> WrittenCode:
    """A function of the signature that is asked for, which looks at its row and refuses nothing."""
    row = re.findall(r"row: ([^,)]+)", inputs.signature)[0].split(" | ")
    models = f"from app.models import {', '.join(sorted(row))}"
    extra = "from typing import Any\n\n" if "Any" in inputs.signature else ""
    return WrittenCode(
        f'"""{inputs.rule}."""\n\n{extra}from sqlalchemy.orm import Session\n\n{models}\n\n\n'
        f'{inputs.signature}:\n    """Look at the row."""\n    session.refresh(row)\n'
    )


def script(files: int = 8) -> dict[str, Script]:
    """A whole run without a fault."""
    return {
        "draft_requirements": Requirements(CHARTER),
        "draft_architecture": architecture(files),
        "write_file": code,
        "review_code": ACCEPTED,
    }
