"""What the tests of documents as wishes share."""

from __future__ import annotations

from textwrap import dedent

from msgspec.structs import replace

from libs.blueprint import check_charter
from libs.contracts.charter import Charter, Entity
from libs.offline import read_wish


def charter_of(wish: str) -> Charter:
    """The charter of a document, which the blueprint can print."""
    answer = read_wish(dedent(wish))
    assert answer.charter is not None, answer.questions
    assert check_charter(answer.charter) == ()
    return answer.charter


def entities_of(wish: str) -> tuple[Entity, ...]:
    """The entities of a document without the sentences that describe them."""
    return tuple(replace(entity, description="") for entity in charter_of(wish).entities)


def question_of(wish: str) -> str:
    """The one question that a broken document leads to."""
    answer = read_wish(wish)
    assert answer.charter is None
    assert len(answer.questions) == 1
    return answer.questions[0]
