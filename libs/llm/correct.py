"""The correction loop: a wrong answer goes back with the exact place and reason of each fault."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace

import msgspec

from libs.contracts.artifacts import Usage
from libs.contracts.run import add_usage
from libs.llm.port import NO_USAGE, Answer, Correction, Model, ModelError, OnDelta, T, Task
from libs.llm.render import without_defaults

Faults = tuple[str, ...]
Check = Callable[[T], Faults | Awaitable[Faults]]


async def ask(
    model: Model, task: Task[T], on_delta: OnDelta, check: Check[T] | None = None, rounds: int = 3
) -> Answer[T]:
    """The first answer without faults; after a wrong one the model is asked again, at most ``rounds`` times.

    ``check`` returns the faults of an answer that has the right shape; usage of all calls is added up.

    Raises:
        ModelError: ``invalid_output`` with the last faults, or whatever else kept the model from answering.
    """
    spent = NO_USAGE
    for left in range(rounds, -1, -1):
        try:
            answer = await _checked(model, task, on_delta, check)
            return Answer(answer.value, add_usage(spent, answer.usage))
        except ModelError as error:
            spent = error.usage = add_usage(spent, error.usage)
            if not left or error.kind not in {"invalid_output", "truncated"}:
                raise
            task = replace(task, corrections=(*task.corrections, _correction(error)))
    raise AssertionError("the last round returns or raises")


async def _checked(model: Model, task: Task[T], on_delta: OnDelta, check: Check[T] | None) -> Answer[T]:
    answer = await model.answer(task, on_delta)
    found = check(answer.value) if check else ()
    faults = found if isinstance(found, tuple) else await found
    if not faults:
        return answer
    text = msgspec.json.encode(without_defaults(answer.value)).decode()  # a model repeats what it is shown
    raise invalid(text, faults, answer.usage)


def invalid(text: str, faults: tuple[str, ...], usage: Usage = NO_USAGE) -> ModelError:
    """The error for an answer ``text`` that has ``faults``."""
    message = f"The model's answer is wrong: {'; '.join(faults[:3])}"
    advice = "Try again, or use a stronger model (MODEL_DEFAULT)."
    return ModelError("invalid_output", message, advice, usage=usage, partial=text, faults=faults)


def _correction(error: ModelError) -> Correction:
    if error.kind == "truncated":
        return Correction("", (f"{error.message} Answer more briefly: fewer list items, shorter texts.",))
    return Correction(error.partial, error.faults)
