"""A model behind an OpenAI-compatible endpoint: streamed, held to a schema, patient with a busy provider."""

from __future__ import annotations

import asyncio
import random
from dataclasses import replace
from time import monotonic
from typing import Any

import msgspec
import openai
import structlog

from libs.contracts.artifacts import Usage
from libs.llm.decode import decode
from libs.llm.dialect import Dialect
from libs.llm.openai_errors import problem, translate
from libs.llm.openai_stream import Call
from libs.llm.port import Answer, ModelError, OnDelta, T, Task
from libs.llm.provider import Provider
from libs.llm.render import messages

MOST_ATTEMPTS = 4
LONGEST_PAUSE = 30.0  # seconds; a provider that wants more is left to a fallback, or to a later attempt at the stage
_log = structlog.get_logger(__name__)


class OpenAIModel:
    """The model ``name`` of ``provider``."""

    def __init__(self, provider: Provider, name: str) -> None:
        self._provider = provider
        self._name = name

    async def answer(self, task: Task[T], on_delta: OnDelta) -> Answer[T]:
        """One answer, within the provider's bound on calls at the same time and on the time of a call."""
        async with self._provider.slots:
            call = Call(self._name, on_delta)
            try:
                value = await self._in_time(task, call)
            except ModelError as error:
                error.usage, error.partial = self._cost(call), error.partial or call.text
                raise
            return Answer(value, self._cost(call))

    async def close(self) -> None:
        """Close the provider's connections."""
        await self._provider.close()

    async def _in_time(self, task: Task[T], call: Call) -> T:
        seconds = self._provider.limits.seconds
        try:
            async with asyncio.timeout(seconds):
                return await self._patiently(task, call, monotonic() + seconds)
        except TimeoutError:
            raise problem("timeout", f"{self._name} did not finish its answer within {seconds:g} s.") from None

    async def _patiently(self, task: Task[T], call: Call, deadline: float) -> T:
        """Try again what may pass by itself, with a growing pause, or the one that the provider asks for."""
        for attempt in range(1, MOST_ATTEMPTS + 1):
            try:
                return await self._adapting(task, call)
            except ModelError as error:
                pause = error.retry_after or random.uniform(0.4, 0.5) * 2**attempt  # noqa: S311 (no secret)
                late = pause > min(LONGEST_PAUSE, (deadline - monotonic()) / 2)  # time must be left for the answer
                if not error.retryable or late or attempt == MOST_ATTEMPTS:
                    raise
                _log.info("model_retry", action="model_retry", model=self._name, reason=error.kind, pause_s=pause)
                await asyncio.sleep(pause)
        raise AssertionError("the last attempt returns or raises")

    async def _adapting(self, task: Task[T], call: Call) -> T:
        """Ask as this provider understands it; what it refuses to understand is left out from then on."""
        while True:
            dialect = self._provider.dialect(self._name)
            try:
                return await self._once(task, call, dialect)
            except openai.OpenAIError as error:
                simpler = _simpler(dialect, error)
                if simpler is None:
                    raise translate(error, self._name, self._provider.key) from None
                _log.info("model_adapts", action="model_adapts", model=self._name, level=simpler.level)
                self._provider.learn(self._name, simpler)

    async def _once(self, task: Task[T], call: Call, dialect: Dialect) -> T:
        request = self._request(task, dialect)
        attempt = call.begin(len(msgspec.json.encode(request["messages"])))
        async with await self._provider.client.chat.completions.create(**request) as stream:
            await call.listen(stream, attempt)
        if error := call.unusable(attempt, self._provider.limits.max_tokens):
            raise error
        try:
            return decode(attempt.text, task.answer)
        except ModelError:  # a provider that lets faults pass may not heed the schema, so the prompt tells it too
            if not dialect.describes(task.answer):
                self._provider.learn(self._name, replace(dialect, described=True))
            raise

    def _request(self, task: Task[Any], dialect: Dialect) -> dict[str, Any]:
        limits = self._provider.limits
        request: dict[str, Any] = {
            "model": self._name,
            "messages": messages(task, described=dialect.describes(task.answer)),
            "max_completion_tokens" if dialect.completion_tokens else "max_tokens": limits.max_tokens,
            "stream": True,
        }
        if dialect.counts_stream:
            request["stream_options"] = {"include_usage": True}
        if dialect.temperature and limits.temperature is not None:
            request["temperature"] = limits.temperature
        if shape := dialect.response_format(task.name, task.answer):
            request["response_format"] = shape
        return request

    def _cost(self, call: Call) -> Usage:
        usage = call.usage()
        return msgspec.structs.replace(usage, micro_usd=self._provider.limits.micro_usd(usage))


def _simpler(dialect: Dialect, error: openai.OpenAIError) -> Dialect | None:
    """A dialect without what the provider complains of; some say so with 400, some with 404, 422 or 500."""
    if not isinstance(error, openai.APIStatusError) or error.status_code in {401, 403, 429}:
        return None
    return dialect.simpler(error.message)
