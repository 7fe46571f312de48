"""The files of a jail are made whole or not at all, once, and what a killed process left of them goes."""

from __future__ import annotations

from pathlib import Path

import pytest

from services.sandbox import rootfs as module
from services.sandbox.port import DriverError
from services.sandbox.rootfs import PLACES, rootfs


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Python itself is not copied: the driver tests run what is."""
    monkeypatch.setattr(module, "_copy_python", lambda prefix: (prefix / "bin").mkdir(parents=True))
    monkeypatch.setattr(module, "_copy_libraries", lambda _root: None)


def test_it_is_made_once_and_what_a_killed_process_left_goes(quick: None, tmp_path: Path) -> None:
    left = tmp_path / ".python-half"
    (left / "opt").mkdir(parents=True)
    root = rootfs(tmp_path)
    assert not left.exists()
    assert {path.name for path in tmp_path.iterdir()} == {root.name, "python.lock"}
    assert all((root / place).is_dir() for place in PLACES)
    made = root.stat().st_ino
    assert rootfs(tmp_path).stat().st_ino == made


def test_everybody_may_read_it_and_it_tells_of_no_user_of_this_machine(quick: None, tmp_path: Path) -> None:
    root = rootfs(tmp_path)
    for path in (root, *root.rglob("*")):
        assert path.stat().st_mode & 0o7777 in ({0o755} if path.is_dir() else {0o644, 0o755}), path
    assert (root / "etc/passwd").read_text().count("\n") == 1
    assert (root / "etc/resolv.conf").read_text() == ""


def test_one_that_is_not_made_leaves_nothing(quick: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_root: Path) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(module, "_lay_out", full)
    with pytest.raises(DriverError, match=r"No space.* SANDBOX_FOLDER"):
        rootfs(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["python.lock"]


def test_another_recipe_is_another_folder(quick: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = rootfs(tmp_path)
    monkeypatch.setattr(module, "RECIPE", module.RECIPE + 1)
    assert rootfs(tmp_path) != first


def test_a_copy_has_no_set_user_bit_and_is_no_link(tmp_path: Path) -> None:
    (tmp_path / "program").write_text("#!")
    (tmp_path / "program").chmod(0o4750)
    (tmp_path / "link").symlink_to("program")
    module._copy_file(tmp_path / "link", tmp_path / "copy")
    assert not (tmp_path / "copy").is_symlink()
    assert (tmp_path / "copy").stat().st_mode & 0o7777 == 0o755


def test_a_link_that_leads_to_nothing_is_left_out(tmp_path: Path) -> None:
    (tmp_path / "from").mkdir()
    (tmp_path / "from" / "localtime").symlink_to("/nowhere/localtime")
    (tmp_path / "from" / "UTC").touch()
    module._copy_folder(tmp_path / "from", tmp_path / "to", lambda _folder, _names: set())
    assert [path.name for path in (tmp_path / "to").iterdir()] == ["UTC"]
