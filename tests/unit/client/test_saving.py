"""Files are saved where they belong, and nothing of the user's is ever overwritten."""

from __future__ import annotations

import io
import stat
import zipfile
from pathlib import Path

import pytest

from libs.client.errors import FolderRefused
from libs.client.saving import MARKER, check_folder, unpacked, write_project


def archive(**files: str) -> bytes:
    return zipped({f"library/{name.replace('__', '/')}.py": text for name, text in files.items()})


def zipped(files: dict[str, str]) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as made:
        for path, text in files.items():
            made.writestr(path, text)
    return held.getvalue()


def test_files_land_below_the_folder_with_a_marker(tmp_path: Path) -> None:
    saved = write_project(archive(main="1", app__rules="2"), tmp_path / "out", "run-1")
    assert (saved.files, (tmp_path / "out/app/rules.py").read_text()) == (2, "2")
    assert "run-1" in (tmp_path / "out" / MARKER).read_text()
    assert not list((tmp_path / "out").rglob("*.part"))


def test_an_earlier_project_of_ours_is_replaced_whole(tmp_path: Path) -> None:
    write_project(archive(main="1", old="1"), tmp_path, "run-1")
    (tmp_path / "library.db").write_text("data of the running app")
    write_project(archive(main="2"), tmp_path, "run-2")
    assert (tmp_path / "main.py").read_text() == "2"
    assert not (tmp_path / "old.py").exists()
    assert (tmp_path / "library.db").exists()


def test_a_folder_that_is_not_ours_is_refused_and_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("mine")
    with pytest.raises(FolderRefused, match="not empty and was not written by interius"):
        write_project(archive(main="1"), tmp_path, "run-1")
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]


def test_a_file_that_was_edited_since_is_not_overwritten(tmp_path: Path) -> None:
    write_project(archive(main="1", other="1"), tmp_path, "run-1")
    (tmp_path / "main.py").write_text("my own work")
    with pytest.raises(FolderRefused, match=r"changes of yours \(main.py\)"):
        write_project(archive(main="2", other="2"), tmp_path, "run-2")
    assert ((tmp_path / "main.py").read_text(), (tmp_path / "other.py").read_text()) == ("my own work", "1")


def test_a_file_added_by_hand_is_not_overwritten(tmp_path: Path) -> None:
    write_project(archive(main="1"), tmp_path, "run-1")
    (tmp_path / "extra.py").write_text("mine")
    with pytest.raises(FolderRefused, match="is a file of yours"):
        write_project(archive(main="1", extra="theirs"), tmp_path, "run-2")


@pytest.mark.parametrize(
    "path",
    [
        "library/../../evil.py",
        "../evil.py",
        "/etc/evil",
        "library/..\\evil.py",
        "library/C:evil.py",
        "library/evil\x1b.py",
        "evil.py",
        f"library/{MARKER}",
    ],
)
def test_a_path_that_leads_out_writes_nothing(path: str, tmp_path: Path) -> None:
    with pytest.raises(FolderRefused, match="leads out of its folder"):
        write_project(zipped({"library/good.py": "1", path: "bad"}), tmp_path / "out", "run-1")
    assert not list(tmp_path.rglob("*"))


def test_a_link_in_the_archive_is_refused() -> None:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as made:
        link = zipfile.ZipInfo("library/link")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        made.writestr(link, "/etc/passwd")
    with pytest.raises(FolderRefused):
        unpacked(held.getvalue())


def test_a_link_in_the_folder_is_not_followed(tmp_path: Path) -> None:
    outside, folder = tmp_path / "outside", tmp_path / "out"
    outside.mkdir()
    write_project(archive(main="1"), folder, "run-1")
    (folder / "app").symlink_to(outside)
    with pytest.raises(FolderRefused, match="leads out"):
        write_project(archive(main="1", app__evil="2"), folder, "run-2")
    assert not list(outside.iterdir())


def test_a_forged_marker_deletes_nothing_outside(tmp_path: Path) -> None:
    victim, folder = tmp_path / "victim", tmp_path / "out"
    victim.write_text("")
    folder.mkdir()
    empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    (folder / MARKER).write_text(f'{{"run_id": "r", "files": {{"../victim": "{empty}"}}}}')
    with pytest.raises(FolderRefused, match="leads out"):
        write_project(archive(main="1"), folder, "run-1")
    assert victim.exists()


def test_what_is_no_archive_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FolderRefused, match="damaged"):
        write_project(b"<html>", tmp_path / "out", "run-1")


def test_a_file_where_a_folder_should_be_is_refused(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("mine")
    with pytest.raises(FolderRefused, match="is a file"):
        check_folder(tmp_path / "out")


def test_an_empty_or_missing_folder_is_free(tmp_path: Path) -> None:
    assert check_folder(tmp_path).files == check_folder(tmp_path / "new").files == {}


def test_what_an_owner_wrote_in_their_places_stays_over_a_later_run(tmp_path: Path) -> None:
    write_project(archive(main="1", app__custom__r5="place", app__custom__r6="place"), tmp_path, "run-1")
    (tmp_path / "app/custom/r5.py").write_text("my own rule")
    check_folder(tmp_path)
    saved = write_project(archive(main="2", app__custom__r5="place, anew", app__custom__r6="new"), tmp_path, "run-2")
    assert saved.kept == ("app/custom/r5.py",)
    texts = [(tmp_path / path).read_text() for path in ("main.py", "app/custom/r5.py", "app/custom/r6.py")]
    assert texts == ["2", "my own rule", "new"]
    write_project(archive(main="3"), tmp_path, "run-3")
    assert (tmp_path / "app/custom/r5.py").read_text() == "my own rule"
    assert not (tmp_path / "app/custom/r6.py").exists()
    assert write_project(archive(app__custom__r5="place"), tmp_path, "run-4").kept == ("app/custom/r5.py",)
