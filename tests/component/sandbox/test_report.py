"""What a project's tests tell from inside a jail."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from pathlib import Path

from services.sandbox.environments import INSIDE
from services.sandbox.inside.interius_report import HUNG, MARK, PATIENCE

TESTS = """import threading, time
def test_good(): time.sleep(0.8)
def test_slow(): time.sleep(0.8)
def test_slower(): time.sleep(0.8)  # together longer than one may take
def test_bad(): assert 1 == 2
def test_hangs(): threading.Event().wait()
def test_later(): pass
"""


async def test_each_test_is_told_and_one_that_hangs_ends_them_with_its_name_and_place(tmp_path: Path):
    (tmp_path / "test_some.py").write_text(TESTS)
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "pytest", "-q", "-p", "interius_report", "-p", "no:cacheprovider", "test_some.py"),
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(INSIDE), PATIENCE: "2", "PYTEST_DEBUG_TEMPROOT": str(tmp_path)},
        stdout=asyncio.subprocess.PIPE,
    )
    said = (await process.communicate())[0].decode().splitlines()
    told = [json.loads(line.removeprefix(MARK)) for line in said if line.startswith(MARK)]
    assert process.returncode == HUNG
    assert [(each["test"].split("::")[-1], each["outcome"]) for each in told] == [
        ("test_good", "passed"),
        ("test_slow", "passed"),
        ("test_slower", "passed"),
        ("test_bad", "failed"),
        ("test_hangs", "failed"),
    ]
    assert f'  File "{tmp_path}/test_some.py", line 6, in test_hangs' in said
