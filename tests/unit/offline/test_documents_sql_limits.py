"""What a SQL schema says and a charter cannot is made to fit, and said."""

from __future__ import annotations

from documents_reading import charter_of

from libs.contracts.behaviour import Computed


def test_rows_that_would_require_each_other_may_be_made():
    charter = charter_of("""
    CREATE TABLE a (id serial PRIMARY KEY, b_id integer NOT NULL);
    CREATE TABLE b (id serial PRIMARY KEY, a_id integer NOT NULL REFERENCES a (id));
    ALTER TABLE a ADD CONSTRAINT ring FOREIGN KEY (b_id) REFERENCES b (id);
    """)
    assert [entity.relations[0].required for entity in charter.entities] == [False, True]
    assert any("could never be created" in line for line in charter.assumptions)


def test_keys_over_what_is_computed_or_binary_are_said_to_be_lost():
    charter = charter_of("""
    CREATE TABLE a (
        id serial, photo bytea, net integer, tax integer, gross integer GENERATED ALWAYS AS (net + tax) STORED NOT NULL,
        label text GENERATED ALWAYS AS (lower('x')) STORED, UNIQUE (gross, net), UNIQUE (photo)
    );
    """)
    assert charter.entities[0].computed == (Computed("gross", "integer", "net + tax"),)
    assert [line.split(" is ")[0] for line in charter.not_understood] == [
        "photo: binary data (VARBINARY)", "a.label", "a: a key over gross, net", "a: a key over photo",
    ]  # fmt: skip
