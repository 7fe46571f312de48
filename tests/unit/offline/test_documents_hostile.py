"""No document makes the reader crash or hang: it is refused with a sentence, or read within bounds."""

from __future__ import annotations

import string
import time

import pytest
from documents_reading import question_of
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from libs.blueprint import check_charter
from libs.contracts.asks import MAX_WISH_BYTES
from libs.offline.documents import read_document
from libs.offline.documents.loading import load_yaml
from libs.offline.documents.notes import Broken


@pytest.mark.parametrize(
    ("schema", "line", "reason"),
    [
        ("CREATE TABLE a (\n  id int primary key,\n  name varchar(20) NOT NULL\n  age int\n);", 4, "comma"),
        ("CREATE TABLE a (\n  id int primary key,\n  name varchar(20),\n);", 4, "empty place between two commas"),
        ("CREATE TABLE a (\n  id int,\n  name text DEFAULT 'abc\n);", 4, "quote"),
        ("CREATE TABLE b (id int);\nCREATE TABLE a (\n  id int;\n", 2, "never closed"),
        ("CREATE TABLE a (id int);\n\nCREATTE TABLE b (id int);", 3, "CREATTE"),
        ("CREATE TABLE a (\n  id int,\n  FOREIGN KEY (x) REFERENCES b (id)\n);", 3, '"x" is no column of a'),
        ("CREATE TABLE a (id int);\nCREATE TABLE A (id int);", 2, "twice"),
    ],
)
def test_a_broken_schema_is_asked_about_with_its_line(schema: str, line: int, reason: str):
    question = question_of(schema)
    assert f"in line {line}: " in question
    assert reason in question
    assert question.endswith("?")


API = "openapi: 3.0.0\n"
NESTED = "".join(f"{b}: &{b} [{','.join([f'*{a}'] * 9)}]\n" for a, b in zip("abcdefgh", "bcdefghi", strict=True))
PARTS = ",".join(
    f'"A{n}": {{"allOf": [{",".join([f"""{{"$ref": "#/components/schemas/A{n + 1}"}}"""] * 9)}]}}' for n in range(19)
)
REFUSED = {
    "aliases that unfold without end": API + "a: &a [x, x, x, x, x, x, x, x, x]\n" + NESTED,
    "an alias of itself": API + "components: &a\n  schemas: *a\n",
    "deep YAML": API + "a: " + "[" * 20_000,
    "a tag that makes objects": API + "x: !!python/object/apply:os.system ['true']\n",
    "deep JSON": '{"a":' * 5_000 + "1" + "}" * 5_000,
    "open JSON": "[" * 60_000,
    "a huge number": '{"a": ' + "9" * 60_000 + "}",
    "kinds of objects without end": "[" + ",".join(f'{{"a{n}": {{"b": [{{"c": 1}}]}}}}' for n in range(2_000)) + "]",
    "deep SQL": "CREATE TABLE t (a int CHECK (" + "(" * 3_000 + "a > 1" + ")" * 3_000 + "));",
    "conditions without end": "CREATE TABLE t (a int, CHECK (" + " OR ".join(f"a={n}" for n in range(5_000)) + "));",
    "tables without end": "".join(f"CREATE TABLE t{n} (id int);\n" for n in range(2_000)),
    "columns without end": "CREATE TABLE t (" + ",".join(f"c{n} int" for n in range(5_000)) + ");",
    "references in a ring": API + 'components: {schemas: {A: {$ref: "#/components/schemas/A"}}}',
    "a diagram without end": "erDiagram\n" + "".join(f"A{n} ||--o{{ B{n} : x\n" for n in range(2_500)),
    "too many bytes": "CREATE TABLE t (a text DEFAULT '" + "x" * MAX_WISH_BYTES + "');",
}
READ = {
    "parts of parts without end": f'{{"openapi": "3.0.0", "components": {{"schemas": {{{PARTS}, "A19": '
    '{"properties": {"id": {"type": "integer"}}}}}}',
    "a schema that holds itself": API + "components: {schemas: {A: {properties: {name: {type: string}, "
    'b: {$ref: "#/components/schemas/A"}, all: {type: array, items: {$ref: "#/components/schemas/A"}}}}}}',
    "names that leave their place": 'CREATE TABLE "../../etc/passwd" (id int PRIMARY KEY, "../x" text, "" int, '
    f'"ü" int, "日本" int, "{"n" * 300}" int, "class" text, "model_dump_x" text, "Ä B" text);',
    "paths that leave their place": '{"openapi": "3.0.0", "info": {"title": "../../x"}, '
    '"paths": {"/../{x}/..": {"post": {"summary": "x"}}}, "components": {"schemas": {"../../A": {"properties": '
    '{"id": {"type": "integer"}, "__class__": {"type": "string"}}}}}}',
    "values everywhere": "CREATE TABLE t (a text CHECK (a IN (" + ",".join(f"'v{n}'" for n in range(3_000)) + ")));",
}
PROSE = ("`" * 60_000, "```sql\n" * 8_000, "create table " * 5_000, "{\n" * 30_000, "a " * 30_000 + "create table x")
SECONDS = 20.0  # far above what any of them takes, far below what one without a bound would


