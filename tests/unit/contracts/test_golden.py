from __future__ import annotations

import json
import re

import msgspec
import pytest
from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError

from libs.contracts.codec import decode_event, decode_work
from libs.contracts.events import EVENTS, Unknown
from libs.contracts.publish import schemas
from libs.contracts.work import WORK
from tests.unit.contracts.golden import FOLDER, bodies, is_whole, read, text

FILES = sorted(FOLDER.glob("*.json"))
BODIES = bodies()
SCHEMAS = schemas.files()


@pytest.mark.parametrize("tag", sorted(BODIES))
def test_every_shape_has_a_golden_file_that_reads_and_writes_the_same(tag):
    assert is_whole(tag), f"no golden file of {tag} as it is now: python -m tests.unit.contracts.golden"


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_no_shape_that_was_ever_written_is_forgotten(path):
    tag = re.sub(r"\.[0-9]+$", "", path.stem)
    assert tag in BODIES, "old messages of this type can no longer be read: keep the class, or an upcaster"
    now = json.loads(text(read(path, BODIES[tag])))
    assert _holds(now, json.loads(path.read_text(encoding="utf-8"))), "what was written is read as something else"


def _holds(now: object, then: object) -> bool:
    """Whether all that was written then is still said now; further fields may have joined it."""
    match now, then:
        case dict(), dict():
            return all(key in now and _holds(now[key], value) for key, value in then.items())
        case list(), list():
            return len(now) == len(then) and all(map(_holds, now, then))
        case _:
            return now == then


@pytest.mark.parametrize("cls", EVENTS)
def test_events_are_read_by_their_tag(cls):
    event = decode_event(cls.type_tag(), (FOLDER / f"{cls.type_tag()}.json").read_bytes())
    assert type(event) is cls


@pytest.mark.parametrize("cls", WORK)
def test_work_is_read_by_its_tag(cls):
    assert type(decode_work(cls.type_tag(), (FOLDER / f"{cls.type_tag()}.json").read_bytes())) is cls


def test_an_event_of_a_later_version_is_kept_as_it_came():
    event = decode_event("interius.run.requested.v9", b'{"wish":{"text":"a shop"}}')
    assert event == Unknown("interius.run.requested.v9", {"wish": {"text": "a shop"}})


@pytest.mark.parametrize("cls", [*EVENTS, *WORK])
def test_an_unknown_field_is_refused(cls):
    body = json.loads((FOLDER / f"{cls.type_tag()}.json").read_text()) | {"surprise": 1}
    with pytest.raises(msgspec.ValidationError, match="unknown field `surprise`"):
        msgspec.json.decode(json.dumps(body), type=cls)


@pytest.mark.parametrize("name", sorted(SCHEMAS))
def test_a_published_schema_is_valid_and_takes_the_golden_file(name):
    schema = SCHEMAS[name]
    Draft202012Validator.check_schema(schema)
    body = json.loads((FOLDER / name).read_text(encoding="utf-8"))
    Draft202012Validator(schema).validate(body)
    if schema["$defs"][schema["$ref"].rsplit("/", 1)[-1]].get("additionalProperties") is False:
        with pytest.raises(ValidationError, match="surprise"):
            Draft202012Validator(schema).validate(body | {"surprise": 1})
