"""Printed projects install, pass their own tests, start, and are formatted and lint-free in their own settings."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import httpx
import pytest

from libs.blueprint import compile_project
from libs.testing.generated import run, served
from tests.charters import ALL, LIBRARY, PLAIN

ROOT = Path(__file__).parents[2]
START_SECONDS = 30.0


@pytest.fixture
def project(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    for file in compile_project(ALL[request.param], PLAIN):
        target = tmp_path / file.path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(file.content)
    return tmp_path


@pytest.mark.parametrize("project", ALL, indirect=True)
def test_a_printed_project_passes_its_own_tests(project: Path, project_python: Path) -> None:
    said = run([project_python, "-m", "pytest", "-q", "-p", "no:cacheprovider"], project)
    assert re.search(r"^\d+ passed in", said, re.MULTILINE), said


@pytest.mark.parametrize("project", ALL, indirect=True)
def test_a_printed_project_is_formatted_and_free_of_lint_in_its_own_settings(project: Path) -> None:
    run([sys.executable, "-m", "ruff", "format", "--check", "--no-cache"], project)
    run([sys.executable, "-m", "ruff", "check", "--no-cache"], project)


@pytest.mark.parametrize("project", ALL, indirect=True)
def test_a_printed_project_starts_and_describes_itself(project: Path, project_python: Path) -> None:
    with served(project, project_python) as address:
        described = httpx.get(f"{address}/openapi.json").json()
        assert httpx.get(f"{address}/health").json() == {"status": "ok"}
    assert len(described["paths"]) == 1 + 2 * sum(1 for _ in (project / "app" / "models").glob("[!_]*.py"))


@pytest.mark.parametrize("project", ["library"], indirect=True)
def test_a_printed_project_keeps_its_data_over_a_restart(project: Path, project_python: Path) -> None:
    with served(project, project_python) as address:
        author = httpx.post(f"{address}/authors", json={"name": "Ada"}).json()
        book = {"title": "Notes", "isbn": "9780000000001", "author_ids": [author["id"]]}
        made = httpx.post(f"{address}/books", json=book)
        again = httpx.post(f"{address}/books", json=book)
    with served(project, project_python) as address:
        assert httpx.get(f"{address}/books").json()["items"] == [made.json()]
    assert (again.status_code, again.json()["detail"]) == (409, "Another row has the same isbn.")
    assert again.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("project", ["library"], indirect=True)
def test_a_rule_written_in_its_place_is_enforced(project: Path, project_python: Path) -> None:
    rules = project / "app" / "rules.py"
    hook = '    """Called before a loan is created. Not enforced yet: R1, R2."""\n'
    refusal = '    raise RuleBroken("R2", "No copy is left.")\n'
    rules.write_text(f"from app.errors import RuleBroken\n{rules.read_text().replace(hook, refusal)}")
    with served(project, project_python) as address:
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
