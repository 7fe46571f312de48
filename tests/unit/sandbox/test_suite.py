"""What a project's own tests say, and what the project says in their name."""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from services.sandbox.checking.blame import Place
from services.sandbox.checking.caller import Answer
from services.sandbox.checking.suite import run_tests
from services.sandbox.environments import INSIDE
from services.sandbox.inside.interius_report import MARK, PATIENCE
from services.sandbox.worker import Ran

GOOD = MARK + '{"test": "tests/test_a.py::test_b", "outcome": "passed", "text": "", "milliseconds": 4}'
PATHS = ["tests/test_a.py"]


@pytest.mark.parametrize(
    "forged",
    [
        *("{", "[]", "{}", "[" * 100_000, '{"test": ' * 100_000),
        *(GOOD.replace("4", number)[len(MARK) :] for number in ("1e400", '"soon"', "9" * 300)),
        GOOD.replace("test_b", "\\ud800")[len(MARK) :],
    ],
)
async def test_a_forged_word_breaks_nothing_and_proves_nothing(forged: str):
    async def run(*_: str, **__: object) -> Ran:
        return Ran(0, 9, (MARK + forged, GOOD))

    project: Any = SimpleNamespace(tests=PATHS, files=dict.fromkeys(PATHS, ""), rules_of=lambda _: ())
    worker: Any = SimpleNamespace(run=run, data="/data")
    whole, *tests = await run_tests(project, [worker])
    assert (whole.output, [each.name for each in tests]) == ("1 tests passed.", ["test_b"])


FAILING = """import pathlib

seen = pathlib.Path("seen")


def test_values():
    answer = {"status": 404}
    assert answer["status"] == 201


def test_once():
    first = not seen.exists()
    seen.touch()
    assert not first


def test_good():
    assert seen
"""


async def test_what_fails_is_told_with_its_values_and_stays_failed(tmp_path: Path):
    (tmp_path / "test_a.py").write_text(FAILING)

    async def run(*arguments: str, **_: object) -> Ran:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", *arguments),
            cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": str(INSIDE), PATIENCE: "30"},
            stdout=asyncio.subprocess.PIPE,
        )
        said = (await process.communicate())[0].decode()
        return Ran(process.returncode or 0, 9, tuple(said.splitlines()))

    blame = SimpleNamespace(of_test=lambda *_: Place("test_a.py"))
    project: Any = SimpleNamespace(
        tests=["test_a.py"], files={"test_a.py": FAILING}, rules_of=lambda _: (), blame=blame
    )
    whole, *tests = await run_tests(project, [SimpleNamespace(run=run, data="/data")])  # pyright: ignore[reportArgumentType]
    assert not whole.passed
    assert {each.name: each.passed for each in tests} == {"test_values": False, "test_once": False, "test_good": True}
    assert "assert 404 == 201" in next(each.output for each in tests if each.name == "test_values")


def test_an_answer_nested_without_end_is_no_json():
    assert Answer(200, b"[" * 100_000).json is None
