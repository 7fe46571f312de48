from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from services.sandbox.drivers.disk import used


def test_what_is_in_a_folder_is_counted_and_no_link_followed(tmp_path: Path):
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "file").write_bytes(bytes(10_000))
    (tmp_path / "out").symlink_to("/usr")
    size, count = used(tmp_path)
    assert count == 3
    assert 10_000 <= size < 30_000


def test_folders_deep_in_each_other_are_too_many(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    for _ in range(1200):  # deeper than Python's own search can go
        os.mkdir("d")  # noqa: PTH102  # a path to it would be too long
        os.chdir("d")
    assert used(tmp_path)[1] > 1_000_000
    os.chdir("/")
    subprocess.run(["rm", "-rf", tmp_path / "d"], check=True)
