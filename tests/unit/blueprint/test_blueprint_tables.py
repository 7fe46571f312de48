"""Tables: one description for models and migration, in an order that a database takes, with what is unique in them."""

from __future__ import annotations

from libs.blueprint import check_charter, compile_project
from libs.blueprint.indexes import indexes, table_arguments, unique_sets
from libs.blueprint.normal import plain
from libs.blueprint.tables import Table, tables
from libs.blueprint.view import EntityView, entity_views
from libs.contracts.behaviour import Condition, Rule, UniqueIn
from libs.contracts.charter import Charter, Entity, UniqueTogether
from libs.contracts.fields import Field, Relation
from tests.charters import ALL, EVERYTHING, FOLDERS, PLAIN, READING_ROOM


def all_tables(charter: Charter) -> list[Table]:
    return tables(charter, entity_views(plain(charter)))


def only(entity: Entity, *rules: Rule) -> EntityView:
    return entity_views(Charter("x", "X", "", entities=(entity,), rules=rules))[0]


def test_a_table_comes_after_those_it_points_at_or_its_key_comes_late() -> None:
    for charter in ALL.values():
        done: set[str] = set()
        for table in all_tables(charter):
            done.add(table.name)
            assert {key.column for key in table.keys if key.target not in done} == table.late


def test_tables_that_point_at_each_other_get_their_keys_where_the_database_can_add_them() -> None:
    files = {file.path: file.content for file in compile_project(EVERYTHING, PLAIN)}
    migration = files["migrations/versions/0001_initial.py"]
    assert migration.count("use_alter=True") == migration.count("op.create_foreign_key(") == 1
    assert "use_alter=True" in files["app/models/node.py"] + files["app/models/label.py"]


def test_values_are_unique_among_the_rows_that_are_not_deleted() -> None:
    folder = entity_views(FOLDERS)[0]
    (index,) = indexes(folder)
    assert (index.columns, index.unique, index.where) == (("name",), True, "deleted_at IS NULL")
    assert list(unique_sets(folder)) == []


def test_a_rule_about_unique_values_is_an_index_where_sql_can_say_its_condition() -> None:
    loan = Entity("Loan", "loans", fields=(Field("copy", "integer"), Field("state", "enum", choices=("out", "it's"))))
    open_only = UniqueIn(("copy",), where=(Condition("state", "in", choices=("out", "it's")),))
    (index,) = indexes(only(loan, Rule("R1", "Lent once.", entity="Loan", enforcement=open_only)))
    assert index.name == "uq_loans_copy_r1"
    assert index.where == "\"state\" IN ('out', 'it''s')"
    far = UniqueIn(("copy",), where=(Condition("copy", "gt"),))
    assert list(indexes(only(loan, Rule("R1", "Lent once.", entity="Loan", enforcement=far)))) == []


def test_columns_are_unique_together() -> None:
    file = entity_views(FOLDERS)[1]
    assert table_arguments(file) == ['sa.UniqueConstraint("folder_id", "name")']
    entity = Entity("Book", "books", fields=(Field("a", "string"),), unique_together=(UniqueTogether(("a", "b")),))
    (fault,) = check_charter(Charter("x", "X", "", entities=(entity,)))
    assert fault.startswith('entities[0].unique_together[0] "b" is neither a field nor a to-one relation')


def test_what_is_searched_is_text() -> None:
    entity = Entity("Book", "books", fields=(Field("pages", "integer"),), search=("pages",))
    (fault,) = check_charter(Charter("x", "X", "", entities=(entity,)))
    assert fault == 'entities[0].search "pages" is no text field; declared are: none'


def test_faults_of_a_pair_name_the_relation_it_comes_from() -> None:
    fields = (Field("note", "string"),)
    link = Relation("tags", "Tag", "many_to_many", fields=fields)
    entities = (Entity("Book", "books", relations=(link,)), Entity("Tag", "tags"), Entity("BookTag", "book_tags"))
    said = check_charter(Charter("x", "X", "", entities=entities))
    assert said[0].startswith('entities[0].relations[0], as an entity,.name "book_tag" is used by entities[2].name')
    (fault,) = check_charter(
        Charter(
            "x", "X", "", entities=(Entity("A", "as_", relations=(Relation("b", "A", required=False, fields=fields),)),)
        )
    )
    assert "belong to many_to_many, not to many_to_one" in fault


def test_a_decimal_has_the_places_it_asks_for() -> None:
    book = next(table for table in all_tables(READING_ROOM) if table.name == "books")
    found = {column.name: column.sql for column in book.columns}
    assert (found["price"], found["weight"]) == ("Scaled(18, 3)", "Scaled(18, 0)")
