"""Printed projects install, pass their own tests and checks, start, and keep what they were told."""

from __future__ import annotations

import asyncio
import json
import os
import re
from pathlib import Path

import httpx
import pytest

from libs.blueprint import compile_project
from libs.testing.generated import run, served
from tests.behaviours import RICH
from tests.charters import ALL, PLAIN

LEAST_COVERAGE = 95
PRINTED = ALL | RICH
TRIED = list(PRINTED) if os.environ.get("RANDOM_CHARTERS") else ["lending"]  # all of them by night
# The statements that make the tables of a database, told apart from the order in which a table's parts are written.
SCHEMA = """
import json, re, sys, sqlalchemy as sa
from app import models
from app.database import connect
from app.main import migrate
made, migrated = connect("sqlite:///made.db"), connect("sqlite:///migrated.db")
models.Base.metadata.create_all(made)
migrate(migrated)
found = []
for engine in (made, migrated):
    with engine.connect() as connection:
        rows = connection.execute(sa.text("SELECT name, sql FROM sqlite_master WHERE name NOT LIKE '%alembic%'"))
        found.append({name: sorted(line.strip(" ,") for line in (sql or "").splitlines()) for name, sql in rows})
print(json.dumps(found))
"""


@pytest.fixture
def project(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    for file in compile_project(PRINTED[request.param], PLAIN):
        target = tmp_path / file.path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(file.content)
    return tmp_path


@pytest.mark.timeout(300)
@pytest.mark.parametrize("project", TRIED, indirect=True)
def test_a_printed_project_passes_its_own_tests_and_they_see_nearly_all_of_it(
    project: Path, project_python: Path
) -> None:
    said = run([project_python, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--cov=app"], project)
    assert re.search(r"^\d+ passed in", said, re.MULTILINE), said
    covered = re.search(r"^TOTAL .* (\d+)%$", said, re.MULTILINE)
    assert covered and int(covered[1]) >= LEAST_COVERAGE, said


@pytest.mark.timeout(300)
@pytest.mark.parametrize("project", TRIED, indirect=True)
def test_a_printed_project_is_formatted_typed_and_free_of_lint_in_its_own_settings(
    project: Path, project_python: Path
) -> None:
    for command in (["ruff", "format", "--check", "--no-cache"], ["ruff", "check", "--no-cache"], ["mypy"]):
        run([project_python, "-m", *command], project)


@pytest.mark.parametrize("project", TRIED, indirect=True)
def test_migrations_make_the_very_tables_that_the_models_declare(project: Path, project_python: Path) -> None:
    made, migrated = json.loads(run([project_python, "-c", SCHEMA], project))
    assert made == migrated


@pytest.mark.parametrize("project", TRIED, indirect=True)
async def test_more_requests_at_once_than_threads_and_connections_are_all_answered(
    project: Path, project_python: Path
) -> None:
    with served(project, project_python) as address:
        async with httpx.AsyncClient(base_url=address, limits=httpx.Limits(), timeout=60) as client:
            answers = await asyncio.gather(*(client.get("/health") for _ in range(150)))
    assert {answer.status_code for answer in answers} == {200}


@pytest.mark.parametrize("project", TRIED, indirect=True)
def test_a_printed_project_starts_and_describes_itself(project: Path, project_python: Path) -> None:
    with served(project, project_python) as address:
        described = httpx.get(f"{address}/openapi.json").json()
        assert httpx.get(f"{address}/health").json() == {"status": "ok"}
    kept = {path.split("/")[1] for path in described["paths"]} - {"auth", "audit", "health", "reports"}
    tables = {path.stem for path in (project / "app" / "models").glob("[!_]*.py")} - {"audit", "computed"}
    assert len(kept) == len(tables)


@pytest.mark.parametrize("project", ["folders"], indirect=True)
def test_a_printed_project_keeps_its_data_over_a_restart(project: Path, project_python: Path) -> None:
    with served(project, project_python) as address:
        made = httpx.post(f"{address}/folders", json={"name": "Notes"})
        again = httpx.post(f"{address}/folders", json={"name": "Notes"})
    with served(project, project_python) as address:
        assert httpx.get(f"{address}/folders").json()["items"] == [made.json()]
    assert (again.status_code, again.json()["detail"]) == (409, "Another row has the same name.")
    assert again.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("project", ["reading-room"], indirect=True)
def test_the_first_admin_lets_others_do_more(
    project: Path, project_python: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ADMIN_EMAIL", "root@example.com")
    monkeypatch.setenv("ADMIN_PASSWORD", "only for tests")
    book = {"title": "Notes", "isbn": "1", "price": "1.125"}
    with served(project, project_python) as address, httpx.Client(base_url=address) as http:
        root = _sign_in(http, "root@example.com", "only for tests")
        ada = http.post("/auth/register", json={"email": "ada@example.com", "password": "correct horse"}).json()
        hers = _sign_in(http, "ada@example.com", "correct horse")
        refused = http.post("/books", json=book, headers=hers)
        http.patch(f"/auth/users/{ada['id']}", json={"role": "librarian"}, headers=root)
        made = http.post("/books", json=book, headers=hers)
    assert (ada["role"], refused.status_code, made.status_code) == ("member", 403, 201)
    assert made.json()["price"] == "1.125"


def _sign_in(http: httpx.Client, email: str, password: str) -> dict[str, str]:
    tokens = http.post("/auth/login", data={"username": email, "password": password}).json()
    return {"Authorization": f"Bearer {tokens['access_token']}"}
