"""Packages: downloaded once, unpacked in a jail, and nothing of theirs runs or lands elsewhere."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import io
import tarfile
import zipfile
from pathlib import Path

import pytest

from services.sandbox import environments as module
from services.sandbox.environments import Environments, NotNow
from services.sandbox.inside import unpack
from services.sandbox.packages import Refused, digest
from services.sandbox.port import Driver

LINES = ("tenacity==99.1",)  # a name that may be asked for, in a version that only the test has


def offer(folder: Path, members: dict[str, bytes], name: str = "tenacity-99.1-py3-none-any.whl") -> None:
    """Put a wheel where those are kept that were downloaded before."""
    members = {
        "tenacity-99.1.dist-info/METADATA": b"Metadata-Version: 2.1\nName: tenacity\nVersion: 99.1\n",
        "tenacity-99.1.dist-info/WHEEL": b"Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        **members,
    }
    record = "".join(f"{path},sha256={_hash(data)},{len(data)}\n" for path, data in members.items())
    kept = folder / "environments" / "wheels"
    kept.mkdir(parents=True)
    with zipfile.ZipFile(kept / name, "w", zipfile.ZIP_DEFLATED) as wheel:
        for path, data in (members | {"tenacity-99.1.dist-info/RECORD": record.encode()}).items():
            wheel.writestr(path, data)


def _hash(data: bytes) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()


def contents(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


async def test_a_list_is_made_once_whoever_asks(tmp_path: Path, driver: Driver):
    offer(tmp_path, {"tenacity/__init__.py": b"x = 1\n"})
    made = await asyncio.gather(*(Environments(tmp_path, driver).get(LINES) for _ in range(4)))
    assert len({each.folder for each in made}) == 1
    assert {path.name for path in made[0].folder.parent.iterdir()} == {"wheels", made[0].id, f"{made[0].id}.lock"}
    assert "tenacity/__pycache__/__init__.cpython-311.pyc".replace("311", _python()) in contents(made[0].folder)


def _python() -> str:
    import sys

    return f"{sys.version_info[0]}{sys.version_info[1]}"


async def test_what_was_made_needs_no_network(tmp_path: Path, driver: Driver, monkeypatch: pytest.MonkeyPatch):
    offer(tmp_path, {"tenacity/__init__.py": b""})
    first = await Environments(tmp_path, driver).get(LINES)
    monkeypatch.setattr(module, "_pip", None)
    assert await Environments(tmp_path, driver).get(LINES) == first


async def test_without_network_it_says_so_and_leaves_nothing(
    tmp_path: Path, driver: Driver, monkeypatch: pytest.MonkeyPatch
):
    async def unreached(*_: object) -> str:
        return "WARNING: Retrying: NewConnectionError\nERROR: No matching distribution found for tenacity"

    monkeypatch.setattr(module, "_pip", unreached)
    with pytest.raises(NotNow, match="index was not reached"):
        await Environments(tmp_path, driver).get(LINES)
    assert {path.name for path in (tmp_path / "environments").iterdir() if path.is_dir()} == {"wheels"}


async def test_what_a_killed_process_left_of_a_list_is_removed_by_the_next(tmp_path: Path, driver: Driver):
    left = tmp_path / "environments" / f"{digest(())}.0123abcd" / "unpacked"
    left.mkdir(parents=True)
    await Environments(tmp_path, driver).get(())
    assert not left.parent.exists()


@pytest.mark.parametrize("path", ["../../outside.py", "/tmp/outside.py", "tenacity/../../outside.py", "a\\..\\b.py"])
async def test_a_wheel_with_a_path_that_leads_out_is_refused(tmp_path: Path, driver: Driver, path: str):
    offer(tmp_path / "box", {path: b"x = 1\n"})
    with pytest.raises(Refused, match="outside its own folder"):
        await Environments(tmp_path / "box", driver).get(LINES)
    assert not list(tmp_path.rglob("outside.py"))  # noqa: ASYNC240  # a test may wait for its disk


async def test_scripts_start_files_and_links_of_a_wheel_become_nothing_that_runs(tmp_path: Path, driver: Driver):
    link = zipfile.ZipInfo("tenacity/link")
    link.external_attr = 0o120777 << 16
    offer(
        tmp_path,
        {
            "evil.pth": b"import os; os.mkdir('ran')\n",
            "tenacity/__init__.py": b"raise SystemExit('ran')\n",
            "tenacity-99.1.data/scripts/pip": b"#!/bin/sh\n",
            "tenacity-99.1.data/data/etc/passwd": b"x",
            "tenacity-99.1.data/purelib/extra.py": b"y = 1\n",
            "tenacity-99.1.dist-info/entry_points.txt": b"[console_scripts]\npip = tenacity:main\n",
        },
    )
    wheel = next((tmp_path / "environments" / "wheels").glob("*.whl"))
    with zipfile.ZipFile(wheel, "a") as archive:
        archive.writestr(link, "/etc/passwd")
    made = await Environments(tmp_path, driver).get(LINES)
    kept = {path for path in contents(made.folder) if "__pycache__" not in path and "dist-info" not in path}
    assert kept == {"tenacity/__init__.py", "tenacity/link", "extra.py"}
    assert not (made.folder / "tenacity/link").is_symlink()
    assert not [path for path in made.folder.rglob("*") if path.is_file() and path.stat().st_mode & 0o111]


async def test_a_bomb_is_refused(tmp_path: Path, driver: Driver):
    offer(tmp_path, {"tenacity/__init__.py": b""})
    with zipfile.ZipFile(next((tmp_path / "environments" / "wheels").glob("*.whl")), "a") as wheel:
        wheel.writestr("tenacity/zeros", b"")
        wheel.filelist[-1].file_size = unpack.MOST + 1
    with pytest.raises(Refused, match="more than there is room for"):
        await Environments(tmp_path, driver).get(LINES)


async def test_a_setup_script_is_never_run(tmp_path: Path, driver: Driver):
    """A source distribution is no wheel: it is as if it were not there."""
    kept = tmp_path / "environments" / "wheels"
    kept.mkdir(parents=True)
    script = f"open({str(tmp_path / 'ran')!r}, 'w')\n".encode()
    with tarfile.open(kept / "tenacity-99.1.tar.gz", "w:gz") as archive:
        member = tarfile.TarInfo("tenacity-99.1/setup.py")
        member.size = len(script)
        archive.addfile(member, io.BytesIO(script))
    with pytest.raises((Refused, NotNow)):
        await Environments(tmp_path, driver).get(LINES)
    assert not (tmp_path / "ran").exists()
