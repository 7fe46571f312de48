"""A changed charter brings a migration: databases with rows reach the new tables, and the old ones again.

Each run tries a few changes on SQLite; by night all of them, more by chance, and PostgreSQL.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings

from libs.blueprint import Former, check_charter, compile_project
from libs.contracts.charter import Charter
from libs.testing.generated import run
from libs.testing.postgres import postgres_server
from tests.charters import PLAIN
from tests.evolutions import EVOLUTIONS
from tests.unit.blueprint.charter_strategy import changes

BY_NIGHT = bool(os.environ.get("RANDOM_CHARTERS"))
DAILY = (
    "half of all kinds of fields",
    "other types",
    "a new entity that all need",
    "an entity renamed that others need",
    "a relation that all need",
    "soft deletion and moments",
    "a link that gets fields",
)
RANDOM = 40 if BY_NIGHT else 2
CHOSEN = {name: EVOLUTIONS[name] for name in (EVOLUTIONS if BY_NIGHT else DAILY)}
Found = dict[str, dict[str, Any]]

pytestmark = pytest.mark.timeout(0 if BY_NIGHT else 300)  # the first test waits for all databases


def write(folder: Path, files: dict[str, str]) -> None:
    for path, text in files.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text)


def printed(charter: Charter, former: Former | None = None) -> dict[str, str]:
    assert check_charter(charter) == ()
    return {file.path: file.content for file in compile_project(charter, PLAIN, former)}


def tried(pairs: dict[str, tuple[Charter, Charter]], place: Path, python: Path, database: str) -> Found:
    folders: list[Path] = []
    for number, (old, new) in enumerate(pairs.values()):
        folders.append(place / f"change_{number}")
        before = printed(old)
        write(folders[-1] / "old", before)
        write(folders[-1] / "new", printed(new, Former.of(old, before)))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DATABASE", database)
        said = run([python, Path(__file__).with_name("upgrading.py"), *folders], place)
    return dict(zip(pairs, json.loads(said).values(), strict=True))


def by_chance() -> dict[str, tuple[Charter, Charter]]:
    found: list[tuple[Charter, Charter]] = []

    @seed(int(os.environ.get("RANDOM_SEED", "7")))
    @settings(
        max_examples=RANDOM,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(changes())
    def draw(pair: tuple[Charter, Charter]) -> None:
        found.append(pair)

    draw()
    return {f"random {number}": pair for number, pair in enumerate(found)}


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory, project_python: Path) -> Found:
    place = tmp_path_factory.mktemp("upgrades")
    return tried(CHOSEN | by_chance(), place, project_python, str(place))


@pytest.fixture(scope="module")
def at_postgres(tmp_path_factory: pytest.TempPathFactory, project_python: Path) -> Iterator[Found]:
    with postgres_server() as server:
        place, address = tmp_path_factory.mktemp("upgrades"), f"postgresql+psycopg://{server.dsn.split('://')[1]}"
        yield tried(CHOSEN | by_chance(), place, project_python, address)


def leads_there_and_back(each: dict[str, Any]) -> None:
    assert "error" not in each, each["error"]
    tables = each["tables"]
    for step in ("first", "next", "back", "again"):
        have, want = tables[step]
        assert have == want, step
    assert (tables["differences"], tables["nothing"]) == ("[]", ["alembic_version"])


def keeps_the_rows(each: dict[str, Any]) -> None:
    """What both versions have in the same type is there after the upgrade, and after the way back."""
    assert "after" in each["rows"], each["rows"]["refused"]
    kinds = [
        {name: dict(part[:2] for part in parts[0]) for name, parts in each["tables"][s][1].items()}
        for s in ("first", "next")
    ]
    for later in ("after", "back"):
        for table in each["rows"]["before"].keys() & each["rows"]["after"].keys():
            same = {name for name, kind in kinds[0][table].items() if kinds[1][table].get(name) == kind} | {"id"}
            pairs = zip(each["rows"]["before"][table], each["rows"][later][table], strict=True)
            for before, after in pairs:
                assert {n: before[n] for n in same & before.keys() if before[n] is not None}.items() <= after.items(), (
                    table
                )


@pytest.mark.parametrize("name", CHOSEN)
def test_a_change_upgrades_a_database_with_rows_and_takes_it_back(found: Found, name: str) -> None:
    leads_there_and_back(found[name])
    keeps_the_rows(found[name])


@pytest.mark.parametrize("number", range(RANDOM))
def test_any_change_leads_to_the_tables_that_the_models_declare(found: Found, number: int) -> None:
    leads_there_and_back(found[f"random {number}"])


@pytest.mark.skipif(not BY_NIGHT, reason="by night")
def test_postgresql_is_upgraded_alike(at_postgres: Found) -> None:
    for name, each in at_postgres.items():
        leads_there_and_back(each)
        if name in CHOSEN:
            keeps_the_rows(each)


def test_rows_that_must_point_somewhere_wait_for_their_owner_to_say_where(found: Found) -> None:
    (said,) = found["a relation that all need"]["rows"]["refused"]
    assert "alembic -x books.editor_id=ID upgrade head" in said
    assert [row["editor_id"] for row in found["a relation that all need"]["rows"]["after"]["books"]] == [1, 1]


def test_values_are_written_anew_in_their_new_type(found: Found) -> None:
    rows = found["other types"]["rows"]
    first = rows["after"]["copies"][0]
    assert (first["year"], first["pages"], first["price"]) == ("0", 111, "0.00")
    assert first["bought_on"].startswith("2024-01-02 00:00:00")
    assert rows["back"] == rows["before"]


def test_pairs_become_rows_when_their_link_gets_fields_and_pairs_again(found: Found) -> None:
    rows = found["a link that gets fields"]["rows"]
    made, pairs = rows["after"]["member_favourites"], rows["before"]["members_favourites_links"]
    assert [{name: row[name] for name in ("member_id", "book_id")} for row in made] == pairs
    assert [(row["id"], row["note"], row["rank"]) for row in made] == [(1, "", 1), (2, "", 2)]
    assert rows["back"]["members_favourites_links"] == pairs


def test_rows_follow_a_table_to_its_new_name(found: Found) -> None:
    rows = found["an entity renamed that others need"]["rows"]
    assert rows["after"]["patrons"] == rows["before"]["members"]
    assert [row["patron_id"] for row in rows["after"]["loans"]] == [row["member_id"] for row in rows["before"]["loans"]]
