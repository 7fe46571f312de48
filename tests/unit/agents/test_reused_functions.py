"""What of an earlier run is taken over: functions whose words and neighbours are the same, edits included."""

from __future__ import annotations

from msgspec.structs import replace

from libs.blueprint import compile_project, custom_modules
from libs.contracts import events as e
from libs.contracts.artifacts import Architecture, PlannedFile
from libs.contracts.behaviour import Rule
from libs.contracts.charter import Charter
from libs.contracts.fields import Field
from libs.contracts.run import Run
from libs.testing.stories import run_of
from services.agents.implementer.reuse import reusable
from tests.charters import LIBRARY

[PLACE, _] = custom_modules(LIBRARY)
TEXT = f"from app.models import Loan\n\n\n{PLACE.exports[0].signature}:\n    assert row.due_on and row.member_id\n"


def run(charter: Charter, text: str = "") -> Run:
    design = Architecture("d", modules=custom_modules(charter))
    files = [e.FilesPlanned((PlannedFile(PLACE.path, "", "model"),))]
    written = [e.FileWritten(PLACE.path, text, "0" * 64, "model", 1)] if text else []
    drafted = (e.RequirementsDrafted(charter), e.ArchitectureDrafted(design))
    return run_of(e.Requested("w", "alice"), *drafted, *files, *written)


def kept(now: Charter, text: str = TEXT, origin: str = "model") -> bool:
    return reusable(PlannedFile(PLACE.path, "", origin), run(now), run(LIBRARY, text))  # pyright: ignore[reportArgumentType]


def changed(entity: int, *fields: Field) -> Charter:
    old = LIBRARY.entities[entity]
    new = replace(old, fields=fields)
    return replace(LIBRARY, entities=tuple(new if each is old else each for each in LIBRARY.entities))


LOAN = LIBRARY.entities[3].fields


def test_a_function_whose_words_did_not_change_is_kept_with_its_edits() -> None:
    assert kept(LIBRARY)
    assert kept(replace(LIBRARY, rules=(LIBRARY.rules[0], Rule("R2", "Something else.", "Book"))))
    assert kept(changed(3, *LOAN, Field("fine", "money")))
    assert kept(LIBRARY, origin="blueprint")


def test_a_function_whose_words_or_names_changed_is_written_again() -> None:
    assert not kept(replace(LIBRARY, rules=(replace(LIBRARY.rules[0], text="At most 3 books."),)))
    assert not kept(changed(3, LOAN[0], Field("due_on", "datetime"), LOAN[2]))
    assert not kept(changed(3, LOAN[0], LOAN[2]))


def test_a_place_that_nobody_filled_is_asked_for() -> None:
    printed = {file.path: file.content for file in compile_project(LIBRARY, Architecture(""))}
    assert not kept(LIBRARY, printed[PLACE.path])
