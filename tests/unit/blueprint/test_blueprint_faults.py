"""Each fault of a charter is said with its exact place and what to do."""

from __future__ import annotations

import pytest

from libs.blueprint import check_charter
from libs.contracts.artifacts import Architecture, Dependency, Module
from libs.contracts.behaviour import Rule
from libs.contracts.charter import Charter, Endpoint, Entity, Permission, Role
from libs.contracts.fields import Field, Relation
from tests.charters import ALL

BOOK = Entity("Book", "books")


def faults(*entities: Entity, **more) -> tuple[str, ...]:
    return check_charter(Charter("x", "X", "", entities=entities, **more))


@pytest.mark.parametrize("name", ALL)
def test_a_good_charter_has_no_fault(name: str) -> None:
    assert check_charter(ALL[name]) == ()


FIELDS = [
    (Field("kind", "enum"), "choices are missing; name the values of the enum"),
    (Field("kind", "enum", choices=("a", "a")), "choices name a value twice; name each once"),
    (Field("kind", "enum", choices=("a ",)), "choices hold a value with invisible characters"),
    (Field("kind", "string", choices=("a",)), 'choices stand on a field of type string; use type "enum"'),
    (Field("kind", "enum", choices=("a",), default="b"), 'default "b" is no enum: it is none of the choices a'),
    (Field("n", "integer", min_length=1), "min_length and max_length do not apply to type integer"),
    (Field("s", "string", minimum="1"), "minimum and maximum do not apply to type string"),
    (Field("n", "integer", pattern="1"), "pattern applies to string and text, not to integer"),
    (Field("j", "json", unique=True), "unique and indexed do not apply to json"),
    (Field("s", "string", min_length=5, max_length=4), "min_length 5 is above max_length 4"),
    (Field("s", "string", max_length=0), "min_length must be at least 0 and max_length at least 1"),
    (Field("s", "string", pattern="["), "pattern [ cannot be used"),
    (Field("s", "string", pattern="(?=a)b"), "pattern (?=a)b cannot be used"),
    (Field("s", "string", pattern="^[a-z]{9}$", max_length=8), "pattern, min_length and max_length leave no value"),
    (Field("s", "string", pattern="^[a-z]+$", default="A"), 'default "A" is refused by the field'),
    (Field("s", "string", max_length=2, default="abc"), 'default "abc" is no string: its length is out of bounds'),
    (Field("n", "integer", minimum="few"), 'minimum "few" is no integer'),
    (Field("n", "integer", maximum="3000000000"), 'maximum "3000000000" is no integer: it is beyond 2147483647'),
    (Field("n", "integer", minimum="2", maximum="1"), "minimum 2 is above maximum 1"),
    (Field("n", "integer", minimum="2", default="1"), 'default "1" is refused by the field\'s own bounds'),
    (Field("m", "money", minimum="0.001"), 'minimum "0.001" is no money: it has more than 2 decimal places'),
    (Field("m", "money", maximum="1e12"), 'maximum "1e12" is no money: it needs more than 10 digits'),
    (Field("m", "decimal", default="NaN"), 'default "NaN" is no decimal'),
    (Field("b", "boolean", default="maybe"), 'default "maybe" is no boolean: it is neither true nor false'),
    (Field("d", "date", minimum="today"), 'minimum "today" is no date'),
    (Field("j", "json", default="{"), 'default "{" is no json'),
    (Field("u", "uuid", default="7"), 'default "7" is no uuid'),
]


@pytest.mark.parametrize(("field", "said"), FIELDS, ids=[said[:40] for _, said in FIELDS])
def test_a_fault_of_a_field(field: Field, said: str) -> None:
    (fault,) = faults(Entity("Book", "books", fields=(Field("title", "string"), field)))
    assert fault.startswith(f'entities[0].fields[1] "{field.name}": {said}')


