from __future__ import annotations

from msgspec.structs import replace

from libs.contracts import events as e
from libs.contracts.artifacts import Architecture, Module, PlannedFile
from libs.contracts.work import WriteFile
from libs.testing.stories import run_of
from services.agents.implementer.context import MAX_NEIGHBOURS, context
from tests.charters import LIBRARY

REPORTS = Module("app/fines.py", "Fines.")
DESIGN = Architecture("d", modules=(REPORTS,))
PLAN = e.FilesPlanned((PlannedFile(REPORTS.path, "", "model"),))
STORY = (e.Requested("a library", "u1"), e.RequirementsDrafted(LIBRARY), e.ArchitectureDrafted(DESIGN), PLAN)
ORDER = WriteFile("p1", "r1", path=REPORTS.path)


def test_a_model_is_shown_the_files_that_its_own_refers_to_and_no_others() -> None:
    refused = e.FileWritten(REPORTS.path, "from app.models.loan import Loan\n", "0" * 64, "model", 1)
    shown = context(run_of(*STORY, refused), replace(ORDER, pass_number=2, reasons=("it is wrong",)))
    assert (shown.current, shown.reasons) == (refused.content, ("it is wrong",))
    paths = {file.path for file in shown.neighbours}
    assert "app/models/loan.py" in paths
    assert not paths & {"app/main.py", "app/routes/loans.py", "app/crud.py"}


def test_a_module_of_its_own_has_no_text_to_start_from_and_sees_some_of_everything() -> None:
    shown = context(run_of(*STORY), ORDER)
    assert shown.module == REPORTS
    assert not shown.current
    assert len(shown.neighbours) == MAX_NEIGHBOURS
