from __future__ import annotations

from msgspec.structs import replace

from libs.blueprint import rules_module
from libs.contracts import events as e
from libs.contracts.artifacts import Architecture, Diagram, Module
from libs.contracts.run import Run
from libs.contracts.work import WriteFile
from services.agents.implementer.context import MAX_NEIGHBOURS, context
from tests.charters import LIBRARY

RULES = rules_module(LIBRARY)
assert RULES
REPORTS = Module("app/reports.py", "Reports.")
RUN = Run(
    seq=1,
    read=1,
    requested=e.Requested("a library", "u1"),
    requested_at="",
    resumed_at="",
    charter=LIBRARY,
    architecture=Architecture("d", (Diagram("er", "erDiagram"),), (RULES, REPORTS)),
)
ORDER = WriteFile("p1", "r1", path=RULES.path)


def test_the_rules_module_starts_from_what_the_compiler_prints() -> None:
    assert RULES
    shown = context(RUN, ORDER)
    assert all(export.signature in shown.current for export in RULES.exports)
    assert not shown.reasons


def test_a_model_is_shown_the_files_that_its_own_refers_to_and_no_others() -> None:
    shown = {file.path for file in context(RUN, ORDER).neighbours}
    assert {"app/errors.py", "app/models/loan.py", "app/schemas/loan.py"} <= shown
    assert not shown & {"app/main.py", "app/routes/loans.py", "app/crud.py"}


def test_a_model_is_told_of_the_other_modules_but_not_of_its_own_twice() -> None:
    shown = context(RUN, ORDER)
    assert shown.module == RULES
    assert shown.architecture == Architecture("d", modules=(REPORTS,))


def test_a_file_that_was_not_accepted_is_what_a_model_mends() -> None:
    refused = e.FileWritten(RULES.path, "import nothing\n", "", "model", 1) if RULES else None
    run = replace(RUN, files={ORDER.path: refused})
    shown = context(run, replace(ORDER, pass_number=2, reasons=("it is wrong",)))
    assert (shown.current, shown.reasons) == ("import nothing\n", ("it is wrong",))
    assert "app/schemas/loan.py" in {file.path for file in shown.neighbours}


def test_a_module_of_its_own_has_no_text_to_start_from_and_sees_some_of_everything() -> None:
    shown = context(RUN, replace(ORDER, path=REPORTS.path))
    assert shown.module == REPORTS
    assert not shown.current
    assert len(shown.neighbours) == MAX_NEIGHBOURS
