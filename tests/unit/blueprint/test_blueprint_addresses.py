"""An action and a report have one address: in routes, printed tests, README and the charter of the reader."""

from __future__ import annotations

import re

from libs.blueprint import compile_project
from libs.offline import draft_architecture
from libs.offline.endpoints import endpoints
from tests.wishes.expected import charter
from tests.wishes.notation import HERE, load

HOTEL = charter(load(HERE / "known" / "hotel.md"))
FILES = {file.path: file.content for file in compile_project(HOTEL, draft_architecture(HOTEL))}
LISTED = [each.path for each in endpoints(HOTEL)]


def found(pattern: str, path: str) -> set[str]:
    return set(re.findall(pattern, FILES[path]))


def test_an_action_of_two_words_has_one_address() -> None:
    actions = {"check_in", "check_out"}
    assert found(r"booking_id\}/([\w-]+)\"", "app/routes/bookings.py") == actions
    assert found(r"row\['id'\]\}/([\w-]+)\"", "tests/test_bookings_actions.py") == actions
    assert found(r"`/bookings/\{id\}/([\w-]+)`", "README.md") == actions
    assert {path.rpartition("/")[2] for path in LISTED if "booking_id}/" in path} == actions


def test_a_report_of_many_words_has_one_address() -> None:
    report = {"bookings_per_room_type"}
    assert found(r"@router.get\(\"/([\w-]+)\"", "app/routes/reports.py") == report
    assert found(r"\"/reports/([\w-]+)\"", "tests/test_reports.py") == report
    assert found(r"`/reports/([\w-]+)`", "README.md") == report
    assert {path.rpartition("/")[2] for path in LISTED if "/reports/" in path} == report
