from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from libs.contracts.publish.__main__ import main
from libs.contracts.publish.asyncapi import document
from libs.contracts.publish.pages import pages
from tests.unit.contracts.golden import FOLDER

DOCS = Path(__file__).parents[3] / "docs"
DOCUMENT = document()
PAGES = pages()


@pytest.mark.parametrize("name", sorted(PAGES))
def test_what_is_published_is_not_stale(name):
    path = DOCS / name
    assert path.exists(), f"docs/{name} is missing: run make docs"
    assert path.read_text(encoding="utf-8") == PAGES[name], f"docs/{name} is stale: run make docs"


def test_no_schema_is_left_of_what_is_no_more():
    assert {f"schemas/{path.name}" for path in (DOCS / "schemas").iterdir()} <= set(PAGES)


def test_publishing_writes_exactly_these_files_and_takes_old_schemas_away(tmp_path):
    (tmp_path / "schemas").mkdir()
    (tmp_path / "schemas" / "interius.run.dreamt.v1.json").write_text("{}")
    main(tmp_path)
    written = {path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*") if path.is_file()}
    assert written == set(PAGES)


def refs(value: Any) -> list[str]:
    if isinstance(value, dict):
        here = [value["$ref"]] if isinstance(value.get("$ref"), str) else []
        return here + [ref for child in value.values() for ref in refs(child)]
    return [ref for child in value for ref in refs(child)] if isinstance(value, list) else []


def resolve(ref: str) -> Any:
    value = DOCUMENT
    for part in ref.removeprefix("#/").split("/"):
        value = value[part]
    return value


def test_the_document_has_what_asyncapi_3_requires():
    assert DOCUMENT["asyncapi"] == "3.0.0"
    assert DOCUMENT["info"]["title"]
    assert DOCUMENT["info"]["version"]
    assert all(server.keys() >= {"host", "protocol"} for server in DOCUMENT["servers"].values())
    allowed = {"asyncapi", "id", "info", "servers", "defaultContentType", "channels", "operations", "components"}
    assert set(DOCUMENT) <= allowed


def test_every_reference_leads_somewhere():
    found = refs(DOCUMENT)
    assert found
    for ref in found:
        assert isinstance(resolve(ref), dict), ref


def test_keys_are_such_that_every_tool_takes_them():
    sections = [DOCUMENT["channels"], DOCUMENT["operations"], *DOCUMENT["components"].values()]
    assert all(key.replace("_", "").isalnum() and key.isascii() for section in sections for key in section)


def test_every_variable_part_of_an_address_is_described():
    for channel in DOCUMENT["channels"].values():
        named = {part[1:-1] for part in (channel["address"] or "").split(".") if part.startswith("{")}
        assert set(channel.get("parameters", {})) == named
        assert all(parameter["description"] for parameter in channel.get("parameters", {}).values())


def test_every_operation_names_an_action_and_messages_of_its_own_channel():
    for operation in DOCUMENT["operations"].values():
        assert operation["action"] in ("send", "receive")
        for part in (operation, *([operation["reply"]] if "reply" in operation else [])):
            channel = part["channel"]["$ref"]
            assert part["messages"]
            assert all(ref["$ref"].startswith(f"{channel}/messages/") for ref in part["messages"])


def test_every_question_has_an_answer_and_a_refusal():
    asked = [operation for operation in DOCUMENT["operations"].values() if operation["action"] == "receive"]
    assert len(asked) >= 10
    for operation in asked:
        assert len(operation["reply"]["messages"]) == 2
        assert resolve(operation["reply"]["channel"]["$ref"])["address"] is None


def test_every_message_has_a_body_and_events_and_work_their_headers():
    for message in DOCUMENT["components"]["messages"].values():
        assert resolve(message["payload"]["$ref"])["type"] == "object"
        if message["name"].split(".")[1] in ("user", "project", "run", "work"):
            tagged = message["headers"]["allOf"][1]["properties"]
            assert tagged == {"ce-type": {"const": message["name"]}}
            assert resolve(message["headers"]["allOf"][0]["$ref"])["required"]


def test_its_schemas_take_the_golden_files():
    for message in DOCUMENT["components"]["messages"].values():
        schema = message["payload"] | {"components": DOCUMENT["components"]}
        golden = json.loads((FOLDER / f"{message['name']}.json").read_text(encoding="utf-8"))
        Draft202012Validator(schema).validate(golden)


def test_its_headers_are_those_that_are_sent():
    from tests.unit.contracts.test_envelope import CAUSE

    schema = DOCUMENT["components"]["messages"]["interius_run_requested_v1"]["headers"]
    Draft202012Validator(schema | {"components": DOCUMENT["components"]}).validate(CAUSE.to_headers())


def test_the_page_names_every_message_and_its_links_lead_somewhere():
    page = PAGES["events.md"]
    for message in DOCUMENT["components"]["messages"].values():
        assert f"### {message.get('title', '')}" in page
    anchors = {line.removeprefix("### ").lower() for line in page.splitlines() if line.startswith("### ")}
    linked = {part.split(")")[0] for part in page.split("](#")[1:]}
    assert linked <= anchors
