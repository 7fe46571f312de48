"""What has a pattern has it to its end: a line end after it, which Python's "$" lets through, is refused."""

from __future__ import annotations

import msgspec
import pytest

from libs.contracts.artifacts import Module
from libs.contracts.asks import Login
from libs.contracts.behaviour import Rule
from libs.contracts.charter import Charter, Endpoint

EXAMPLES: dict[type[msgspec.Struct], tuple[str, dict[str, str]]] = {
    Charter: ("name", {"name": "library", "title": "Library", "description": ""}),
    Endpoint: ("path", {"method": "GET", "path": "/books/{id}", "summary": ""}),
    Rule: ("id", {"id": "R1", "text": "Rule."}),
    Module: ("path", {"path": "app/rules.py", "purpose": ""}),
    Login: ("email", {"email": "ada@example.org", "password": "x"}),
}


@pytest.mark.parametrize("kind", EXAMPLES, ids=lambda kind: kind.__name__)
def test_nothing_may_follow_a_pattern(kind: type[msgspec.Struct]) -> None:
    name, fields = EXAMPLES[kind]
    assert msgspec.convert(fields, kind)
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert({**fields, name: fields[name] + "\n"}, kind)
