"""The file that is named for a failure is the one to be changed."""

from __future__ import annotations

import pytest

from libs.blueprint.probes import Probes
from services.sandbox.checking.blame import Blame

FILES = {"app/main.py": "", "app/settings.py": "", "app/rules/note.py": "", "alembic.ini": ""}
LACKS = """Traceback (most recent call last):
  File "/app/app/rules/note.py", line 3, in created
    limit = settings.most_notes
  File "/opt/deps/pydantic/main.py", line 1110, in __getattr__
AttributeError: 'Settings' object has no attribute 'most_notes'"""


def blame(*written: str, files: dict[str, str] = FILES) -> Blame:
    return Blame(files, written, Probes(False, "", ()))


@pytest.mark.parametrize(
    ("written", "named"),
    [
        ((), "app/settings.py"),
        (("app/rules/note.py", "app/settings.py"), "app/settings.py"),
        (("app/rules/note.py",), "app/rules/note.py"),
    ],
)
def test_a_setting_that_is_not_there_is_missed_in_the_settings_unless_only_who_asks_can_be_written_again(
    written: tuple[str, ...], named: str
) -> None:
    assert blame(*written).of_text(LACKS).path == named


def test_without_any_migration_the_first_is_at_fault() -> None:
    assert blame().of_migrations(LACKS).path == "migrations/versions/0001_initial.py"
