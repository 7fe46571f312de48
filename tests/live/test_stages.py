"""Single stages on a real small model: with a clear wish it gets this far by itself."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from msgspec import Struct

from libs.contracts.artifacts import Architecture
from libs.contracts.charter import Requirements
from libs.llm.config import ModelSettings, build_model
from libs.llm.correct import ask
from libs.llm.inputs import ArchitectureInput, RequirementsInput
from libs.llm.port import Answer, Model, T, Task, TaskName
from tests import charters
from tests.e2e.wishes import LIBRARY

pytestmark = [pytest.mark.live, pytest.mark.timeout(3600)]


@pytest.fixture
async def model(settings: dict[str, str]) -> AsyncIterator[Model]:
    model = build_model(ModelSettings.model_validate({name.lower(): value for name, value in settings.items()}), "")
    yield model
    await model.close()


async def answered(model: Model, name: TaskName, inputs: Struct, kind: type[T]) -> Answer[T]:
    prompt = Path("services/agents") / name.removeprefix("draft_") / "prompt.md"
    answer = await ask(model, Task(name, prompt.read_text(encoding="utf-8"), inputs, kind), sys.stdout.write)
    sys.stdout.write(f"\n{answer.usage}\n")
    return answer


async def test_a_clear_wish_becomes_a_charter(model: Model) -> None:
    answer = await answered(model, "draft_requirements", RequirementsInput(LIBRARY), Requirements)
    assert answer.value.charter, answer.value.questions
    names = {entity.name.lower() for entity in answer.value.charter.entities}
    assert {"book", "member"} <= names
    assert answer.usage.completion_tokens > 100


async def test_a_charter_becomes_a_design(model: Model) -> None:
    answer = await answered(model, "draft_architecture", ArchitectureInput(charters.LIBRARY), Architecture)
    assert answer.value.design
