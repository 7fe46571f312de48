"""A changed charter changes only the files that name what was changed; the rest stays byte for byte."""

from __future__ import annotations

import re

import pytest
from msgspec.structs import replace

from libs.blueprint import compile_project
from libs.contracts.behaviour import Condition, Requires, Rule, Value
from libs.contracts.charter import Charter, Entity, Permission
from libs.contracts.fields import Field
from tests.behaviours import LENDING, SHIPPING, SHOP
from tests.charters import PLAIN, TODO

NOTE = Field("remark", "string", required=False)
SPONSOR = Entity("Sponsor", "sponsors", fields=(Field("name", "string"),))
NAMED = Requires((Condition("remark", "ne", Value("literal", "none")),))
CHARTERS = {"Book": LENDING, "Product": SHOP, "Driver": SHIPPING, "Tag": TODO}
README = "README.md"


def printed(charter: Charter) -> dict[str, str]:
    return {file.path: file.content for file in compile_project(charter, PLAIN)}


def with_entity(charter: Charter, name: str, **changes: object) -> Charter:
    entities = (replace(each, **changes) if each.name == name else each for each in charter.entities)
    return replace(charter, entities=tuple(entities))


def with_note(charter: Charter, name: str, *, required: bool = False) -> Charter:
    fields = next(each.fields for each in charter.entities if each.name == name)
    return with_entity(charter, name, fields=(*fields, replace(NOTE, required=required)))


def with_rule(charter: Charter, name: str) -> Charter:
    return replace(charter, rules=(*charter.rules, Rule("R90", "A remark says something.", name, NAMED)))


def renamed(charter: Charter, old: str, new: str) -> Charter:
    """Rename an entity wherever it stands as a word of its own."""
    entities = tuple(
        replace(
            each,
            name=new if each.name == old else each.name,
            plural=f"{new.lower()}s" if each.name == old else each.plural,
            relations=tuple(replace(one, target=new) if one.target == old else one for one in each.relations),
        )
        for each in charter.entities
    )
    grants: tuple[Permission, ...] = charter.permissions
    grants = tuple(replace(one, entity=new) if one.entity == old else one for one in grants)
    return replace(charter, entities=entities, permissions=grants)


def changed(old: Charter, new: Charter) -> dict[str, str]:
    """The files that differ, with both texts of each."""
    before, after = printed(old), printed(new)
    paths = sorted(before.keys() | after.keys())
    return {path: before.get(path, "") + after.get(path, "") for path in paths if before.get(path) != after.get(path)}


def names(text: str, *words: str) -> bool:
    """Whether a text names an entity, or says that it comes from all of them."""
    head = " ".join(text[: text.find('"""', 3)].split())
    spelt = "|".join(f"{word}|{word.lower()}" for word in words)
    return "every entity" in head or re.search(rf"(?<![A-Za-z])(?:{spelt})", text) is not None


@pytest.mark.parametrize("name", CHARTERS)
@pytest.mark.parametrize("required", [False, True])
def test_a_new_field_changes_only_files_that_name_its_entity(name: str, required: bool) -> None:
    found = changed(CHARTERS[name], with_note(CHARTERS[name], name, required=required))
    assert found.keys() - {path for path, text in found.items() if names(text, name)} <= {README}
    assert not any("which kinds of fields" in text[:300] for text in found.values())


@pytest.mark.parametrize("name", CHARTERS)
@pytest.mark.parametrize("first", [False, True])
def test_a_new_entity_leaves_the_files_of_the_others(name: str, first: bool) -> None:
    charter = CHARTERS[name]
    entities = (SPONSOR, *charter.entities) if first else (*charter.entities, SPONSOR)
    found = changed(charter, replace(charter, entities=entities))
    assert found.keys() - {path for path, text in found.items() if names(text, "Sponsor")} <= {README}
    others = [each.name for each in charter.entities]
    assert not any(re.search(rf"From the charter: entity (?:{'|'.join(others)})\b", text) for text in found.values())


@pytest.mark.parametrize("name", CHARTERS)
def test_a_new_rule_changes_only_files_that_name_it_or_its_entity(name: str) -> None:
    noted = with_note(CHARTERS[name], name)
    found = changed(noted, with_rule(noted, name))
    # The first rule of all brings what rules have in common.
    common = {path for path, text in found.items() if "which kinds of fields" in text[:300]} if name == "Tag" else set()
    assert found.keys() - {path for path, text in found.items() if names(text, name)} <= {README} | common


def test_a_renamed_entity_changes_only_files_that_name_it() -> None:
    for charter, old in ((SHIPPING, "Driver"), (TODO, "Tag")):
        found = changed(charter, renamed(charter, old, "Person"))
        assert found.keys() - {path for path, text in found.items() if names(text, old, "Person")} <= {README}


def test_a_change_of_words_changes_what_shows_them() -> None:
    found = changed(LENDING, replace(LENDING, description="Lend things."))
    assert found.keys() == {README, "app/main.py"}


@pytest.mark.parametrize("name", CHARTERS)
def test_each_module_of_a_part_names_it(name: str) -> None:
    for path, text in printed(CHARTERS[name]).items():
        if re.match(r"app/(models|schemas|routes|rules|actions)/[a-z_]+\.py|tests/test_\w+_(rules|actions)\.py", path):
            assert "From the charter: " in text, path
