"""Models tried in order: where one cannot answer, the next one is asked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import structlog

from libs.contracts.run import add_usage
from libs.llm.port import NO_USAGE, Answer, Model, ModelError, OnDelta, T, Task

_ANSWERED: frozenset[str] = frozenset({"invalid_output", "truncated"})  # an answer came: it is corrected, not replaced
_log = structlog.get_logger(__name__)


class FallbackModel:
    """Asks ``models`` (name and model) in order and adds up what all of them cost."""

    def __init__(self, models: Sequence[tuple[str, Model]]) -> None:
        self._models = tuple(models)

    async def answer(self, task: Task[T], on_delta: OnDelta) -> Answer[T]:
        """The first answer that any of the models gives."""
        errors: list[ModelError] = []
        spent = NO_USAGE
        for name, model in self._models:
            try:
                answer = await model.answer(task, on_delta)
                return Answer(answer.value, add_usage(spent, answer.usage))
            except ModelError as error:
                spent = error.usage = add_usage(spent, error.usage)
                if error.kind in _ANSWERED:
                    raise
                _log.warning("model_failed", action="model_failed", model=name, task=task.name, reason=error.kind)
                errors.append(error)
        raise _of_all(errors)

    async def close(self) -> None:
        """Close each of the models."""
        for _, model in self._models:
            await model.close()


def _of_all(errors: list[ModelError]) -> ModelError:
    """One error for all: the first that may pass by itself, or else the first."""
    chief = next((error for error in errors if error.retryable), errors[0])
    others = " ".join(str(error) for error in errors if error is not chief)
    return replace(chief, message=f"{chief} {others}".strip(), usage=errors[-1].usage)
