"""A printed project's own documents as wishes give the system back that it was printed from."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from msgspec.structs import replace

from libs.blueprint import compile_project
from libs.contracts.charter import Charter, Entity
from libs.contracts.fields import Field, Relation
from libs.offline import read_wish
from libs.testing.generated import python_with, run
from tests.charters import INVENTORY, LIBRARY, PLAIN, TODO

SCRIPT = """
import json
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
import app.models
from app.database import Base
from app.main import app

def schema(dialect):
    for table in Base.metadata.sorted_tables:
        yield str(sa.schema.CreateTable(table).compile(dialect=dialect)) + ";"
        for index in sorted(table.indexes, key=lambda each: each.name):
            yield str(sa.schema.CreateIndex(index).compile(dialect=dialect)) + ";"

schemas = {each.name: "\\n".join(schema(each)) for each in (postgresql.dialect(), sqlite.dialect())}
described = app.openapi()
for operation in [each for path in described["paths"].values() for each in path.values()]:
    # Each route describes its errors with examples; with them it is more than a wish may hold.
    operation["responses"] = {code: answer for code, answer in operation["responses"].items() if code < "4"}
print(json.dumps({"openapi": json.dumps(described), **schemas}))
"""
CHARTERS = (LIBRARY, TODO, INVENTORY)


@pytest.fixture(scope="module")
def documents(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, str]]:
    """The OpenAPI description and the SQL schemas of each charter's project."""
    found: dict[str, dict[str, str]] = {}
    for charter in CHARTERS:
        folder = tmp_path_factory.mktemp(charter.name)
        for file in compile_project(charter, PLAIN):
            path = folder / file.path
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(file.content)
        python = python_with((folder / "requirements.txt").read_text())
        found[charter.name] = json.loads(run([python, "-c", SCRIPT], folder))
    return found


# SQLite has no type for money: a printed project keeps it there as whole cents, which no schema tells from a count.
SCHEMAS = [(charter, dialect) for charter in CHARTERS for dialect in ("postgresql", "sqlite")]
SCHEMAS.remove((INVENTORY, "sqlite"))


@pytest.mark.parametrize(("charter", "dialect"), SCHEMAS, ids=lambda part: getattr(part, "name", part))
def test_the_schema_of_a_printed_project_gives_it_back(
    charter: Charter, dialect: str, documents: dict[str, dict[str, str]]
):
    given = read_wish(documents[charter.name][dialect]).charter
    assert given is not None
    assert given.not_understood == ()
    assert _things(given, _stored) == _things(charter, _stored)


@pytest.mark.parametrize("charter", CHARTERS, ids=lambda charter: charter.name)
def test_the_openapi_description_of_a_printed_project_gives_it_back(
    charter: Charter, documents: dict[str, dict[str, str]]
):
    given = read_wish(documents[charter.name]["openapi"]).charter
    assert given is not None
    assert given.not_understood == ()
    assert _things(given, _spoken) == _things(charter, _spoken)


def _things(charter: Charter, shown: Callable[[Entity], Entity]) -> dict[str, Entity]:
    return {entity.name: shown(entity) for entity in charter.entities}


def _stored(entity: Entity) -> Entity:
    """What a schema says of an entity: no defaults, patterns and texts of Python, and what a length is without one."""
    fields = [replace(each, default=None, pattern=None, min_length=None, description="") for each in entity.fields]
    fields = [replace(each, max_length=_length(each), scale=_scale(each)) for each in fields]
    relations = sorted((_pair(each) for each in entity.relations), key=lambda each: each.name)
    return replace(entity, description="", fields=tuple(fields), relations=tuple(relations))


def _length(field: Field) -> int | None:
    return (field.max_length or 255) if field.type == "string" else field.max_length


def _scale(field: Field) -> int | None:
    return (6 if field.scale is None else field.scale) if field.type == "decimal" else None


def _pair(relation: Relation) -> Relation:
    return replace(relation, description="", required=relation.required or relation.kind == "many_to_many")


def _spoken(entity: Entity) -> Entity:
    """What an API description says of an entity: neither what is unique or indexed, nor what deleting does."""
    fields = [replace(each, unique=False, indexed=False, min_length=None, description="") for each in entity.fields]
    fields = [replace(each, max_length=_length(each)) for each in fields]
    relations = sorted(
        (replace(_pair(each), on_delete="restrict") for each in entity.relations), key=lambda each: each.name
    )
    return replace(entity, description="", fields=tuple(fields), relations=tuple(relations), search=())
