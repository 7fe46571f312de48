"""A printed project, broken in many ways: each is found by the review's checks or by running it, in the right file."""

from __future__ import annotations

from pathlib import Path

import pytest

from libs.blueprint import compile_project
from libs.contracts.artifacts import Architecture, SourceFile
from libs.contracts.behaviour import Limit, Rule, Value
from libs.contracts.charter import Charter, Entity
from libs.contracts.fields import Field, Relation
from services.agents.checks import check_code
from services.sandbox.checking.project import Project
from services.sandbox.checking.verify import Patience, Verifier
from tests.e2e.defects import BOOKS, GROUPS, Defect
from tests.verified import verifying

LIMIT = Limit(maximum=Value(kind="literal", text="5"), function="count", field="", per="notebook", where=(), scope=())
CHARTER = Charter(
    "notes",
    "Notes API",
    "Keeps notebooks and their notes.",
    entities=(
        Entity("Notebook", "notebooks", fields=(Field("title", "string", max_length=200),), owned=True),
        Entity(
            "Note",
            "notes",
            fields=(Field("text", "text"), Field("pages", "integer", minimum="0")),
            relations=(Relation("notebook", "Notebook", "many_to_one", on_delete="cascade"),),
        ),
    ),
    rules=(Rule("R1", "A notebook can have at most 5 notes.", "Note", LIMIT),),
    sign_in=True,
)
DESIGN = Architecture("# Notes")
FILES = {file.path: file.content for file in compile_project(CHARTER, DESIGN)}
LEFT_OUT = {f"tests/test_{name}.py" for name in ("access", "app", "auth", "migrations", "races")}  # calls find it too
QUICK = Patience(importing=8, start=8, answer=3, migrations=20, tests=25)


def broken(defect: Defect) -> dict[str, str]:
    files = {path: text for path, text in FILES.items() if path not in LEFT_OUT}
    assert defect.old in files[defect.path], f"{defect.name}: there is no such place any more"
    if not defect.old:
        del files[defect.path]
    else:
        files[defect.path] = files[defect.path].replace(defect.old, defect.new, 1)
    return files


async def blamed(defect: Defect, verifier: Verifier) -> set[str]:
    """The files that the review, or else running it, says are at fault."""
    files = broken(defect)
    issues = await check_code([SourceFile(path, text) for path, text in files.items()], DESIGN)
    if found := {issue.path for issue in issues if issue.severity == "error"}:
        return found
    # As if a model had written every file: none is named because it is the only one that could be.
    report = await verifier.verify(Project(files, frozenset(files), CHARTER))
    assert report.accepted == all(check.passed for check in report.checks)
    return {check.path for check in report.checks if not check.passed}


@pytest.mark.timeout(400)
@pytest.mark.parametrize("group", GROUPS)
async def test_each_defect_is_found_and_the_right_file_is_named(group: str, tmp_path: Path):
    async with verifying(tmp_path, QUICK, 2) as verifier:
        found = {defect.name: (defect.path, await blamed(defect, verifier)) for defect in GROUPS[group]}
    missed = {name: named for name, (path, named) in found.items() if path not in named and (named or path)}
    assert missed == {}


async def test_without_a_defect_nothing_is_found(tmp_path: Path):
    async with verifying(tmp_path, QUICK, 2) as verifier:
        assert await blamed(Defect("none", BOOKS, "def ", "def "), verifier) == set()


def test_there_are_at_least_thirty_ways():
    names = [defect.name for group in GROUPS.values() for defect in group]
    assert len(set(names)) == len(names) >= 30
