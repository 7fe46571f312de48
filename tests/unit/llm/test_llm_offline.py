from __future__ import annotations

import msgspec
import pytest

from libs.contracts.artifacts import Architecture, ModelReview, SourceFile, WrittenCode
from libs.contracts.charter import Charter, Requirements
from libs.llm.inputs import ArchitectureInput, FileInput, RequirementsInput, ReviewInput
from libs.llm.offline import OfflineModel
from libs.llm.port import ModelError, Task

WISH = RequirementsInput("A library API with members and books. A book has a title and an author.")


async def test_a_wish_becomes_a_charter_a_design_and_a_review_without_a_network() -> None:
    model, pieces = OfflineModel(), list[str]()
    drafted = await model.answer(Task("draft_requirements", "", WISH, Requirements), pieces.append)
    charter = drafted.value.charter
    assert charter is not None
    assert {"Member", "Book"} <= {entity.name for entity in charter.entities}
    assert msgspec.json.decode("".join(pieces), type=Requirements) == drafted.value
    assert (drafted.usage.model, drafted.usage.prompt_tokens, drafted.usage.micro_usd) == ("offline", 0, 0)
    design = await model.answer(
        Task("draft_architecture", "", ArchitectureInput(charter), Architecture), lambda _: None
    )
    assert design.value.design
    files = (SourceFile("app/main.py", "x = 1\n"),)
    review = await model.answer(Task("review_code", "", ReviewInput(charter, files), ModelReview), lambda _: None)
    assert 1 <= review.value.security_score <= 10


async def test_it_says_openly_that_it_writes_no_code() -> None:
    inputs = FileInput("a.py", None, Charter("a", "A", "d"), Architecture("d"))
    with pytest.raises(ModelError, match="does not write code") as caught:
        await OfflineModel().answer(Task("write_file", "", inputs, WrittenCode), lambda _: None)
    assert "LLM_API_KEY" in caught.value.advice
