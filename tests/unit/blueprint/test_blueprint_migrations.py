"""A change of the charter brings one more migration; what databases have run already keeps its bytes."""

from __future__ import annotations

import re
from collections.abc import Mapping

import pytest
from msgspec.structs import replace

from libs.blueprint import Former, compile_project, plan_files
from libs.contracts.charter import Charter, Entity, UniqueTogether
from libs.contracts.fields import Field, Relation
from tests.charters import PLAIN
from tests.evolutions import COPIES, COPY, EVOLUTIONS, LIBRARY, entity, field, more, related

FOLDER = "migrations/versions/"
NOTE = Field("note", "string", required=False)


def printed(charter: Charter, former: Former | None = None) -> dict[str, str]:
    return {file.path: file.content for file in compile_project(charter, PLAIN, former)}


def migrations(files: Mapping[str, str]) -> list[str]:
    return sorted(path for path in files if path.startswith(FOLDER))


def step(old: Charter, new: Charter) -> str:
    """The text of the migration between two charters."""
    files = printed(new, Former.of(old, printed(old)))
    _, path = migrations(files)
    return files[path]


def test_each_change_is_one_migration_behind_the_others_which_keep_their_bytes() -> None:
    first = printed(LIBRARY)
    charters = [LIBRARY, more(LIBRARY, "Book", NOTE), more(LIBRARY, "Book", NOTE, replace(NOTE, name="remark"))]
    second = printed(charters[1], Former.of(charters[0], first))
    third = printed(charters[2], Former.of(charters[1], second))
    assert migrations(first) == [f"{FOLDER}0001_initial.py"]
    assert [path[len(FOLDER) :][:5] for path in migrations(third)] == ["0001_", "0002_", "0003_"]
    assert all(third[path] == second[path] for path in migrations(second))
    assert all(third[path] == first[path] for path in migrations(first))
    revisions = [re.findall(r"^(?:down_)?revision = (.+)$", third[path], re.MULTILINE) for path in migrations(third)]
    assert [down for _, down in revisions] == ["None", *(own for own, _ in revisions[:-1])]


def test_the_same_change_is_the_same_bytes_and_another_one_is_another_revision() -> None:
    new, former = more(LIBRARY, "Book", NOTE), Former.of(LIBRARY, printed(LIBRARY))
    assert printed(new, former) == printed(new, former)
    other = more(LIBRARY, "Book", replace(NOTE, max_length=9))
    paths = {migrations(printed(each, former))[1] for each in (new, other)}
    assert len(paths) == 2


def test_what_changes_no_table_brings_no_migration() -> None:
    former = Former.of(LIBRARY, first := printed(LIBRARY))
    described = entity(LIBRARY, "Book", description="A title.", search=("title",))
    for same in (LIBRARY, described):
        assert {p: t for p, t in printed(same, former).items() if p.startswith("migrations/")} == {
            p: t for p, t in first.items() if p.startswith("migrations/")
        }


def test_a_version_that_was_never_printed_leaves_a_first_migration() -> None:
    assert printed(LIBRARY, Former.of(COPIES, {})) == printed(LIBRARY)


def test_the_plan_names_what_is_printed() -> None:
    new, former = more(LIBRARY, "Book", NOTE), Former.of(LIBRARY, printed(LIBRARY))
    planned = {file.path for file in plan_files(new, PLAIN, former) if file.origin == "blueprint"}
    assert planned == printed(new, former).keys()


def test_types_that_former_migrations_name_stay_in_the_project() -> None:
    old = entity(COPIES, "Copy", fields=(Field("price", "money"), Field("seen", "datetime")))
    new = entity(COPIES, "Copy", fields=(Field("code", "string"),))
    assert "app/columns.py" not in printed(new)
    columns = printed(new, Former.of(old, printed(old)))["app/columns.py"]
    assert "class Scaled" in columns and "class UtcDateTime" in columns


def test_what_goes_and_comes_in_one_place_alike_is_renamed_and_nothing_else_is() -> None:
    code, year, *others = COPY.fields
    twin = replace(code, name="number")
    assert 'new_column_name="number"' in step(COPIES, entity(COPIES, "Copy", fields=(twin, year, *others)))
    for fields in ((year, *others, twin), (replace(twin, max_length=9), year, *others)):
        text = step(COPIES, entity(COPIES, "Copy", fields=fields))
        assert "new_column_name" not in text
        assert 'batch.drop_column("code")' in text


@pytest.mark.parametrize(
    ("added", "value"),
    [
        (Field("a", "string"), '""'),
        (Field("a", "string", default="en"), '"en"'),
        (Field("a", "integer"), "0"),
        (Field("a", "integer", minimum="3"), "3"),
        (Field("a", "money", maximum="-0.5"), 'Decimal("-0.5")'),
        (Field("a", "boolean"), "False"),
        (Field("a", "boolean", default="yes"), "True"),
        (Field("a", "date"), "dt.datetime.now(dt.UTC).date()"),
        (Field("a", "datetime", default="now"), "dt.datetime.now(dt.UTC)"),
        (Field("a", "enum", choices=("one", "two")), '"one"'),
        (Field("a", "enum", choices=("one", "two"), default="two"), '"two"'),
        (Field("a", "json", default="[1]"), "[1]"),
    ],
)
def test_rows_that_are_there_get_the_default_or_next_to_nothing(added: Field, value: str) -> None:
    text = step(COPIES, more(COPIES, "Copy", added))
    assert f'op.execute(sa.update(rows).where(rows.c["a"].is_(None)).values({{"a": {value}}}))' in text
    assert 'batch.alter_column("a", nullable=False)' in text


def test_values_of_a_unique_field_differ() -> None:
    text = step(COPIES, more(COPIES, "Copy", Field("a", "integer", unique=True, minimum="1000")))
    assert 'values({"a": key + 999})' in text


def test_pairs_go_into_no_table_but_the_one_of_their_own_link() -> None:
    one, other = EVOLUTIONS["a link that gets fields"]
    assert step(one, other).count("sa.insert(rows)") == step(other, one).count("sa.insert(rows)") == 2
    read = Entity(
        "Reservation",
        "reservations",
        relations=(Relation("member", "Member"), Relation("book", "Book")),
        unique_together=(UniqueTogether(("member", "book")),),
    )
    assert "sa.insert" not in step(one, replace(LIBRARY, entities=(*LIBRARY.entities, read)))
    twice = related(one, "Member", Relation("wished", "Book", "many_to_many"))
    assert "sa.insert" not in step(twice, other)  # nobody can tell which pairs are meant


def test_a_table_with_a_new_name_leaves_that_of_its_key_to_a_later_one() -> None:
    text = step(*EVOLUTIONS["an entity renamed"])
    assert """op.execute('ALTER INDEX IF EXISTS "pk_authors" RENAME TO "pk_writers"')""" in text


def test_deleted_rows_do_not_come_back() -> None:
    text = step(entity(COPIES, "Copy", soft_delete=True), COPIES)
    assert 'raise CommandError("Deleted copies would come back' in text.partition("def downgrade")[0]


def test_a_change_says_in_its_heading_what_it_is() -> None:
    assert step(COPIES, more(COPIES, "Copy", Field("size", "integer"))).startswith('"""Add copies.size.\n')
    assert step(*EVOLUTIONS["an entity renamed"]).startswith('"""Rename authors to writers;')
    assert step(COPIES, field(COPIES, "Copy", "note", required=True)).startswith('"""Change copies.\n')
    assert step(*EVOLUTIONS["another system"]).splitlines()[0].endswith("; and more.")
