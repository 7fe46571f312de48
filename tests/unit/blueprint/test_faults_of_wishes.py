"""What projects of wishes were once printed wrongly."""

from __future__ import annotations

from libs.blueprint import compile_project
from libs.contracts.charter import Charter
from libs.offline import draft_architecture
from tests.wishes.expected import charter
from tests.wishes.notation import wishes

KNOWN = {wish.key: wish for wish in wishes("known")}


def printed(made: Charter, path: str) -> str:
    return next(file.content for file in compile_project(made, draft_architecture(made)) if file.path == path)


def test_a_report_grouped_by_a_moment_of_another_entity_expects_it_as_the_seed_sends_it():
    # An answer is given before the rehearsal starts, so the seed's rehearsals lie ahead of whenever the test runs.
    assert '["rehearsal_start"] == ahead(' in printed(charter(KNOWN["orchestra"]), "tests/test_reports.py")


def test_clearing_a_reference_may_touch_the_time_of_the_change():
    jobs = printed(charter(KNOWN["printing"]), "tests/test_print_jobs.py")
    assert 'left == {**row, "printer_id": None, "updated_at": left["updated_at"]}' in jobs


def test_a_computed_field_finds_its_table_in_a_query_that_joins_it_too():
    # SQLAlchemy would otherwise take the events of the subquery for those that a report joins, and refuse it.
    computed = printed(charter(KNOWN["tickets"]), "app/models/computed.py")
    assert ".correlate_except(Event)" in computed
