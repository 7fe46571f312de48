"""Which files are to be written again: those of a model, each with what was wrong with it."""

from __future__ import annotations

from libs.contracts.artifacts import Check
from services.sandbox.checking.patches import MOST_REASONS, REASON, patches
from services.sandbox.checking.project import Project
from tests.charters import LIBRARY

MODEL, PRINTED = "app/rules/lend.py", "app/main.py"


def wanted(*checks: Check, written: tuple[str, ...] = (MODEL,)) -> dict[str, tuple[str, ...]]:
    files = {PRINTED: "", **dict.fromkeys(written, "")}
    return {each.path: each.reasons for each in patches(Project(files, frozenset(written), LIBRARY), checks)}


def test_only_what_a_model_wrote_is_written_again_and_only_for_what_failed() -> None:
    assert wanted(Check("tests", True, path=MODEL)) == {}
    [reason] = wanted(Check("lend", False, "AssertionError", path=MODEL, line=7, rules=("R1",)))[MODEL]
    assert reason == "Line 7: the check 'lend' (proves R1) did not pass. AssertionError"
    many = tuple(f"app/rules/r{number}.py" for number in range(9))
    assert wanted(Check("start", False, path=PRINTED), written=many) == {}


def test_a_file_that_the_output_names_is_at_fault_before_the_printed_one_that_met_it() -> None:
    trace = f'File "/app/{PRINTED}", line 1\nFile "/app/{MODEL}", line 3, in lend\nKeyError'
    assert list(wanted(Check("start", False, trace, path=PRINTED))) == [MODEL]


def test_few_files_of_a_model_are_all_suspect_where_none_is_named() -> None:
    few = (MODEL, "app/rules/other.py")
    assert list(wanted(Check("start", False, path=PRINTED), written=few)) == sorted(few)
    assert wanted(Check("install", False, path="requirements.txt"), written=few) == {}


def test_reasons_are_as_many_and_as_long_as_the_contract_takes() -> None:
    found = wanted(*(Check(f"c{number}", False, "x" * 4000, path=MODEL) for number in range(MOST_REASONS + 5)))
    assert len(found[MODEL]) == MOST_REASONS
    assert {len(reason) for reason in found[MODEL]} == {REASON}
