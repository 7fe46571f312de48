"""Rules in words are asked for function by function, each in a module of its own; what holds is not asked again."""

from __future__ import annotations

from typing import Any

from libs.contracts.artifacts import Architecture, ModelReview, WrittenCode
from libs.contracts.charter import Requirements
from libs.contracts.fields import Field
from libs.llm.port import Task
from libs.llm.scripted import Script, ScriptedModel
from libs.testing.scripts import passing
from tests.charters import LIBRARY

FIVE, COPIES = (
    "app/custom/r1_a_member_can_borrow_at_most_5_books.py",
    "app/custom/r2_a_book_cannot_be_lent_when_no_copy_is.py",
)


def function(task: Task[Any]) -> WrittenCode:
    return passing(task.inputs)


def script() -> dict[str, Script]:
    return {
        "draft_requirements": Requirements(LIBRARY),
        "draft_architecture": Architecture("# Library"),
        "write_function": function,
        "review_code": ModelReview(True, 9, "Good."),
    }


def asked(model: ScriptedModel) -> list[str]:
    return sorted(task.inputs.path for task in model.calls if task.name == "write_function")


async def test_a_model_is_asked_for_one_function_for_each_rule_in_words(found) -> None:
    model = ScriptedModel(script())
    async with found(model) as town:
        run = await town.until(await town.request())
    assert run.status == "completed", run
    assert asked(model) == [FIVE, COPIES]
    assert {path for path, file in run.files.items() if file.origin == "model"} == {FIVE, COPIES}
    assert "session.refresh(row)" in run.files[FIVE].content
    assert not [task for task in model.calls if task.name == "write_file"]


async def test_a_wrong_function_goes_back_with_its_faults_and_never_lands(found) -> None:
    wrong = WrittenCode("def check(row):\n    return missing\n")
    model = ScriptedModel(script() | {f"write_function:{FIVE}": [wrong, function]})
    async with found(model) as town:
        run = await town.until(await town.request())
    assert run.status == "completed"
    again = [task for task in model.calls if task.name == "write_function" and task.corrections]
    assert [task.inputs.path for task in again] == [FIVE]
    assert "exactly this signature" in again[0].corrections[0].faults[0]


async def test_a_change_asks_only_for_the_functions_that_it_touches(found) -> None:
    from msgspec.structs import replace

    changed = replace(LIBRARY, rules=(LIBRARY.rules[0], replace(LIBRARY.rules[1], text="No copy, no loan of a book.")))
    model = ScriptedModel(script() | {"draft_requirements": [Requirements(LIBRARY), Requirements(changed)]})
    async with found(model) as town:
        first = await town.until(base := await town.request())
        before = len(asked(model))
        second = await town.until(await town.request("", base_run_id=base, change="Say R2 otherwise."))
    assert second.status == "completed"
    assert len(asked(model)) - before == 1
    assert second.files[FIVE].origin == "reused"
    assert second.files[FIVE].content == first.files[FIVE].content
    same = {
        path for path, file in second.files.items() if path in first.files and first.files[path].content == file.content
    }
    assert {"app/models/member.py", "app/schemas/loan.py", "app/main.py"} <= same  # its rules call the function by name


async def test_a_change_of_what_is_kept_brings_a_migration_behind_the_former_ones(found) -> None:
    from tests.evolutions import LIBRARY as PLAIN_LIBRARY
    from tests.evolutions import more

    charters = [PLAIN_LIBRARY, more(PLAIN_LIBRARY, "Book", note := Field("note", "string", required=False))]
    charters.append(more(charters[1], "Member", note))
    model = ScriptedModel(script() | {"draft_requirements": [Requirements(each) for each in charters]})
    async with found(model) as town:
        runs = [await town.until(base := await town.request())]
        for change in ("Add a note to books.", "Add a note to members."):
            runs.append(await town.until(base := await town.request("", base_run_id=base, change=change)))
    kept = [{p: f.content for p, f in run.files.items() if p.startswith("migrations/versions/")} for run in runs]
    assert [len(each) for each in kept] == [1, 2, 3]
    assert kept[0].items() <= kept[1].items() <= kept[2].items()
    assert 'batch.add_column(sa.Column("note"' in max(kept[2].items())[1]
