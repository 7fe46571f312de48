"""What is installed from a wheel works far from a checkout: templates, prompts, SQL and pages are in it."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
COMMAND = "import libs; from libs.client.cli import main; assert libs.__file__.startswith({!r}); main()"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("wheel")
    subprocess.run([sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(out)], cwd=ROOT, check=True)
    [made] = out.glob("*.whl")
    return made


def test_every_file_of_the_packages_is_in_the_wheel(wheel: Path) -> None:
    listed = subprocess.run(
        ["git", "ls-files", "-z", "libs", "services", "deploy"], cwd=ROOT, capture_output=True, check=True, text=True
    )
    here = {name for name in listed.stdout.split("\0") if name and (ROOT / name).is_file()}
    packed = set(zipfile.ZipFile(wheel).namelist())
    assert here - packed == set()
    assert not [name for name in packed if name.startswith(("tests", ".env", ".interius"))]


def test_the_demo_runs_from_a_wheel(wheel: Path, tmp_path: Path) -> None:
    installed, folder = tmp_path / "installed", tmp_path / "folder"
    zipfile.ZipFile(wheel).extractall(installed)
    folder.mkdir()
    done = subprocess.run(
        [sys.executable, "-c", COMMAND.format(str(installed)), "demo"],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(installed), "NO_COLOR": "1", "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "is ready" in done.stdout
    assert list(folder.glob("generated/*/app/main.py"))
