"""Printed projects install, pass their own tests, start, and are formatted and lint-free in their own settings."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from filelock import FileLock

from libs.blueprint import compile_project
from tests.charters import ALL, EVERYTHING, LIBRARY, PLAIN

ROOT = Path(__file__).parents[2]
START_SECONDS = 30.0


@pytest.fixture(scope="session")
def project_python() -> Path:
    """Return a Python with the packages of a generated project, installed once for each list of packages."""
    (requirements,) = [file for file in compile_project(EVERYTHING, PLAIN) if file.path == "requirements.txt"]
    digest = hashlib.sha256(f"{sys.version}{requirements.content}".encode()).hexdigest()[:16]
    place = ROOT / ".interius" / "test-envs" / digest
    place.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(place.with_suffix(".lock")):
        if not (place / "ready").exists():
            shutil.rmtree(place, ignore_errors=True)
            _install(place, requirements.content)
            (place / "ready").touch()
    return place / "bin" / "python"


def _install(place: Path, requirements: str) -> None:
    listed = place.with_suffix(".txt")
    listed.write_text(requirements)
    python, uv = (
        place / "bin" / "python",
        shutil.which("uv", path=f"{Path(sys.executable).parent}:{os.environ['PATH']}"),
    )
    if uv:
        _run([uv, "venv", "--quiet", "--python", sys.executable, place], ROOT)
        _run([uv, "pip", "install", "--quiet", "--python", python, "-r", listed], ROOT)
    else:
        _run([sys.executable, "-m", "venv", place], ROOT)
        _run([python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r", listed], ROOT)


def _run(command: list[str | Path], folder: Path) -> str:
    environment = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    ran = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return ran.stdout


@pytest.fixture
def project(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    for file in compile_project(ALL[request.param], PLAIN):
        target = tmp_path / file.path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(file.content)
    return tmp_path


@pytest.mark.parametrize("project", ALL, indirect=True)
def test_a_printed_project_passes_its_own_tests(project: Path, project_python: Path) -> None:
    said = _run([project_python, "-m", "pytest", "-q", "-p", "no:cacheprovider"], project)
    assert re.search(r"^\d+ passed in", said, re.MULTILINE), said


@pytest.mark.parametrize("project", ALL, indirect=True)
def test_a_printed_project_is_formatted_and_free_of_lint_in_its_own_settings(project: Path) -> None:
    _run([sys.executable, "-m", "ruff", "format", "--check", "--no-cache"], project)
    _run([sys.executable, "-m", "ruff", "check", "--no-cache"], project)


@contextmanager
def _served(project: Path, python: Path) -> Iterator[str]:
    """Run the project as its README says, on a free port, and yield its address."""
    command = [python, "-m", "uvicorn", "app.main:app", "--port", "0"]
    log = project / "server.log"
    with log.open("w") as output, subprocess.Popen(command, cwd=project, stderr=output) as server:
        try:
            yield _address(log, server)
        finally:
            server.terminate()


def _address(log: Path, server: subprocess.Popen[bytes]) -> str:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and server.poll() is None:
        found = re.search(r"running on (http://\S+)", log.read_text())
        if found:
            return found[1]
        time.sleep(0.02)
    raise AssertionError(log.read_text())


@pytest.mark.parametrize("project", ALL, indirect=True)
def test_a_printed_project_starts_and_describes_itself(project: Path, project_python: Path) -> None:
    with _served(project, project_python) as address:
        described = httpx.get(f"{address}/openapi.json").json()
        assert httpx.get(f"{address}/health").json() == {"status": "ok"}
    assert len(described["paths"]) == 1 + 2 * sum(1 for _ in (project / "app" / "models").glob("[!_]*.py"))


@pytest.mark.parametrize("project", ["library"], indirect=True)
def test_a_printed_project_keeps_its_data_over_a_restart(project: Path, project_python: Path) -> None:
    with _served(project, project_python) as address:
        author = httpx.post(f"{address}/authors", json={"name": "Ada"}).json()
        book = {"title": "Notes", "isbn": "9780000000001", "author_ids": [author["id"]]}
        made = httpx.post(f"{address}/books", json=book)
        again = httpx.post(f"{address}/books", json=book)
    with _served(project, project_python) as address:
        assert httpx.get(f"{address}/books").json()["items"] == [made.json()]
    assert (again.status_code, again.json()["detail"]) == (409, "Another row has the same isbn.")
    assert again.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("project", ["library"], indirect=True)
def test_a_rule_written_in_its_place_is_enforced(project: Path, project_python: Path) -> None:
    rules = project / "app" / "rules.py"
    hook = '    """Called before a loan is created. Not enforced yet: R1, R2."""\n'
    refusal = '    raise RuleBroken("R2", "No copy is left.")\n'
    rules.write_text(f"from app.errors import RuleBroken\n{rules.read_text().replace(hook, refusal)}")
    with _served(project, project_python) as address:
        member = httpx.post(f"{address}/members", json={"name": "Ada", "email": "ada@example.com"}).json()
        book = httpx.post(f"{address}/books", json={"title": "Notes", "isbn": "9780000000001"}).json()
        loan = {"book_id": book["id"], "member_id": member["id"], "due_on": "2030-01-01"}
        refused = httpx.post(f"{address}/loans", json=loan)
        kept = httpx.get(f"{address}/loans").json()["total"]
    assert refused.status_code == 409
    assert refused.json() == {
        "title": "Business rule broken",
        "status": 409,
        "detail": "No copy is left.",
        "rule": "R2",
    }
    assert kept == 0


def test_a_printed_project_names_the_rules_it_does_not_enforce() -> None:
    (rules,) = [file.content for file in compile_project(LIBRARY, PLAIN) if file.path == "app/rules.py"]
    assert "Not enforced yet:\nR1: A member can borrow at most 5 books.\nR2:" in rules
