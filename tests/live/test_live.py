from __future__ import annotations

import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from msgspec import Struct

from deploy.local.small_model import SmallModel, serve
from libs.contracts.artifacts import Architecture
from libs.contracts.behaviour import Rule
from libs.contracts.charter import Charter, Entity, Requirements, Role
from libs.contracts.fields import Field, Relation
from libs.llm.correct import ask
from libs.llm.inputs import ArchitectureInput, RequirementsInput
from libs.llm.limits import Limits
from libs.llm.openai_model import OpenAIModel
from libs.llm.port import Answer, T, Task, TaskName
from libs.llm.provider import Provider

pytestmark = [pytest.mark.live, pytest.mark.timeout(3600)]

WISH = (
    "A library API with members, books and loans. A book has a title, author, ISBN and number of copies. A member can "
    "borrow at most 5 books and a book cannot be lent when no copy is left. Only librarians add books."
)
CHARTER = Charter(
    "library",
    "Library",
    "Members borrow books.",
    entities=(
        Entity("Member", "members", fields=(Field("name", "string"), Field("email", "email"))),
        Entity("Book", "books", fields=(Field("title", "string"), Field("copies", "integer"))),
        Entity("Loan", "loans", relations=(Relation("book", "Book"), Relation("member", "Member"))),
    ),
    roles=(Role("librarian"),),
    rules=(Rule("R1", "A member can borrow at most 5 books.", "Loan"),),
)
# A 0.5 B model on one shared core says 5 to 40 tokens per second.
PATIENT = Limits(max_tokens=4000, seconds=1800, token_seconds=600, temperature=0.3, brief=True)


@pytest.fixture(scope="module")
def small() -> Iterator[SmallModel]:
    with serve() as model:
        yield model


@pytest.fixture
async def model(small: SmallModel) -> AsyncIterator[OpenAIModel]:
    model = OpenAIModel(Provider(small.url, "", PATIENT), small.name)
    yield model
    await model.close()


def prompt(agent: str) -> str:
    return (Path("services/agents") / agent / "prompt.md").read_text(encoding="utf-8")


async def answered(model: OpenAIModel, name: TaskName, agent: str, inputs: Struct, kind: type[T]) -> Answer[T]:
    answer = await ask(model, Task(name, prompt(agent), inputs, kind), sys.stdout.write)
    sys.stdout.write(f"\n{answer.usage}\n")
    return answer


async def test_a_real_model_turns_the_wish_into_a_charter(model: OpenAIModel) -> None:
    answer = await answered(model, "draft_requirements", "requirements", RequirementsInput(WISH), Requirements)
    assert answer.value.charter, answer.value.questions
    names = {entity.name.lower() for entity in answer.value.charter.entities}
    assert {"book", "member"} <= names
    assert answer.usage.completion_tokens > 100


async def test_a_real_model_turns_a_charter_into_a_design(model: OpenAIModel) -> None:
    answer = await answered(model, "draft_architecture", "architecture", ArchitectureInput(CHARTER), Architecture)
    assert answer.value.design