@pytest.mark.parametrize("wish", REFUSED.values(), ids=REFUSED)
def test_what_goes_beyond_all_bounds_is_refused(wish: str):
    begun = time.monotonic()
    question = question_of(wish)
    assert question.startswith("I cannot read the ")
    assert len(question) <= 400
    assert time.monotonic() - begun < SECONDS


@pytest.mark.parametrize("wish", READ.values(), ids=READ)
def test_what_looks_bad_but_is_a_system_is_read_with_safe_names(wish: str):
    answer = read_document(wish)
    assert answer is not None
    assert answer.charter is not None
    assert check_charter(answer.charter) == ()
    assert not any(".." in endpoint.path for endpoint in answer.charter.endpoints)


@pytest.mark.parametrize("wish", PROSE, ids=range(len(PROSE)))
def test_what_only_begins_like_a_document_is_none(wish: str):
    assert read_document(wish) is None


def test_yaml_makes_plain_values_only():
    assert load_yaml("a: no\nb: 2024-01-01\nc: [1, 2.5, true, ~]\n200: x\n") == {
        "a": "no", "b": "2024-01-01", "c": [1, 2.5, True, None], "200": "x",
    }  # fmt: skip
    with pytest.raises(Broken):
        load_yaml("a: !!timestamp 2024-01-01")


SEEDS = (
    "CREATE TABLE a (id serial PRIMARY KEY, b int REFERENCES b (id) ON DELETE SET NULL, c text CHECK (c IN ('x', 'y')),"
    " d numeric(5, 2) DEFAULT 1.5, UNIQUE (b, c), CHECK (d > 0 OR c IS NULL), e numeric GENERATED ALWAYS AS (d * 2));\n"
    "CREATE TABLE b (id int, f date, g date, CHECK (f < g));\nCREATE UNIQUE INDEX i ON a (c) WHERE d > 1;",
    'openapi: 3.0.0\npaths:\n  /a/{id}: {get: {responses: {"200": {content: {application/json: {schema: '
    '{$ref: "#/components/schemas/A"}}}}}}}\ncomponents: {schemas: {A: {type: object, properties: {id: {type: integer}'
    ', b: {type: array, items: {$ref: "#/components/schemas/A"}}, c: {type: string, enum: [x, y], default: x}}}}}\n',
    '{"a": [{"id": 1, "b": {"id": 2, "c": "x"}, "d": [{"e": 1.5}], "f_id": 2}], "f": [{"id": 2, "g": null}]}',
    'erDiagram\n  A ||--o{ B : has\n  A {\n    int id PK\n    string(20) name UK "optional"\n  }\n  B }o--o{ B : x\n',
)
SCRAPS = st.one_of(
    st.sampled_from([*"(){}[],:;'\"`#&*!|>%@-\\/\n\t \0ä", "--", "/*", "CREATE TABLE", "$ref", "null", "\ud800"]),
    st.text(string.printable, max_size=6),
)


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.sampled_from(SEEDS),
    st.lists(st.tuples(st.integers(0, 600), st.integers(0, 12), SCRAPS), min_size=1, max_size=5),
)
def test_a_document_with_damage_is_read_or_asked_about(document: str, damages: list[tuple[int, int, str]]):
    for place, length, scrap in damages:
        document = document[:place] + scrap + document[place + length :]
    answer = read_document(document)
    if answer is not None and answer.charter is not None:
        assert check_charter(answer.charter) == ()
    elif answer is not None:
        assert 0 < len(answer.questions[0]) <= 400
