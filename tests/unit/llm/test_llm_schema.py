from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import jsonschema
import msgspec
import pytest

from libs.contracts import behaviour as b
from libs.contracts.artifacts import Architecture, ModelReview, WrittenCode
from libs.contracts.charter import Charter, Requirements
from libs.llm.faults import find_faults
from libs.llm.schema import BARE, BRIEF, LEAN, OPENAI, Form, NotStrictError, strict_schema

ANSWERS = [Requirements, Architecture, WrittenCode, ModelReview]
STRICT_KEYWORDS = {"type", "properties", "required", "additionalProperties", "description", "items", "anyOf", "enum"}


def nodes(schema: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield schema
    inner = [*schema.get("$defs", {}).values(), *schema.get("properties", {}).values(), *schema.get("anyOf", [])]
    for node in [*inner, *([schema["items"]] if "items" in schema else [])]:
        yield from nodes(node)


@pytest.mark.parametrize("answer", ANSWERS)
@pytest.mark.parametrize("form", [LEAN, BRIEF, OPENAI, BARE])
def test_every_answer_has_a_schema_in_the_strict_subset(answer: type[msgspec.Struct], form: Form) -> None:
    schema = strict_schema(answer, form)
    jsonschema.Draft202012Validator.check_schema(schema)
    assert schema["type"] == "object"
    for node in nodes(schema):
        assert set(node) <= STRICT_KEYWORDS | form.limits | {"$ref", "$defs"}
        if node.get("type") == "object":
            assert node["additionalProperties"] is False
            assert form.omits_defaults or node["required"] == list(node["properties"])
        if "$ref" in node:
            assert set(node) == {"$ref"}, "a reference has no siblings"
            assert node["$ref"].removeprefix("#/$defs/") in schema["$defs"]


def test_a_valid_answer_fits_its_schema_and_a_wrong_one_does_not() -> None:
    schema = strict_schema(Requirements)
    value = msgspec.json.decode(msgspec.json.encode(Requirements(Charter("library", "Library", "Books."))))
    jsonschema.validate(value, schema)
    value["charter"]["name"] = "Not A Slug"
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(value, schema)


def test_in_the_lean_form_what_has_a_default_may_be_left_out() -> None:
    field = strict_schema(Requirements, LEAN)["$defs"]["Field"]
    assert field["required"] == ["name", "type"]
    assert "pattern" in field["properties"]


@pytest.mark.parametrize("form", [LEAN, BRIEF])
def test_what_a_charter_is_about_cannot_be_left_out(form: Form) -> None:
    parts = strict_schema(Requirements, form)["$defs"]
    assert "entities" in parts["Charter"]["required"]
    assert "fields" in parts["Entity"]["required"]


def test_a_small_model_is_given_less_room_but_never_for_code() -> None:
    assert strict_schema(Requirements, BRIEF)["$defs"]["Charter"]["properties"]["entities"]["maxItems"] == 8
    assert strict_schema(Architecture, BRIEF)["properties"]["design"]["maxLength"] == 1200
    assert "min_length" not in strict_schema(Requirements, BRIEF)["$defs"]["Field"]["properties"]
    assert not strict_schema(Architecture, BRIEF)["properties"].keys() & {"modules", "dependencies"}
    assert strict_schema(WrittenCode, BRIEF) == strict_schema(WrittenCode, LEAN)


def test_names_are_held_to_the_spelling_that_the_blueprint_prints() -> None:
    properties = strict_schema(Requirements)["$defs"]["Entity"]["properties"]
    for name, spelling in (("Book", "name"), ("order_lines", "plural")):
        assert re.fullmatch(properties[spelling]["pattern"], name)
    assert not re.fullmatch(properties["plural"]["pattern"], "Books")


def test_limits_a_provider_does_not_take_are_told_in_words() -> None:
    title = strict_schema(Requirements, BARE)["$defs"]["Charter"]["properties"]["title"]
    assert title["description"] == "(maxLength=80, minLength=1)"


class WithDict(msgspec.Struct):
    things: dict[str, int]


class WithPair(msgspec.Struct):
    pair: tuple[int, str]


class WithAny(msgspec.Struct):
    thing: Any


@pytest.mark.parametrize("shape", [WithDict, WithPair, WithAny])
def test_a_type_without_a_strict_form_is_refused_by_place(shape: type[msgspec.Struct]) -> None:
    with pytest.raises(NotStrictError, match=rf"^{shape.__name__}\.\w+:"):
        strict_schema(shape)


@pytest.mark.parametrize("answer", [Requirements, Architecture])
def test_a_provider_is_given_no_lookahead(answer: type[msgspec.Struct]) -> None:
    patterns = [node["pattern"] for node in nodes(strict_schema(answer)) if "pattern" in node]
    assert patterns
    assert not [pattern for pattern in patterns if "(?" in pattern]


RULES = [
    b.Limit(b.Value("literal", "5"), per="member", where=(b.Condition("returned_on", "is_unset"),)),
    b.NoOverlap("starts", "ends", ("room",)),
    b.UniqueIn(("code",)),
    b.Requires((b.Condition("ends", "gt", b.Value("field", "starts")),)),
    b.Immutable((b.Condition("paid", "eq", b.Value("literal", "true")),)),
    b.BlockedBy("Loan", "book"),
    b.Ledger("product", "stock", "quantity"),
    None,
]


def with_rule(kept: Any) -> dict[str, Any]:
    charter = Charter("x", "X", "x", rules=(b.Rule("R1", "It holds.", "Loan", kept),))
    return msgspec.json.decode(msgspec.json.encode(Requirements(charter)))


@pytest.mark.parametrize("kept", RULES)
@pytest.mark.parametrize("form", [LEAN, OPENAI, BARE])
def test_each_kind_of_rule_fits_the_schema_and_a_mixture_of_two_does_not(form: Form, kept: Any) -> None:
    value = with_rule(kept)
    jsonschema.validate(value, strict_schema(Requirements, form))
    assert find_faults(value, Requirements) == ()
    if kept:
        value["charter"]["rules"][0]["enforcement"]["other"] = 1
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(value, strict_schema(Requirements, form))
        assert "enforcement.other: there is no such field" in find_faults(value, Requirements)[0]


def test_a_rule_of_no_known_kind_is_a_fault_with_its_place() -> None:
    value = with_rule(None)
    value["charter"]["rules"][0]["enforcement"] = {"type": "magic", "fields": ["a"]}
    [fault] = find_faults(value, Requirements)
    assert "at $.charter.rules[0].enforcement: " in fault
    assert "magic" in fault


def test_a_small_model_hears_nothing_of_what_it_would_drown_in() -> None:
    schema = strict_schema(Requirements, BRIEF)
    assert set(schema["$defs"]) == {"Charter", "Endpoint", "Entity", "Field", "Permission", "Relation", "Role", "Rule"}
    assert set(schema["$defs"]["Rule"]["properties"]) == {"id", "text", "entity"}
    assert len(str(schema)) * 3 < len(str(strict_schema(Requirements, LEAN)))
