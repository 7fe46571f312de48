"""A model for tests that says what it was told to say, and is called ``scripted`` openly."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, TypeAlias

import msgspec

from libs.contracts.artifacts import Usage
from libs.llm.decode import decode
from libs.llm.inputs import FileInput, FunctionInput
from libs.llm.port import Answer, Model, ModelError, OnDelta, T, Task

Line: TypeAlias = msgspec.Struct | str | ModelError
Scripted: TypeAlias = Line | Callable[[Task[Any]], "Line | Awaitable[Line]"]
Script: TypeAlias = Scripted | Sequence[Scripted]

_COST = Usage(model="scripted", prompt_tokens=100, completion_tokens=100, calls=1, milliseconds=1)


class ScriptedModel:
    """Answers by a script: task name, ``write_file:<path>`` or ``write_function:<path>``, to what is said.

    A struct is answered, a text goes through the same decoding as a real model's, a ``ModelError`` is raised, a
    function of the task (plain or async) says which. In a list they are taken in turn, the last one for ever. What
    is not in the script goes to ``otherwise``. ``calls`` logs each task; ``delay`` is in seconds.
    """

    def __init__(
        self,
        script: Mapping[str, Script],
        *,
        delay: float = 0.0,
        usage: Usage | None = None,
        otherwise: Model | None = None,
    ) -> None:
        self.calls: list[Task[Any]] = []
        self._script = {key: _lines(line) for key, line in script.items()}
        self._delay = delay
        self._usage = usage or Usage(
            model="scripted", prompt_tokens=100, completion_tokens=100, calls=1, milliseconds=1
        )
        self._otherwise = otherwise

    async def answer(self, task: Task[T], on_delta: OnDelta) -> Answer[T]:
        """What the script says to this task."""
        self.calls.append(task)
        if self._delay:
            await asyncio.sleep(self._delay)
        lines = self._for(task)
        if lines is None:
            return await self._unscripted(task, on_delta)
        line = lines.pop(0) if len(lines) > 1 else lines[0]
        return self._say(task, await _said(line, task), on_delta)

    async def close(self) -> None:
        """Nothing to give back."""

    def _for(self, task: Task[Any]) -> list[Scripted] | None:
        path = task.inputs.path if isinstance(task.inputs, FileInput | FunctionInput) else ""
        return self._script.get(f"{task.name}:{path}") or self._script.get(task.name)

    async def _unscripted(self, task: Task[T], on_delta: OnDelta) -> Answer[T]:
        if self._otherwise:
            return await self._otherwise.answer(task, on_delta)
        raise ModelError("bad_request", f"The script has no answer to {task.name}.", "Add it to the script.")

    def _say(self, task: Task[T], line: Line, on_delta: OnDelta) -> Answer[T]:
        if isinstance(line, ModelError):
            raise replace(line, usage=self._usage)
        text = line if isinstance(line, str) else msgspec.json.encode(line).decode()
        on_delta(text)
        try:
            return Answer(decode(text, task.answer), self._usage)
        except ModelError as error:
            error.usage = self._usage
            raise


def _lines(script: Script) -> list[Scripted]:
    if isinstance(script, str | msgspec.Struct | ModelError) or callable(script):
        return [script]
    return list(script)


async def _said(line: Scripted, task: Task[Any]) -> Line:
    if isinstance(line, str | msgspec.Struct | ModelError):
        return line
    said = line(task)
    return said if isinstance(said, str | msgspec.Struct | ModelError) else await said
