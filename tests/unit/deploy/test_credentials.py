"""The first user's account of a local stack."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from deploy.local import servers
from deploy.local.servers import Servers


def test_it_is_made_once_and_read_by_nobody_else(tmp_path: Path) -> None:
    first = Servers(tmp_path).access(8000)
    assert len(first.password) >= 20
    assert Servers(tmp_path).access(9000).password == first.password
    assert (tmp_path / "credentials.json").stat().st_mode & 0o777 == 0o600


def test_a_full_disk_leaves_what_was_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    password = Servers(tmp_path).access(8000).password

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched, pytest.raises(OSError, match="space"):
        patched.setattr(servers.json, "dump", full)
        Servers(tmp_path).access(9000)
    assert Servers(tmp_path).access(8000).password == password


@pytest.mark.parametrize("damaged", ["", '{"password":', "[]", "7", '{"url": "x"}'])
def test_one_that_is_damaged_is_made_anew(tmp_path: Path, damaged: str) -> None:
    (tmp_path / "credentials.json").write_text(damaged)
    made = Servers(tmp_path).access(8000)
    assert json.loads((tmp_path / "credentials.json").read_text())["password"] == made.password
