"""What is printed: the same bytes each time, Python that parses, formatted and without lint."""

from __future__ import annotations

import ast
import subprocess
import sys

import pytest

from libs.blueprint import BlueprintError, compile_project, plan_files
from libs.contracts.artifacts import Architecture, Dependency, Export, Module
from libs.contracts.charter import Charter, Entity
from libs.contracts.fields import Field, Relation
from tests.charters import ALL, EVERYTHING, INVENTORY, LIBRARY, PLAIN, TODO


def printed(charter: Charter, architecture: Architecture = PLAIN) -> dict[str, str]:
    return {file.path: file.content for file in compile_project(charter, architecture)}


@pytest.mark.parametrize("name", ALL)
def test_the_same_charter_gives_the_same_bytes_sorted_by_path(name: str) -> None:
    files = compile_project(ALL[name], PLAIN)
    assert files == compile_project(ALL[name], PLAIN)
    assert [file.path for file in files] == sorted(file.path for file in files)


@pytest.mark.parametrize("name", ALL)
def test_every_printed_module_parses_and_no_line_is_empty_at_its_end(name: str) -> None:
    for path, content in printed(ALL[name]).items():
        assert content.endswith("\n") and not content.endswith("\n\n"), path
        assert all(line == line.rstrip() for line in content.splitlines()), path
        if path.endswith(".py"):
            ast.parse(content, path)


def test_printed_code_is_formatted_and_free_of_lint(tmp_path) -> None:
    for name, charter in ALL.items():
        for path, content in printed(charter).items():
            target = tmp_path / name / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(content)
    for command in (["format", "--check"], ["check", "--output-format=concise"]):
        ran = subprocess.run(
            [sys.executable, "-m", "ruff", *command, "--no-cache", "."],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
        )
        assert ran.returncode == 0, ran.stdout + ran.stderr


def test_a_charter_without_entities_prints_nothing() -> None:
    charter = Charter("empty", "Empty", "Nothing to keep")
    modules = Architecture("", modules=(Module("main.py", "Everything"),))
    assert compile_project(charter, modules) == ()
    assert [(file.path, file.origin) for file in plan_files(charter, modules)] == [("main.py", "model")]


def test_a_planned_module_takes_the_place_of_the_printed_file() -> None:
    architecture = Architecture("", modules=(Module("app/rules.py", "Rules"), Module("app/fines.py", "Fines")))
    plan = {file.path: file.origin for file in plan_files(LIBRARY, architecture)}
    files = printed(LIBRARY, architecture)
    assert plan["app/rules.py"] == plan["app/fines.py"] == "model"
    assert plan.keys() - files.keys() == {"app/rules.py", "app/fines.py"}
    assert "Not enforced yet" not in files["README.md"]


def test_a_router_written_by_a_model_is_served() -> None:
    router = Module("app/routes/returns.py", "Return a book", exports=(Export("router", "router: APIRouter"),))
    files = printed(LIBRARY, Architecture("", modules=(router,)))
    assert "router.include_router(returns.router)" in files["app/routes/__init__.py"]
    assert "They belong in `app/routes/returns.py`" in files["README.md"]


def test_packages_of_the_architecture_are_added_once() -> None:
    packages = (Dependency("SQLAlchemy", ">=1"), Dependency("jinja2", ">=3,<4"))
    lines = printed(TODO, Architecture("", dependencies=packages))["requirements.txt"].splitlines()
    assert "jinja2>=3,<4" in lines
    assert [line for line in lines if line.lower().startswith("sqlalchemy")] == ["sqlalchemy==2.1.9"]


def test_only_what_the_fields_use_is_printed() -> None:
    plain = Charter("plain", "Plain", "", entities=(Entity("Note", "notes", fields=(Field("text", "text"),)),))
    files = printed(plain)
    assert "app/columns.py" not in files
    assert "app/rules.py" not in files
    assert "email-validator" not in files["requirements.txt"]
    assert "fetch_all" not in files["app/crud.py"]


def test_words_of_the_charter_cannot_leave_their_place() -> None:
    evil = '"""\nimport os\nos.abort()\n"""'
    entity = Entity("Note", "notes", description=evil, fields=(Field("text", "string", description=evil),))
    charter = Charter("evil", evil[:80], evil, entities=(entity,), assumptions=("<script>|`x`",))
    for path, content in printed(charter).items():
        if path.endswith(".py"):
            calls = [node for node in ast.walk(ast.parse(content)) if isinstance(node, ast.Name) and node.id == "os"]
            assert not calls, path
    assert "&lt;script>\\|'x'" in printed(charter)["README.md"]


def test_the_readme_says_who_may_do_what_and_which_rules_hold() -> None:
    readme = printed(TODO)["README.md"]
    assert "| TaskList | everything | everything of their own | – |" in readme
    readme = printed(LIBRARY)["README.md"]
    assert "| R1 | A member can borrow at most 5 books. | `app/custom/" in readme
    assert "**not enforced yet**" in readme
    assert "| POST | `/loans/{loan_id}/return` | Return a book |" in readme


def test_a_relation_stated_on_both_sides_has_one_table() -> None:
    files = printed(EVERYTHING)
    tables = [line for content in files.values() for line in content.splitlines() if "= sa.Table(" in line]
    assert sorted(tables) == ["nodes_friends_links = sa.Table(", "nodes_labels_links = sa.Table("]


def test_a_key_written_as_field_and_as_relation_is_printed_once() -> None:
    pet = Entity(
        "Pet",
        "pets",
        fields=(Field("id", "uuid"), Field("owner_id", "integer")),
        relations=(Relation("owner", "Pet", required=False),),
    )
    model = printed(Charter("pets", "Pets", "", entities=(pet,)))["app/models/pet.py"]
    assert model.count("owner_id: Mapped") == 1
    assert " id: Mapped" not in model


def test_a_charter_with_faults_is_refused_with_the_first_of_them() -> None:
    entity = Entity("Book", "books", fields=(Field("kind", "enum"),), relations=(Relation("author", "Writer"),))
    with pytest.raises(BlueprintError, match=r'entities\[0\].fields\[0\] "kind": choices are missing.* \(1 more\)'):
        compile_project(Charter("x", "X", "", entities=(entity,)), PLAIN)


def test_choices_of_two_entities_under_one_field_name_stay_apart() -> None:
    files = printed(EVERYTHING)
    assert "from app.models.thing import ColourChoice" in files["app/schemas/thing.py"]
    assert "from app.models.paint import ColourChoice" in files["app/schemas/paint.py"]


def test_a_list_is_filtered_by_one_row_of_a_many_to_many_relation() -> None:
    files = printed(TODO)
    assert '"tag_id": Task.tags,' in files["app/routes/tasks.py"]
    assert "tag_id: RowId | None = None" in files["app/schemas/task.py"]
    assert 'params={"tag_id": row["tag_ids"][0]}' in files["tests/test_tasks.py"]
    assert "links" not in printed(INVENTORY)["app/pagination.py"]