def test_an_unknown_target_is_named_with_the_declared_ones() -> None:
    (fault,) = faults(BOOK, Entity("Loan", "loans", relations=(Relation("book", "Boook"),)))
    assert fault == (
        'entities[1].relations[0].target "Boook" is no entity; did you mean "Book"?; declared are: Book, Loan'
    )


def test_names_used_twice_are_refused() -> None:
    said = faults(BOOK, Entity("BOOK", "books", fields=(Field("a", "string"), Field("a", "string"))))
    assert 'entities[1].name "book" is used by entities[0].name already; rename one of them' in said
    assert 'entities[1].plural "books" is used by entities[0].plural already; rename one of them' in said
    assert any(fault.startswith('entities[1].fields[1] "a" becomes "a", which') for fault in said)


def test_a_field_and_a_relation_that_become_the_same_attribute_are_refused() -> None:
    loan = Entity("Loan", "loans", fields=(Field("book_id", "string"),), relations=(Relation("book", "Book"),))
    (fault,) = faults(BOOK, loan)
    assert fault.startswith('entities[1].relations[0] "book" becomes "book_id", which entities[1].fields[0] "book_id"')


def test_an_id_that_is_no_number_is_refused() -> None:
    (fault,) = faults(Entity("Book", "books", fields=(Field("id", "string"),)))
    assert fault == 'entities[0].fields[0].name "id" is taken: every Book has an integer id; rename it, e.g. "code"'


def test_an_entity_named_like_a_schema_is_refused() -> None:
    (fault,) = faults(BOOK, Entity("BookRead", "book_reads"))
    assert fault == 'entities[0].name "BookRead" is used by entities[1].name already; rename one of them'


def test_entities_that_need_each_other_are_refused() -> None:
    loop = (Entity("A", "as_", relations=(Relation("b", "B"),)), Entity("B", "bs", relations=(Relation("a", "A"),)))
    (fault,) = faults(*loop)
    assert fault.startswith("entities[0].relations require each other (A → B → A)")
    (fault,) = faults(Entity("Node", "nodes", relations=(Relation("parent", "Node"),)))
    assert "(Node → Node)" in fault


def test_clearing_a_required_reference_is_refused() -> None:
    (fault,) = faults(BOOK, Entity("Loan", "loans", relations=(Relation("book", "Book", on_delete="set_null"),)))
    assert fault == ('entities[1].relations[0] "book": on_delete set_null needs required=false; change one of them')


def test_names_elsewhere_must_be_declared() -> None:
    said = faults(
        BOOK,
        endpoints=(Endpoint("GET", "/x", "X", entity="Bok"),),
        roles=(Role("clerk"),),
        permissions=(Permission("boss", "Book", ("read",)),),
        rules=(Rule("R1", "a", entity="Shelf"), Rule("R1", "b")),
    )
    assert said == (
        'endpoints[0].entity "Bok" is no entity; did you mean "Book"?; declared are: Book',
        'rules[0].entity "Shelf" is no entity; declared are: Book',
        'permissions[0].role "boss" is no role; declared are: clerk, public, user, admin',
        'rules[1].id "R1" is used by rules[0].id already; rename one of them',
    )


@pytest.mark.parametrize("path", ["app/../../etc/passwd", "app//x.py", "a/./b.py", "app/"])
def test_a_module_that_leaves_the_project_is_refused(path: str) -> None:
    (fault,) = check_charter(Charter("x", "X", ""), Architecture("", modules=(Module(path, "x"),)))
    assert fault.startswith(f'modules[0].path "{path}" leaves the project or has an empty part')


@pytest.mark.parametrize(
    ("package", "place"),
    [
        (Dependency("--index-url http://evil"), "name"),
        (Dependency("evil @ http://evil"), "name"),
        (Dependency("good", "==1; os"), "version"),
        (Dependency("good", "==1\nevil"), "version"),
    ],
)
def test_a_dependency_that_is_no_package_is_refused(package: Dependency, place: str) -> None:
    (fault,) = check_charter(Charter("x", "X", ""), Architecture("", dependencies=(package,)))
    assert fault.startswith(f"dependencies[0].{place} ")
