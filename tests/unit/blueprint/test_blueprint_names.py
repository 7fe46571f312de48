"""Names that bite are printed right, or refused with a name that would do."""

from __future__ import annotations

import pytest
from pydantic import BaseModel

from libs.blueprint import check_charter, compile_project
from libs.blueprint.names import PROTECTED_PREFIXES, RESERVED_ATTRIBUTES, pascal, snake
from libs.contracts.charter import Charter, Entity
from libs.contracts.fields import Field
from tests.charters import BITING, PLAIN

FILES = {file.path: file.content for file in compile_project(BITING, PLAIN)}


def charter(entity: Entity) -> Charter:
    return Charter("x", "X", "", entities=(entity,))


def test_every_attribute_of_a_pydantic_model_is_reserved() -> None:
    public = {name for name in dir(BaseModel) if not name.startswith(("_", *PROTECTED_PREFIXES))}
    assert public <= RESERVED_ATTRIBUTES


def test_a_reserved_field_keeps_its_name_outside_python() -> None:
    assert 'metadata_: Mapped[str | None] = mapped_column("metadata", sa.String(255))' in FILES["app/models/class_.py"]
    schema = FILES["app/schemas/class_.py"]
    assert 'metadata_: str | None = Field(None, alias="metadata", max_length=255)' in schema
    assert 'metadata_: str | None = Field(serialization_alias="metadata")' in schema


def test_an_entity_named_like_a_printed_class_gets_another_class_and_keeps_its_path() -> None:
    assert "class SessionRecord(Base):" in FILES["app/models/session.py"]
    assert 'prefix="/sessions"' in FILES["app/routes/sessions.py"]
    assert "class NoneRecord(Base):" in FILES["app/models/none.py"]


def test_no_path_hides_the_documentation() -> None:
    assert 'prefix="/doc-records"' in FILES["app/routes/docs.py"]


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("Bücher", 'rename it, e.g. "Bucher"'),
        ("stock movement", 'rename it, e.g. "StockMovement"'),
        ("X" * 80, "has 80 characters; use at most 36"),
        ("Book\nimport os", 'rename it, e.g. "BookImportOs"'),
        ("2Books", "is not PascalCase of ASCII letters and digits; rename it"),
    ],
)
def test_an_unusable_entity_name_is_refused_with_one_that_would_do(name: str, said: str) -> None:
    (fault,) = check_charter(charter(Entity(name, "books")))
    assert fault.startswith(f'entities[0].name "{name}"')
    assert fault.endswith(said)


@pytest.mark.parametrize("name", ["größe", "Title", "_x", "a-b", "model_dump_x", "x" * 37, "../../etc"])
def test_an_unusable_field_name_is_refused(name: str) -> None:
    (fault,) = check_charter(charter(Entity("Book", "books", fields=(Field(name, "string"),))))
    assert fault.startswith(f'entities[0].fields[0].name "{name}" ')


def test_words_change_their_case_and_come_back() -> None:
    assert snake("StockMovement") == "stock_movement"
    assert snake("URLPath2") == "url_path2"
    assert pascal("stock_movement") == "StockMovement"
