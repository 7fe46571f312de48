"""The built-in offline model behind the port: rules instead of a network, the same answer to the same question."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from time import monotonic
from typing import Any, cast

import msgspec

from libs.contracts.artifacts import Architecture, ModelReview, Usage
from libs.contracts.charter import Requirements
from libs.llm.inputs import ArchitectureInput, RequirementsInput, ReviewInput
from libs.llm.port import Answer, ModelError, OnDelta, T, Task

_PIECE = 400  # characters per piece of a streamed answer


class OfflineModel:
    """Reads wishes by grammar; it costs nothing and writes no code of its own."""

    async def answer(self, task: Task[T], on_delta: OnDelta) -> Answer[T]:
        """The answer that the rules give, worked out in a thread: a long wish takes a while."""
        begun = monotonic()
        value = await asyncio.to_thread(_answer, task)
        text = msgspec.json.encode(value).decode()
        for start in range(0, len(text), _PIECE):
            on_delta(text[start : start + _PIECE])
        milliseconds = round((monotonic() - begun) * 1000)
        return Answer(cast("T", value), Usage(model="offline", calls=1, milliseconds=milliseconds))

    async def close(self) -> None:
        """Nothing to give back."""


def _answer(task: Task[Any]) -> msgspec.Struct:
    answering = _ANSWERS.get(task.name)
    if answering is None:
        advice = "Set LLM_API_KEY and MODEL_IMPLEMENTER to a model that writes code."
        raise ModelError("refused", "The offline model does not write code of its own.", advice)
    return answering(task.inputs)


def _requirements(inputs: RequirementsInput) -> Requirements:
    from libs.offline import read_wish  # noqa: PLC0415 (its lexicon is loaded only where it is used)

    return read_wish(inputs.wish, inputs.feedback, inputs.base)


def _architecture(inputs: ArchitectureInput) -> Architecture:
    from libs.offline import draft_architecture  # noqa: PLC0415

    return draft_architecture(inputs.charter)


def _review(inputs: ReviewInput) -> ModelReview:
    from libs.offline import review  # noqa: PLC0415

    return review(inputs.files, inputs.charter)


_ANSWERS: dict[str, Callable[[Any], msgspec.Struct]] = {
    "draft_requirements": _requirements,
    "draft_architecture": _architecture,
    "review_code": _review,
}
