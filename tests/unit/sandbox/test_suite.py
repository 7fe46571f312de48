"""What a project's own tests say, and what the project says in their name."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from services.sandbox.checking.caller import Answer
from services.sandbox.checking.suite import run_tests
from services.sandbox.inside.interius_report import MARK
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


def test_an_answer_nested_without_end_is_no_json():
    assert Answer(200, b"[" * 100_000).json is None
