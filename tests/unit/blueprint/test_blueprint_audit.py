"""The printed test of the audit log does what the rules allow, with names that it has."""

from __future__ import annotations

from libs.blueprint import compile_project
from libs.contracts.behaviour import Condition, Immutable, Requires, Rule, Value
from libs.contracts.charter import Charter, Entity
from libs.contracts.fields import Field
from tests.charters import PLAIN


def printed(kept: Requires | Immutable) -> str:
    entity = Entity("Visit", "visits", fields=(Field("starts_at", "datetime"),), audit=True)
    charter = Charter("visits", "Visits", "", entities=(entity,), rules=(Rule("R1", "As said.", "Visit", kept),))
    return next(file.content for file in compile_project(charter, PLAIN) if file.path == "tests/test_audit.py")


def test_a_change_to_a_moment_from_now_has_what_tells_that_moment() -> None:
    text = printed(Requires(must=(Condition("starts_at", "gt", Value("now")),)))
    assert '"starts_at": ahead(' in text
    assert "from tests.seed import Seed, ahead" in text


def test_a_row_that_may_not_be_deleted_is_not_said_to_be() -> None:
    text = printed(Immutable())
    assert "client.delete" not in text
    assert '("create", "delete")' not in text
