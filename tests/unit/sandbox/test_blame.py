"""The file that is named for a failure is the one to be changed."""

from __future__ import annotations

import pytest

from libs.blueprint.probes import Probes, probes
from libs.contracts.charter import Charter, Entity
from libs.contracts.fields import Field, Relation
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


NOTES = Charter(
    "notes",
    "Notes",
    "",
    entities=(
        Entity(
            "Note", "notes", fields=(Field("pages", "integer"),), relations=(Relation("book", "Book", "many_to_one"),)
        ),
        Entity("Book", "books", fields=(Field("title", "string", unique=True),)),
    ),
)
MIGRATION = "migrations/versions/0001_initial.py"
PAGES = "    pages: Mapped[int] = mapped_column(sa.Integer)"
BOOK = """    book_id: Mapped[int] = mapped_column(
        sa.ForeignKey("books.id", ondelete="RESTRICT", use_alter=True), index=True
    )"""
TYPE = "[[('modify_type', None, 'notes', 'pages', {'existing_nullable': False}, INTEGER(), String(length=20))]]"
ADDED = "[('add_column', None, 'notes', Column('{}', Integer(), table=<notes>))]"
INDEX = "[('remove_index', Index('ix_notes_book_id', Column('book_id', INTEGER(), table=<notes>)))]"


@pytest.mark.parametrize(
    ("model", "told", "named"),
    [
        (PAGES.replace("sa.Integer", "sa.String(20)"), TYPE, "app/models/note.py"),
        (PAGES, TYPE, MIGRATION),
        (PAGES, ADDED.format("pages"), MIGRATION),
        (PAGES, ADDED.format("colour"), "app/models/note.py"),
        (BOOK, INDEX, MIGRATION),
        (BOOK.replace(", index=True", ""), INDEX, "app/models/note.py"),
        ("    this is no Python", TYPE, "app/models/note.py"),
        (PAGES, "[('add_table', Table('colours', MetaData(), Column('id', Integer(), table=<colours>)))]", MIGRATION),
    ],
)
def test_where_migrations_and_models_differ_the_one_is_at_fault_that_is_not_as_the_charter_wants_it(
    model: str, told: str, named: str
) -> None:
    files = {MIGRATION: "", "app/models/note.py": f"class Note(Base):\n{model}\n"}
    assert Blame(files, files, probes(NOTES)).of_migrations(told).path == named
