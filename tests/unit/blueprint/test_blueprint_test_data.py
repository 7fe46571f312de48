"""What the printed tests send: rows in the state that rules want them in, and helpers that are there."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from msgspec.structs import replace

from libs.blueprint import check_charter, compile_project
from libs.contracts.behaviour import Condition, NoOverlap, Report, Requires, Rule
from libs.contracts.charter import Charter, Entity
from libs.contracts.fields import Field, Relation
from tests.behaviours import LENDING, RICH, SHIPPING
from tests.charters import PLAIN
from tests.wishes.expected import charter
from tests.wishes.notation import HERE, load


def wished(name: str) -> Charter:
    return charter(load(Path(HERE, "known", f"{name}.md")))


# The tests of these go a long way to a state, or ask a report for days from now.
PRINTED = RICH | {name: wished(name) for name in ("conference", "helpdesk", "rental", "warehouse")}


def imported(tree: ast.Module, module: str) -> set[str]:
    found = (each for each in tree.body if isinstance(each, ast.ImportFrom) and each.module == module)
    return {each.name for one in found for each in one.names}


def defined(tree: ast.Module) -> set[str]:
    made = {each.name for each in tree.body if isinstance(each, (ast.FunctionDef, ast.ClassDef))}
    return made | {each.id for each in ast.walk(tree) if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Store)}


@pytest.mark.parametrize("name", PRINTED)
def test_printed_tests_use_names_that_are_there(name: str) -> None:
    files = {file.path: file.content for file in compile_project(PRINTED[name], PLAIN)}
    there = defined(ast.parse(files["tests/seed.py"])) | {"client"}
    for path in (path for path in files if path.startswith("tests/test_")):
        tree = ast.parse(files[path])
        assert imported(tree, "tests.seed") <= there, path
        for test in (each for each in tree.body if isinstance(each, ast.FunctionDef)):
            used = {each.id for each in ast.walk(test) if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Load)}
            assert not {"row", "holder", "other", "_"} & used - defined_in(test), f"{path} {test.name}"


def defined_in(test: ast.FunctionDef) -> set[str]:
    stored = {each.id for each in ast.walk(test) if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Store)}
    return stored | {each.arg for each in ast.walk(test) if isinstance(each, ast.arg)}


def test_a_deletion_that_clears_what_a_rule_requires_is_refused() -> None:
    files = {file.path: file.content for file in compile_project(SHIPPING, PLAIN)}
    assert "tour_rules.updated(session, other, before)" in files["app/rules/driver.py"]
    tests = defined(ast.parse(files["tests/test_tours_rules.py"]))
    assert {"test_r6_refuses_a_deletion_of_its_driver", "test_r6_refuses_to_lose_its_driver"} <= tests


def test_a_report_is_grouped_by_the_month_of_a_moment() -> None:
    (loans, *others) = (each for each in LENDING.reports if each.measures)
    monthly = replace(loans, group_by=("borrowed_at.month", "book.title"), order_by="borrowed_at_month")
    charter = replace(LENDING, reports=(monthly, *others))
    assert check_charter(charter) == ()
    files = {file.path: file.content for file in compile_project(charter, PLAIN)}
    assert 'period(Loan.borrowed_at, 7).label("borrowed_at_month")' in files["app/routes/reports.py"]
    assert "borrowed_at_month: str" in files["app/schemas/reports.py"]
    assert "SET TIME ZONE 'UTC'" in files["app/database.py"]
    (fault,) = check_charter(replace(charter, reports=(replace(monthly, group_by=("book.month",), order_by=""),)))
    assert '"month" is no field or relation of Book' in fault


def test_a_row_is_named_in_a_test_only_where_the_name_is_read() -> None:
    thing = Entity("Thing", "things", fields=(Field("row", "string"),))
    report = Report("listing", "Thing", columns=("row",))
    files = compile_project(Charter("x", "X", "", entities=(thing,), reports=(report,)), PLAIN)
    (text,) = (file.content for file in files if file.path == "tests/test_reports.py")
    assert 'figures["row"]' in text
    assert "row = " not in text


def test_a_limit_counts_for_each_member_and_day() -> None:
    files = {file.path: file.content for file in compile_project(SHIPPING, PLAIN)}
    assert "Tour.driver_id == row.driver_id, Tour.day == row.day" in files["app/rules/tour.py"]
    assert "Call.made_at < made_at_day + dt.timedelta(days=1)," in files["app/rules/call.py"]
    assert "test_r8_counts_another_made_at_by_itself" in defined(ast.parse(files["tests/test_calls_rules.py"]))
    (limit,) = (each for each in SHIPPING.rules if each.id == "R8")
    wrong = replace(limit, enforcement=replace(limit.enforcement, scope=("made_at.month",)))
    (fault,) = check_charter(replace(SHIPPING, rules=(*(each for each in SHIPPING.rules if each != limit), wrong)))
    assert fault.endswith('scope "made_at.month" is no day of a datetime; write it so, or name a date itself')


def test_a_time_range_without_an_end_has_tests_too() -> None:
    berth = Entity("Berth", "berths", fields=(Field("name", "string"),))
    fields = (Field("begins", "datetime"), Field("ends", "datetime", required=False))
    stay = Entity("Stay", "stays", fields=fields, relations=(Relation("berth", "Berth"),))
    open_stay = Condition("ends", "is_unset")
    rules = (
        Rule("R1", "One at a time.", "Stay", NoOverlap("begins", "ends", ("berth",))),
        Rule("R2", "Who stays has no end.", "Stay", Requires((open_stay,))),
    )
    files = {
        each.path: each.content for each in compile_project(Charter("x", "X", "", (berth, stay), rules=rules), PLAIN)
    }
    assert "test_r1_refuses_a_second_row" in files["tests/test_stays_rules.py"]
    # SQLAlchemy refuses to compare with nothing.
    assert "sa.true() if row.ends is None else Stay.begins < row.ends" in files["app/rules/stay.py"]


def test_the_way_to_an_owner_over_two_relations_is_formatted() -> None:
    files = {file.path: file.content for file in compile_project(wished("invoicing"), PLAIN)}
    assert '"/invoice-lines": (InvoiceLine, ("invoice", "client"), "owner_id"),' in files["tests/access.py"]
